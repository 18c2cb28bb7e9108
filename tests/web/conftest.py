"""The scene in a store of its own, provided to the page scripts; people with roles who visit them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.scene import NOW, ZONE, fill
from tests.worlds import sqlite_copy
from waypost.access import accounts, sessions
from waypost.access.sessions import SessionPolicy, token_hash
from waypost.domain.instants import now_us
from waypost.i18n import translator
from waypost.services.app import Waypost
from waypost.web import deps
from waypost.web.format import Format

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "app" / "main.py"
Visit = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def same_main() -> Iterator[None]:
    """Put the main module back: AppTest leaves the page's script in its place, which new processes would run."""
    held = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = held


@pytest.fixture
def empty_shop(tmp_path: Path) -> Iterator[Waypost]:
    """A Waypost without orders whose clock stands at the scene's now."""
    waypost = Waypost(sqlite_copy(tmp_path))
    waypost.clock = lambda: NOW
    waypost.journeys.install_shipped(NOW)
    deps.provide(waypost)
    st.cache_resource.clear()
    yield waypost
    waypost.close()


@pytest.fixture
def shop(empty_shop: Waypost) -> Waypost:
    """A Waypost with the scene in it."""
    fill(empty_shop)
    return empty_shop


@pytest.fixture
def english() -> Format:
    """How an English reader in Shanghai sees things."""
    return Format(translator("en"), ZONE)


@pytest.fixture
def chinese() -> Format:
    """How a Chinese reader in Shanghai sees things."""
    return Format(translator("zh"), ZONE)


def sign_in(waypost: Waypost, role: str, lang: str = "") -> str:
    """Make an account with this role and a session of it; returns what the gate would say of it."""
    name = f"a-{role.replace('_', '-')}"
    if name not in {found.name for found in accounts.listing(waypost.engine)}:
        accounts.create(waypost.engine, name, role, now_us(), "test", lang=lang)
    found = accounts.get(waypost.engine, name)
    return token_hash(sessions.create(waypost.engine, found.id, now_us(), SessionPolicy()))


@pytest.fixture
def visit(empty_shop: Waypost) -> Visit:
    """Open a page as somebody with a role; `query` is the page's address."""

    def visit(script: str, role: str = "operator", locale: str = "en-GB", account: str = "", **query: Any) -> AppTest:
        app = AppTest.from_file(str(MAIN), default_timeout=60)
        app.user = {"name": role, "role": role, "session": sign_in(empty_shop, role, account)}
        app.context = {"locale": locale, "timezone": ZONE, "theme": "light"}
        app.run()
        if script != "control_tower":
            app.switch_page(f"../pages/{script}.py")
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return visit
