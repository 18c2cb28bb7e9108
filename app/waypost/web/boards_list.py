"""The list of boards: what each is for, how its orders are now, who works on it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.services.boards.catalogue import Entry
from waypost.services.boards.drafts import Draft
from waypost.services.boards.samples import Preview, picture_of
from waypost.services.live import View
from waypost.web import boards_dialogs, cache, links
from waypost.web import boards_words as words
from waypost.web.boards_drawing import drawing, tiers
from waypost.web.boards_page import Asked, Cards, boards, leave, nothing_found
from waypost.web.boards_words import PAGE
from waypost.web.format import Format
from waypost.web.words import DRAFTS

_ORDER = {"live": 0, "new": 1, "derived": 2, "retired": 3}
_DRAFTS = 3  # shown on a card; the builder lists the rest


def draw(held: Asked, who: Identity, fmt: Format, cards: Cards) -> None:
    """All boards that the search fits, those in force first."""
    found = [entry for entry in boards().list() if _fits(entry, held, fmt)]
    if not found:
        return nothing_found(held, fmt)
    found.sort(key=lambda entry: (_ORDER[entry.state], entry.board.name.say(fmt.lang)))
    drafts = boards().drafts()
    view = cache.view()
    may = allows(who.role, Role.EDITOR)
    shown = [_card(entry, [d for d in drafts if d.board_id == entry.id], view, fmt, may) for entry in found]
    picked = cards(shown, f"{PAGE}.list", fmt.t("Boards"))
    if picked:
        entry = next(entry for entry in found if entry.id == picked["card"])
        _act(picked["do"], entry, [d for d in drafts if d.board_id == entry.id], who, fmt)
    if not any(entry.state in ("live", "new") for entry in found) and not held.query:
        _begin(fmt, may)


def _fits(entry: Entry, held: Asked, fmt: Format) -> bool:
    board, t = entry.board, fmt.t
    trade = words.industry(board.industry, t)
    return held.fits(entry.id, *board.name.model_dump().values(), *board.purpose.model_dump().values(), trade)


def _card(entry: Entry, drafts: list[Draft], view: View, fmt: Format, may: bool) -> dict[str, Any]:
    board, t = entry.board, fmt.t
    picture = _picture(entry, view)
    opened = entry.state in ("live", "derived")
    href = links.href("board", {"id": entry.id}) if opened else None
    if entry.state == "new" and drafts:
        href = links.href("builder", {"draft": drafts[0].id})
    card: dict[str, Any] = {
        "id": entry.id,
        "name": board.name.say(fmt.lang),
        "purpose": "" if board.purpose.en == "-" else board.purpose.say(fmt.lang),
        "tag": words.industry(board.industry, t) or t("Board"),
        "tag_icon": words.industry_icon(board.industry),
        "drawing": drawing(board, fmt, picture),
        "chips": [*(tiers(picture, fmt) if picture else []), *_state(entry, fmt), *_drafts(drafts, fmt)],
        "facts": _facts(entry, fmt),
        "actions": _actions(entry, fmt, may, href if opened else None),
    }
    return {**card, "href": href} if href else card


def _picture(entry: Entry, view: View) -> Preview | None:
    """Its orders (or returns) now; None when it is not in force."""
    if entry.id in view.journeys:
        return picture_of(view, view.journeys[entry.id].version.journey)
    if entry.id in view.returns.journeys:
        return picture_of(view, view.returns.journeys[entry.id].version.journey)
    return None


def _state(entry: Entry, fmt: Format) -> list[dict[str, str]]:
    if entry.state == "live":
        return []
    return [{"icon": words.STATE_ICONS[entry.state], "text": fmt.t(words.STATES[entry.state])}]


def _drafts(drafts: list[Draft], fmt: Format) -> list[dict[str, str]]:
    chips = [_draft(each, fmt) for each in drafts[:_DRAFTS]]
    more = len(drafts) - _DRAFTS
    return [*chips, {"icon": "edit_note", "text": f"+{fmt.count(more)}"}] if more > 0 else chips


def _draft(each: Draft, fmt: Format) -> dict[str, str]:
    step = fmt.t(DRAFTS[each.status])
    changed = fmt.t("Open draft, changed {when}", when=fmt.instant(each.updated_at))
    return {"icon": "edit_note", "text": f"{cache.person(each.updated_by)} · {step}", "tip": changed}


def _facts(entry: Entry, fmt: Format) -> list[dict[str, str]]:
    t = fmt.t
    facts = []
    if entry.version:
        facts.append({"icon": "tag", "text": t("Version {n}", n=fmt.count(entry.version))})
    if entry.published_at is not None:
        full, by = fmt.full(entry.published_at), cache.person(entry.by)
        facts.append({"icon": "person", "text": f"{by} · {fmt.instant(entry.published_at)}", "tip": full})
    return facts


def _actions(entry: Entry, fmt: Format, may: bool, href: str | None) -> list[dict[str, Any]]:
    t = fmt.t
    actions: list[dict[str, Any]] = []
    if href:
        actions.append({"id": "open", "label": t("Open"), "icon": "open_in_full", "href": href})
    if may and entry.state != "retired":
        label = t("Go on with the draft") if entry.state == "new" else t("Edit")
        actions.append({"id": "edit", "label": label, "icon": "edit"})
    actions.append({"id": "more", "label": t("More"), "icon": "more_horiz"})
    return actions


def _act(do: str, entry: Entry, drafts: list[Draft], who: Identity, fmt: Format) -> None:
    if do == "edit" and allows(who.role, Role.EDITOR):
        leave(drafts[0].id if drafts else boards().start(who.name, board_id=entry.id).id)
    if do == "more":
        boards_dialogs.more(entry, who, fmt)


def _begin(fmt: Format, may: bool) -> None:
    """Nobody has built a board yet: why one would, and how."""
    t = fmt.t
    with st.container(border=True, key="empty"):
        st.subheader(t("Nobody has built a board here yet"), anchor=False)
        st.markdown(
            t(
                "The journeys above came with Waypost. A board of your own says which stages your orders pass, when "
                "each of them is late, and who has to act; a template of your trade is the quickest way to one."
            )
        )
        if not may:
            st.caption(t("A configurator can build boards; an administrator gives that role."))
        if st.button(t("Look at the templates"), type="primary", icon=":material/dashboard_customize:",
                     key=f"{PAGE}.begin"):  # fmt: skip
            links.put({"view": "templates"}, ("q",))
            st.rerun()
