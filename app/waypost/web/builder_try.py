"""Trying a draft on real orders: per stage now against the draft, which orders would move, one order step by step."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import streamlit as st

from waypost.domain.errors import WaypostError
from waypost.i18n import N_
from waypost.journeys.boards.check import Problem, errors
from waypost.services.boards.replay import Block, Move, Replay, replay
from waypost.web import builder_walk, builder_words, cache, deps, links
from waypost.web.builder_desk import Desk
from waypost.web.builder_fields import strong, tied
from waypost.web.format import Format
from waypost.web.words import TIERS

_DAYS: Final = {"7": N_("7 days"), "30": N_("30 days"), "90": N_("90 days"), "all": N_("All orders")}
_ASKED: Final = "builder.try.asked"
_PAGE: Final = 12
DEFAULT: Final = ("30", "")
_STYLE: Final = """<style>
.wp-try { width: 100%; border-collapse: collapse; font-size: 13px; }
.wp-try th { text-align: left; font-weight: 500; color: var(--wp-muted); padding: 4px 12px 4px 0; }
.wp-try td { padding: 4px 12px 4px 0; border-top: 1px solid var(--wp-line); vertical-align: middle; }
.wp-try td.name { font-weight: 600; max-width: 200px; }
.wp-try .bar { display: flex; width: 132px; height: 10px; border-radius: 4px; overflow: hidden;
  background: var(--wp-line); }
