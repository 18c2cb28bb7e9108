"""The gate: an ASGI layer before everything else, for pages, API routes and websockets alike.

It takes away identity headers that clients send, finds out who is calling, refuses or lets
through, and tells the pages who it is by headers of its own (`server.trustedUserHeaders`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache, partial
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from waypost.access.keys import ApiKey
from waypost.access.roles import allows
from waypost.access.sessions import Identity
from waypost.api import refusal
from waypost.api.context import AccessContext, Caller, with_caller, with_peer, without_identity
from waypost.api.cookies import session_of
from waypost.api.gate_rules import API_RULES, SAFE_METHODS, ApiRule, Zone, api_rule, is_sound, zone_of
from waypost.api.gate_socket import POLICY_VIOLATION, GuardedSocket, SocketWatch
from waypost.api.refusal import Refused
from waypost.api.usage import UsageNotes

T = TypeVar("T")
Headers = tuple[tuple[bytes, bytes], ...]
_RECHECK_US = 2_000_000
_HEADERS: Headers = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin"))
_CSP = b"content-security-policy"
_UNFRAMED: Headers = (*_HEADERS, (_CSP, b"frame-ancestors 'none'"), (b"x-frame-options", b"DENY"))
_FRAMED: Headers = (*_HEADERS, (_CSP, b"frame-ancestors 'self'"), (b"x-frame-options", b"SAMEORIGIN"))
_PLANS, _PLAN_LENGTH = 1_000, 64  # how many paths are remembered, and of which length at most


class Short(Protocol):
    """What answers some requests right behind the gate; the layers that other routes pass cost time."""

    def takes(self, scope: Scope) -> bool:
        """Whether this one is answered here. It must not ask who is calling, only that the gate let him in."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """Answer, with these headers beside its own."""


class Gate:
    """Let in who may, refuse the rest: see the module. `recheck` in seconds, for open websockets."""

    def __init__(
        self,
        app: ASGIApp,
        access: AccessContext,
        rules: Iterable[ApiRule] = API_RULES,
        recheck: float = 2.0,
        short: Short | None = None,
    ) -> None:
        self._app, self._access, self._rules, self._short = app, access, tuple(rules), short
        self._usage = UsageNotes(access)
        self._watch = SocketWatch(access, self._usage, recheck)
        self._asking: dict[str, asyncio.Task[Any]] = {}
        self._plan = lru_cache(maxsize=_PLANS)(self._planned)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if self._short is not None and self._short.takes(scope):
                await self._shortly(self._short, scope, receive, send)
                return
            await self._http(without_identity(scope), receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(without_identity(scope), receive, send)
        else:
            await self._app(scope, receive, send)

    async def _shortly(self, short: Short, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            caller = await self._admit(scope)
        except Refused as refused:
            await _answer(refused, scope)(scope, receive, _with_security_headers(send, scope["path"]))
            return
        if caller is not None:
            self._usage.note(caller, self._access.clock())
        await short(scope, receive, send, _wanted_headers(scope["path"]))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = _with_security_headers(send, scope["path"])
        try:
            caller = await self._admit(scope)
        except Refused as refused:
            await _answer(refused, scope)(scope, receive, send)
            return
        if caller is None:
            await self._app(with_peer(scope, self._access.proxies.peer(scope)), receive, send)
            return
        self._usage.note(caller, self._access.clock())
        leash = _Leash(send, lambda: self._still(scope, caller), self._access.clock)
        try:
            await self._app(with_caller(scope, caller), receive, leash.send)
        except Exception:
            if not leash.cut:
                raise

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = self._access.proxies.peer(scope)
        identity = None
        if is_sound(scope["path"]) and peer.is_origin(_header(scope, b"origin")):
            try:
                identity = await self._identity(session_of(scope, peer))
            except Refused:
                identity = None
        if identity is None:
            await receive()
            # Before any accept, so that the server answers the handshake itself with 403.
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})
            return
        socket = GuardedSocket(identity, receive, send)
        self._watch.add(socket)
        try:
            await self._app(with_caller(scope, Caller(identity=identity)), socket.receive, socket.send)
        finally:
            self._watch.discard(socket)
            socket.release()

    async def _admit(self, scope: Scope) -> Caller | None:
        path, method = scope["path"], scope["method"]
        sound, zone, rule = (self._plan if len(path) <= _PLAN_LENGTH else self._planned)(method, path)
        if not sound:
            raise refusal.odd_path()
        if zone is Zone.OPEN:
            return None
        raw = _bearer(scope)
        if rule is not None and raw is not None:
            return await self._admit_key(raw, rule)
        peer = self._access.proxies.peer(scope)
        identity = await self._identity(session_of(scope, peer))
        if identity is None and zone is Zone.MACHINE:
            raise refusal.session_over(_header(scope, b"accept-language") or "")
        if identity is None:
            raise refusal.not_signed_in()
        if method not in SAFE_METHODS and not peer.is_origin(_header(scope, b"origin")):
            raise refusal.foreign_origin()
        if rule is not None and not allows(identity.role, rule.role):
            raise refusal.missing_role(rule.role)
        return Caller(identity=identity)

    def _planned(self, method: str, path: str) -> tuple[bool, Zone, ApiRule | None]:
        """Whether a path is sound, how it is guarded, and below the API what it needs: the same for every request."""
        zone = zone_of(path)
        return is_sound(path), zone, api_rule(method, path, self._rules) if zone is Zone.API else None

    async def _admit_key(self, raw: str, rule: ApiRule) -> Caller:
        key = await self._key(raw)
        if key is None:
            raise refusal.bad_key()
        if not key.grants(rule.scope):
            raise refusal.missing_scope(rule.scope)
        if not self._access.keys.within_rate(key, self._access.clock()):
            raise refusal.too_fast()
        return Caller(key=key)

    async def _key(self, raw: str) -> ApiKey | None:
        ring, now = self._access.keys, self._access.clock()
        try:
            return (ring.peek(raw, now) or (await self._asked(f"key {raw}", partial(ring.check, raw, now)),))[0]
        except sa.exc.SQLAlchemyError:
            raise refusal.no_database() from None

    async def _identity(self, hashed: str | None) -> Identity | None:
        if hashed is None:
            return None
        cache, now = self._access.sessions, self._access.clock()
        try:
            return (cache.peek(hashed, now) or (await self._asked(hashed, partial(cache.check, hashed, now)),))[0]
        except sa.exc.SQLAlchemyError:
            raise refusal.no_database() from None

    async def _asked(self, what: str, ask: Callable[[], T]) -> T:
        """The database's answer, asked once for all who wait for it: a thread for each would crowd out the rest."""
        task = self._asking.get(what)
        if task is None:
            task = self._asking[what] = asyncio.create_task(run_in_threadpool(ask), name="waypost-gate")
            task.add_done_callback(lambda _: self._asking.pop(what, None))
        found: T = await asyncio.shield(task)  # who goes away does not take the answer from the others
        return found

    async def _still(self, scope: Scope, caller: Caller) -> bool:
        """Whether the caller of a long answer may still read it."""
        try:
            if caller.identity is None:
                return await self._key(_bearer(scope) or "") is not None
            found = await self._identity(caller.identity.session)
        except Refused:
            return False
        return found is not None and found.role == caller.identity.role


