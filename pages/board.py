"""Board: a published board, live; its panels where they were put, on a desk, a phone or a wall."""

import streamlit as st

from components import board_wall, pictures
from components._base import translated
from waypost.access.roles import Role
from waypost.web import board_filters, board_page, board_panels, cache, empty, links, session
from waypost.web import board_wall as wall
from waypost.web.tower_filters import TowerFilters


@st.fragment(run_every=1.5)
def live(board_id: str, version: tuple[int, int], held: TowerFilters) -> None:
    """All panels; drawn again every 1.5 s, in place: a new target or a rollback must show within two seconds."""
    session.require(Role.VIEWER)
    fmt, view, found = session.reader(), cache.view(), board_page.find(board_id)
    journey = board_page.journey_of(found, view) if found else None
    if found is None or journey is None or board_page.stamp(found, view) != version:
        st.rerun()
    scene = board_page.scene(found, journey, view, held, fmt, wall=wall.asked())
    if scene.wall:
        st.html(board_page.style(found.board) + wall.style(found.board))
        texts = translated(board_wall.TEXTS, fmt.t)
        board_wall.board_wall(key="board.wall", t=texts, lang=fmt.lang, **wall.bar(found, scene))
    else:
        st.html(board_page.style(found.board) + board_page.line(found, scene))
    with st.container(key=board_page.GRID):
        for panel in board_page.panels(scene):
            with st.container(key=board_page.key_of(panel.id)):
                for place, picture in enumerate(board_panels.pictures(panel, scene)):
                    pictures.draw(picture, f"board.{panel.id}.{place}", fmt)


who = session.require(Role.VIEWER)
reader, view, asked = session.reader(), cache.view(), links.value("id") or ""
found = board_page.find(asked)
journey = board_page.journey_of(found, view) if found else None
if found is None or journey is None:
    board_page.not_there(asked, reader, edits=board_page.may_arrange(who.role))
    st.stop()
board_filters.put_defaults(found.board)
state = board_filters.read(found.board, journey, view)
if not wall.asked():
    with st.container(horizontal=True, vertical_alignment="center", key="board.bar"):
        st.title(found.board.name.say(reader.lang), anchor=False, width="stretch")
        board_page.acts(found, who, board_page.scene(found, journey, view, state, reader))
    board_page.purpose(found.board, reader)
    if view.n:
        with st.container(horizontal=True, vertical_alignment="center", key="board.filters"):
            board_filters.draw(found.board, state, view, reader)
if view.n:
    live(asked, board_page.stamp(found, view), state)
else:
    empty.no_orders(reader.t)
