"""What tests need from outside: servers on loopback, a browser, real data. Absent, a test is skipped."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import NoReturn

import pytest

# Name of a server -> its standard port.
SERVICES = {
    "postgresql": 5432,
    "mariadb": 3306,
    "redis": 6379,
    "rabbitmq": 5672,
    "mosquitto": 1883,
    "nats": 4222,
}
_DEBIAN_CHROMIUM = "/usr/bin/chromium"


def required() -> bool:
    """Say whether an absent server or browser is a failure, as it is in CI."""
    return os.environ.get("WAYPOST_REQUIRE_SERVICES") == "1"


def absent(reason: str) -> NoReturn:
    """Skip the running test with `reason`, or fail it where everything has to be there."""
    if required():
        pytest.fail(f"{reason} (WAYPOST_REQUIRE_SERVICES=1)", pytrace=False)
    pytest.skip(reason)


def require_service(name: str) -> None:
    """Skip or fail the running test unless the server `name` answers on its port on loopback."""
    port = SERVICES[name]
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError as error:
        absent(f"{name} does not answer on 127.0.0.1:{port}: {error}")


def require_chromium() -> Path:
    """Return the browser's program: $WAYPOST_CHROMIUM, or the one of Debian's package chromium."""
    program = shutil.which(os.environ.get("WAYPOST_CHROMIUM", _DEBIAN_CHROMIUM))
    if program is None:
        absent(f"no browser: install Debian's chromium ({_DEBIAN_CHROMIUM}) or set WAYPOST_CHROMIUM")
    return Path(program)


def environment(**variables: str) -> dict[str, str]:
    """Return the environment for a child process that imports what this one does, installed or not."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **variables}
