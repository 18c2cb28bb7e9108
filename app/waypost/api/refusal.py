"""How the gate says no: what is wrong, in which field, and the remedy."""

from __future__ import annotations

import dataclasses
import json

from starlette.responses import Response

from waypost.api.login_texts import TEXTS, choose_language


@dataclasses.dataclass(eq=False)  # an exception is itself, not its fields
class Refused(Exception):
    """A request the gate does not let through; it becomes a JSON answer."""

    status: int
    error: str
    remedy: str
    field: str | None = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)

    def response(self) -> Response:
        """The answer: {error, field?, remedy}."""
        body = {"error": self.error, "field": self.field, "remedy": self.remedy}
        text = json.dumps({name: value for name, value in body.items() if value is not None})
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(text, self.status, headers, media_type="application/json")


def not_signed_in() -> Refused:
    """401: neither a session nor a key."""
    return Refused(
        401,
        "You are not signed in.",
        "Sign in at /login, or send an API key: Authorization: Bearer wp_...",
        headers={"WWW-Authenticate": 'Bearer realm="waypost"'},
    )


def session_over(accept_language: str) -> Refused:
    """401 for what an open page loads by itself; Streamlit shows this answer to the person."""
    texts = TEXTS[choose_language("", accept_language)]
    return Refused(
        401,
        texts["session_over"],
        texts["session_over_remedy"],
        headers={"WWW-Authenticate": 'Bearer realm="waypost"'},
    )


def bad_key() -> Refused:
    """401: the key is malformed, unknown or revoked; which one is nobody's business."""
    return Refused(
        401,
        "The API key is not valid.",
        "Check the key, or ask an administrator for a new one.",
        "Authorization",
        {"WWW-Authenticate": 'Bearer realm="waypost", error="invalid_token"'},
    )


def missing_scope(scope: str) -> Refused:
    """403: a good key for something else."""
    return Refused(403, f"The API key lacks the scope {scope}.", f"Use a key with the scope {scope}.", "Authorization")


def missing_role(role: str) -> Refused:
    """403: a person without the role."""
    return Refused(403, f"This needs the role {role}.", "Ask an administrator for it, or use an API key.")


def foreign_origin() -> Refused:
    """403: a page of another site tried to act in the name of the signed-in person."""
    return Refused(
        403,
        "The request does not come from this site.",
        "Send it from a page of this site, or use an API key. Behind a proxy, name it in trusted_proxies.",
        "Origin",
    )


def too_fast() -> Refused:
    """429: over the key's rate."""
    return Refused(
        429,
        "The API key sends more requests per second than it may.",
        "Send larger batches, or ask an administrator to raise the key's rate.",
        headers={"Retry-After": "1"},
    )


def odd_path() -> Refused:
    """400: a path that two routers could read in two ways."""
    return Refused(400, "The path is not in its simple form.", "Leave out //, .. and backslashes.", "path")


def no_database() -> Refused:
    """503: who is there cannot be checked, so nobody gets in."""
    return Refused(
        503,
        "The database cannot be reached.",
        "Try again shortly; an administrator can run waypost doctor.",
        headers={"Retry-After": "5"},
    )
