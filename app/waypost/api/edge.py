"""The role edge: our own routes behind the gate, without the console."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from waypost.api.context import AccessContext
from waypost.api.gate import Gate
from waypost.api.login import login_routes
from waypost.api.routes import api_routes, closing_routes
from waypost.services.app import Waypost


def build_edge(waypost: Waypost, access: AccessContext) -> ASGIApp:
    """The ASGI program of an edge process; closing it stores everything that waits."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        waypost.replays.kick()  # what the last process did not finish
        yield
        waypost.close()

    routes = [*api_routes(waypost), *login_routes(access), *closing_routes()]
    return Starlette(routes=routes, middleware=[Middleware(Gate, access=access)], lifespan=lifespan)
