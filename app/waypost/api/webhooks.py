"""POST /api/v1/webhooks/{key}: what partners deliver. Their signature is the key; nothing is read before it fits."""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from waypost.api import metrics
from waypost.api.context import address_of
from waypost.connect.errors import ConnectorError, Forged
from waypost.domain.errors import FieldError, NotFound, Overloaded
from waypost.services.app import Waypost
from waypost.services.connections.deliver import Delivered, NotTaken, receive

MAX_BYTES = 5 * 1024 * 1024
LATER_S = 60
log = logging.getLogger("waypost.connections")


async def post_delivery(request: Request) -> Response:
    """Take one delivery in; the answer comes after the data are durable."""
    waypost: Waypost = request.state.waypost
    us, address = waypost.connections, address_of(request.scope)
    wait = us.strangers.wait(address, us.clock())
    if wait:
        return _plain(429, "Too many deliveries with a wrong signature came from this address.", wait)
    body = await _body(request)
    if body is None:
        return _plain(413, f"A delivery may have at most {MAX_BYTES} bytes.")
    try:
        found = await run_in_threadpool(receive, us, request.path_params["key"], dict(request.headers), body)
    except (Forged, NotFound) as error:
        us.strangers.count(address, us.clock())
        metrics.REFUSED.inc()
        # Which part of it was wrong helps nobody who is honest: the connection's page tells its owner.
        return (
            _plain(401, "The signature does not fit.") if isinstance(error, Forged) else _plain(404, "Nobody is here.")
        )
    except NotTaken as error:
        return _plain(503, str(error), error.retry_after)
    except Overloaded as error:
        return _plain(503, str(error), error.retry_after)
    except (ConnectorError, FieldError) as error:
        log.warning("connection %s cannot take deliveries: %s", request.path_params["key"][:64], error.problem)
        return _plain(503, "This connection cannot take deliveries now.", LATER_S)
    except sa.exc.SQLAlchemyError:
        log.exception("a delivery could not be stored")
        return _plain(503, "The delivery could not be stored.", LATER_S)
    return _answer(found)


def _answer(found: Delivered) -> Response:
    tally = found.tally
    for status, n in (("accepted", tally.accepted), ("duplicate", tally.duplicates), ("unmapped", tally.unmapped)):
        if n:
            metrics.count_events(status, n)
    content: dict[str, Any] = {
        "status": found.status,
        "accepted": tally.accepted,
        "duplicate": tally.duplicates,
        "unmapped": tally.unmapped,
        "quarantined": tally.refused,
    }
    if found.status != "quarantined" or found.problem is None:
        return JSONResponse(content)
    field = found.problem.field if isinstance(found.problem, FieldError) else "body"
    told = {"error": found.problem.problem, "field": field, "remedy": found.problem.remedy}
    return JSONResponse({**content, **told}, 422)


def _plain(status: int, text: str, retry_after: int | None = None) -> Response:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return PlainTextResponse(text + "\n", status, headers)


async def _body(request: Request) -> bytes | None:
    """The raw bytes; None when there are more of them than may be."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)