class _Leash:
    """Cuts a long answer (an event stream) when its caller's session or key ends."""

    def __init__(self, send: Send, still: Callable[[], Awaitable[bool]], clock: Callable[[], int]) -> None:
        self._send, self._still, self._clock = send, still, clock
        self._checked = clock()
        self.cut = False

    async def send(self, message: Message) -> None:
        if self.cut:
            raise OSError("the session is over")
        if message.get("more_body") and self._clock() - self._checked > _RECHECK_US:
            self._checked = self._clock()
            if not await self._still():
                self.cut = True
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
                raise OSError("the session is over")
        await self._send(message)


def _answer(refused: Refused, scope: Scope) -> Response:
    """The refusal; a page opened without a session is sent to the login page instead."""
    path = scope["path"]
    opened = scope["method"] in ("GET", "HEAD") or path == "/logout"
    if refused.status != 401 or zone_of(path) is not Zone.PAGE or not opened:
        return refused.response()
    query = scope.get("query_string", b"").decode("latin-1")
    target = quote(path) + (f"?{query}" if query else "")
    login = "/login" if path in ("/", "/logout") and not query else f"/login?next={quote(target, safe='')}"
    return RedirectResponse(login, 303, {"Cache-Control": "no-store"})


def _wanted_headers(path: str) -> Headers:
    if path.startswith("/component/"):
        return _FRAMED  # older Streamlit components live in a frame of our own page
    return _HEADERS if path.startswith("/t/") else _UNFRAMED


def _with_security_headers(send: Send, path: str) -> Send:
    wanted = _wanted_headers(path)

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            # A second policy only narrows the first, so ours goes beside a route's own.
            added = [each for each in wanted if each[0] == _CSP or each[0] not in present]
            message = {**message, "headers": headers + added}
        await send(message)

    return guarded


def _bearer(scope: Scope) -> str | None:
    kind, _, raw = (_header(scope, b"authorization") or "").partition(" ")
    return raw.strip() if kind.lower() == "bearer" else None


def _header(scope: Scope, name: bytes) -> str | None:
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None
