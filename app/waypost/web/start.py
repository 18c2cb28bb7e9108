"""From settings to a running server: one program per role."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn

from waypost.access import links
from waypost.api.context import AccessContext
from waypost.api.edge import build_edge
from waypost.api.redact import hide_capabilities
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.services.app import Waypost
from waypost.services.heap import settle
from waypost.services.leaving import Leaving
from waypost.services.position_feed import feed_from
from waypost.services.settings import Settings

SHUTDOWN_S = 10


def build(settings: Settings | None = None, waypost: Waypost | None = None) -> Any:
    """The ASGI program for the role in the settings."""
    settings = settings or Settings()
    waypost = waypost or Waypost.open(settings.db)
    waypost.positions.keep_trails(settings.trail_days)
    access = AccessContext.open(waypost.engine, trusted_proxies=settings.trusted_proxies)
    if settings.role in ("edge", "worker"):
        pulls, beside = settings.role == "worker", settings.storing == "beside"
        return build_edge(waypost, access, feed_from(settings, waypost), pulls=pulls, beside=beside)
    from waypost.web.server import build_console  # Streamlit is only loaded where it is served

    return build_console(waypost, access, settings)


def first_link(waypost: Waypost, settings: Settings) -> str | None:
    """The address that makes the first administrator; None once there is one."""
    token = links.first_start(waypost.engine, now_us())
    host = "localhost" if settings.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else settings.host
    return None if token is None else f"http://{host}:{settings.port}/login/link/{token}"


def run(settings: Settings, waypost: Waypost, ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM; then finish requests, store what waits, and return."""
    hide_capabilities()
    check_port(settings)
    program = build(settings, waypost)
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    options = uvicorn.Config(
        program,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=SHUTDOWN_S,
        ws_ping_interval=20,
        server_header=False,
        # The gate decides which proxies are believed; uvicorn would believe every local one.
        proxy_headers=False,
    )
    server = _Server(options, waypost.leaving)
    if ready:
        _when_started(server, ready)
    settle()
    server.run()


class _Server(uvicorn.Server):
    """Says when it begins to stop: it waits for open answers, and an event stream would never end by itself."""

    def __init__(self, options: uvicorn.Config, leaving: Leaving) -> None:
        super().__init__(options)
        self._leaving = leaving

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams, then as always."""
        self._leaving.now()
        await super().shutdown(sockets)


def check_port(settings: Settings) -> None:
    """Say in words that the port is taken, before anything is loaded."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise FieldError(
                "port", f"{where} cannot be used ({error.strerror}).", "Choose another: --port 8502."
            ) from None


def _when_started(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    def wait() -> None:
        while not server.started and not server.should_exit:
            threading.Event().wait(0.05)
        if server.started:
            ready()

    threading.Thread(target=wait, daemon=True).start()
