"""Fixtures shared by all tests: a database of each engine, the browser, real orders."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql

from tests.support import require_chromium, require_service

ROOT = Path(__file__).resolve().parents[1]
POSTGRESQL = os.environ.get("WAYPOST_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the SQLAlchemy URL of a new SQLite file."""
    return f"sqlite:///{tmp_path / 'waypost.db'}"


@pytest.fixture
def pg_url() -> Iterator[str]:
    """Make an empty PostgreSQL database, give its SQLAlchemy URL, and drop it afterwards."""
    require_service("postgresql")
    name = f"waypost_test_{uuid.uuid4().hex}"
    with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{POSTGRESQL.replace('postgresql://', 'postgresql+psycopg://')}/{name}"
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def store_url(request: pytest.FixtureRequest) -> str:
    """Run the test once per engine, each time on an empty database."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "pg_url")
    return url


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """Return the browser's program; to be started without a sandbox and without background traffic."""
    return require_chromium()


@pytest.fixture(scope="session")
def chromium(chromium_path: Path) -> Iterator[Browser]:
    """One browser for all tests that need one; Playwright cannot be started twice in a process."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def olist_dir() -> Path:
    """Return the folder of real orders that may lie beside the checkout; never required."""
    folder = ROOT.parent / "shared" / "data" / "olist_until_2018_03"
    if not folder.is_dir():
        pytest.skip(f"no real orders beside the checkout ({folder.relative_to(ROOT.parent)})")
    return folder
