"""One line above live figures: how fresh they are, how many orders are open and late."""

from __future__ import annotations

from html import escape

from waypost.domain.instants import SECOND
from waypost.services.tower import Overview, StreamItem
from waypost.web import links
from waypost.web.format import Format
from waypost.web.tower_view import near

QUIET_AFTER = 10 * 60 * SECOND  # without any event, the dot stops looking alive


def live_line(found: Overview, items: list[StreamItem], fmt: Format, soon: str = "") -> str:
    """The line as HTML; what comes from data is escaped. `soon` leads to the orders that turn red within the hour."""
    t = fmt.t
    latest = items[0].event.recorded_at if items else None
    quiet = latest is None or found.now - latest > QUIET_AFTER
    heard = t("no recent event") if latest is None else t("last event {ago}", ago=fmt.ago(latest, found.now))
    orders = t.plural("{n} open order", "{n} open orders", found.n_open, n=fmt.count(found.n_open))
    total = t("of {n}", n=fmt.count(found.n_orders))
    hand = t.plural("{n} needs a hand", "{n} need a hand", found.n_at_risk, n=fmt.count(found.n_at_risk))
    dot = '<i class="quiet"></i>' if quiet else "<i></i>"
    simulated = any(item.event.simulated for item in items)
    word = escape(t("simulated events"))
    mark = f'<span class="wp-sim">{word}</span>' if simulated else ""
    return (
        f'<div class="wp-live" data-testid="wp-live">{dot}<span>{escape(heard)}</span>'
        f"<span><b>{escape(orders)}</b> {escape(total)}</span><span>{escape(hand)}</span>"
        f"{_soon(found, fmt, soon)}{_exact(found, fmt)}{mark}</div>"
    )


def _exact(found: Overview, fmt: Format) -> str:
    """How near percentiles are, and the way to exact ones; nothing where they are exact."""
    bounds = [card.within_percent for card in found.cards if card.within_percent is not None]
    if not bounds:
        return ""
    told = fmt.t("durations within {percent}, counts exact", percent=near(max(bounds), fmt))
    href, ask = escape(links.here({"exact": "1"})), escape(fmt.t("show exact durations"))
    return f'<span>{escape(told)} · <a href="{href}" target="_self" data-testid="wp-exact">{ask}</a></span>'


def _soon(found: Overview, fmt: Format, href: str) -> str:
    """What can still be saved; nothing where there is nothing to save."""
    if not found.n_soon or not href:
        return ""
    told = escape(fmt.t("turns red in the next hour: {n}", n=fmt.count(found.n_soon)))
    return f'<span><a href="{escape(href)}" target="_self" data-testid="wp-soon">{told}</a></span>'
