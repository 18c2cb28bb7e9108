"""All routes of our own, in one plain list: served beside the console or alone (role edge)."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from waypost.api import (
    boards,
    drafts,
    export,
    gates,
    ingest,
    manage,
    mappings,
    outgoing,
    read,
    tracking_links,
    webhooks,
)
from waypost.api.openapi import document
from waypost.domain.errors import FieldError, NotFound, Overloaded
from waypost.services.app import Waypost
from waypost.services.boards.drafts import Changed
from waypost.services.boards.rules import StepRefused
from waypost.store.documents import StaleVersion

Handler = Callable[[Request], Any]


def api_routes(waypost: Waypost) -> list[BaseRoute]:
    """The API of one process."""
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/api/v1/health", read.health),
        ("GET", "/metrics", read.prometheus),
        ("GET", "/api/v1/openapi.json", _openapi),
        ("POST", ingest.PATH, ingest.post_events),
        ("GET", "/api/v1/events", export.events),
        ("POST", "/api/v1/webhooks/{key}", webhooks.post_delivery),
        ("GET", "/api/v1/orders", read.orders),
        ("POST", "/api/v1/orders/{ref:path}/gates/{gate}/{act}", gates.act),
        ("GET", "/api/v1/orders/{ref:path}", read.one_order),
        ("GET", "/api/v1/kpi", read.kpis),
        ("GET", "/api/v1/journeys", manage.journeys),
        ("GET", "/api/v1/journeys/{id}", manage.journey),
        ("PUT", "/api/v1/journeys/{id}", manage.put_journey),
        ("GET", "/api/v1/quarantine", manage.held),
        ("POST", "/api/v1/quarantine/{id:int}/replay", manage.replay),
        ("GET", "/api/v1/vocabulary", read.vocabulary),
        ("GET", "/api/v1/subscriptions", outgoing.listing),
        ("POST", "/api/v1/subscriptions", outgoing.add),
        ("DELETE", "/api/v1/subscriptions/{key}", outgoing.remove),
        ("GET", "/api/v1/subscriptions/{key}/deliveries", outgoing.deliveries),
        ("POST", "/api/v1/subscriptions/{key}/{act}", outgoing.act),
        ("POST", "/api/v1/tracking-links", tracking_links.issue),
        ("GET", "/api/v1/tracking-links", tracking_links.listing),
        ("POST", "/api/v1/tracking-links/{id:int}/revoke", tracking_links.revoke),
        *_boards(),
        ("GET", "/api/v1/mappings", mappings.mappings),
        ("GET", "/api/v1/mappings/{source:path}", mappings.mapping),
        ("PUT", "/api/v1/mappings/{source:path}", mappings.put_mapping),
        ("POST", "/api/v1/mappings/{source:path}", mappings.try_mapping),
    ]
    routes: list[BaseRoute] = [
        Route(path, _bound(handler, waypost), methods=[method]) for method, path, handler in table
    ]
    return routes


def _boards() -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/api/v1/boards", boards.boards),
        ("GET", "/api/v1/boards/{id}", boards.board),
        ("GET", "/api/v1/boards/{id}/diff", boards.diff),
        ("GET", "/api/v1/boards/{id}/export", boards.export),
        ("POST", "/api/v1/boards/{id}/{act}", boards.act),
        ("GET", "/api/v1/board-templates", boards.listed_templates),
        ("POST", "/api/v1/board-checks", boards.check),
        ("POST", "/api/v1/board-replays", boards.replay),
        ("GET", "/api/v1/schemas/{name}", boards.schema),
        ("GET", "/api/v1/drafts", drafts.listing),
        ("POST", "/api/v1/drafts", drafts.start),
        ("GET", "/api/v1/drafts/{id}", drafts.one),
        ("PUT", "/api/v1/drafts/{id}", drafts.save),
        ("GET", "/api/v1/drafts/{id}/comments", drafts.comments),
        ("GET", "/api/v1/drafts/{id}/revisions", drafts.revisions),
        ("POST", "/api/v1/drafts/{id}/{act}", drafts.act),
    ]


def closing_routes() -> list[BaseRoute]:
    """The last routes: what is below our own prefixes and not there answers 404, not the console's page."""
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [
        Route(f"{prefix}/{{rest:path}}", _nothing, methods=methods) for prefix in ("/api", "/login", "/assets", "/t")
    ]


def _bound(handler: Handler, waypost: Waypost) -> Callable[[Request], Awaitable[Response]]:
    """The handler with its Waypost, and with errors turned into {error, field, remedy}."""

    waits = inspect.iscoroutinefunction(handler)

    async def answer(request: Request) -> Response:
        request.state.waypost = waypost
        try:
            if waits:
                response: Response = await handler(request)
            else:
                response = await run_in_threadpool(handler, request)
        except StepRefused as error:
            return boards.refused(error)
        except FieldError as error:
            return ingest.problem(422, error)
        except NotFound as error:
            return JSONResponse({"error": str(error)}, 404)
        except Changed as error:
            return JSONResponse({"error": str(error), "field": "If-Match", "remedy": "Reload the draft."}, 412)
        except StaleVersion as error:
            return JSONResponse({"error": str(error)}, 409)
        except Overloaded as error:
            return JSONResponse({"error": str(error)}, 429, {"Retry-After": str(error.retry_after)})
        return response

    return answer


def _openapi(request: Request) -> Response:
    return JSONResponse(document())


async def _nothing(request: Request) -> Response:
    known = "See /api/v1/openapi.json for what there is."
    return JSONResponse({"error": f"There is no {request.method} {request.url.path}.", "remedy": known}, 404)
