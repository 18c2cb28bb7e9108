"""POST /api/v1/events: CloudEvents in, answered after COMMIT with what became of each."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers as Given
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from waypost.api import metrics
from waypost.api.gate import Headers
from waypost.domain.errors import FieldError, Overloaded
from waypost.services.app import Waypost
from waypost.services.ingest import MAX_BYTES, Reading, outcomes, read_body

PATH = "/api/v1/events"
OUTCOMES = ("accepted", "duplicate", "unmapped", "quarantined")
Answer = tuple[int, bytes, list[tuple[bytes, bytes]]]  # status, body, headers
INLINE_BYTES = 64 * 1024  # larger bodies are parsed off the event loop


class Express:
    """Answers POST /api/v1/events right behind the gate, without the layers that other routes pass.

    They cost more than reading and storing an event does (bench/README.md, ingest.single64).
    """

    def __init__(self, waypost: Waypost) -> None:
        self._waypost = waypost

    def takes(self, scope: Scope) -> bool:
        """Whether this is a POST of events."""
        return bool(scope["path"] == PATH and scope["method"] == "POST")

    async def __call__(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        status, content, own = await _answer(self._waypost, scope, receive)
        size = b"%d" % len(content)
        all_ = [(b"content-type", b"application/json"), (b"content-length", size), *own, *headers]
        await send({"type": "http.response.start", "status": status, "headers": all_})
        await send({"type": "http.response.body", "body": content})


async def post_events(request: Request) -> Response:
    """Store one CloudEvent or a batch; the answer comes after the data are durable."""
    status, content, headers = await _answer(request.state.waypost, request.scope, request.receive)
    named = {name.decode(): value.decode() for name, value in headers}
    return Response(content, status, named, media_type="application/json")


async def _answer(waypost: Waypost, scope: Scope, receive: Receive) -> Answer:
    try:
        body = _with_binary_headers(scope, await _body(receive))
        reading = await _read(body, waypost)
        receipt = await waypost.store(reading.said, reading.refused)
    except FieldError as error:
        metrics.REFUSED.inc()
        return _refused(413 if error.field == "body" and "bytes" in error.problem else 422, error)
    except Overloaded as error:
        text = {"error": str(error), "remedy": f"Wait {error.retry_after} s and send again."}
        return 429, orjson.dumps(text), [(b"retry-after", str(error.retry_after).encode())]
    return 200, _told(reading, receipt.outcomes), []


def _told(reading: Reading, stored: list[str]) -> bytes:
    if reading.single:
        metrics.count_events(stored[0], 1)
        return b'{"id":%b,"status":"%b"}' % (orjson.dumps(reading.said[0].event_id), stored[0].encode())
    found = outcomes(reading, stored)
    counts = Counter([outcome.status for outcome in found])
    for status, n in counts.items():
        metrics.count_events(status, n)
    return orjson.dumps({**{n: counts.get(n, 0) for n in OUTCOMES}, "results": [o.as_json() for o in found]})


def _refused(status: int, error: FieldError) -> Answer:
    return status, orjson.dumps({"error": error.problem, "field": error.field, "remedy": error.remedy}), []


def problem(status: int, error: FieldError) -> JSONResponse:
    """A refusal as JSON: {error, field, remedy}."""
    return JSONResponse({"error": error.problem, "field": error.field, "remedy": error.remedy}, status)


async def _body(receive: Receive) -> bytes:
    """The body, read no further than the limit."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        if len(body) <= MAX_BYTES:
            return body
    return await _long_body(message, receive)


async def _long_body(message: Message, receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(part)
        if size > MAX_BYTES:
            raise FieldError(
                "body", f"it has more than {MAX_BYTES} bytes.", "Send at most 16 MiB and 5,000 events per request."
            )
        parts.append(part)
        if more:
            message = await receive()
    return b"".join(parts)


async def _read(body: bytes, waypost: Waypost) -> Reading:
    if len(body) <= INLINE_BYTES:
        return read_body(body, waypost.vocabulary, waypost.clock())
    return await run_in_threadpool(read_body, body, waypost.vocabulary, waypost.clock())


def _with_binary_headers(scope: Scope, body: bytes) -> bytes:
    """CloudEvents' binary mode: attributes in ce-* headers, the body is the data."""
    for name, _ in scope["headers"]:
        if name == b"ce-specversion":
            break
    else:
        return body
    given = Given(scope=scope).items()
    event: dict[str, Any] = {name[3:]: value for name, value in given if name.startswith("ce-")}
    if body:
        try:
            event["data"] = json.loads(body)
        except ValueError:
            raise FieldError("body", "in binary mode it must be the JSON of data.", "Send a JSON object.") from None
    return json.dumps(event).encode()
