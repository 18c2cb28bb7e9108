"""From changes to a version in force: what would change, why, publish; then the progress of reading history again."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.domain.statement import UNMAPPED
from waypost.domain.subject import Subject, SubjectKind
from waypost.domain.vocabulary import Vocabulary
from waypost.services.mappings import tables
from waypost.services.mappings.preview import OrderChange, Preview, Standing, preview
from waypost.services.mappings.tables import Change
from waypost.web import cache, deps, links, mapping_draft
from waypost.web.format import Format
from waypost.web.mapping_draft import Draft
from waypost.web.mapping_grid import code_label
from waypost.web.parts import Parts
from waypost.web.words import OUTCOMES, STATUSES, TIER_ICONS, TIERS, stage_name, word

_KEY: Final = "mappings.review"


def review(source: str, draft: Draft, who: Identity, vocabulary: Vocabulary, fmt: Format, parts: Parts) -> None:
    """The changes so far, what they would do, and the button that puts them into force."""
    t, changes = fmt.t, draft.changes
    if not changes:
        return
    title = t.plural("{n} change, not published", "{n} changes, not published", len(changes), n=fmt.count(len(changes)))
    parts.facts(title, change_lines(changes, vocabulary, fmt), f"{_KEY}.changes")
    with st.container(horizontal=True):
        label = t("See what would change")
        fresh = draft.tried == draft.edits
        if st.button(label, type="secondary" if fresh else "primary", icon=":material/preview:", key=f"{_KEY}.see"):
            _try(source, draft, fmt)
        if st.button(t("Throw away"), icon=":material/delete:", key=f"{_KEY}.drop"):
            mapping_draft.forget(source)
            st.rerun()
    if draft.preview is not None and draft.tried == draft.edits:
        with st.container(border=True, key=f"{_KEY}.preview"):
            _previewed(draft.preview, vocabulary, fmt)
            _publishing(source, draft, who, fmt)
            _behind(draft.preview, vocabulary, fmt, parts)


def _try(source: str, draft: Draft, fmt: Format) -> None:
    with st.spinner(fmt.t("Folding the orders concerned in memory. Nothing is written.")):
        try:
            draft.preview, draft.tried = preview(deps.get().waypost, source, draft.edits), draft.edits
        except WaypostError as error:
            st.error(str(error), icon=":material/error:")
            return
    st.rerun()


def change_lines(changes: list[Change], vocabulary: Vocabulary, fmt: Format) -> list[Any]:
    """What was said before and is said now, one line per word."""
    found = []
    for change in changes:
        before, after = (_said(code, vocabulary, fmt) for code in (change.before, change.after))
        line: dict[str, Any] = {"label": change.word, "note": f"{before} → {after}"}
        if change.before == change.after:
            note = fmt.t("Note")
            line["note"] = f"{note}: {change.note_after or '–'}"
        found.append(line)
    return found


def _said(code: str | None, vocabulary: Vocabulary, fmt: Format) -> str:
    return fmt.t("nothing said here") if code is None else code_label(code, vocabulary, fmt)


def _previewed(found: Preview, vocabulary: Vocabulary, fmt: Format) -> None:
    t = fmt.t
    if not found.events:
        nothing = t("No stored event changes.")
        st.markdown(f"**{nothing}**")
        st.caption(t("Events that come from now on are read by the new table."))
        return
    events = t.plural("{n} event", "{n} events", found.events, n=fmt.count(found.events))
    orders = t.plural("{n} order", "{n} orders", found.orders, n=fmt.count(found.orders))
    means = t("{events} of {orders} would mean something else", events=events, orders=orders)
    st.markdown(f"**{means}**  \n{_standing_line(found, fmt)}")


def _behind(found: Preview, vocabulary: Vocabulary, fmt: Format, parts: Parts) -> None:
    """The events and the orders behind the counts."""
    if not found.events:
        return
    t = fmt.t
    left, right = st.columns(2)
    with left:
        parts.facts(t("Events by meaning"), move_lines(found, vocabulary, fmt), f"{_KEY}.moves")
    with right:
        rows = [_order_row(change, fmt) for change in found.sample]
        if rows:
            some = t("{n} of them", n=fmt.count(len(rows))) if len(rows) < found.standing else ""
            section = {"id": "orders", "title": t("Orders that would stand elsewhere"), "count": some, "rows": rows}
            parts.words([section], f"{_KEY}.orders")


def _standing_line(found: Preview, fmt: Format) -> str:
    t = fmt.t
    if not found.standing:
        return t("No order would change its stage, tier or outcome.")
    orders = t.plural("{n} order would stand elsewhere", "{n} orders would stand elsewhere", found.standing,
                      n=fmt.count(found.standing))  # fmt: skip
    parts = ((t("stage: {n}", n=fmt.count(found.stage)), found.stage),
             (t("tier: {n}", n=fmt.count(found.tier)), found.tier),
             (t("outcome: {n}", n=fmt.count(found.outcome)), found.outcome))  # fmt: skip
    return f"{orders} ({', '.join(text for text, n in parts if n)})"


def move_lines(found: Preview, vocabulary: Vocabulary, fmt: Format) -> list[Any]:
    """Events by what they mean now and would mean."""

    def named(code: str) -> str:
        return fmt.t("Not mapped yet") if code == UNMAPPED else code_label(code, vocabulary, fmt)

    return [{"label": f"{named(before)} → {named(after)}", "value": fmt.count(n)} for before, after, n in found.moves]


def _order_row(change: OrderChange, fmt: Format) -> dict[str, Any]:
    before, after = (_stands(standing, fmt) for standing in (change.before, change.after))
    icon = TIER_ICONS[change.after.level] if change.after.level != "ok" else "route"
    href = links.order(Subject(SubjectKind.ORDER, change.ref, change.scope))
    return {"id": str(change.key), "href": href, "icon": icon, "label": change.ref, "says": f"{before} → {after}"}


def _stands(standing: Standing, fmt: Format) -> str:
    """Where an order stands, in a few words."""
    if standing.status != "open":
        outcome = word(OUTCOMES, standing.outcome, fmt.t)
        return outcome or word(STATUSES, standing.status, fmt.t)
    found = cache.view().journeys.get(standing.journey or "")
    stage = stage_name(found.version.journey if found else None, standing.stage, fmt.t)
    tier = f" ({fmt.t(TIERS[standing.level])})" if standing.level != "ok" else ""
    return f"{stage or word(STATUSES, 'open', fmt.t)}{tier}"


def _publishing(source: str, draft: Draft, who: Identity, fmt: Format) -> None:
    t, waypost = fmt.t, deps.get().waypost
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    why = left.text_input(t("Why (kept with the version)"), key=f"{_KEY}.why.{source}", max_chars=1_000)
    label, key = t("Publish"), f"{_KEY}.publish"
    if not right.button(label, type="primary", icon=":material/publish:", key=key, width="stretch"):
        return
    try:
        made = tables.publish(
            waypost.engine,
            waypost.vocabulary,
            source,
            draft.edits,
            by=who.name,
            now=waypost.now(),
            base=draft.base.version,
            comment=why or "",
        )
    except WaypostError as error:
        refused = t("Not published.")
        st.error(f"{refused} {error}", icon=":material/error:")
        return
    published(source, made.job)


def published(source: str, job: int) -> None:
    """Let the job run, and show its progress on this page."""
    deps.get().waypost.replays.kick()
    mapping_draft.forget(source)
    cache.forget_words()
    links.put({"job": str(job)})
    st.rerun()
