"""Routes of subscriptions: who is told what happens, and how it goes. For administrators."""

from __future__ import annotations

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from waypost.api.context import caller_of
from waypost.domain.errors import FieldError
from waypost.domain.instants import read_moment
from waypost.services.app import Waypost
from waypost.services.outgoing import manage, model
from waypost.services.outgoing.manage import Draft
from waypost.services.outgoing.worker import send_test

_LONGEST = 64 * 1024
_FIELDS = {"name": str, "url": str, "filter": dict, "mode": str, "personal": bool, "secret": str, "since": str}


def listing(request: Request) -> Response:
    """All subscriptions with their state and backlog."""
    waypost: Waypost = request.state.waypost
    behind = model.backlog(waypost.engine)
    found = [{**each.as_json(), "backlog": behind.get(each.key, 0)} for each in model.listing(waypost.engine)]
    return JSONResponse({"subscriptions": found})


async def add(request: Request) -> Response:
    """Add a subscription; the answer holds its secret, once."""
    body = await _body(request)
    draft = _draft(body)
    held, secret = await run_in_threadpool(manage.add, request.state.waypost, draft, _actor(request))
    return JSONResponse({**held.as_json(), "secret": secret}, 201)


def deliveries(request: Request) -> Response:
    """The newest deliveries of a subscription."""
    waypost: Waypost = request.state.waypost
    found = model.deliveries(waypost.engine, request.path_params["key"], 100)
    return JSONResponse({"deliveries": [each.as_json() for each in found]})


def remove(request: Request) -> Response:
    """Remove a subscription."""
    manage.remove(request.state.waypost.engine, request.path_params["key"], _actor(request))
    return Response(status_code=204)


async def act(request: Request) -> Response:
    """Pause, resume, test or replay a subscription."""
    waypost: Waypost = request.state.waypost
    key, what, by = request.path_params["key"], request.path_params["act"], _actor(request)
    if what == "test":
        found = await run_in_threadpool(send_test, waypost, key)
        return JSONResponse({"delivered": found.error is None, "error": found.error, "took_ms": found.took_ms})
    if what == "replay":
        since = _instant((await _body(request)).get("since"))
        n = await run_in_threadpool(manage.replay, waypost.engine, key, since, by)
        return JSONResponse({"events": n})
    acts = {"pause": manage.pause, "resume": manage.resume}
    if what not in acts:
        return JSONResponse({"error": f"There is no '{what[:20]}'.", "remedy": "pause, resume, test or replay"}, 404)
    await run_in_threadpool(acts[what], waypost.engine, key, by)
    return JSONResponse(model.get(waypost.engine, key).as_json())


def _draft(body: dict[str, Any]) -> Draft:
    for name, value in body.items():
        kind = _FIELDS.get(name)
        if kind is None or not isinstance(value, kind):
            problem = "it is not known." if kind is None else "its type is wrong."
            raise FieldError(name[:40], problem, f"Send: {', '.join(_FIELDS)}.")
    for name in ("name", "url"):
        if name not in body:
            raise FieldError(name, "it is missing.", "Send a name and an address.")
    since = _instant(body["since"]) if "since" in body else None
    return Draft(**{**body, "since": since})


def _instant(text: Any) -> int:
    at = read_moment(text, None, "since").at if isinstance(text, str) else None
    if at is None:
        raise FieldError("since", "it is missing.", "Send an instant such as 2026-11-23T08:00:00Z.")
    return at


def _actor(request: Request) -> str:
    caller = caller_of(request.scope)
    return caller.actor if caller else "unknown"


async def _body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    try:
        found = json.loads(raw) if len(raw) <= _LONGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise FieldError("body", "it is no JSON object of at most 64 KiB.", "Send name, url and filter as JSON.")
    return found
