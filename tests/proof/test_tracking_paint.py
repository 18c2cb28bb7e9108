"""The customer's page beside the same story as an embedded Streamlit page: `make proof-tracking-paint`.

First paint, bytes and requests per second are measured in one run, in turn: by a browser that has nothing in its
cache, and by 64 clients, these also against a handler that answers the same bytes and does nothing else. Of Streamlit
they ask the first document only; a visitor needs 67 more requests, a websocket and a script run. Figures are
printed, not judged: how quiet the machine is decides too much.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize

from bench.servers import Server
from tests.running import free_port, running
from tests.scene import fill
from tests.support import environment
from waypost.domain.instants import now_us
from waypost.services import order, tracking
from waypost.services.app import Waypost

SCRIPT = """
import json
import streamlit as st

story = json.loads(open({path!r}, encoding="utf-8").read())
st.caption("Order " + story["order"])
st.title(story["headline"])
for part in story["parts"]:
    with st.container(border=True):
        st.subheader(part["role"] + " " + (part["waybill"] or ""))
        st.write(part["state"])
        for step in part["steps"]:
            with st.expander(step["label"], expanded=step["state"] == "now"):
                for event in step["events"]:
                    st.write(event["at"], event["text"])
if story["advice"]:
    st.info(story["advice"])
"""
ROOT = Path(__file__).resolve().parents[2]
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
BYTES = "performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize || 0), 0)"


@pytest.mark.slow
def test_first_paint_beside_the_same_story_in_streamlit(
    chromium: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'waypost.db'}"
    with Waypost.open(url) as waypost:
        fill(waypost, now_us())
        key = order.find_order(waypost.engine, waypost.current(), "A-6")
        token, _ = tracking.issue(waypost.engine, key, now_us(), "test", lang="en")
    with running(url) as server:
        story = server.get(f"/api/v1/track/{token}")[1]
        same = tmp_path / "same.html"
        same.write_bytes(_body(f"{server.base}/t/{token}"))
        with _streamlit(tmp_path, story) as peer, Server("page", str(same), "") as null:
            doors = {
                "page": (_port(server.base), f"/t/{token}"),
                "null": (null.port, f"/t/{token}"),
                "streamlit": (_port(peer), "/"),
            }
            rates: dict[str, list[float]] = {name: [] for name in doors}
            pages = {"page": f"{server.base}/t/{token}", "streamlit": f"{peer}/?embed=true"}
            found: dict[str, list[dict[str, Any]]] = {name: [] for name in pages}
            for turn in range(int(os.environ.get("ROUNDS", "5"))):
                for name in sorted(pages, reverse=bool(turn % 2)):
                    found[name].append(_seen(chromium, pages[name], story["headline"]))
                for name in sorted(rates, reverse=bool(turn % 2)):
                    rates[name].append(_rate(*doors[name], tmp_path))
    figures = {name: {what: round(median(s[what] for s in seen)) for what in seen[0]} for name, seen in found.items()}
    with capsys.disabled():
        per_second = {name: round(median(told)) for name, told in rates.items()}
        print(json.dumps({"rounds": len(found["page"]), **figures, "requests_per_second": per_second}))
    assert figures["page"]["bytes"] < figures["streamlit"]["bytes"]


def _seen(chromium: Browser, address: str, headline: str) -> dict[str, Any]:
    """First contentful paint and the headline's arrival (ms), requests and bytes, on a phone with an empty cache."""
    context = chromium.new_context(viewport=ViewportSize(width=390, height=844), locale="en-GB")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.get_by_role("heading", name=headline).first.wait_for(timeout=60_000)
    ready = (time.perf_counter() - start) * 1000
    while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
        page.wait_for_timeout(20)  # not wait_for_function: the page's policy forbids it to evaluate text
    paint, size = page.evaluate(PAINT), page.evaluate(BYTES)
    context.close()
    return {"first_paint_ms": paint, "headline_ms": ready, "requests": len(asked), "bytes": size}


def _body(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        body: bytes = answer.read()
        return body


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])


def _rate(port: int, path: str, folder: Path, requests: int = 2_000) -> float:
    """Answers per second to 64 clients of another process."""
    lines = folder / "asked.jsonl"
    lines.write_bytes(b"\n".join([f"GET {path}".encode()] * requests))
    command = [sys.executable, "-m", "bench.load", str(port), "", "64", "60", str(lines)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, check=True, timeout=120)
    told = json.loads(done.stdout)
    assert told["statuses"] == {"200": requests}
    return requests / float(told["seconds"])


@contextmanager
def _streamlit(folder: Path, story: Any) -> Iterator[str]:
    data, script, port = folder / "story.json", folder / "peer.py", free_port()
    data.write_text(json.dumps(story), "utf-8")
    script.write_text(SCRIPT.format(path=str(data)), "utf-8")
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    command += ["--server.address=127.0.0.1", "--server.headless=true", "--browser.gatherUsageStats=false"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=quiet, stderr=quiet)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
