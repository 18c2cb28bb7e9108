"""The gate and websockets: refused before they open, closed when their session ends."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest
import sqlalchemy as sa
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.api.doorway import PASSWORD, Doorway
from waypost.access import accounts, sessions
from waypost.store.schema_access import session


def closed_within(connection: ClientConnection, seconds: float) -> int:
    """The close code that the server sends; TimeoutError when none comes in time."""
    deadline = time.monotonic() + seconds
    code = None
    while code is None:
        try:
            connection.recv(timeout=max(0.0, deadline - time.monotonic()))
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 0  # 0: hung up without a word
    return code


def raw_socket(door: Doorway, cookie: str) -> socket.socket:
    """Open a websocket with nobody behind it who would read or answer."""
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: 127.0.0.1:{door.port}",
        f"Origin: {door.origin}",
        f"Cookie: {cookie}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    opened = socket.create_connection(("127.0.0.1", door.port), timeout=5)
    opened.sendall("\r\n".join([*lines, "", ""]).encode())
    assert opened.recv(12) == b"HTTP/1.1 101"
    return opened


@pytest.mark.parametrize("path", ["/_stcore/stream", "/anything", "/login", "/t/abc", "/api/v1/health"])
def test_without_a_session_the_handshake_itself_is_403(shared_door: Doorway, path: str) -> None:
    answer = shared_door.handshake(path, **{"X-Waypost-User": "boss", "X-Waypost-Role": "administrator"})
    assert answer.status == 403
    assert answer.header("sec-websocket-accept") == ""


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", "http://127.0.0.1", "http://127.0.0.1:1", "http://localhost"]
)
def test_a_page_of_another_site_cannot_open_one(shared_door: Doorway, origin: str) -> None:
    assert shared_door.handshake(Cookie=shared_door.signed_in(), Origin=origin).status == 403


def test_an_open_one_knows_the_person_whatever_the_client_says(shared_door: Doorway) -> None:
    cookie = shared_door.signed_in("mei", "viewer")
    with shared_door.socket(cookie, **{"X-Waypost-User": "boss", "x-waypost-role": "administrator"}) as opened:
        told = json.loads(opened.recv(timeout=5))
        assert (told["x-waypost-user"], told["x-waypost-role"]) == ("mei", "viewer")
        for n in range(50):
            opened.send(str(n))
        assert [opened.recv(timeout=5) for _ in range(50)] == [f"echo {n}" for n in range(50)]


@pytest.mark.parametrize("how", ["disabled", "role", "revoked", "all revoked", "password", "expired", "logout"])
def test_it_is_closed_within_five_seconds(shared_door: Doorway, how: str) -> None:
    name = f"mei-{how}".replace(" ", ".")
    cookie = shared_door.signed_in(name, "operator")
    hashed = sessions.token_hash(cookie.partition("=")[2])
    other = shared_door.signed_in()
    with (
        shared_door.socket(cookie) as opened,
        shared_door.socket(cookie) as second_tab,
        shared_door.socket(other) as untouched,
    ):
        for each in (opened, second_tab, untouched):
            each.recv(timeout=5)
        now = shared_door.clock()
        if how == "disabled":
            accounts.set_disabled(shared_door.engine, name, True, now, "admin")
        elif how == "role":
            accounts.set_role(shared_door.engine, name, "approver", now, "admin")
        elif how == "revoked":
            sessions.revoke(shared_door.engine, hashed, now, "admin")
        elif how == "all revoked":
            sessions.revoke_all(shared_door.engine, accounts.get(shared_door.engine, name).id, now, "admin")
        elif how == "password":
            accounts.set_password(shared_door.engine, name, PASSWORD, now, name)
        elif how == "expired":
            with shared_door.engine.begin() as connection:
                connection.execute(session.update().where(session.c.token_hash == hashed).values(expires_at=now))
        else:
            assert shared_door.ask("POST", "/logout", {"Cookie": cookie, "Origin": shared_door.origin}).status == 303
        assert closed_within(opened, 5) == 1008
        assert closed_within(second_tab, 1) == 1008
        untouched.send("still here")
        assert untouched.recv(timeout=5) == "echo still here"
    if how == "role":
        with shared_door.socket(cookie) as again:
            assert json.loads(again.recv(timeout=5))["x-waypost-role"] == "approver"
    else:
        assert shared_door.handshake(Cookie=cookie).status == 403


def test_one_that_does_not_read_does_not_keep_the_others_open(shared_door: Doorway) -> None:
    cookie = shared_door.signed_in("deaf.mei")
    with raw_socket(shared_door, cookie) as deaf, shared_door.socket(cookie) as opened:
        deaf.sendall(b"\x81\x85\0\0\0\0flood")  # from here on the server writes and nobody reads
        opened.recv(timeout=5)
        time.sleep(0.5)
        accounts.set_disabled(shared_door.engine, "deaf.mei", True, shared_door.clock(), "admin")
        assert closed_within(opened, 5) == 1008


def test_after_the_end_nothing_from_the_client_is_heard(shared_door: Doorway) -> None:
    cookie = shared_door.signed_in("talking.mei")
    with shared_door.socket(cookie) as opened:
        opened.recv(timeout=5)
        accounts.set_disabled(shared_door.engine, "talking.mei", True, shared_door.clock(), "admin")
        answered = 0
        try:
            for _ in range(120):
                opened.send("x")
                answered += opened.recv(timeout=1) == "echo x"
                time.sleep(0.05)
        except ConnectionClosed:
            pass
        assert answered < 100


def test_messages_keep_a_session_in_use(door: Doorway) -> None:
    cookie = door.signed_in("mei")
    with door.socket(cookie) as opened:
        opened.recv(timeout=5)
        door.clock.advance(door.access.policy.idle - 5)
        opened.send("x")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            with door.engine.connect() as connection:
                seen = connection.execute(sa.select(session.c.last_seen)).scalar_one()
            if seen > door.clock() - 60_000_000:
                break
            time.sleep(0.05)
        door.clock.advance(60)
        time.sleep(2.5)
        opened.send("y")
        assert [opened.recv(timeout=5) for _ in range(2)] == ["echo x", "echo y"]


def test_a_silent_open_page_ends_when_idle(door: Doorway) -> None:
    cookie = door.signed_in("mei")
    with door.socket(cookie) as opened:
        opened.recv(timeout=5)
        door.clock.advance(door.access.policy.idle + 1)
        assert closed_within(opened, 5) == 1008


def test_a_page_that_opens_while_the_others_are_checked_stays_open(
    door: Doorway, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered, real = threading.Event(), threading.Event(), sessions.check_many

    def slow(engine: sa.Engine, hashes: list[str], now: int) -> dict[str, sessions.Identity]:
        found = real(engine, hashes, now)
        if not asked.is_set():
            asked.set()
            answered.wait(10)
        return found

    with door.socket(door.signed_in()) as first:
        first.recv(timeout=5)
        monkeypatch.setattr(sessions, "check_many", slow)
        assert asked.wait(10)
        with door.socket(door.signed_in()) as second:
            second.recv(timeout=5)
            answered.set()
            for n in range(10):
                threading.Event().wait(0.05)
                second.send(str(n))
                assert second.recv(timeout=5) == f"echo {n}"
