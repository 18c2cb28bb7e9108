"""The console with many open orders: every page's time on the server, the search for an order, a threshold edit.

The size is the number of open orders, each with a parcel. A real console process serves them; a tab (`bench.tab`)
opens each page as a browser does, and what counts is the time until the server has said that the page is complete.
The references are limits, not peers: 300 ms for a page, 200 ms for a search, 2 s until an edit shows.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.console import Process, open_orders, people, serving, sign_in
from bench.filled import fill
from bench.harness import Candidate, Gate, Measured, measure
from bench.tab import Tab
from waypost.domain.instants import now_us
from waypost.i18n import translator
from waypost.services.app import Waypost
from waypost.web.format import Format

JOURNEY, STAGE = "marketplace-parcel", "warehouse"
PAGES = {
    "control tower": ("", ""),
    "control tower, narrowed": ("", "carrier=SF"),
    "orders": ("orders", ""),
    "orders, filtered": ("orders", "status=open&level=red&sort=value&channel=tmall"),
    "order": ("order", "id=B00000042"),
    "map": ("map", ""),
    "boards": ("boards", ""),
    "templates": ("boards", "view=templates"),
    "board": ("board", f"id={JOURNEY}"),
    "builder": ("builder", f"board={JOURNEY}"),
    "vocabulary": ("vocabulary", ""),
    "mappings": ("vocabulary", "room=mappings"),
    "connections": ("connections", ""),
    "connect": ("connections", "step=choose"),
    "customer page": ("tracking", "id=B00000042"),
    "merchants": ("tracking", "view=merchants"),
    "administration": ("admin", ""),
    "audit log": ("admin", "tab=audit"),
}
PAGE_MS, SEARCH_MS, EDIT_MS = 300.0, 200.0, 2_000.0
FEW, MANY, LARGE = 2, 20, 50_000  # how often a page is opened per round, with few orders and with many
PATIENCE_S = 30.0
SLOWEST, SEARCH, EDIT = "slowest page, p95", "orders search, p95", "edit visible"
GATES = (
    Gate("pages.open", "lower", SLOWEST, "300 ms", 1.0, 1.0),
    Gate("pages.search", "lower", SEARCH, "200 ms", 1.0, 1.0),
    Gate("pages.edit", "lower", EDIT, "2 s", 1.0, 1.0),
)
BESIDE = tuple(Gate(f"pages.{name}", "lower", name, "300 ms", None) for name in PAGES)


def run(orders: int, rounds: int) -> Measured:
    """Measure with so many open orders."""
    with TemporaryDirectory(prefix="waypost-bench-") as folder:
        db = f"sqlite:///{Path(folder, 'pages.db')}"
        with Waypost.open(db) as waypost:
            names = people(waypost, 1)
            fill(waypost.engine, open_orders(orders, now_us()), parcels=True)
        with serving(db, "console") as console:
            visitor = Visitor(console, sign_in(console.port, names[0]), MANY if orders >= LARGE else FEW)
            visitor.assert_right()
            candidates: dict[str, Candidate] = {
                name: partial(visitor.page, name) for name in PAGES
            } | {SEARCH: visitor.search, EDIT: partial(visitor.edit, db)}  # fmt: skip
            times = dict(measure(candidates, rounds))
            facts = {"orders": orders, "rss_mb": round(console.rss_mb()), "start_s": round(console.start_s, 1)}
    times[SLOWEST] = [max(times[name][number] for name in PAGES) for number in range(rounds)]
    for name, limit in (("300 ms", PAGE_MS), ("200 ms", SEARCH_MS), ("2 s", EDIT_MS)):
        times[name] = [limit] * rounds
    return Measured(times, GATES, BESIDE, facts=facts)


class Visitor:
    """A signed-in administrator who opens pages `often` times."""

    def __init__(self, console: Process, cookie: str, often: int) -> None:
        self._console, self._cookie, self._often = console, cookie, often

    def page(self, name: str, _number: int) -> float:
        """The 95th percentile of the times of opening a page, ms."""
        return self._in_a_tab(lambda tab: self._often_open(tab, [PAGES[name]] * self._often))

    def search(self, number: int) -> float:
        """The same of searches for orders, each for another id."""
        asked = [("orders", f"q=B{(number * 7919 + place * 104729) % 1_000:08d}") for place in range(self._often)]
        return self._in_a_tab(lambda tab: self._often_open(tab, asked))

    def edit(self, db: str, number: int) -> float:
        """From the call that publishes another target, in another process, until an open control tower shows it; ms."""
        with Waypost.open(db) as waypost:
            return self._in_a_tab(lambda tab: _edited(tab, waypost, 10 + number))

    def assert_right(self) -> None:
        """Every page opens without an error, and a search finds the one order."""
        for name, address in PAGES.items():
            assert self._in_a_tab(lambda tab, a=address: _errors(tab, *a)) == 0, f"the page {name} fails"  # type: ignore[misc]
        found = self._in_a_tab(lambda tab: _hears(tab, ("orders", "q=B00000042"), '"total":1'))
        assert found == 1, "the search does not find the order"

    async def _often_open(self, tab: Tab, addresses: list[tuple[str, str]]) -> float:
        await tab.open(*addresses[0])  # the first visit of a page also loads what it needs
        took = [await tab.open(*address) for address in addresses]
        return float(np.percentile(took, 95)) * 1000

    def _in_a_tab(self, work: Callable[[Tab], Awaitable[float]]) -> float:
        async def visit() -> float:
            async with Tab(self._console.port, self._cookie) as tab:
                return await work(tab)

        # On a thread of its own: whoever runs a suite may have a loop already.
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(lambda: asyncio.run(visit())).result()


async def _errors(tab: Tab, page: str, query: str) -> float:
    await tab.open(page, query)
    return tab.counts["exceptions"]


async def _hears(tab: Tab, address: tuple[str, str], text: str) -> float:
    """1 when what the page sends holds a text, whatever the spaces between."""
    said: list[bytes] = []
    tab.heard = said.append
    await tab.open(*address)
    return float(text.encode() in b"".join(said).replace(b" ", b""))


async def _edited(tab: Tab, waypost: Waypost, hours: int) -> float:
    shown = asyncio.Event()
    text = Format(translator("en"), "UTC").duration(hours * 3600 * 1e6)
    wanted = {text.encode(), json.dumps(text)[1:-1].encode()}
    await tab.open("", f"journey={JOURNEY}")
    tab.heard = lambda said: shown.set() if any(word in said for word in wanted) else None
    start = time.perf_counter()
    await asyncio.to_thread(_publish, waypost, hours)
    async with asyncio.timeout(PATIENCE_S):
        await shown.wait()
    return (time.perf_counter() - start) * 1000


def _publish(waypost: Waypost, hours: int) -> None:
    waypost.journeys.set_target(JOURNEY, STAGE, yellow=f"{hours}h", red="100h", by="bench")
