"""Board: a published board, live, on a desk, a phone or a wall; or the layout of a draft of it to arrange."""

from functools import partial

import streamlit as st

from components import board_grid, board_wall, pictures
from components._base import translated
from waypost.access.roles import Role
from waypost.web import board_arrange, board_page, board_panels, board_style, cache, session, turns
from waypost.web import board_wall as wall
from waypost.web.tower_filters import TowerFilters


@turns.live(1.5)
def live(board_id: str, version: tuple[int, int], held: TowerFilters) -> None:
    """All panels; drawn again every 1.5 s, in place: a new target or a rollback must show within two seconds."""
    shown, scene = board_page.now(board_id, version, held, wall=wall.asked())
    fmt = scene.fmt
    if scene.wall:
        st.html(board_style.style(shown.board) + wall.style(shown.board))
        texts = translated(board_wall.TEXTS, fmt.t)
        board_wall.board_wall(key="board.wall", t=texts, lang=fmt.lang, **wall.bar(shown, scene))
    else:
        st.html(board_style.style(shown.board) + board_page.line(shown, scene))
    with st.container(key=board_style.GRID):
        for panel in board_page.panels(scene):
            with st.container(key=board_style.key_of(panel.id)):
                for place, picture in enumerate(board_panels.pictures(panel, scene)):
                    pictures.draw(picture, f"board.{panel.id}.{place}", fmt)


@st.fragment(run_every=3)
def arrange(draft_id: str) -> None:
    """The layout of a draft; what others change shows within seconds."""
    who, fmt = session.require(Role.VIEWER), session.reader()
    grid = partial(board_grid.board_grid, t=translated(board_grid.TEXTS, fmt.t))
    board_arrange.room(draft_id, who, fmt, grid)


who, reader, view = session.require(Role.VIEWER), session.reader(), cache.view()
if draft := board_arrange.asked():
    board_arrange.head(draft, reader)
    arrange(draft.id)
    st.stop()
found, journey = board_page.opened(view)
if found is None or journey is None:
    board_page.not_there(reader, edits=board_page.may_arrange(who.role))
    st.stop()
state = board_page.state(found.board, journey, view)
if not wall.asked():
    board_page.head_of(found, who, board_page.scene(found, journey, view, state, reader))
if view.n:
    live(found.board.id, board_page.stamp(found, view), state)
else:
    board_page.nothing_yet(reader)
