"""Fixtures shared by all tests: a database of each engine, the browser, real orders."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.oceanbase import oceanbase
from tests.support import require_chromium, require_service

ROOT = Path(__file__).resolve().parents[1]
MARIADB = os.environ.get("WAYPOST_TEST_MARIADB", "mysql+pymysql://root@127.0.0.1:3306/")
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


@contextmanager
def mysql_database(server: str) -> Iterator[str]:
    """An empty database on a server that speaks MySQL's protocol, by its URL; dropped afterwards."""
    url, name = make_url(server), f"waypost_test_{uuid.uuid4().hex}"
    where: dict[str, Any] = {"host": url.host or "", "port": url.port or 3306}
    if "unix_socket" in url.query:
        where = {"unix_socket": url.query["unix_socket"]}
    admin = pymysql.connect(user=url.username, password=url.password or "", **where)
    with admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture
def mariadb_url() -> Iterator[str]:
    """Make an empty MariaDB database, give its SQLAlchemy URL, and drop it afterwards."""
    require_service("mariadb")
    with mysql_database(MARIADB) as url:
        yield url


@pytest.fixture(scope="session")
def oceanbase_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the embedded engine for as long as the tests do."""
    with oceanbase(tmp_path_factory.mktemp("oceanbase") / "db") as url:
        yield url


@pytest.fixture
def oceanbase_url(oceanbase_server: str) -> Iterator[str]:
    """Make an empty OceanBase database, give its SQLAlchemy URL, and drop it afterwards."""
    with mysql_database(oceanbase_server) as url:
        yield url


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
