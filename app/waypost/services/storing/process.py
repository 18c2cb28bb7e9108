"""The storing process: takes all that waits on its socket, stores it in one transaction, answers, and so on.

It has one thread, so nothing fights over the interpreter while it works. What comes meanwhile waits in the socket
and makes the next group.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

from waypost.domain.vocabulary import load as load_vocabulary
from waypost.services.heap import settle
from waypost.services.storing.wire import Frames, ends_frame, frame, read_jobs
from waypost.store.engine import open_engine
from waypost.store.group import Batch, Groups
from waypost.store.writer import GROUP

READ = 1024 * 1024  # bytes at a time
READY = "ready"


def serve(line: socket.socket) -> None:
    """Store what comes over a socket until its other end closes; the first frame names the database."""
    coming = _coming(line)
    first = next(coming, None)
    if first is None:
        return
    engine = open_engine(first[0])
    groups = Groups(engine)
    load_vocabulary()
    engine.connect().close()  # ready means that the database answers
    settle()
    with contextlib.suppress(ConnectionError):  # whoever asked is gone: what he sent is stored, nobody hears of it
        line.sendall(frame(READY))
        for group in coming:
            line.sendall(_stored(groups, group))
    groups.close()
    engine.dispose()


def _stored(groups: Groups, frames: list[Any]) -> bytes:
    """Store the submissions of some frames in one transaction; the answers, a frame for each."""
    read = [read_jobs(each) for each in frames]
    batches: list[Batch] = [batch for _, of_frame in read for batch in of_frame]
    ends = iter(groups.store(batches, max(now for now, _ in read)))
    return b"".join(ends_frame([next(ends) for _ in of_frame]) for _, of_frame in read)


def _coming(line: socket.socket) -> Iterator[list[Any]]:
    """Groups of frames: all that has come, up to a full group."""
    frames = Frames()
    while data := _read(line):
        group = list(frames.feed(data))
        while sum(_size(each) for each in group) < GROUP and (data := _read(line, socket.MSG_DONTWAIT)):
            group += frames.feed(data)
        if group:
            yield group


def _read(line: socket.socket, flags: int = 0) -> bytes:
    try:
        return line.recv(READ, flags)
    except (BlockingIOError, ConnectionError):
        return b""


def _size(value: Any) -> int:
    return sum(value[1]) if isinstance(value, tuple) else 1
