"""What Prometheus reads at /metrics."""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy.engine import Engine

from waypost.domain.instants import SECOND, now_us
from waypost.services.housekeeping.comparison import last_comparison
from waypost.services.housekeeping.figures import last_watched
from waypost.store import segments

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
EVENTS = Counter("waypost_events", "Events taken in, by what became of them.", ["status"], registry=REGISTRY)
REFUSED = Counter("waypost_requests_refused", "Ingest requests refused as a whole.", registry=REGISTRY)
WAITING = Gauge("waypost_writer_waiting", "Statements waiting for the writer.", registry=REGISTRY)
ORDERS = Gauge("waypost_orders", "Orders in the live matrix, by status.", ["status"], registry=REGISTRY)
AT_RISK = Gauge("waypost_open_orders_at_risk", "Open orders by tier.", ["tier"], registry=REGISTRY)
WATERMARK = Gauge("waypost_watermark", "Id of the last event the live matrix has seen.", registry=REGISTRY)
QUARANTINE = Gauge("waypost_quarantine_open", "Inputs waiting in quarantine.", registry=REGISTRY)

SEGMENTED = Gauge("waypost_segment_events", "Events that stand in segments.", registry=REGISTRY)
UNSEGMENTED = Gauge("waypost_segment_outside", "Event ids that no segment holds yet.", registry=REGISTRY)
COMPARED_AT = Gauge("waypost_comparison_seconds", "When states were last compared with events.", registry=REGISTRY)
DIFFERENCES = Gauge("waypost_comparison_differences", "What the last comparison found different.", registry=REGISTRY)
FIGURES = Gauge("waypost_figures_differing", "Figures kept in memory that differed last night.", registry=REGISTRY)


@cache
def _events(status: str) -> Counter:
    return EVENTS.labels(status)


def count_events(status: str, n: int) -> None:
    """Count events by what became of them."""
    _events(status).inc(n)


def exposition() -> bytes:
    """The text format of Prometheus."""
    return generate_latest(REGISTRY)


def set_housekeeping(engine: Engine) -> None:
    """Read how far segments reach and what the last comparison found."""
    with engine.connect() as connection:
        held = segments.held(connection)
    SEGMENTED.set(held.events)
    UNSEGMENTED.set(held.outside)
    last = last_comparison(engine)
    if last is not None:
        COMPARED_AT.set(last.at / SECOND)
        DIFFERENCES.set(last.differences)
    figures = last_watched(engine, now_us())
    if figures is not None:
        FIGURES.set(len(figures.differing))
