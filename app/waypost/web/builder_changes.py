"""What a draft changes: in words, and as marks on a picture of both versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from waypost.domain.errors import NotFound
from waypost.journeys.boards.diff import Diff, diff
from waypost.journeys.boards.document import Board
from waypost.journeys.boards.tree import at
from waypost.web import builder_conflicts, builder_desk, builder_faces, builder_fields, builder_words, cache
from waypost.web.builder_desk import Desk
from waypost.web.format import Format


def changes(desk: Desk, fmt: Format, canvas: Callable[..., Any]) -> None:
    """The draft against what is in force: a list in words, and the picture with marks."""
    try:
        before = builder_desk.boards().published(desk.draft.board_id).board
    except NotFound:
        st.caption(fmt.t("This board was never published: everything on it is new."))
        before = desk.board.model_copy(update={"blocks": (), "wires": ()})
    found = diff(before, desk.board)
    if found.empty:
        builder_fields.noted("check", fmt.t("Nothing is different from what is in force."))
        return
    left, right = st.columns([2, 3])
    with left:
        words(found, before, desk.board, fmt)
    with right:
        picture(found, before, desk, fmt, canvas)


def said(before: Board, after: Board, fmt: Format) -> None:
    """The differences of two boards in words."""
    found = diff(before, after)
    if found.empty:
        st.markdown(fmt.t("No difference."))
        return
    words(found, before, after, fmt)


def words(found: Diff, before: Board, after: Board, fmt: Format) -> None:
    """One line per change."""
    t = fmt.t
    for line in lines(found, before, after, fmt):
        st.markdown(line)
    if found.looks_only:
        st.caption(t("Blocks only stand elsewhere; nothing changes for orders."))


def lines(found: Diff, before: Board, after: Board, fmt: Format) -> list[str]:
    """The changes in words, worst first: what went, what came, what is different."""
    t = fmt.t
    gone = [t("{block} is taken out", block=_name(before, name, fmt)) for name in found.removed]
    new = [t("{block} is new", block=_name(after, name, fmt)) for name in found.added]
    told = [*(f":material/remove: {text}" for text in gone), *(f":material/add: {text}" for text in new)]
    for name, paths in found.changed.items():
        told += [_changed(name, path, before, after, fmt) for path in paths]
    told += [_wire(wire, after, fmt, new=False) for wire in found.wires_removed if _both(wire, before, after)]
    told += [_wire(wire, after, fmt, new=True) for wire in found.wires_added if _both(wire, before, after)]
    one, other = before.as_json(), after.as_json()
    for path in found.board_fields:
        told.append(_line(t("The board"), path, at(one, path), at(other, path), fmt))
    return told


def _both(wire: Any, before: Board, after: Board) -> bool:
    """Whether a wire is a change of its own, and not only that of a block that came or went."""
    return all(board.block(end) for board in (before, after) for end in (wire.from_, wire.to))


def _wire(wire: Any, board: Board, fmt: Format, *, new: bool) -> str:
    ends = {"first": _name(board, wire.from_, fmt), "second": _name(board, wire.to, fmt)}
    text = fmt.t("{first} leads to {second}", **ends) if new else fmt.t("{first} leads no more to {second}", **ends)
    return f":material/{'trending_flat' if new else 'link_off'}: {text}"


def _changed(name: str, path: str, before: Board, after: Board, fmt: Format) -> str:
    old, new = (block.set if (block := board.block(name)) else {} for board in (before, after))
    return _line(_name(after, name, fmt), path, at(old, path), at(new, path), fmt)


def _line(name: str, path: str, old: Any, new: Any, fmt: Format) -> str:
    what = builder_words.part(path, fmt.t)
    one = "–" if old is None else builder_conflicts.value(old, fmt, path)
    other = "–" if new is None else builder_conflicts.value(new, fmt, path)
    return f":material/edit: **{name}** · {what}: {one} → {other}"


def _name(board: Board, name: str, fmt: Format) -> str:
    block = board.block(name)
    return builder_words.safe(builder_words.title(block, fmt.t) if block else name)


def picture(found: Diff, before: Board, desk: Desk, fmt: Format, canvas: Callable[..., Any]) -> None:
    """Both versions in one picture, with marks; it only shows."""
    gone = [block for block in before.blocks if block.id in found.removed]
    both = desk.board.model_copy(update={"blocks": (*desk.board.blocks, *gone)})
    ids = {block.id for block in both.blocks}
    wires = {(w.from_, w.port, w.to): w for w in (*desk.board.wires, *before.wires) if {w.from_, w.to} <= ids}
    both = both.model_copy(update={"wires": tuple(wires.values())})
    marks: Mapping[str, str] = {name: found.mark(name) for name in ids}
    body = both.as_json()
    server = {
        "rev": desk.draft.rev, "blocks": body["blocks"], "wires": body["wires"], "undoable": False, "note": "",
        "draft": f"{desk.draft.id}.diff",
    }  # fmt: skip
    drawn = builder_faces.faces(both, (), cache.view(), fmt, marks)
    canvas(server, drawn, key="builder.diff", mode="diff", height=420)
