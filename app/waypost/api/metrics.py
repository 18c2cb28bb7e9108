"""What Prometheus reads at /metrics."""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
EVENTS = Counter("waypost_events", "Events taken in, by what became of them.", ["status"], registry=REGISTRY)
REFUSED = Counter("waypost_requests_refused", "Ingest requests refused as a whole.", registry=REGISTRY)
WAITING = Gauge("waypost_writer_waiting", "Statements waiting for the writer.", registry=REGISTRY)
ORDERS = Gauge("waypost_orders", "Orders in the live matrix, by status.", ["status"], registry=REGISTRY)
AT_RISK = Gauge("waypost_open_orders_at_risk", "Open orders by tier.", ["tier"], registry=REGISTRY)
WATERMARK = Gauge("waypost_watermark", "Id of the last event the live matrix has seen.", registry=REGISTRY)
QUARANTINE = Gauge("waypost_quarantine_open", "Inputs waiting in quarantine.", registry=REGISTRY)


@cache
def _events(status: str) -> Counter:
    return EVENTS.labels(status)


def count_events(status: str, n: int) -> None:
    """Count events by what became of them."""
    _events(status).inc(n)


def exposition() -> bytes:
    """The text format of Prometheus."""
    return generate_latest(REGISTRY)
