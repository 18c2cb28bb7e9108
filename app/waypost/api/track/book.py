"""Pages of links that were opened lately, looked up again at most once a second, by however many readers."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable

from starlette.concurrency import run_in_threadpool

from waypost.api.track.as_json import story_json
from waypost.api.track.page import Rendered, render
from waypost.services.shelf import Opened, Shelf

FRESH_S = 1.0  # how long a revoked link may still be shown
MOST = 2_000


class Held:
    """What one token opens, and its pages by language."""

    def __init__(self, opened: Opened, now: Callable[[], int]) -> None:
        self.opened, self._now = opened, now
        self.checked = time.monotonic()
        self.pages: dict[str, Rendered] = {}
        self._data: dict[str, bytes] = {}

    @property
    def over(self) -> bool:
        """Whether the token was right once, and its time is over."""
        return self.opened.story is None

    def page(self, lang: str) -> Rendered:
        """The page in a language; only of a link that is not over."""
        held = self.pages.get(lang)
        if held is None:
            story, grant = self.opened.story, self.opened.grant
            assert story is not None
            held = self.pages[lang] = render(story, grant.merchant, lang, self._now())
        return held

    def data(self, lang: str) -> bytes:
        """The story as JSON; only of a link that is not over."""
        held = self._data.get(lang)
        if held is None:
            body = story_json(self.opened, lang, self._now())
            held = self._data[lang] = json.dumps(body, ensure_ascii=False).encode()
        return held


class Book:
    """One per process; `now` is the clock of the orders (us)."""

    def __init__(self, shelf: Shelf, now: Callable[[], int]) -> None:
        self._shelf, self._now = shelf, now
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._asked: dict[str, str] = {}  # who waits for the next look, and in which language
        self._next: asyncio.Task[dict[str, Held]] | None = None
        self._turn = asyncio.Lock()

    def fresh(self, digest: str) -> Held | None:
        """What a token opens, when it was looked up a moment ago."""
        held = self._held.get(digest)
        return held if held is not None and time.monotonic() - held.checked < FRESH_S else None

    def known(self, digest: str) -> bool:
        """Whether the token opened something lately."""
        return digest in self._held

    async def look(self, digest: str, lang: str) -> Held | None:
        """What a token opens; None when it opens nothing.

        One look is under way at a time, and the next one is for all who asked meanwhile: under load a look per
        token would keep the event loop waiting for threads.
        """
        held = self.fresh(digest)
        if held is not None:
            return held
        self._asked[digest] = lang
        if self._next is None:
            self._next = asyncio.create_task(self._look_for_all())
        return (await asyncio.shield(self._next)).get(digest)

    async def _look_for_all(self) -> dict[str, Held]:
        async with self._turn:
            asked, self._asked, self._next = self._asked, {}, None
            return await self.refresh(asked.keys(), set(asked.values()))

    async def refresh(self, digests: Collection[str], langs: Iterable[str] = ()) -> dict[str, Held]:
        """Look tokens up again, in one query; forget those that open nothing any more."""
        found = await run_in_threadpool(self._open, list(digests), list(langs))
        for digest in digests:
            self._held.pop(digest, None)
        self._held.update(found)
        while len(self._held) > MOST:
            self._held.popitem(last=False)
        return found

    def _open(self, digests: list[str], langs: list[str]) -> dict[str, Held]:
        found = {}
        for digest, opened in self._shelf.open(digests).items():
            held, before = Held(opened, self._now), self._held.get(digest)
            if before is not None and before.opened.story is opened.story and before.opened == opened:
                held.pages = dict(before.pages)
            for lang in {*langs, *(tuple(before.pages) if before else ())} if not held.over else ():
                held.page(lang)
            found[digest] = held
        return found