.wp-try .bar i { display: block; }
.wp-try .ok { background: var(--wp-muted); } .wp-try .yellow { background: var(--wp-yellow-edge); }
.wp-try .red { background: var(--wp-red-edge); }
.wp-try small { color: var(--wp-muted); font-size: 12px; }
</style>"""


def draw(desk: Desk, problems: Sequence[Problem], fmt: Format) -> None:
    """The whole try: over which orders, what would be, and one order by itself."""
    t = fmt.t
    wrong = errors(problems)
    if wrong:
        text = t.plural(
            "Mend {n} problem first, then it can be tried.",
            "Mend {n} problems first, then it can be tried.",
            len(wrong),
        )
        st.markdown(f":material/error: {text}")
        return
    asked = _asked(desk, fmt)
    try:
        with st.spinner(t("Reading the orders through the draft …")):
            found = tried(desk, *asked)
    except WaypostError as error:
        st.error(str(error), icon=":material/error:")
        return
    if not found.n:
        st.markdown(t("No order was created in this time. Choose a longer one."))
        return
    seconds = fmt.count(round(found.seconds, 2))
    counts = {"n": fmt.count(found.n), "seconds": seconds, "moved": fmt.count(found.moved)}
    st.markdown(t("{n} orders in {seconds} s; {moved} would stand elsewhere.", **counts))
    left, right = st.columns([3, 2])
    with left:
        st.html(_STYLE + table(found, fmt))
        others(found, fmt)
    with right:
        _moves(found, fmt)
        builder_walk.draw(desk, found, fmt)


def _asked(desk: Desk, fmt: Format) -> tuple[str, str]:
    """Over which orders it is tried."""
    held: tuple[str, str] = st.session_state.get(_ASKED, DEFAULT)

    def days(chosen: str) -> None:
        st.session_state[_ASKED] = (chosen, held[1])

    def orders(text: str) -> None:
        st.session_state[_ASKED] = (held[0], text.strip())

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            fmt.t("Orders of the last"), tuple(_DAYS), format_func=lambda name: fmt.t(_DAYS[name]), required=True,
            **tied(f"builder.try.days.{fmt.lang}", held[0], days),
        )  # fmt: skip
        st.text_input(
            fmt.t("Only these orders"), placeholder=fmt.t("ids, separated by spaces"), width=280,
            **tied("builder.try.orders", held[1], orders),
        )  # fmt: skip
    return held


def tried(desk: Desk, days: str, orders: str) -> Replay:
    """The draft read over orders; once for a revision of the draft."""
    mark = (desk.draft.id, desk.draft.rev, days, orders)
    held: tuple[Any, Replay] | None = st.session_state.get("builder.tried")
    if held is not None and held[0] == mark:
        return held[1]
    keys = _keys(orders) if orders else None
    found = replay(deps.get().waypost, desk.board, days=None if days == "all" else int(days), keys=keys)
    st.session_state["builder.tried"] = (mark, found)
    return found


def _keys(text: str) -> list[int]:
    view = cache.view()
    return [view.row(place).key for place in view.places_of(cache.searched(text).keys)]


def table(found: Replay, fmt: Format) -> str:
    """Stages, gates and figures: open ones by tier, as published and as drafted."""
    t = fmt.t
    head = "".join(
        f"<th>{escape(text)}</th>" for text in (t("Stage"), t("Now"), t("With the draft"), t("Finished in this time"))
    )
    most = max(
        (sum(side.open) for block in found.blocks for side in (block.published, block.drafted) if side), default=1
    )
    rows = "".join(_row(block, max(most, 1), fmt) for block in found.blocks)
    return f'<table class="wp-try"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(block: Block, most: int, fmt: Format) -> str:
    cells = "".join(
        f"<td>{_bar(side.open if side else None, most, fmt)}</td>" for side in (block.published, block.drafted)
    )
    closed = block.drafted.closed if block.drafted else None
    words = "" if closed is None or not closed.n else fmt.t(
        "{n}, of these {yellow} warned, {red} blocked",
        n=fmt.count(closed.n), yellow=fmt.count(closed.yellow), red=fmt.count(closed.red))  # fmt: skip
    name = escape(block.name.say(fmt.lang))
    return f'<tr><td class="name">{name}</td>{cells}<td><small>{escape(words)}</small></td></tr>'


def _bar(tiers: tuple[int, int, int] | None, most: int, fmt: Format) -> str:
    if tiers is None:
        nothing = escape(fmt.t("not there"))
        return f"<small>{nothing}</small>"
    parts = "".join(
        f'<i class="{name}" style="width:{100 * n / most:.1f}%"></i>'
        for name, n in zip(("ok", "yellow", "red"), tiers, strict=True)
    )
    words = {name: fmt.t(word) for name, word in TIERS.items()}
    said = [f"{fmt.count(n)} {words[name]}" for name, n in zip(("ok", "yellow", "red"), tiers, strict=True) if n]
    return f'<div class="bar">{parts}</div><small>{escape(" · ".join(said) or "0")}</small>'


def others(found: Replay, fmt: Format) -> None:
    """What other journeys lose to the draft, or get back."""
    view = cache.view()
    for other in found.others:
        known = view.journeys.get(other.journey or "")
        name = known.version.journey.name.say(fmt.lang) if known else other.journey or fmt.t("Orders of no journey")
        if other.loses:
            said = fmt.t("This board would take {n} orders from “{journey}”.", journey=name, n=fmt.count(other.loses))
            st.markdown(f":material/move_down: **{said}**")
        if other.wins:
            said = fmt.t("This board would leave {n} orders to “{journey}”.", journey=name, n=fmt.count(other.wins))
            st.markdown(f":material/move_up: {said}")


def _moves(found: Replay, fmt: Format) -> None:
    """The orders that would stand elsewhere, the worst first."""
    t = fmt.t
    strong(t("Would move"))
    if not found.moved:
        st.caption(t("No order would stand elsewhere."))
        return
    shown = found.moves(_PAGE)
    for move in shown.rows:
        st.markdown(_move(move, found, fmt))
    if shown.total > len(shown.rows):
        st.caption(t("and {n} more", n=fmt.count(shown.total - len(shown.rows))))


def _move(move: Move, found: Replay, fmt: Format) -> str:
    scope = {"scope": move.scope} if move.scope else {}
    ref = builder_words.safe(move.ref)
    address = links.href("order", {"id": move.ref, **scope})
    before, after = (builder_walk.stand(side, found, fmt) for side in (move.before, move.after))
    return f"[{ref}]({address}) {before} → {after}"
