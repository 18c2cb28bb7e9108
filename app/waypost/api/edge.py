"""The role edge: our own routes behind the gate, without the console."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.types import ASGIApp

from waypost.api.context import AccessContext
from waypost.api.gate import Gate
from waypost.api.ingest import Express
from waypost.api.login import login_routes
from waypost.api.routes import api_routes, closing_routes
from waypost.api.track.routes import track_routes
from waypost.api.workers import at_work
from waypost.services.app import Waypost
from waypost.services.position_feed import PositionFeed, working


def build_edge(
    waypost: Waypost,
    access: AccessContext,
    feed: PositionFeed | None = None,
    *,
    pulls: bool = False,
    beside: bool = False,
) -> ASGIApp:
    """The ASGI program of an edge process, or with `pulls` of a worker; closing it stores everything that waits.

    With `beside` a process of its own stores what comes over HTTP.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        waypost.replays.kick()  # what the last process did not finish
        with working(feed):
            async with at_work(waypost, beside=beside, wanted=pulls):
                yield
        waypost.close()

    routes = [*track_routes(waypost, access), *api_routes(waypost), *login_routes(access), *closing_routes()]
    # Around the program and not inside it: the framework's own layers cost an event as much as reading it does.
    return Gate(Starlette(routes=routes, lifespan=lifespan), access, short=Express(waypost))
