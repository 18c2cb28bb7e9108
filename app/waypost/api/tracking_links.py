"""Routes for those who hand out tracking links: issue, list, revoke."""

from __future__ import annotations

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from waypost.api.context import caller_of
from waypost.domain.errors import FieldError
from waypost.domain.instants import from_us, now_us
from waypost.services import order, tracking
from waypost.services.app import Waypost
from waypost.services.tracking import DAYS, Link

MAX_BODY = 16 * 1024
_MAX_PAGE = 500
_FIELDS = {"order": str, "merchant": str, "lang": str, "days": int}


async def issue(request: Request) -> Response:
    """Make a link to an order; the answer holds its token, which cannot be shown again."""
    waypost: Waypost = request.state.waypost
    wanted = await _wanted(request)
    caller = caller_of(request.scope)
    token, link = await run_in_threadpool(make, waypost, wanted, caller.actor if caller else "unknown")
    path = f"/t/{token}"
    return JSONResponse({**link_json(link), "token": token, "path": path}, 201, {"Cache-Control": "no-store"})


def listing(request: Request) -> Response:
    """Links, newest first; `?order=` narrows to one order."""
    waypost: Waypost = request.state.waypost
    asked = request.query_params
    key = order.find_order(waypost.engine, waypost.current(), asked["order"]) if asked.get("order") else None
    limit, offset = (_number(asked.get(name), name, default) for name, default in (("limit", 50), ("offset", 0)))
    if limit > _MAX_PAGE:
        raise FieldError("limit", f"{limit} is too many.", f"Ask for at most {_MAX_PAGE}.")
    found = tracking.listing(waypost.engine, key=key, limit=limit, offset=offset)
    return JSONResponse({"total": found.total, "links": [link_json(link) for link in found.rows]})


def revoke(request: Request) -> Response:
    """Revoke a link; its open pages end within seconds."""
    waypost: Waypost = request.state.waypost
    caller = caller_of(request.scope)
    actor = caller.actor if caller else "unknown"
    return JSONResponse(link_json(tracking.revoke(waypost.engine, request.path_params["id"], now_us(), actor)))


def make(waypost: Waypost, wanted: dict[str, Any], actor: str) -> tuple[str, Link]:
    """Issue a link to the order that an id leads to. Errors: FieldError, NotFound."""
    key = order.find_order(waypost.engine, waypost.current(), wanted["order"])
    return tracking.issue(
        waypost.engine,
        key,
        now_us(),
        actor,
        merchant_key=wanted.get("merchant"),
        lang=wanted.get("lang") or "",
        days=DAYS if wanted.get("days") is None else wanted["days"],
    )


def link_json(link: Link) -> dict[str, Any]:
    """A link as API and command line give it; instants in UTC."""
    return {
        "id": link.id,
        "order": link.subject.ref,
        "merchant": link.merchant,
        "lang": link.lang or None,
        "state": link.state(now_us()),
        "created": _iso(link.created_at),
        "created_by": link.created_by,
        "expires": _iso(link.expires_at),
        "revoked": _iso(link.revoked_at),
    }


async def _wanted(request: Request) -> dict[str, Any]:
    body = await request.body()
    if len(body) > MAX_BODY:
        raise FieldError("body", f"it has {len(body)} bytes.", "Send a small JSON object.")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise FieldError("body", "it is no JSON object.", 'Send {"order": "1001"}.')
    for name, value in found.items():
        if name not in _FIELDS:
            raise FieldError(name[:40], "it is not known.", f"Use: {', '.join(_FIELDS)}.")
        if value is not None and (not isinstance(value, _FIELDS[name]) or isinstance(value, bool)):
            raise FieldError(name, "it has the wrong type.", f"Send a {_FIELDS[name].__name__}.")
    if not found.get("order"):
        raise FieldError("order", "it is missing.", "Send the id of an order.")
    return found


def _number(value: str | None, name: str, default: int) -> int:
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 8):
        raise FieldError(name, f"'{value[:20]}' is no number.", "Correct it.")
    return int(value)


def _iso(us: int | None) -> str | None:
    return None if us is None else from_us(us).isoformat().replace("+00:00", "Z")
