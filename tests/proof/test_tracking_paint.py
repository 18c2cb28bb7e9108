"""First paint of the customer's page beside the same story as an embedded Streamlit page: `make proof-tracking-paint`.

Both are measured in one run, in turn, each time by a browser that has nothing in its cache. Figures are printed,
not judged: how quiet the machine is decides too much.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, ViewportSize

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
        with _streamlit(tmp_path, story) as peer:
            pages = {"page": f"{server.base}/t/{token}", "streamlit": f"{peer}/?embed=true"}
            found: dict[str, list[dict[str, Any]]] = {name: [] for name in pages}
            for turn in range(int(os.environ.get("ROUNDS", "5"))):
                for name in sorted(pages, reverse=bool(turn % 2)):
                    found[name].append(_seen(chromium, pages[name], story["headline"]))
    figures = {name: {what: round(median(s[what] for s in seen)) for what in seen[0]} for name, seen in found.items()}
    with capsys.disabled():
        print(json.dumps({"rounds": len(found["page"]), **figures}))
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
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    paint, size = page.evaluate(PAINT), page.evaluate(BYTES)
    context.close()
    return {"first_paint_ms": paint, "headline_ms": ready, "requests": len(asked), "bytes": size}


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
