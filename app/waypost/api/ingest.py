"""POST /api/v1/events: CloudEvents in, answered after COMMIT with what became of each."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import Counter
from typing import Any

import orjson
import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers as Given
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from waypost.api import metrics
from waypost.api.gate import Headers
from waypost.domain.errors import FieldError, Overloaded, Unavailable
from waypost.services.app import Waypost
from waypost.services.ingest import MAX_BYTES, Reading, outcomes, read_body
from waypost.services.room import Place

PATH = "/api/v1/events"
OUTCOMES = ("accepted", "duplicate", "unmapped", "quarantined")
Answer = tuple[int, bytes, list[tuple[bytes, bytes]]]  # status, body, headers
INLINE_BYTES = 64 * 1024  # larger bodies are parsed off the event loop
DISCARDED = 4 * MAX_BYTES  # so much is let pass by unread before the connection is cut
BODY_S = 120  # a body must be complete by then
LATER_S = 5
log = logging.getLogger("waypost.ingest")


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
        try:
            status, content, own = await _answer(self._waypost, scope, receive)
        except ClientDisconnect:
            return  # in the middle of his body: nothing of it was kept
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
    coming = _Body(receive)
    try:
        announced, binary = _announced(scope)
        with waypost.room.place(announced) as place:
            body = await coming.whole(place)
            if binary:
                body = _with_binary_headers(scope, body)
            reading = await _read(body, waypost)
            del body
            receipt = await waypost.store(reading.said, reading.refused)
    except FieldError as error:
        await coming.discard()
        metrics.REFUSED.inc()
        return _refused(413 if error.field == "body" and "bytes" in error.problem else 422, error)
    except Overloaded as error:
        await coming.discard()
        text = {"error": str(error), "remedy": f"Wait {error.retry_after} s and send again."}
        return 429, orjson.dumps(text), [(b"retry-after", str(error.retry_after).encode())]
    except TimeoutError:
        text = {"error": f"The body was not complete after {BODY_S} s.", "remedy": "Send it again, whole."}
        return 408, orjson.dumps(text), [(b"connection", b"close")]
    except (sa.exc.OperationalError, Unavailable):
        log.exception("events could not be stored")
        text = {"error": "The events could not be stored.", "remedy": f"Wait {LATER_S} s and send again."}
        return 503, orjson.dumps(text), [(b"retry-after", str(LATER_S).encode())]
    return 200, _told(reading, receipt.outcomes), []


def _told(reading: Reading, stored: list[str]) -> bytes:
    if reading.single:
        metrics.count_events(stored[0], 1)
        return b'{"id":%b,"status":"%b"}' % (orjson.dumps(reading.said[0].event_id), stored[0].encode())
    if reading.refused:
        results = [outcome.as_json() for outcome in outcomes(reading, stored)]
    else:  # nearly always
        results = [{"id": s.event_id, "status": status} for s, status in zip(reading.said, stored, strict=True)]
    counts = Counter([each["status"] for each in results])
    for status, n in counts.items():
        metrics.count_events(status, n)
    return orjson.dumps({**{n: counts.get(n, 0) for n in OUTCOMES}, "results": results})


def _refused(status: int, error: FieldError) -> Answer:
    return status, orjson.dumps({"error": error.problem, "field": error.field, "remedy": error.remedy}), []


def problem(status: int, error: FieldError) -> JSONResponse:
    """A refusal as JSON: {error, field, remedy}."""
    return JSONResponse({"error": error.problem, "field": error.field, "remedy": error.remedy}, status)


def _announced(scope: Scope) -> tuple[int, bool]:
    """How long the body says it is, 0 when it does not, and whether it comes in CloudEvents' binary mode.

    Errors: FieldError when it is too long.
    """
    size, binary = 0, False
    for name, value in scope["headers"]:
        if name == b"content-length":
            size = int(value) if value.isdigit() and len(value) < 16 else 0
        elif name == b"ce-specversion":
            binary = True
    return size if size <= MAX_BYTES else _too_long(), binary


def _too_long() -> int:
    raise FieldError(
        "body", f"it has more than {MAX_BYTES} bytes.", "Send at most 16 MiB and 5,000 events per request."
    )


class _Body:
    """The body as it comes in; what is refused unread still has to be taken off the line."""

    __slots__ = ("_receive", "more")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.more = True

    async def whole(self, place: Place) -> bytes:
        """All of it, read no further than the limit. Errors: FieldError, Overloaded."""
        part = await self._part()
        place.grow(len(part))
        if not self.more:
            return part
        parts, size = [part], len(part)
        async with asyncio.timeout(BODY_S):  # who stops half-way gives his place back
            while self.more:
                part = await self._part()
                parts.append(part)
                size += len(part)
                if size > MAX_BYTES:
                    _too_long()
                place.grow(size)
        return b"".join(parts)

    async def discard(self) -> None:
        """Let the rest pass by: a client that is still sending would not see the answer otherwise."""
        if not self.more:
            return
        size = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BODY_S):
                while self.more and size < DISCARDED:
                    size += len(await self._part())

    async def _part(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self.more = message.get("more_body", False)
        part: bytes = message.get("body", b"")
        return part


async def _read(body: bytes, waypost: Waypost) -> Reading:
    if len(body) <= INLINE_BYTES:
        return read_body(body, waypost.vocabulary, waypost.clock())
    return await run_in_threadpool(read_body, body, waypost.vocabulary, waypost.clock())


def _with_binary_headers(scope: Scope, body: bytes) -> bytes:
    """CloudEvents' binary mode: attributes in ce-* headers, the body is the data."""
    given = Given(scope=scope).items()
    event: dict[str, Any] = {name[3:]: value for name, value in given if name.startswith("ce-")}
    if body:
        try:
            event["data"] = json.loads(body)
        except ValueError:
            raise FieldError("body", "in binary mode it must be the JSON of data.", "Send a JSON object.") from None
    return json.dumps(event).encode()
