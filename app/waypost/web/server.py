"""The console process: Streamlit and our own routes in one ASGI program, behind the gate."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config

from waypost.api.context import AccessContext
from waypost.api.gate import Gate
from waypost.api.ingest import Express
from waypost.api.login import login_routes
from waypost.api.routes import api_routes, closing_routes
from waypost.api.track.routes import track_routes
from waypost.api.workers import at_work
from waypost.services.app import Waypost
from waypost.services.position_feed import PositionFeed, feed_from, working
from waypost.services.settings import Settings, cookie_secret
from waypost.web import deps
from waypost.web.assets import asset_routes
from waypost.web.graph_frame import GraphFrame
from waypost.web.index_page import index_routes
from waypost.web.startup import apply_config, check_config

COLLECT_EVERY_S = 60
LOOK_EVERY_S = 0.2
# Where there are none at all, Streamlit looks for their files anew at every question who is there.
_NO_SECRETS: dict[str, Any] = {"waypost": {}}
_PACKAGE = Path(__file__).resolve().parents[1]
# A checkout keeps the entry beside the package, an installed wheel inside it.
_ENTRIES = (_PACKAGE.parent / "main.py", _PACKAGE / "_web" / "main.py")
log = logging.getLogger("waypost.server")


def build_console(waypost: Waypost, access: AccessContext, settings: Settings) -> Any:
    """The ASGI program of a console process; closing it stores everything that waits."""
    apply_config()
    config.set_option("server.cookieSecret", cookie_secret(waypost.engine, settings), "waypost")
    for problem in check_config():
        log.warning(problem)
    deps.provide(waypost, settings)
    entry = next(path for path in _ENTRIES if path.is_file())
    own = [*track_routes(waypost, access), *asset_routes(settings), *api_routes(waypost), *login_routes(access)]
    routes = [*own, *index_routes(), *closing_routes()]
    middleware = [Middleware(Gate, access=access, short=Express(waypost)), Middleware(GraphFrame)]
    lifespan = _lifespan(waypost, feed_from(settings, waypost), settings)
    return st.App(entry, lifespan=lifespan, routes=routes, middleware=middleware, secrets=_NO_SECRETS)


def _lifespan(waypost: Waypost, feed: PositionFeed | None, settings: Settings) -> Any:
    pulls, beside = settings.role == "all", settings.storing == "beside"

    @contextlib.asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
        _warm()
        waypost.view()
        _keep()
        waypost.replays.kick()  # what the last process did not finish
        beside_pages = [asyncio.create_task(_collect()), asyncio.create_task(_look_ahead())]
        try:
            with working(feed):
                async with at_work(waypost, beside=beside, wanted=pulls):
                    yield {}
        finally:
            for task in beside_pages:
                task.cancel()
            waypost.close()

    return lifespan


def _warm() -> None:
    """Import what pages need before the first of them is asked for."""
    for name in ("pandas", "plotly.graph_objects", "polars", "pydeck"):
        importlib.import_module(name)


def _keep() -> None:
    """Take what is there out of every later collection: a picture of many orders is millions of objects."""
    gc.collect()
    gc.freeze()


async def _collect() -> None:
    # Streamlit's own collection after every rerun is off (.streamlit/config.toml); this replaces it.
    while True:
        await asyncio.sleep(COLLECT_EVERY_S)
        gc.collect()


async def _look_ahead() -> None:
    from waypost.web import cache  # only now: Streamlit warns of caches that are made before it runs

    known: object = None
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            known = await asyncio.to_thread(cache.look_ahead, known)
        except Exception:  # the store may be away for a while: pages say so themselves
            log.debug("could not look ahead", exc_info=True)
