"""Disk full, a locked database, a database server that restarts, a clock that jumps, two processes on one file.

`make proof-faults`. After each: every acknowledged event is there exactly once, and `verify` finds nothing.
"""

from __future__ import annotations

import resource
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.faults.harm import Clients, assert_kept
from tests.running import free_port, make_key, running
from tests.support import absent
from tests.worlds import said
from waypost.connect.cloudevents import read_event
from waypost.domain.instants import DAY, now_us
from waypost.services.app import Waypost
from waypost.services.verify import verify

pytestmark = pytest.mark.slow
SOME = 200


def test_the_disk_is_full(sqlite_url: str, tmp_path: Path) -> None:
    """No file may grow any more; what is refused is told, and once there is room everything goes on."""
    key = make_key(sqlite_url)
    with running(sqlite_url, key=key) as server:
        clients = Clients([server])
        with clients.posting():
            clients.wait_for(SOME)
            size = max(file.stat().st_size for file in tmp_path.glob("waypost.db*"))
            held = resource.getrlimit(resource.RLIMIT_FSIZE)
            everyone = [server.process.pid, *server.children()]
            _limit(everyone, (size, held[1]))
            _until(lambda: sum(clients.refused.values()) > 20)
            _limit(everyone, held)
            clients.wait_for(SOME)
    print("refused while the disk was full:", dict(clients.refused))
    assert_kept(sqlite_url, clients.acknowledged)


def test_the_database_is_locked(sqlite_url: str, tmp_path: Path) -> None:
    """Somebody else holds the file for three seconds: the answers come late, and all of them come."""
    key = make_key(sqlite_url)
    with running(sqlite_url, key=key) as server:
        clients = Clients([server])
        with clients.posting():
            clients.wait_for(SOME)
            other = sqlite3.connect(tmp_path / "waypost.db", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            threading.Event().wait(3)
            other.execute("ROLLBACK")
            other.close()
            clients.wait_for(SOME)
    print("refused while it was locked:", dict(clients.refused))
    assert_kept(sqlite_url, clients.acknowledged)


def test_two_processes_on_one_file(sqlite_url: str) -> None:
    """Both take events, also the same ones; both are killed; nothing is lost or doubled."""
    key = make_key(sqlite_url)
    with running(sqlite_url, key=key) as one, running(sqlite_url, key=key) as other:
        both = [Clients([one, other]), Clients([other, one])]  # the same events by two ways
        with both[0].posting(), both[1].posting():
            for clients in both:
                clients.wait_for(SOME)
            one.process.kill()
            other.process.kill()
    print("refused at the end:", [dict(clients.refused) for clients in both])
    assert_kept(sqlite_url, sorted({id_ for clients in both for id_ in clients.acknowledged}))


def test_the_database_server_restarts() -> None:
    """PostgreSQL is stopped without a shutdown and started again, three times."""
    with _postgresql() as (url, restart):
        key = make_key(url)
        with running(url, key=key) as server:
            clients = Clients([server])
            with clients.posting():
                for _ in range(3):
                    clients.wait_for(SOME)
                    restart()
                clients.wait_for(SOME)
        print("refused around the restarts:", dict(clients.refused))
        assert_kept(url, clients.acknowledged)


def test_the_clock_jumps(store_url: str) -> None:
    """Back by a day, ahead by a week, and home again, while events come in and pictures are asked for."""
    with Waypost.open(store_url) as waypost:
        shift = [0]
        waypost.clock = lambda: now_us() + shift[0]
        for place, jump in enumerate((0, -DAY, 7 * DAY, 0)):
            shift[0] = jump
            events = [said(f"order/{place}-{n}", "order.created", "2026-03-01T09:00:00Z") for n in range(20)]
            told = [read_event(event, waypost.vocabulary, waypost.now()) for event in events]
            assert set(waypost.submit(told).result(60).outcomes) == {"accepted"}
            view = waypost.current()
            assert view.n == 20 * (place + 1)
            assert abs(view.now - waypost.now()) < DAY // 24
        assert verify(waypost.engine).differences == 0


def _limit(pids: list[int], limit: tuple[int, int]) -> None:
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


def _until(true: Callable[[], bool], seconds: float = 30) -> None:
    pause = threading.Event()
    for _ in range(int(seconds * 20)):
        if true():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come to that in time")


@contextmanager
def _postgresql() -> Iterator[tuple[str, Callable[[], None]]]:
    """A PostgreSQL of our own on a free port; gives its URL and a way to restart it hard."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if not found or shutil.which("runuser") is None:
        absent("no PostgreSQL to start: install postgresql")
    programs, port, data = found[-1].parent, free_port(), Path(mkdtemp(prefix="waypost-pg-"))
    shutil.chown(data, "postgres")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data}"

    def call(program: str, *arguments: str) -> None:
        command = ["runuser", "-u", "postgres", "--", str(programs / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)

    call("initdb", "--auth=trust", "--encoding=UTF8")
    call("pg_ctl", "start", "-w", "-o", options)
    try:
        yield (
            f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres",
            lambda: call("pg_ctl", "restart", "-w", "-m", "immediate", "-o", options),
        )
    finally:
        call("pg_ctl", "stop", "-w", "-m", "immediate")
        shutil.rmtree(data)
