"""Databases of the MySQL family, too."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pymysql
import pytest
from sqlalchemy.engine import make_url

from tests.oceanbase import oceanbase
from tests.support import require_service

MARIADB = os.environ.get("WAYPOST_TEST_MARIADB", "mysql+pymysql://root@127.0.0.1:3306/")


@pytest.fixture
def mariadb_url() -> Iterator[str]:
    """Make an empty MariaDB database, give its SQLAlchemy URL, and drop it afterwards."""
    require_service("mariadb")
    server, name = make_url(MARIADB), f"waypost_test_{uuid.uuid4().hex}"
    admin = pymysql.connect(
        host=server.host or "", port=server.port or 3306, user=server.username, password=server.password or ""
    )
    with admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture(scope="session")
def oceanbase_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the embedded engine for as long as the tests do."""
    with oceanbase(tmp_path_factory.mktemp("oceanbase") / "db") as url:
        yield url


@pytest.fixture
def oceanbase_url(oceanbase_server: str) -> Iterator[str]:
    """Make an empty OceanBase database, give its SQLAlchemy URL, and drop it afterwards."""
    server, name = make_url(oceanbase_server), f"waypost_test_{uuid.uuid4().hex}"
    socket = str(server.query["unix_socket"])
    admin = pymysql.connect(unix_socket=socket, user=server.username, password="")
    with admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            cursor.execute(f"DROP DATABASE {name}")
