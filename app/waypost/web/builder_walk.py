"""One order read through the draft, event by event: forward and back, and how both versions see it."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from waypost.domain.errors import WaypostError
from waypost.services.boards.replay import Replay
from waypost.services.boards.sides import Stand
from waypost.services.boards.steps import Step, Walk
from waypost.services.boards.walk import walk
from waypost.web import builder_words, cache, deps
from waypost.web.builder_desk import Desk
from waypost.web.builder_fields import strong, tied
from waypost.web.format import Format
from waypost.web.words import STATUSES, TIERS, event_label

_HELD: Final = "builder.walk"  # (draft, revision, text), the walk, the step


def draw(desk: Desk, found: Replay, fmt: Format) -> None:
    """Choose an order and step through it."""
    t = fmt.t
    strong(t("Step through one order"))
    held: dict[str, Any] = st.session_state.setdefault(_HELD, {"text": "", "mark": None, "walk": None, "step": 0})

    def put(text: str) -> None:
        held["text"] = text.strip()

    st.text_input(t("Order"), placeholder=t("id of an order"), **tied("builder.walk.order", held["text"], put))
    if not held["text"] and found.moved:
        first = found.moves(1).rows[0]
        st.button(t("Take {order}", order=first.ref), key="builder.walk.first", on_click=put, args=(first.ref,))
    if held["text"]:
        way = _walked(desk, held, fmt)
        if way is not None:
            _steps(way, held, found, fmt)


def _walked(desk: Desk, held: dict[str, Any], fmt: Format) -> Walk | None:
    """The way of the order, read once for a revision of the draft."""
    mark = (desk.draft.id, desk.draft.rev, held["text"])
    if held["mark"] == mark:
        return held["walk"]  # type: ignore[no-any-return]
    view = cache.view()
    places = view.places_of(cache.searched(held["text"]).keys)
    if not places:
        st.caption(fmt.t("No order has the id {id}", id=held["text"]))
        return None
    try:
        way = walk(deps.get().waypost, desk.board, view.row(places[0]).key)
    except WaypostError as error:
        st.error(str(error))
        return None
    held.update(mark=mark, walk=way, step=0)
    return way


def _steps(way: Walk, held: dict[str, Any], found: Replay, fmt: Format) -> None:
    t, last = fmt.t, len(way.steps) - 1
    held["step"] = min(held["step"], last)

    def go(by: int) -> None:
        held["step"] = max(0, min(last, held["step"] + by))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("", icon=":material/chevron_left:", help=t("Back"), key="builder.walk.back", on_click=go, args=(-1,),
                  disabled=held["step"] == 0)  # fmt: skip
        st.markdown(t("Step {n} of {m}", n=held["step"] + 1, m=last + 1))
        st.button("", icon=":material/chevron_right:", help=t("Forward"), key="builder.walk.on", on_click=go, args=(1,),
                  disabled=held["step"] == last)  # fmt: skip
    step = way.steps[held["step"]]
    st.markdown(f"**{_said(step, fmt)}** :gray[{fmt.instant(step.at)}]")
    _side(t("In force"), step.published, found, fmt)
    _side(t("Draft"), step.drafted, found, fmt)


def _said(step: Step, fmt: Format) -> str:
    if step.event is None:
        return fmt.t("Now")
    return event_label(deps.get().waypost.vocabulary, step.event.code, fmt.t)


def _side(name: str, where: Stand, found: Replay, fmt: Format) -> None:
    st.markdown(f"{name}: {stand(where, found, fmt)}")


def stand(where: Stand, found: Replay, fmt: Format) -> str:
    """Where an order stands: its stage and tier, or how it ended."""
    if where.status != "open" or where.stage is None:
        return fmt.t(STATUSES.get(where.status, where.status))
    known = cache.view().journeys.get(where.journey or "")
    journeys = [found.journey, *([known.version.journey] if known else [])]
    stage = next((each for journey in journeys if (each := journey.stage(where.stage or ""))), None)
    name = stage.name.say(fmt.lang) if stage else where.stage
    tier = fmt.t(TIERS[where.level])
    return builder_words.safe(name) if where.level == "ok" else f"{builder_words.safe(name)} ({tier})"
