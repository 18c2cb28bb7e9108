"""Reading routes: orders, KPIs, journeys, quarantine, vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from waypost import __version__
from waypost.api import export, metrics
from waypost.api.gates import gate_json
from waypost.domain.errors import FieldError
from waypost.domain.instants import from_us
from waypost.services import gates, kpi, order, quarantine
from waypost.services.app import Waypost
from waypost.services.export.orders import orders_sheet
from waypost.services.live import OrderQuery
from waypost.services.live.columns import DIMENSIONS
from waypost.services.live.query import OrderRow
from waypost.services.search import search_keys
from waypost.services.tracks import Track

MAX_PAGE = 500
MAX_WITHIN = 60 * 24 * 31  # minutes


def health(request: Request) -> Response:
    """Whether the process can reach its database; open to everybody, tells nothing else."""
    waypost: Waypost = request.state.waypost
    try:
        with waypost.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except Exception:
        return JSONResponse({"status": "down", "version": __version__, "remedy": "Check the database."}, 503)
    return JSONResponse({"status": "ok", "version": __version__})


def prometheus(request: Request) -> Response:
    """Metrics of this process in Prometheus' text format."""
    waypost: Waypost = request.state.waypost
    view = waypost.view()
    metrics.WAITING.set(waypost.waiting)
    metrics.WATERMARK.set(view.version)
    metrics.QUARANTINE.set(quarantine.count(waypost.engine))
    metrics.set_housekeeping(waypost.engine)
    for place, name in enumerate(("open", "delivered", "ended")):
        metrics.ORDERS.labels(name).set(int((view.status == place).sum()))
    levels = np.bincount(view.level[view.status == 0], minlength=3)
    for tier, n in zip(("ok", "yellow", "red"), levels.tolist(), strict=True):
        metrics.AT_RISK.labels(tier).set(n)
    return Response(metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


def orders(request: Request) -> Response:
    """A page of orders, filtered by ids, where they stand, what turns late soon, and dimensions; all as a file."""
    waypost: Waypost = request.state.waypost
    kind = export.asked_format(request)
    view, asked = waypost.current(), request.query_params
    keys = search_keys(waypost.engine, asked["q"]) if asked.get("q") else None
    where = tuple((name, tuple(asked.getlist(name))) for name in DIMENSIONS if asked.get(name))
    query = OrderQuery(
        _known(asked.get("journey"), view.ids, "journey"),
        asked.get("stage"),
        _known(asked.get("level"), ("ok", "yellow", "red"), "level"),
        _known(asked.get("status"), ("open", "delivered", "ended", "unassigned"), "status"),
        where,
        keys,
        _known(asked.get("sort", "risk"), ("risk", "newest", "oldest", "value"), "sort") or "risk",
        _number(asked.get("limit"), 50, "limit", MAX_PAGE),
        _number(asked.get("offset"), 0, "offset", 10_000_000),
        _known(asked.get("returns"), ("any", "open", "due", *view.returns.stages()), "returns"),
        _known(asked.get("due"), ("yellow", "red"), "due"),
        _number(asked.get("within"), 60, "within", MAX_WITHIN),
    )
    if kind != "json":
        return export.file_of(orders_sheet(view, query), kind)
    found = view.orders(query)
    return JSONResponse(
        {"total": found.total, "now": _iso(view.now), "orders": [order_json(row) for row in found.rows]}
    )


def one_order(request: Request) -> Response:
    """The journey of one order with its raw events."""
    waypost: Waypost = request.state.waypost
    view = waypost.current()
    key = order.find_order(waypost.engine, view, request.path_params["ref"])
    found = order.order_journey(waypost.engine, view, key)
    return JSONResponse(
        {
            **order_json(found.row),
            "outcome": found.outcome,
            "outcome_at": _iso(found.outcome_at),
            "tracks": [_track(track) for track in found.tracks],
            "gates": [gate_json(gate) for gate in gates.gates_of(view, key)],
            "events": [_event(event, found) for event in found.events],
            "carried": [_event(event, found) for event in found.carried],
        }
    )


def kpis(request: Request) -> Response:
    """The KPI report of a journey over [from, to); `exact=true` counts percentiles by rows, however many there are."""
    waypost: Waypost = request.state.waypost
    asked = request.query_params
    missing = [name for name in ("journey", "from", "to") if not asked.get(name)]
    if missing:
        raise FieldError(missing[0], "it is missing.", "Ask /api/v1/kpi?journey=ID&from=2026-11-01&to=2026-12-01.")
    exact = _known(asked.get("exact", "false"), ("true", "false"), "exact") == "true"
    found = kpi.report(waypost.current(), asked["journey"], asked["from"], asked["to"], exact=exact)
    return JSONResponse(found.as_json())


def vocabulary(request: Request) -> Response:
    """Milestones and event codes with their labels."""
    words = request.state.waypost.vocabulary
    return JSONResponse(
        {
            "milestones": [m.model_dump(mode="json") for m in words.milestones],
            "events": [e.model_dump(mode="json") for e in words.events],
        }
    )


def order_json(row: OrderRow) -> dict[str, Any]:
    """One order as the API gives it; instants in UTC."""
    return {
        "order": row.subject.ref,
        "scope": row.subject.scope or None,
        "journey": row.journey,
        "stage": row.stage,
        "level": row.level,
        "cause": row.cause,
        "status": row.status,
        "since": _iso(row.since),
        "due": _iso(row.due),
        "created": _iso(row.created),
        "promised": _iso(row.promised),
        "delivered": _iso(row.delivered),
        "delivered_parts": row.done,
        "parts": row.need,
        "value": row.value,
        "currency": row.currency,
        **row.dimensions,
    }


def _track(track: Track) -> dict[str, Any]:
    return {
        "role": track.role,
        "subject": str(track.subject),
        "attempts": len(track.attempts),
        "stages": [
            {
                "id": n.id,
                "status": n.status.name.lower(),
                "level": ("ok", "yellow", "red")[n.level],
                "entered": _iso(n.entered),
                "left": _iso(n.left),
                "dwell_s": n.dwell / 1e6 if n.dwell is not None else None,
                "out_of_sequence": n.out_of_sequence,
                "time_not_given": n.time_not_given,
            }
            for n in track.nodes
        ],
    }


def _event(event: Any, found: order.OrderJourney) -> dict[str, Any]:
    return {
        "id": event.id,
        "source": event.source,
        "event_id": event.event_id,
        "code": event.code,
        "subject": str(found.subjects[event.subject_id]),
        "at": _iso(event.at),
        "until": _iso(event.until),
        "raw_time": event.raw_time,
        "tz_source": event.tz_source.name.lower(),
        "recorded_at": _iso(event.recorded_at),
        "evidence": event.evidence.name.lower(),
        "classifier": event.classifier.name.lower(),
        "kind": event.kind.name.lower(),
        "word": event.word,
        "place": event.place,
        "reason": event.reason,
        "simulated": event.simulated,
    }


def _iso(us: int | None) -> str | None:
    return None if us is None else from_us(us).isoformat().replace("+00:00", "Z")


def _known(value: str | None, words: Any, field: str) -> str | None:
    if value is not None and value not in words:
        raise FieldError(field, f"'{value[:40]}' is not known.", f"Use one of: {', '.join(words)}.")
    return value


def _number(value: str | None, default: int, field: str, limit: int) -> int:
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) <= limit):
        raise FieldError(field, f"'{value[:40]}' is no number from 0 to {limit}.", "Correct it.")
    return int(value)
