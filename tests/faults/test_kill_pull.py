"""kill -9 in the middle of a pull: the next one goes on behind the last page stored, nothing lost, nothing twice."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.browser.test_connections import installed
from tests.corner import shop as corner
from tests.support import environment
from waypost.services.connections.model import find
from waypost.store.engine import open_engine, writing
from waypost.store.schema import event
from waypost.store.schema_connect import connection


def test_a_pull_that_is_killed_between_pages_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed(tmp_path)))
    url = f"sqlite:///{tmp_path / 'w.db'}"

    def waypost(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "waypost.cli", "connections", *words, "--db", url, "--json"]
        return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def told(*words: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(waypost(*words).communicate(timeout=60)[0])
        return found

    with corner.opened() as shop:
        shop.sell(40)
        told("add", "corner_shop", "--set", f"url={shop.url}", "--set", f"api_key={corner.KEY}")
        told("start", "corner-shop")
        shop.holds_at = 3  # the shop never answers the third call
        killed = waypost("run", "corner-shop")
        while len(shop.calls) < 3:
            assert killed.poll() is None
            threading.Event().wait(0.02)
        killed.kill()
        killed.communicate()
        engine = open_engine(url)
        assert find(engine, "corner-shop").cursor == "20"
        assert _stored(engine) == _events(shop, 20)
        shop.holds_at = None
        with writing(engine) as db:  # its lease runs out
            db.execute(sa.update(connection).values(lease_until=0))
        done = told("run", "corner-shop")
        assert (done["pages"], done["duplicates"], done["accepted"]) == (2, 0, _events(shop, 40) - _events(shop, 20))
        assert _stored(engine) == _events(shop, 40)
        engine.dispose()


def _stored(engine: sa.Engine) -> int:
    with engine.connect() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(event)).scalar_one())


def _events(shop: corner.Shop, orders: int) -> int:
    parcels = [parcel for order in shop.orders[:orders] for parcel in order.get("parcels", ())]
    return sum(len(item["history"]) for item in [*shop.orders[:orders], *parcels])
