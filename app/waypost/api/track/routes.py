"""The routes of the customer's page: /t/{token}, its live line, the same as JSON, and the script that embeds it.

They are open: the token is the capability. Written straight against ASGI, because every shopper who looks
comes by here.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from sqlalchemy.exc import SQLAlchemyError
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from waypost.access.misses import Misses
from waypost.api.context import AccessContext
from waypost.api.login_texts import choose_language
from waypost.api.track.book import Book, Held
from waypost.api.track.live import Reader, Watch
from waypost.api.track.over import over_page, sentence
from waypost.i18n import known_language
from waypost.services.app import Waypost
from waypost.services.merchants import Merchant
from waypost.services.shelf import Shelf
from waypost.services.tracking import hash_of

_LOG = logging.getLogger("waypost.track")
_EMBED = Path(__file__).with_name("embed.js").read_bytes()
_SAFE = [
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"vary", b"Accept-Language"),
]
_HTML = [(b"content-type", b"text/html; charset=utf-8"), *_SAFE]
_JSON = [(b"content-type", b"application/json"), *_SAFE]


def track_routes(waypost: Waypost, access: AccessContext) -> list[BaseRoute]:
    """The customer's routes of one process."""
    desk = TrackDesk(waypost, access)
    return [
        Route("/t/{token}", _Endpoint(desk.page)),
        Route("/t/{token}/live", _Endpoint(desk.live)),
        Route("/api/v1/track/{token}", _Endpoint(desk.story)),
        Route("/assets/embed.js", _Endpoint(_embed)),
    ]


class TrackDesk:
    """The handlers behind `track_routes`."""

    def __init__(self, waypost: Waypost, access: AccessContext) -> None:
        self._access = access
        self._book = Book(Shelf(waypost, access.clock), waypost.now)
        self._watch = Watch(self._book)
        self._misses = Misses()
        waypost.leaving.then(self._watch.close)

    async def page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page; of a link that opens nothing a friendly one."""
        found = await self._find(scope)
        if isinstance(found, Held) and not found.over:
            rendered = found.page(_language(scope, found))
            await _send_page(send, scope, 200, rendered.pieces, _frames(found.opened.grant.merchant))
            return
        status, merchant, wait = _over(found)
        pieces = over_page(status, _language(scope, None), merchant)
        # A page that tells nothing may stand in any frame: the merchant's, too, whom we cannot know here.
        frames = b"*" if status != 410 else _frames(merchant)
        await _send_page(send, scope, status, pieces, frames, wait)

    async def live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """News of an open page as server-sent events."""
        found = await self._find(scope)
        opened = isinstance(found, Held) and not found.over
        if not isinstance(found, Held) or not opened or not self._watch.takes(_digest(scope)):
            # A browser does not ask again after any answer but 200: the page stays as it is.
            status, _, wait = (503, None, 60) if opened else _over(found)
            await _send(send, scope, status, _JSON, b'{"error":"There is nothing to follow here."}', wait)
            return
        tag = _header(scope, b"last-event-id") or _asked(scope, "v")
        await self._watch.stream(Reader(_digest(scope), _language(scope, found), tag[:16]), found, receive, send)

    async def story(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same story as JSON."""
        found = await self._find(scope)
        if isinstance(found, Held) and not found.over:
            headers = [*_JSON, *_shared_with(scope, found.opened.grant.merchant)]
            await _send(send, scope, 200, headers, found.data(_language(scope, found)))
            return
        status, merchant, wait = _over(found)
        error, remedy = sentence(status, _language(scope, None))
        body = {"error": error, "field": "token", "remedy": remedy}
        headers = [*_JSON, *_shared_with(scope, merchant)]
        await _send(send, scope, status, headers, json.dumps(body, ensure_ascii=False).encode(), wait)

    async def _find(self, scope: Scope) -> Held | int | None:
        """What the token opens; None for nothing, seconds to wait for who tried too many, -1 without a database."""
        digest = _digest(scope)
        held = self._book.fresh(digest)
        if held is not None:
            return held
        address, now = self._access.proxies.peer(scope).address, self._access.clock()
        wait = 0 if self._book.known(digest) else self._misses.wait(address, now)
        if wait:
            return wait
        try:
            found = await self._book.look(digest, _language(scope, None)) if digest else None
        except SQLAlchemyError as error:
            _LOG.error("Customers' pages cannot be shown, the database fails: %s", type(error).__name__)
            return -1
        if found is None:
            self._misses.count(address, now)
        return found


class _Endpoint:
    """A handler as an ASGI program, for GET and HEAD."""

    def __init__(self, handler: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in ("GET", "HEAD"):
            await self._handler(scope, receive, send)
            return
        await _send(send, scope, 405, [*_JSON, (b"allow", b"GET, HEAD")], b'{"error":"Only GET is answered here."}')


async def _embed(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [
        (b"content-type", b"text/javascript; charset=utf-8"),
        (b"cache-control", b"public, max-age=3600"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await _send(send, scope, 200, headers, _EMBED)


def _over(found: Held | int | None) -> tuple[int, Merchant | None, int]:
    """Status, whose page it was, and seconds to wait."""
    if isinstance(found, Held):
        return 410, found.opened.grant.merchant, 0
    if found is None:
        return 404, None, 0
    return (503, None, 5) if found < 0 else (429, None, found)


async def _send_page(
    send: Send, scope: Scope, status: int, pieces: tuple[bytes, ...], frames: bytes, wait: int = 0
) -> None:
    nonce = secrets.token_urlsafe(12).encode()
    policy = (
        b"default-src 'none'; style-src 'nonce-%b'; script-src 'nonce-%b'; connect-src 'self'; img-src data:; "
        b"base-uri 'none'; form-action 'none'; frame-ancestors %b" % (nonce, nonce, frames)
    )
    await _send(send, scope, status, [*_HTML, (b"content-security-policy", policy)], nonce.join(pieces), wait)


async def _send(
    send: Send, scope: Scope, status: int, headers: list[tuple[bytes, bytes]], body: bytes, wait: int = 0
) -> None:
    given = [*headers, (b"content-length", b"%d" % len(body))]
    if wait:
        given.append((b"retry-after", b"%d" % wait))
    await send({"type": "http.response.start", "status": status, "headers": given})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _frames(merchant: Merchant | None) -> bytes:
    """Who may embed: ourselves (the console's preview) and the merchant's sites."""
    return " ".join(["'self'", *(merchant.origins if merchant else ())]).encode()


def _shared_with(scope: Scope, merchant: Merchant | None) -> list[tuple[bytes, bytes]]:
    """Scripts of the merchant's sites may read the JSON."""
    origin = _header(scope, b"origin")
    known = merchant is not None and origin in merchant.origins
    return [(b"access-control-allow-origin", origin.encode()), (b"vary", b"Origin")] if known else []


def _language(scope: Scope, held: Held | None) -> str:
    """Asked for in the address, else the link's, else the browser's."""
    asked = known_language(_asked(scope, "lang"))
    if asked:
        return asked
    if held is not None and held.opened.grant.lang:
        return held.opened.grant.lang
    return _browsers(_header(scope, b"accept-language"))


@lru_cache(maxsize=256)
def _browsers(accept: str) -> str:
    return choose_language("", accept)


def _asked(scope: Scope, name: str) -> str:
    query = scope.get("query_string", b"")
    return parse_qs(query.decode("latin-1")).get(name, [""])[0] if query else ""


def _digest(scope: Scope) -> str:
    return hash_of(scope["path_params"]["token"]) or ""


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
