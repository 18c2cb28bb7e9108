"""Routes on the gates of an order or a return: release, and hold again."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from waypost.api.manage import actor, json_body
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import from_us
from waypost.services import gates
from waypost.services.app import Waypost
from waypost.services.gates import Gate

_ACTS = {"release": gates.release, "hold": gates.hold}


async def act(request: Request) -> Response:
    """Release an order or return at a gate, or hold it again; the body is {"reason": ...}."""
    waypost: Waypost = request.state.waypost
    asked = request.path_params
    if asked["act"] not in _ACTS:
        raise NotFound(f"'{asked['act'][:40]}' is nothing that can be done at a gate: release or hold.")
    body = await json_body(request)
    if not isinstance(body, dict) or body.keys() != {"reason"} or not isinstance(body["reason"], str):
        raise FieldError("reason", "it is missing.", 'Send {"reason": "why"}.')
    found = await run_in_threadpool(
        perform, waypost, asked["act"], asked["ref"], asked["gate"], actor(request), body["reason"]
    )
    return JSONResponse(found)


def perform(waypost: Waypost, act: str, ref: str, gate: str, by: str, reason: str) -> dict[str, Any]:
    """Release or hold the order or return that an id leads to; its gates afterwards. Errors: NotFound, FieldError."""
    key = gates.find(waypost.engine, waypost.current(), ref)
    _ACTS[act](waypost, key, gate, by, reason)
    return {"order": ref, "gates": [gate_json(each) for each in gates.gates_of(waypost.current(), key)]}


def gate_json(gate: Gate) -> dict[str, Any]:
    """A gate as API and command line give it; instants in UTC."""
    since = None if gate.since is None else from_us(gate.since).isoformat().replace("+00:00", "Z")
    told = {"since": since, "by": gate.by, "reason": gate.reason}
    return {"gate": gate.id, "name": gate.stage.name.en, "state": gate.state, **told}
