"""Workers beside the routes of a process, started and stopped with it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from waypost.services.app import Waypost
from waypost.services.connections.scheduler import Scheduler
from waypost.services.housekeeping.figures import FigureWatch, place_of
from waypost.services.housekeeping.worker import Housekeeper
from waypost.services.outgoing.worker import Outgoing
from waypost.services.settings import Settings
from waypost.services.storing.beside import can_store_beside


@contextlib.asynccontextmanager
async def pulling(waypost: Waypost, wanted: bool) -> AsyncIterator[None]:
    """Pull the connections while the block runs, when it is `wanted`; the end takes less than a second."""
    connections = waypost.connections  # made here, before any request can ask for it
    if not wanted:
        yield
        return
    scheduler = Scheduler(connections)
    scheduler.start()
    try:
        yield
    finally:
        await asyncio.to_thread(scheduler.stop)


@contextlib.asynccontextmanager
async def storing(waypost: Waypost, beside: bool) -> AsyncIterator[None]:
    """Store what comes over HTTP in a process of its own while the block runs, when `beside` says so."""
    if not beside or not can_store_beside(waypost.engine):
        yield
        return
    async with waypost.storing_beside():
        yield


@contextlib.asynccontextmanager
async def telling(waypost: Waypost, wanted: bool) -> AsyncIterator[None]:
    """Send to subscriptions while the block runs, when it is `wanted`; what is cut off is sent again later."""
    if not wanted:
        yield
        return
    outgoing = Outgoing(waypost)
    outgoing.start()
    try:
        yield
    finally:
        await asyncio.to_thread(outgoing.stop)


@contextlib.asynccontextmanager
async def keeping(waypost: Waypost, wanted: bool) -> AsyncIterator[None]:
    """Make segments, and compare at night, while the block runs, when it is `wanted`."""
    if not wanted:
        yield
        return
    keeper = Housekeeper(waypost.engine, Settings().compare_at)
    keeper.start()
    try:
        yield
    finally:
        await asyncio.to_thread(keeper.stop)


@contextlib.asynccontextmanager
async def watching(waypost: Waypost) -> AsyncIterator[None]:
    """Compare the figures that this process keeps with the orders, at night, while the block runs."""
    settings = Settings()
    watch = FigureWatch(waypost.live, waypost.engine, place_of(settings.role, settings.port), settings.compare_at)
    watch.start()
    try:
        yield
    finally:
        await asyncio.to_thread(watch.stop)


@contextlib.asynccontextmanager
async def at_work(waypost: Waypost, *, beside: bool, wanted: bool) -> AsyncIterator[None]:
    """All that a server does besides answering; storing `beside` it and its own figures in every role."""
    apart = storing(waypost, beside), pulling(waypost, wanted), telling(waypost, wanted), keeping(waypost, wanted)
    async with contextlib.AsyncExitStack() as stack:
        for work in (*apart, watching(waypost)):
            await stack.enter_async_context(work)
        yield
