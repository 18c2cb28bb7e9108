"""The session cookie: a random id, out of reach of scripts and of other sites."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from waypost.access.sessions import TOKEN_LENGTH, token_hash
from waypost.api.peer import Peer


def cookie_name(peer: Peer) -> str:
    """The cookie's name; behind TLS its prefix makes browsers keep it to this very host."""
    return "__Host-waypost" if peer.secure else "waypost_session"


def session_of(scope: Scope, peer: Peer) -> str | None:
    """The hash of the session that the request's cookie names, if it has the form of one."""
    token = HTTPConnection(scope).cookies.get(cookie_name(peer), "")
    return token_hash(token) if len(token) == TOKEN_LENGTH else None


def set_session(response: Response, peer: Peer, token: str, max_age: int) -> None:
    """Hand the session to the browser for `max_age` seconds."""
    response.set_cookie(
        cookie_name(peer), token, max_age=max_age, path="/", secure=peer.secure, httponly=True, samesite="lax"
    )


def clear_session(response: Response, peer: Peer) -> None:
    """Take the session's cookie out of the browser."""
    response.delete_cookie(cookie_name(peer), path="/", secure=peer.secure, httponly=True, samesite="lax")
