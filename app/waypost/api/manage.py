"""Routes that change configuration: journeys and the quarantine."""

from __future__ import annotations

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from waypost.access import audit
from waypost.api import export
from waypost.api.context import caller_of
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.services import quarantine
from waypost.services.app import Waypost
from waypost.services.export.admin import quarantine_sheet
from waypost.services.journeys import JourneyVersion
from waypost.store.engine import writing

_ALL = 1_000_000  # inputs in one file


def journeys(request: Request) -> Response:
    """The journeys in force."""
    waypost: Waypost = request.state.waypost
    return JSONResponse({"journeys": [_version(v) for v in waypost.journeys.published()]})


def journey(request: Request) -> Response:
    """One journey: the document in force and the versions before it."""
    waypost: Waypost = request.state.waypost
    history = waypost.journeys.history(request.path_params["id"])
    return JSONResponse({**_version(history[-1]), "versions": [v.version for v in history]})


async def put_journey(request: Request) -> Response:
    """Publish a new version of a journey; `?base=N` refuses when another version is in force."""
    waypost: Waypost = request.state.waypost
    body = await json_body(request)
    if not isinstance(body, dict) or body.get("id") != request.path_params["id"]:
        raise FieldError("id", "it is not the id in the address.", "Send the document of this journey.")
    base = base_version(request)
    published = await run_in_threadpool(waypost.journeys.publish, body, by=actor(request), base=base)
    return JSONResponse(_version(published))


def held(request: Request) -> Response:
    """Inputs in quarantine and words without an event code; `format` gives the inputs as a file."""
    waypost: Waypost = request.state.waypost
    kind = export.asked_format(request)
    if kind != "json":
        found = quarantine.listing(waypost.engine, limit=_ALL)
        return export.file_of(quarantine_sheet(found, show=export.sees_all(request)), kind)
    return JSONResponse(
        {
            "open": quarantine.count(waypost.engine),
            "quarantine": [h._asdict() for h in quarantine.listing(waypost.engine)],
            "unmapped": [w._asdict() for w in quarantine.unmapped_words(waypost.engine)],
        }
    )


async def replay(request: Request) -> Response:
    """Try an input in quarantine again; a JSON body is the repaired event."""
    waypost: Waypost = request.state.waypost
    repaired = await json_body(request) if await request.body() else None
    held_id, by = request.path_params["id"], actor(request)
    outcome = await run_in_threadpool(quarantine.replay, waypost, held_id, by, repaired)
    await run_in_threadpool(_note, waypost, request, "quarantine.replayed", f"quarantine/{held_id}")
    return JSONResponse({"id": held_id, "status": outcome})


def _version(found: JourneyVersion) -> dict[str, Any]:
    return {"id": found.journey.id, "version": found.version, "by": found.by, "document": found.journey.as_json()}


def base_version(request: Request) -> int | None:
    """The version that the caller started from. Errors: FieldError."""
    base = request.query_params.get("base")
    if base is None:
        return None
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        raise FieldError("base", f"'{base[:20]}' is no version.", "Send the number of the version you started from.")
    return int(base)


def actor(request: Request) -> str:
    """Who asks, as the audit log names them."""
    caller = caller_of(request.scope)
    return caller.actor if caller else "unknown"


def _note(waypost: Waypost, request: Request, action: str, what: str) -> None:
    with writing(waypost.engine) as connection:
        audit.append(connection, now_us(), actor(request), action, what)


async def json_body(request: Request) -> Any:
    """The body as JSON, at most 1 MiB. Errors: FieldError."""
    body = await request.body()
    if len(body) > 1024 * 1024:
        raise FieldError("body", f"it has {len(body)} bytes.", "Send at most 1 MiB.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise FieldError("body", "it is no JSON.", "Send the document as JSON.") from None
