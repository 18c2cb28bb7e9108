"""Open pages are told of news: one watcher per process looks for all of them, once a second."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Final

from starlette.types import Receive, Send

from waypost.api.track.book import Book, Held

EVERY_S: Final = 1.0
BEAT_S: Final = 20.0  # a comment now and then, so that proxies keep the line open and dead ones are noticed
LONGEST_S: Final = 600.0  # then the browser connects again, perhaps to another process
MOST: Final = 2_000
MOST_OF_ONE: Final = 50
_LOG = logging.getLogger("waypost.track")
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"x-accel-buffering", b"no"),
]


class Reader:
    """One open page: what it shows, and the bell that rings when there is something to send."""

    def __init__(self, digest: str, lang: str, tag: str) -> None:
        self.digest, self.lang, self.tag = digest, lang, tag
        self.bell = asyncio.Event()
        self.news = b""
        self.over = False

    def show(self, held: Held | None) -> None:
        """Take in what its token opens now."""
        if held is None or held.over:
            self.end(b"event: end\ndata: \n\n")
            return
        page = held.page(self.lang)
        if page.tag != self.tag:
            self.tag = page.tag
            self.news = b"id: %s\ndata: %s\n\n" % (page.tag.encode(), page.main)
            self.bell.set()

    def end(self, last: bytes = b"") -> None:
        """Nothing follows after `last`."""
        self.news, self.over = last, True
        self.bell.set()


class Watch:
    """The readers of one process, and the one task that looks after them while there are any."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._readers: set[Reader] = set()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def takes(self, digest: str) -> bool:
        """Whether one more page is kept live here; one link that is opened over and over leaves room for others."""
        same = sum(reader.digest == digest for reader in self._readers)
        return not self._closed and len(self._readers) < MOST and same < MOST_OF_ONE

    def __len__(self) -> int:
        return len(self._readers)

    def close(self) -> None:
        """End all streams: the server stops."""
        self._closed = True
        for reader in self._readers:
            reader.end()

    async def stream(self, reader: Reader, held: Held, receive: Receive, send: Send) -> None:
        """Send news to a reader until it leaves, its link is over, or the server stops."""
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        self._readers.add(reader)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_after())
        gone = asyncio.create_task(_gone(reader, receive))
        try:
            reader.show(held)
            await send(_part(b"retry: 3000\n\n"))
            await self._send_news(reader, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._readers.discard(reader)
            gone.cancel()

    async def _send_news(self, reader: Reader, send: Send) -> None:
        until = time.monotonic() + LONGEST_S
        while time.monotonic() < until:
            try:
                await asyncio.wait_for(reader.bell.wait(), BEAT_S)
            except TimeoutError:
                await send(_part(b": \n\n"))
                continue
            reader.bell.clear()
            news, reader.news = reader.news, b""
            if news:
                await send(_part(news))
            if reader.over:
                return

    async def _look_after(self) -> None:
        told = False
        while self._readers and not self._closed:
            await asyncio.sleep(EVERY_S)
            asked = {reader.digest for reader in self._readers}
            try:
                found = await self._book.refresh(asked)
                told = False
            except Exception as error:
                # A database that is away for a moment must not end the pages; one line until it is back.
                if not told:
                    _LOG.warning("Open customer pages get no news, the database fails: %s", type(error).__name__)
                told = True
                continue
            for reader in [reader for reader in self._readers if reader.digest in asked]:
                reader.show(found.get(reader.digest))


async def _gone(reader: Reader, receive: Receive) -> None:
    with contextlib.suppress(Exception):
        while (await receive())["type"] != "http.disconnect":
            pass
    reader.end()


def _part(body: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": True}
