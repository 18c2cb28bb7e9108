"""The frame of a published board: which one, its head, the grid that its panels stand on."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import urlencode, urlsplit

import streamlit as st

from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import NotFound
from waypost.domain.instants import from_us
from waypost.journeys.boards import layout
from waypost.journeys.boards.document import Board
from waypost.journeys.document import Journey
from waypost.services import kpi
from waypost.services.board_view import Scope
from waypost.services.boards.catalogue import BoardVersion
from waypost.services.live import OrderQuery, View
from waypost.web import (
    board_arrange,
    board_charts,
    board_export,
    board_figures,
    board_filters,
    board_panels,
    board_places,
    cache,
    deps,
    empty,
    export,
    links,
    session,
)
from waypost.web.board_filters import ID
from waypost.web.board_panels import Panel, Scene, panel_of
from waypost.web.format import Format
from waypost.web.tower_filters import TowerFilters

# Every kind of panel has been registered once these are imported.
KINDS: Final = (board_figures, board_charts, board_places)


def find(board_id: str) -> BoardVersion | None:
    """The board in force, of a journey without one as it would look; None when there is none of that id."""
    try:
        return deps.get().waypost.boards.published(board_id)
    except NotFound:
        return None


def journey_of(found: BoardVersion, view: View) -> Journey | None:
    """The journey of a board as it is counted now; None for the moment before it is."""
    return kpi.journey_of(view, found.board.id)


def opened(view: View) -> tuple[BoardVersion | None, Journey | None]:
    """The board of the address with its journey; its own filters are put into the address at first."""
    found = find(links.value(ID) or "")
    if found is None:
        return None, None
    board_filters.put_defaults(found.board)
    return found, journey_of(found, view)


def state(board: Board, journey: Journey, view: View) -> TowerFilters:
    """What the address asks the board to show."""
    return board_filters.read(board, journey, view)


def nothing_yet(fmt: Format) -> None:
    """A store without orders."""
    empty.no_orders(fmt.t)


def head_of(found: BoardVersion, who: Identity, scene_: Scene) -> None:
    """Name, purpose, what can be done, and the filters."""
    fmt = scene_.fmt
    with st.container(horizontal=True, vertical_alignment="center", key="board.bar"):
        st.title(found.board.name.say(fmt.lang), anchor=False, width="stretch")
        acts(found, who, scene_)
    purpose(found.board, fmt)
    if scene_.view.n:
        with st.container(horizontal=True, vertical_alignment="center", key="board.filters"):
            board_filters.draw(found.board, scene_.state, scene_.view, fmt)


def now(board_id: str, version_: tuple[int, int], held: TowerFilters, *, wall: bool) -> tuple[BoardVersion, Scene]:
    """The board and what its panels look at in this moment; when another version is in force, the page runs anew."""
    session.require(Role.VIEWER)
    view, found = cache.view(), find(board_id)
    journey = journey_of(found, view) if found else None
    if found is None or journey is None or stamp(found, view) != version_:
        st.rerun()
    return found, scene(found, journey, view, held, session.reader(), wall=wall)


def panels(scene: Scene) -> list[Panel]:
    """All panels in the order in which the grid is read."""
    held = layout.complete(scene.board)
    blocks = {block.id: block for block in layout.panels(scene.board)}
    found = []
    for place in held.wide:
        found.append(panel_of(blocks[place.block], place.h, scene.board, scene.journey, scene.fmt))
    return found


def line(found: BoardVersion, scene: Scene) -> str:
    """Which version this is and how fresh; how many orders are open, and need a hand. HTML, escaped."""
    t, fmt, view = scene.fmt.t, scene.fmt, scene.view
    opened, total, hand = numbers(scene)
    orders = t.plural("{n} open order", "{n} open orders", opened, n=fmt.count(opened))
    late = t.plural("{n} needs a hand", "{n} need a hand", hand, n=fmt.count(hand))
    link = links.href("orders", scene.state.standing())
    of = t("of {n}", n=fmt.count(total))
    return (
        f'<div class="wp-live" data-testid="wp-board-line"><i></i><span>{escape(version(found, fmt, view.now))}</span>'
        f'<span><a href="{escape(link)}" target="_self"><b>{escape(orders)}</b></a> {escape(of)}</span>'
        f"<span>{escape(late)}</span></div>"
    )


def numbers(scene: Scene) -> tuple[int, int, int]:
    """How many orders are open, how many there are in all, how many of the open ones need a hand."""

    def count(view: View, _: Scope) -> tuple[int, int, int]:
        mine = view.mask(scene.state.query)
        opened = mine & view.mask(OrderQuery(status="open"))
        return int(opened.sum()), int(mine.sum()), int((opened & (view.level > 0)).sum())

    return board_panels.counted("line", Panel("", "", "", (), False, 0, "", 0), scene, count)


def purpose(board: Board, fmt: Format) -> None:
    """What the board is for, when somebody said so; plain text."""
    said = board.purpose.say(fmt.lang)
    if said.strip(" -–"):
        st.html(f'<div class="wp-board-line">{escape(said)}</div>')


def version(found: BoardVersion, fmt: Format, now: int) -> str:
    """Which version is in force, since when, by whom."""
    t = fmt.t
    if found.published_at is None or not found.version:
        return t("made from its journey, not arranged by anybody yet")
    day = fmt.day(from_us(found.published_at, fmt.zone).date(), now)
    return t("version {n} · published {day} by {name}", n=found.version, day=day, name=cache.person(found.by))


def stamp(found: BoardVersion, view: View) -> tuple[int, int]:
    """The versions of board and journey; with another one the page is drawn anew."""
    held = view.journeys.get(found.board.id) or view.returns.journeys.get(found.board.id)
    return found.version, held.version.version if held else 0


def may_arrange(role: str) -> bool:
    """Whether somebody may open a draft of a board."""
    return allows(role, Role.EDITOR)


def scene(
    found: BoardVersion, journey: Journey, view: View, state: TowerFilters, fmt: Format, *, wall: bool = False
) -> Scene:
    """What the panels look at."""
    board, journeyed = stamp(found, view)
    return Scene(found.board, board * 100_000 + journeyed, journey, view, state, fmt, wall)


def acts(found: BoardVersion, who: Identity, scene_: Scene) -> None:
    """What can be done with a board: arrange it, look at it on a wall, share it, take its figures away."""
    t, address = scene_.fmt.t, dict(st.query_params.to_dict())
    if may_arrange(who.role) and st.button(t("Arrange"), icon=":material/dashboard_customize:", key="board.arrange"):
        links.go("board", {board_arrange.NAME: board_arrange.start(found.board.id, who.name)})
    with st.popover(t("Share"), icon=":material/share:", key="board.share"):
        st.caption(t("This address shows the board as it is filtered now, to everybody who may sign in."))
        st.code(_whole(address), language=None, wrap_lines=True)
        st.page_link(
            links.path("board"), label=t("Show on a wall"), icon=":material/tv:", query_params={**address, "wall": "1"}
        )
    sheet, said = board_export.sheet(scene_, panels(scene_))
    export.offer(
        sheet, scene_.fmt, said=said, key="board.export", note=t("The key figures of this board as it is filtered.")
    )


def _whole(address: Mapping[str, str]) -> str:
    parts = urlsplit(str(st.context.url or ""))
    return f"{parts.scheme}://{parts.netloc}{links.ADDRESS['board']}?{urlencode(address, doseq=True)}"


def not_there(fmt: Format, *, edits: bool) -> None:
    """A board that is not published, or that nobody knows."""
    t, board_id = fmt.t, (links.value(ID) or "")[:48].replace("`", "")
    st.subheader(t("This board is not published"), anchor=False)
    st.markdown(t("Nothing is in force under the id {id}.", id=f"`{board_id}`") if board_id else t("Which board?"))
    st.page_link(links.path("boards"), label=t("All boards"), icon=":material/space_dashboard:")
    if edits:
        st.caption(t("A draft becomes a board once it is published in the builder."))
