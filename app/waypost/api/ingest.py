"""POST /api/v1/events: CloudEvents in, answered after COMMIT with what became of each."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from waypost.api import metrics
from waypost.domain.errors import FieldError, Overloaded
from waypost.services.app import Waypost
from waypost.services.ingest import MAX_BYTES, outcomes, read_body

INLINE_BYTES = 64 * 1024  # larger bodies are parsed off the event loop


async def post_events(request: Request) -> Response:
    """Store one CloudEvent or a batch; the answer comes after the data are durable."""
    waypost: Waypost = request.state.waypost
    try:
        body = _with_binary_headers(request, await _body(request))
        reading = await _read(body, waypost)
        receipt = await waypost.store(reading.said, reading.refused)
    except FieldError as error:
        metrics.REFUSED.inc()
        return problem(413 if error.field == "body" and "bytes" in error.problem else 422, error)
    except Overloaded as error:
        text = {"error": str(error), "remedy": f"Wait {error.retry_after} s and send again."}
        return JSONResponse(text, 429, {"Retry-After": str(error.retry_after)})
    found = outcomes(reading, receipt.outcomes)
    counts = Counter(outcome.status for outcome in found)
    for status, n in counts.items():
        metrics.count_events(status, n)
    if reading.single:
        return _json(found[0].as_json())
    names = ("accepted", "duplicate", "unmapped", "quarantined")
    return _json({**{n: counts.get(n, 0) for n in names}, "results": [o.as_json() for o in found]})


def problem(status: int, error: FieldError) -> JSONResponse:
    """A refusal as JSON: {error, field, remedy}."""
    return JSONResponse({"error": error.problem, "field": error.field, "remedy": error.remedy}, status)


def _json(content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")


async def _body(request: Request) -> bytes:
    """The body, read no further than the limit."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            raise FieldError(
                "body", f"it has more than {MAX_BYTES} bytes.", "Send at most 16 MiB and 5,000 events per request."
            )
        parts.append(part)
    return b"".join(parts)


async def _read(body: bytes, waypost: Waypost) -> Any:
    if len(body) <= INLINE_BYTES:
        return read_body(body, waypost.vocabulary, waypost.clock())
    return await run_in_threadpool(read_body, body, waypost.vocabulary, waypost.clock())


def _with_binary_headers(request: Request, body: bytes) -> bytes:
    """CloudEvents' binary mode: attributes in ce-* headers, the body is the data."""
    if all(name != b"ce-specversion" for name, _ in request.scope["headers"]):
        return body
    event: dict[str, Any] = {name[3:]: value for name, value in request.headers.items() if name.startswith("ce-")}
    if body:
        try:
            event["data"] = json.loads(body)
        except ValueError:
            raise FieldError("body", "in binary mode it must be the JSON of data.", "Send a JSON object.") from None
    return json.dumps(event).encode()
