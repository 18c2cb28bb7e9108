"""A server with the gate in front, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.doorway import Doorway, opened_doorway
from waypost.store.engine import open_engine
from waypost.store.schema import metadata
from waypost.store.schema_access import account, api_key, audit, audit_head, login_link, session

ACCESS_TABLES = [account, session, api_key, login_link, audit, audit_head]


@pytest.fixture
def door(sqlite_url: str) -> Iterator[Doorway]:
    """Serve the gate and the login pages; nobody has an account yet."""
    yield from opened(sqlite_url)


@pytest.fixture
def door_behind_proxy(sqlite_url: str) -> Iterator[Doorway]:
    """Serve the same behind a TLS proxy on loopback that the settings trust."""
    yield from opened(sqlite_url, trusted_proxies=("127.0.0.0/8",))


@pytest.fixture(scope="module")
def module_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doorway]:
    yield from opened(f"sqlite:///{tmp_path_factory.mktemp('door') / 'waypost.db'}")


@pytest.fixture
def shared_door(module_door: Doorway) -> Doorway:
    """Serve one door for all the tests of a module that leave it as it is but for new accounts."""
    module_door.passed.clear()
    return module_door


def opened(url: str, trusted_proxies: tuple[str, ...] = ()) -> Iterator[Doorway]:
    engine = open_engine(url)
    metadata.create_all(engine, tables=ACCESS_TABLES)
    with opened_doorway(engine, trusted_proxies) as door:
        yield door
    engine.dispose()
