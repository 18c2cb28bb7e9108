"""One template from the inside: its story, the path with sample orders, stages with targets, gates, figures, panels."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import FieldError
from waypost.journeys.boards.blocks import (
    BranchSettings,
    GateSettings,
    KpiSettings,
    PanelSettings,
    Settings,
    StageSettings,
    kinds,
)
from waypost.journeys.boards.document import Block, Board
from waypost.journeys.labels import Labels
from waypost.services.boards.samples import Preview, preview
from waypost.services.boards.templates import Template
from waypost.web import boards_dialogs, deps, links
from waypost.web import boards_words as words
from waypost.web.boards_drawing import FLOW, drawing, tiers
from waypost.web.boards_page import Cards
from waypost.web.boards_words import PAGE
from waypost.web.format import Format
from waypost.web.words import OWNERS, PANELS, TIER_ICONS, word


def draw(each: Template, who: Identity, fmt: Format, cards: Cards) -> None:
    """Everything that helps to decide whether it fits."""
    t = fmt.t
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=f"{PAGE}.template"
    ):
        if st.button(t("All templates"), icon=":material/arrow_back:", type="tertiary", key=f"{PAGE}.back"):
            links.put({"template": ""})
            st.rerun()
        if allows(who.role, Role.EDITOR):
            if st.button(t("Use this template"), type="primary", icon=":material/edit:", key=f"{PAGE}.use.one"):
                boards_dialogs.use(each, who, fmt)
        else:
            st.caption(t("A configurator can build boards; an administrator gives that role."), width="content")
    picture = _picture(each, fmt)
    cards([_head(each, fmt, picture)], f"{PAGE}.path", t("The path"), wide=True)
    left, right = st.columns([7, 5], gap="large")
    with left:
        _section(t("Stages and their targets"), _stages(each.board, fmt, picture))
    with right:
        title, story = escape(t("Who it is for")), escape(each.story.say(fmt.lang))
        st.html(f'<h3 class="wp-h3">{title}</h3><p class="wp-story">{story}</p>')
        _section(t("Gates"), _of(each.board, GateSettings, fmt, picture))
        _section(t("Ways that part"), _of(each.board, BranchSettings, fmt, picture))
        _section(t("Figures"), _of(each.board, KpiSettings, fmt, picture))
    _panels(each.board, fmt)


def _picture(each: Template, fmt: Format) -> Preview | None:
    """The samples on the board; of a template that is not finished it is said why there are none."""
    if not each.samples:
        return None
    try:
        return preview(each, deps.get().waypost.now())
    except FieldError as error:
        st.warning(fmt.t("{field}: {problem} {remedy}", field=error.field, problem=error.problem, remedy=error.remedy))
        return None


def _head(each: Template, fmt: Format, picture: Preview | None) -> dict[str, Any]:
    t = fmt.t
    chips: list[dict[str, str]] = []
    if picture is not None:
        n = fmt.count(picture.n)
        sample = t.plural("With {n} sample order", "With {n} sample orders", picture.n, n=n)
        done = fmt.count(picture.finished + picture.ended)
        chips = [
            {"icon": "science", "text": sample},
            *tiers(picture, fmt),
            {"icon": "task_alt", "text": t("{n} done", n=done)},
        ]
    return {
        "id": each.id,
        "name": each.name.say(fmt.lang),
        "purpose": each.purpose.say(fmt.lang),
        "tag": words.industry(each.industry, t),
        "tag_icon": words.industry_icon(each.industry),
        "drawing": drawing(each.board, fmt, picture),
        "chips": chips,
    }


def _settings(block: Block) -> Settings | None:
    """Its settings, None while they are unfinished."""
    try:
        return kinds()[block.kind].settings.model_validate(block.set)
    except (KeyError, ValueError):
        return None


def _read(board: Board) -> list[tuple[Block, Settings]]:
    read = ((block, _settings(block)) for block in sorted(board.blocks, key=lambda b: (b.kind not in FLOW, b.x, b.y)))
    return [(block, settings) for block, settings in read if settings is not None]


def _stages(board: Board, fmt: Format, picture: Preview | None) -> list[str]:
    rows = []
    for block, settings in _read(board):
        if isinstance(settings, StageSettings):
            target = words.target(settings.target, board, settings.calendar, fmt) or fmt.t("no clock")
            counts = picture.stages.get(block.id) if picture else None
            n = sum(counts) if counts else 0
            tier = "red" if counts and counts.red else "yellow" if counts and counts.yellow else ""
            span = f"{_ends(settings.start, fmt)} → {_ends(settings.end, fmt)}"
            rows.append(
                _row(
                    settings.icon,
                    settings.name.say(fmt.lang),
                    [target, span],
                    word(OWNERS, settings.owner, fmt.t),
                    n,
                    tier,
                )
            )
    return rows


def _ends(names: tuple[str, ...], fmt: Format) -> str:
    vocabulary = deps.get().waypost.vocabulary
    return vocabulary.label(names[0], fmt.lang) or names[0]


def _of(board: Board, kind: type[Settings], fmt: Format, picture: Preview | None) -> list[str]:
    rows = []
    for block, settings in _read(board):
        if not isinstance(settings, kind):
            continue
        held, owner = 0, ""
        if isinstance(settings, GateSettings):
            notes, owner = [settings.why.say(fmt.lang)], word(OWNERS, settings.owner, fmt.t)
            held = picture.held.get(block.id, 0) if picture else 0
        elif isinstance(settings, BranchSettings):
            ways: list[Labels] = [*(case.name for case in settings.cases), settings.otherwise]
            notes = [" / ".join(name.say(fmt.lang) for name in ways)]
        elif isinstance(settings, KpiSettings):
            notes, owner = (
                [words.target(settings.target, board, settings.calendar, fmt)],
                word(OWNERS, settings.owner, fmt.t),
            )
        else:
            notes = []
        rows.append(_row(words.icon(block), settings.name.say(fmt.lang), notes, owner, held, "red" if held else ""))
    return rows


def _row(icon: str, name: str, notes: list[str], owner: str, n: int, tier: str) -> str:
    mark = f'<i class="wp-icon" aria-hidden="true">{TIER_ICONS[tier]}</i>' if tier else ""
    count = f'<b class="wp-count" data-tier="{escape(tier)}">{mark}{n}</b>' if n else ""
    lines = "".join(f"<small>{escape(note)}</small>" for note in notes if note)
    who = f'<span class="wp-owner">{escape(owner)}</span>' if owner else ""
    text = f"<div><span>{escape(name)}{count}</span>{lines}</div>"
    return f'<li><i class="wp-icon" aria-hidden="true">{escape(icon)}</i>{text}{who}</li>'


def _section(title: str, rows: list[str]) -> None:
    if rows:
        st.html(f'<h3 class="wp-h3">{escape(title)}</h3><ul class="wp-rows">{"".join(rows)}</ul>')


def _panels(board: Board, fmt: Format) -> None:
    """The published board as it will be laid out, in outline."""
    blocks = {block.id: block for block in board.blocks}
    tiles = []
    for place in board.layout.wide:
        block = blocks.get(place.block)
        settings = _settings(block) if block else None
        if isinstance(settings, PanelSettings):
            style = f"grid-column:{place.x + 1}/span {place.w};grid-row:{place.y + 1}/span {place.h}"
            icon = escape(PANELS[settings.show][2])
            name, shows = escape(settings.name.say(fmt.lang)), escape(_shows(settings, blocks, fmt))
            tiles.append(
                f'<div style="{style}"><span><i class="wp-icon" aria-hidden="true">{icon}</i>{name}</span>'
                f"<small>{shows}</small></div>"
            )
    if tiles:
        title = escape(fmt.t("How the board is laid out"))
        st.html(f'<h3 class="wp-h3">{title}</h3><div class="wp-layout">{"".join(tiles)}</div>')


def _shows(panel: PanelSettings, blocks: dict[str, Block], fmt: Format) -> str:
    """What a panel shows, and of which blocks."""
    if panel.text is not None:
        return panel.text.say(fmt.lang)
    of = [words.name(blocks[name], fmt.lang) for name in panel.of if name in blocks]
    return " · ".join([fmt.t(PANELS[panel.show][0]), *of])
