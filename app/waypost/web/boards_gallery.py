"""The gallery of templates: cards by trade, and one template with everything that is in it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.services.boards.templates import Broken, Template, shelf
from waypost.web import boards_dialogs, boards_preview, links
from waypost.web import boards_words as words
from waypost.web.boards_drawing import drawing
from waypost.web.boards_page import Asked, Cards, nothing_found
from waypost.web.boards_words import PAGE
from waypost.web.format import Format


def draw(held: Asked, who: Identity, fmt: Format, cards: Cards) -> None:
    """All templates that search and trade fit; or the one that the address names."""
    found = shelf()
    opened = next((each for each in found.templates if each.id == held.template), None)
    if opened is not None:
        return boards_preview.draw(opened, who, fmt, cards)
    may = allows(who.role, Role.EDITOR)
    if held.template:
        st.info(fmt.t("There is no template “{name}” here. These are the ones there are.", name=held.template))
    if may:
        _tell(found.broken, fmt)
    _trades(found.templates, held, fmt)
    fitting = [each for each in found.templates if _fits(each, held, fmt)]
    if not fitting:
        return nothing_found(held, fmt)
    fitting.sort(key=lambda each: words.industry(each.industry, fmt.t))
    picked = cards([_card(each, fmt, may) for each in fitting], f"{PAGE}.gallery", fmt.t("Templates"))
    if picked and may:
        boards_dialogs.use(next(each for each in fitting if each.id == picked["card"]), who, fmt)
    return None


def _fits(each: Template, held: Asked, fmt: Format) -> bool:
    if held.industry and each.industry != held.industry:
        return False
    texts = (each.name, each.purpose, each.story)
    return held.fits(each.id, words.industry(each.industry, fmt.t), *(v for text in texts for v in (text.en, text.zh)))


def _trades(templates: list[Template], held: Asked, fmt: Format) -> None:
    t = fmt.t
    names = {each.industry: words.industry(each.industry, t) for each in templates}
    held_now = held.industry if held.industry in names else None
    bound = links.bound(PAGE, "industry", held_now)
    order = sorted(names, key=names.__getitem__)
    st.pills(t("Trade"), order, format_func=names.__getitem__, label_visibility="collapsed", **bound)


def _card(each: Template, fmt: Format, may: bool) -> dict[str, Any]:
    t, board = fmt.t, each.board
    href = links.href(PAGE, {"view": "templates", "template": each.id})
    count = {kind: sum(block.kind == kind for block in board.blocks) for kind in ("stage", "branch", "gate", "kpi")}
    facts = [
        {"icon": "route", "text": t.plural("{n} stage", "{n} stages", count["stage"])},
        {"icon": "call_split", "text": t.plural("{n} branch", "{n} branches", count["branch"])},
        {"icon": "lock", "text": t.plural("{n} gate", "{n} gates", count["gate"])},
        {"icon": "speed", "text": t.plural("{n} figure", "{n} figures", count["kpi"])},
    ]
    actions: list[dict[str, Any]] = [{"id": "look", "label": t("Look inside"), "icon": "visibility", "href": href}]
    if may:
        actions.append({"id": "use", "label": t("Use this template"), "icon": "edit"})
    return {
        "id": each.id,
        "href": href,
        "name": each.name.say(fmt.lang),
        "purpose": each.purpose.say(fmt.lang),
        "tag": words.industry(each.industry, t),
        "tag_icon": words.industry_icon(each.industry),
        "drawing": drawing(board, fmt),
        "facts": [fact for fact, n in zip(facts, count.values(), strict=True) if n],
        "actions": actions,
    }


def _tell(broken: list[Broken], fmt: Format) -> None:
    """Files of the company's folder that are no templates."""
    for each in broken:
        said = fmt.t("{field}: {problem} {remedy}", field=each.field, problem=each.problem, remedy=each.remedy)
        st.warning(f"**{each.file}** · {said}", icon=":material/warning:")
