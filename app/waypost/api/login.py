"""Sign in, sign in by a one-time link, sign out: plain forms that work without JavaScript."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import parse_qsl

import anyio
import sqlalchemy as sa
from anyio import to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from waypost.access import accounts, audit, links, sessions
from waypost.access.accounts import Account
from waypost.access.errors import AccessError
from waypost.api import login_page as pages
from waypost.api.context import AccessContext
from waypost.api.cookies import clear_session, session_of, set_session
from waypost.api.gate_rules import safe_next
from waypost.api.login_page import View, respond
from waypost.api.login_texts import choose_language
from waypost.api.peer import Peer
from waypost.api.redact import hide_capabilities
from waypost.store.engine import writing

_MAX_FORM = 8_192
_HASHERS = 2  # argon2 takes 64 MiB each: a crowd at the door must queue, not fill the memory
_LOG = logging.getLogger(__name__)
Handler = Callable[[Request], Awaitable[Response]]


def login_routes(access: AccessContext) -> list[BaseRoute]:
    """The routes /login, /login/link/{token} and /logout; the rest below /login leads to /login.

    Without that last route an open path would fall through to the console's own routes. From
    here on no link's token gets into the access log.
    """
    hide_capabilities()
    desk = LoginDesk(access)
    both = ["GET", "POST"]
    return [
        Route("/login", desk.guarded(desk.login), methods=both),
        Route("/login/link/{token}", desk.guarded(desk.link), methods=both),
        Route("/login/{rest:path}", _back),
        Route("/logout", desk.guarded(desk.logout), methods=both),
    ]


class LoginDesk:
    """The handlers behind `login_routes`."""

    def __init__(self, access: AccessContext) -> None:
        self._access = access
        self._hashers = anyio.CapacityLimiter(_HASHERS)

    def guarded(self, handler: Handler) -> Handler:
        """The handler with what all forms share: same origin, and words when the database is gone."""

        async def handle(request: Request) -> Response:
            view = _view(request)
            own = self._peer(request).is_origin(request.headers.get("origin"))
            if request.method == "POST" and not own:
                return respond(pages.login_page(view, error=view.text("foreign_origin")), 403)
            try:
                return await handler(request)
            except _FormOdd:
                return respond(pages.login_page(view, error=view.text("form_odd")), 400)
            except sa.exc.SQLAlchemyError as error:
                _LOG.error("Nobody can sign in, the database fails: %s", type(error).__name__)
                return respond(pages.login_page(view, error=view.text("no_database")), 503)

        return handle

    async def login(self, request: Request) -> Response:
        """GET shows the form, POST checks it."""
        if request.method == "POST":
            return await self._sign_in(request)
        view = _view(request)
        if await self._identity(request) is not None:
            return _go(view.next)
        ready = await run_in_threadpool(accounts.has_administrator, self._access.engine)
        return respond(pages.login_page(view, first_start=not ready))

    async def link(self, request: Request) -> Response:
        """GET shows whose password will be set and uses nothing up, POST sets it and signs in."""
        token = request.path_params["token"]
        now = self._access.clock()
        view = _view(request)
        form = await _form(request) if request.method == "POST" else None
        if form is not None:
            view = _view(request, form)
        found = await run_in_threadpool(links.peek, self._access.engine, token, now)
        if found is None:
            return respond(pages.over_page(view), 410)
        if form is None:
            return respond(pages.link_page(view, found.name))
        return await self._redeem(request, view, found.name, form)

    async def logout(self, request: Request) -> Response:
        """GET asks, POST ends the session."""
        identity = await self._identity(request)
        if identity is None:
            return _go("/login")
        if request.method == "GET":
            return respond(pages.logout_page(_view(request), identity.display or identity.name))
        engine, now = self._access.engine, self._access.clock()
        await run_in_threadpool(sessions.revoke, engine, identity.session, now, identity.name)
        self._access.sessions.drop(identity.session)
        answer = _go("/login")
        clear_session(answer, self._peer(request))
        return answer

    async def _sign_in(self, request: Request) -> Response:
        form = await _form(request)
        view, peer = _view(request, form), self._peer(request)
        name, password, now = form.get("name", ""), form.get("password", ""), self._access.clock()
        wait = self._access.logins.take(name, peer.address, now)
        if wait:
            error = view.text("limited", minutes=math.ceil(wait / 60))
            return respond(pages.login_page(view, name=name[:64], error=error), 429, {"Retry-After": str(wait)})
        check = partial(accounts.authenticate, self._access.engine, name, password)
        found = await to_thread.run_sync(check, limiter=self._hashers)
        if found is None:
            await run_in_threadpool(self._record_failure, name, peer, now)
            return respond(pages.login_page(view, name=name[:64], error=view.text("wrong")), 401)
        self._access.logins.succeeded(name, peer.address)
        return await self._enter(request, found, view.next)

    async def _redeem(self, request: Request, view: View, name: str, form: dict[str, str]) -> Response:
        token, password = request.path_params["token"], form.get("password", "")
        if password != form.get("repeat", ""):
            return respond(pages.link_page(view, name, error=view.text("mismatch")), 400)
        redeem = partial(links.redeem, self._access.engine, token, password, self._access.clock())
        try:
            found = await to_thread.run_sync(redeem, limiter=self._hashers)
        except AccessError as error:
            if error.code == "link_over":
                return respond(pages.over_page(view), 410)
            return respond(pages.link_page(view, name, error=view.text(error.code)), 400)
        return await self._enter(request, found, "/")

    async def _enter(self, request: Request, found: Account, target: str) -> Response:
        peer = self._peer(request)
        former = session_of(request.scope, peer)
        start = partial(
            sessions.create,
            self._access.engine,
            found.id,
            self._access.clock(),
            self._access.policy,
            ip=peer.address,
            user_agent=request.headers.get("user-agent", ""),
            replaces=former,
        )
        token = await run_in_threadpool(start)
        if former is not None:
            self._access.sessions.drop(former)
        answer = _go(target)
        set_session(answer, peer, token, self._access.policy.absolute)
        return answer

    async def _identity(self, request: Request) -> sessions.Identity | None:
        hashed = session_of(request.scope, self._peer(request))
        if hashed is None:
            return None
        return await run_in_threadpool(self._access.sessions.check, hashed, self._access.clock())

    def _record_failure(self, name: str, peer: Peer, now: int) -> None:
        """Note a failed attempt; what is no account's name may be a password typed one field early."""
        try:
            known = f"account/{accounts.get(self._access.engine, name).name}"
        except AccessError:
            known = "account/?"
        with writing(self._access.engine) as connection:
            audit.append(connection, now, "anonymous", "login.failed", known, {"ip": peer.address})

    def _peer(self, request: Request) -> Peer:
        return self._access.proxies.peer(request.scope)


class _FormOdd(Exception):
    """A body that is no small form."""


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM:
            raise _FormOdd
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise _FormOdd from None


def _view(request: Request, form: dict[str, str] | None = None) -> View:
    values = form if form is not None else request.query_params
    lang = choose_language(values.get("lang", ""), request.headers.get("accept-language", ""))
    return View(lang, request.url.path, safe_next(values.get("next", "/")))


async def _back(request: Request) -> Response:
    return _go("/login")


def _go(target: str) -> RedirectResponse:
    return RedirectResponse(target, 303, {"Cache-Control": "no-store"})
