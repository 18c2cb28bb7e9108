"""Routes of the mapping tables: what partners' words mean, tried out, published, read over history."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from waypost.api.manage import actor, base_version, json_body
from waypost.services.app import Waypost
from waypost.services.mappings import replay, tables
from waypost.services.mappings.preview import preview
from waypost.services.mappings.sources import known, sources


def mappings(request: Request) -> Response:
    """All sources whose words can be mapped."""
    waypost: Waypost = request.state.waypost
    return JSONResponse({"mappings": [found._asdict() for found in sources(waypost.engine)]})


def mapping(request: Request) -> Response:
    """The table of one source: edits in force, what its connector ships, versions, how far history has been read."""
    waypost: Waypost = request.state.waypost
    source = _source(request)
    known(waypost.engine, source)
    return JSONResponse(_table(waypost, source))


async def put_mapping(request: Request) -> Response:
    """Publish a new version; `?base=N` refuses when another one is in force, `?comment=` says why."""
    waypost: Waypost = request.state.waypost
    edits = tables.read_edits(await json_body(request))
    made = await run_in_threadpool(
        tables.publish,
        waypost.engine,
        waypost.vocabulary,
        _source(request),
        edits,
        by=actor(request),
        now=waypost.now(),
        base=base_version(request),
        comment=request.query_params.get("comment", ""),
    )
    waypost.replays.kick()
    return JSONResponse({**made.version.as_json(), "job": made.job})


async def try_mapping(request: Request) -> Response:
    """What publishing the edits would change; nothing is written."""
    waypost: Waypost = request.state.waypost
    edits = tables.read_edits(await json_body(request))
    found = await run_in_threadpool(preview, waypost, _source(request), edits)
    return JSONResponse(found.as_json())


def _source(request: Request) -> str:
    """The source in the address; `-` with `?source=` for names that an address cannot hold, such as those with //."""
    named = str(request.path_params["source"])
    return request.query_params.get("source", "") if named == "-" else named


def _table(waypost: Waypost, source: str) -> dict[str, Any]:
    held = tables.in_force(waypost.engine, source)
    return {
        **held.as_json(),
        "shipped": dict(tables.shipped(waypost.engine, source)),
        "versions": [v.version for v in tables.history(waypost.engine, source)],
        "jobs": [job._asdict() for job in replay.jobs(waypost.engine, source, 5)],
    }
