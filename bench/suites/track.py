"""The customer's page: pages per second beside a handler that answers the same bytes and does nothing else.

Every page has links, stories and headers as shoppers get them, through the gate of the role edge. The floor is
a route of the same framework on the same server that sends one constant page of the same size.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.data import arrivals, statements
from bench.harness import Candidate, Gate, Measured, measure
from bench.servers import HOST, Server
from waypost.api.track.page import MOST_BYTES
from waypost.domain.instants import now_us
from waypost.services import merchants, tracking
from waypost.services.app import Waypost
from waypost.services.merchants import Merchant

CLIENTS, SECONDS = 64, 120
MOST_EVENTS, MOST_REQUESTS = 100_000, 8_000
FEW, MANY = 20, 500  # links that are open at once
PAGE, NULL = f"page, {FEW} links", "null handler, same bytes"
SPREAD, JSON = f"page, {MANY} links", f"JSON, {FEW} links"
GATES = (Gate("track.page", "higher", PAGE, NULL, 0.5, 0.7),)
BESIDE = (
    Gate("track.page_many", "higher", SPREAD, NULL, None),
    Gate("track.json", "higher", JSON, NULL, None),
)


def run(events: int, rounds: int) -> Measured:
    """Measure on the orders of about `events` events, at most 100,000."""
    requests = max(200, min(MOST_REQUESTS, events))
    with TemporaryDirectory(prefix="waypost-bench-") as folder, ExitStack() as open_:
        db = f"sqlite:///{folder}/track.db"
        tokens = _fill(db, min(events, MOST_EVENTS))
        edge = open_.enter_context(Server("edge", db, ""))
        body = _assert_right(edge, tokens)
        same = Path(folder, "page.html")
        same.write_bytes(body)
        null = open_.enter_context(Server("page", str(same), ""))
        candidates = {
            PAGE: _asking(edge, "/t/", tokens[:FEW], requests),
            SPREAD: _asking(edge, "/t/", tokens, requests),
            JSON: _asking(edge, "/api/v1/track/", tokens[:FEW], requests),
            NULL: _asking(null, "/t/", tokens[:FEW], requests),
        }
        for candidate in candidates.values():
            candidate(-1)  # warm: what is measured is the page that many look at, not its first time
        times = measure(candidates, rounds)
    facts = {"page_bytes": len(body), "requests": requests, "links": len(tokens)}
    facts["pages_per_second"] = round(requests / (sorted(times[PAGE])[rounds // 2] / 1000))
    return Measured(times, GATES, BESIDE, facts=facts)


def _fill(db: str, events: int) -> list[str]:
    """Orders with their events, and a link to each of the first ones."""
    with Waypost.open(db) as waypost:
        said = statements(arrivals(events), parcels=True)
        for start in range(0, len(said), 5_000):
            waypost.submit(said[start : start + 5_000]).result(300)
        shop = Merchant("shop", "Shop", origins=("https://shop.example",), help_en="Call us", zone="Asia/Shanghai")
        merchants.save(waypost.engine, shop, now_us(), "bench")
        view = waypost.current()
        keys = [view.table.keys[int(row)] for row in view.order_row[: min(MANY, view.n)]]
        made = [tracking.issue(waypost.engine, key, now_us(), "bench", merchant_key="shop") for key in keys]
        return [token for token, _ in made]


def _asking(server: Server, path: str, tokens: Sequence[str], requests: int) -> Candidate:
    lines = [f"GET {path}{token}".encode() for token in islice(cycle(tokens), requests)]

    def send(_number: int) -> float:
        return float(server.load(lines, CLIENTS, SECONDS)["seconds"]) * 1000

    return send


def _assert_right(server: Server, tokens: Sequence[str]) -> bytes:
    """Every link shows its own order within the size allowed; returns one page."""
    base = f"http://{HOST}:{server.port}"
    pages: dict[str, bytes] = {}
    for token in tokens[:FEW]:
        with urllib.request.urlopen(f"{base}/t/{token}") as answer:
            pages[token] = answer.read()
        with urllib.request.urlopen(f"{base}/api/v1/track/{token}") as answer:
            order = json.loads(answer.read())["order"]
        assert order.encode() in pages[token], f"the page does not show {order}"
        assert len(pages[token]) <= MOST_BYTES, f"{len(pages[token])} bytes"
    return max(pages.values(), key=len)
