"""The builder page: head, canvas, form and drawer around one draft, and its heartbeat."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.domain.errors import NotFound
from waypost.journeys.boards.document import Board
from waypost.services.boards.catalogue import BoardVersion
from waypost.web import (
    builder_desk,
    builder_drawer,
    builder_faces,
    builder_form,
    builder_head,
    builder_keys,
    builder_life,
    builder_palette,
    builder_return,
    builder_start,
    cache,
    links,
    session,
)
from waypost.web.builder_desk import Desk
from waypost.web.format import Format

CANVAS: Final = "builder.canvas"
TALL, LOW = 560, 360  # px; low while something in the drawer wants to be read
ALONE = 680  # px; nothing stands below it
STYLE: Final = """<style>
.st-key-builder-body { align-items: stretch; }
.st-key-builder-form { max-height: 720px; overflow-y: auto; padding: 0 8px 8px 0; }
.st-key-builder-head [data-testid="stMarkdownContainer"] p { font-size: 13px; }
.st-key-builder-name input { font-weight: 600; }
.st-key-builder-head kbd { color: var(--wp-muted) !important; opacity: 1 !important; }
@media (max-width: 1180px) {
  .st-key-builder-head kbd { display: none; }
  .st-key-builder-body { flex-direction: column; }
  /* The form stands between canvas and drawer; what was asked for in the drawer stands before the form. */
  .st-key-builder-body > :has(> .st-key-builder-middle), .st-key-builder-middle { display: contents; }
  .st-key-builder-body > * , .st-key-builder-middle > * { width: 100% !important; max-width: none !important;
    flex: none !important; }
  .st-key-builder-body > :has(> .st-key-builder-form) { order: 1; }
  .st-key-builder-middle > :has(> .st-key-builder-drawer) { order: 2; }
  .st-key-builder-form { max-height: none; width: 100% !important; }
  .st-key-builder-head > :has(> .st-key-builder-name) { width: 200px !important; }
}
</style>"""
Canvas = Callable[..., Any]


def opened(who: Identity, fmt: Format) -> Desk | None:
    """The desk of the draft that the address names; else what can be done instead is drawn."""
    asked = builder_start.chosen(who, fmt)
    desk = builder_desk.opened(asked, who) if asked else None
    if desk is None:
        board_id = links.value("board")
        if not (board_id and _published(board_id)):
            builder_start.nothing(who, fmt, asked=bool(asked or board_id))
        return None
    if CANVAS not in st.session_state:
        builder_desk.mounted(desk)
        _come_back(desk)
    return desk


def _published(board_id: str) -> BoardVersion | None:
    try:
        return builder_desk.boards().published(board_id)
    except NotFound:
        return None


def _come_back(desk: Desk) -> None:
    """The block that the address names, and the source that was connected meanwhile."""
    block, source = links.value("block"), links.value("source")
    if block and desk.board.block(block):
        builder_desk.look_at(desk, block)
        if source:
            builder_desk.change(desk, lambda board: builder_return.with_source(board, block, source))
            links.put({"source": None})


def hear(desk: Desk, doc: Mapping[str, Any] | None) -> None:
    """Take in what the canvas sent before the page is drawn, so that it is drawn as stored."""
    builder_desk.take(desk, doc)


def draw(desk: Desk, canvas: Canvas) -> None:
    """Everything but the heartbeat; canvas, form and head follow each other within one run."""
    who, fmt = session.require("viewer"), session.reader()
    fixed = not builder_head.may_edit(desk, who)
    problems = builder_desk.boards().check(desk.board)
    st.html(STYLE)
    head = st.container()
    told = st.container()
    with st.container(horizontal=True, key="builder-body", gap="medium"):
        middle = st.container(key="builder-middle", width="stretch")
        side = st.container(key="builder-form", width=320)
    with middle:
        drawn = builder_faces.faces(desk.board, problems, cache.view(), fmt)
        mode, height = "read" if fixed else "edit", builder_drawer.room(TALL, LOW)
        found = canvas(
            desk.fed_document(), drawn, key=CANVAS, mode=mode, height=height,
            palette=builder_palette.palette(fmt.t, returns=desk.board.subject == "return"),
            saved=desk.saved(lambda us: fmt.instant(us)[-5:]), people=_people(desk, fmt), focus=desk.focus,
        )  # fmt: skip
    if builder_desk.take(desk, found.doc):
        st.rerun(scope="fragment")  # told outside of the callback, as after a lost connection
    _picked(desk, found)
    with head:
        builder_head.draw(desk, problems, who, fmt)
    with told:
        builder_life.told(desk, who, fmt)
    with side:
        builder_form.draw(desk, problems, fmt, fixed=fixed)
    with middle:
        builder_drawer.draw(desk, problems, who, fmt, canvas)
    builder_keys.draw(desk)


def _picked(desk: Desk, found: Any) -> None:
    """Open the form of what was selected on the canvas."""
    if tuple(found.selected) != desk.picked:
        desk.picked = tuple(found.selected)
        desk.selected = desk.picked[0] if len(desk.picked) == 1 else ""
    act = found.act
    if act and act["do"] == "open" and desk.board.block(act["id"]):
        desk.selected, desk.entered = act["id"], secrets.randbelow(2**31) + 1
    if act and act["do"] == "try":
        builder_life.show("try")


def _people(desk: Desk, fmt: Format) -> list[dict[str, str]]:
    return [{"name": person.who, "since": fmt.instant(person.seen_at)[-5:]} for person in desk.people]


def beat(desk: Desk) -> None:
    """Tell that somebody is here; draw anew when others changed something."""
    if builder_desk.poll(desk):
        st.rerun()


def read(canvas: Canvas, who: Identity, fmt: Format) -> bool:
    """A published board to look at; False when the address names none."""
    found = _published(links.value("board") or "")
    if found is None:
        return False
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="builder-head"):
        st.page_link(links.path("boards"), label=fmt.t("Boards"), icon=":material/arrow_back:")
        st.title(found.board.name.say(fmt.lang), anchor=False, width="stretch")
        builder_start.offer(found.board.id, who, fmt)
    if found.board.purpose.say(fmt.lang) != "-":
        st.markdown(found.board.purpose.say(fmt.lang))
    canvas(_as_read(found.board, found.version), builder_faces.faces(found.board, (), cache.view(), fmt),
           key="builder.read", mode="read", height=ALONE)  # fmt: skip
    return True


def _as_read(board: Board, version: int) -> dict[str, Any]:
    body = board.as_json()
    return {
        "rev": version, "blocks": body["blocks"], "wires": body["wires"], "undoable": False, "note": "",
        "draft": f"{board.id}.{version}",
    }  # fmt: skip
