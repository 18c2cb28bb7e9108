"""The control tower's figures, put into words for the components that draw them."""

from __future__ import annotations

from math import ceil
from typing import Any, Final, NamedTuple

from waypost.access.roles import Role
from waypost.domain.statement import Classifier
from waypost.domain.vocabulary import Vocabulary
from waypost.journeys.document import Journey
from waypost.services.live.query import OrderRow
from waypost.services.tower import Card, Overview, StreamItem, on_time
from waypost.web import deps, links, personal, session
from waypost.web.format import Format
from waypost.web.phrases import due_of, reason, spoken, target, tier
from waypost.web.tower_filters import TowerFilters
from waypost.web.words import EVIDENCE, TIERS, event_icon, owner, stage_name

TIERED = ("all", "yellow", "red")
KEPT_S: Final = 3_600.0  # seconds; other figures are other questions


class Drawn(NamedTuple):
    """What the components of the tower are given."""

    cards: list[Any]
    risks: list[Any]
    river: list[Any]
    events: list[Any]


def drawn(
    found: Overview, items: list[StreamItem], journey: Journey, held: TowerFilters, fmt: Format, role: Role
) -> Drawn:
    """All of it in a reader's words; shared by those who read alike, for most of what a rerun costs goes into words."""
    provided, show = deps.get(), personal.sees_all(role)
    words, of = provided.waypost.vocabulary, (found.now, found.version, items[0].event.id if items else 0)

    def make() -> Drawn:
        lines = stream(items, words, fmt, found.now, show=show)
        return Drawn(cards(found, held, fmt), at_risk(found, journey, fmt), river(found, journey, held, fmt), lines)

    reader = (fmt.lang, fmt.zone, show, *session.link_language().values())
    asked = ("tower", journey.id, held.days, held.span(), held.query, reader)
    return provided.answers.ask(asked, make, KEPT_S, of)


def cards(found: Overview, held: TowerFilters, fmt: Format) -> list[Any]:
    """One card per KPI: the share that kept its target, and the way to the orders behind each number."""
    return [
        {
            **_card(card, fmt, held.period(fmt)),
            "hrefs": {tier: links.href("orders", held.completed(card.stage.id, tier, found.now)) for tier in TIERED},
        }
        for card in found.cards
    ]


def _card(card: Card, fmt: Format, period: str) -> dict[str, Any]:
    t, share, before = fmt.t, on_time(card.summary), on_time(card.previous)
    change = None if share is None or before is None else share - before
    parcels = card.stage.grain == "parcel"
    moved = {} if change is None else _change(change, fmt, period)
    return {
        "id": card.stage.id,
        "name": card.stage.name.say(fmt.lang),
        "value": "–" if share is None else fmt.percent(share).rstrip("%"),
        "unit": "" if share is None else "%",
        "tier": card.tier,
        "tier_word": _now(card, fmt),
        "target": target(card.stage, fmt),
        "n": card.summary.n,
        "n_label": t.plural("parcel", "parcels", card.summary.n)
        if parcels
        else t.plural("order", "orders", card.summary.n),
        "yellow": card.summary.yellow,
        "red": card.summary.red,
        "trend": [None if day is None else day * 100 for day in card.trend],
        **moved,
        "note": _note(card, fmt),
    }


def _change(change: float, fmt: Format, period: str) -> dict[str, Any]:
    sign = "+" if change >= 0 else "−"
    return {
        "delta": fmt.t("{points} pts", points=f"{sign}{abs(change) * 100:.1f}"),
        "delta_hint": fmt.t("compared with the {period} before", period=period),
        "delta_good": None if abs(change) < 0.0005 else change > 0,
    }


def _now(card: Card, fmt: Format) -> str:
    """What the tier is about: how many are open and late at this moment."""
    if card.tier == "red":
        return fmt.t("{n} blocked", n=fmt.count(card.open_red))
    if card.tier == "yellow":
        return fmt.t("{n} warned", n=fmt.count(card.open_yellow))
    return fmt.t(TIERS[card.tier])


def _note(card: Card, fmt: Format) -> str:
    if card.tier == "unknown":
        return fmt.t("not measurable with the sources so far")
    if card.summary.p50_s is None:
        return ""
    half = fmt.duration(card.summary.p50_s * 1e6)
    if card.within_percent is None:
        return fmt.t("half within {duration}", duration=half)
    return fmt.t("half within about {duration} (±{percent})", duration=half, percent=near(card.within_percent, fmt))


def near(percent: float, fmt: Format) -> str:
    """A bound in words, rounded up: nothing may be further off than it says."""
    return fmt.percent(ceil(percent * 10) / 1000)


def river(found: Overview, journey: Journey, held: TowerFilters, fmt: Format) -> list[Any]:
    """The stages of the river with their open orders by tier."""
    stages = []
    for stage_id, (ok, yellow, red) in found.river:
        stage = journey.stage(stage_id)
        if stage is not None:
            aim = target(stage, fmt)
            stages.append(
                {
                    "id": stage_id,
                    "label": stage.name.say(fmt.lang),
                    "icon": stage.icon,
                    "n": ok + yellow + red,
                    "yellow": yellow,
                    "red": red,
                    "note": fmt.t("target {target}", target=aim) if aim else "",
                    "hrefs": {tier: links.href("orders", held.standing(stage_id, tier)) for tier in TIERED},
                }
            )
    return stages


def at_risk(found: Overview, journey: Journey, fmt: Format) -> list[Any]:
    """The orders that need a hand now, the most urgent first."""
    return [_risk(row, journey, fmt, found.now) for row in found.at_risk]


def _risk(row: OrderRow, journey: Journey, fmt: Format, now: int) -> dict[str, Any]:
    cause = journey.stage(row.cause or "")
    where = stage_name(journey, row.stage, fmt.t)
    since = fmt.t("for {duration}", duration=fmt.duration(now - row.since)) if row.since is not None else ""
    carrier = row.dimensions.get("carrier")
    return {
        "order": row.subject.ref,
        "href": links.order(row.subject),
        **tier(row, cause, fmt),
        "what": reason(row, cause, fmt, now),
        "detail": " · ".join(part for part in (where, since, carrier) if part),
        "value": "" if row.value is None else fmt.money(row.value, row.currency),
        **due_of(row, cause, fmt, now),
        "owner": owner(cause, fmt.t),
    }


def stream(items: list[StreamItem], vocabulary: Vocabulary, fmt: Format, now: int, *, show: bool) -> list[Any]:
    """The newest events, one line each; `show` says whether this reader may see personal data."""
    return [_line(item, vocabulary, fmt, now, show) for item in items]


def _line(item: StreamItem, vocabulary: Vocabulary, fmt: Format, now: int, show: bool) -> dict[str, Any]:
    event = item.event
    ref = item.order_ref or item.subject.ref
    words = spoken(event, vocabulary, fmt, now)
    at = event.at if event.classifier == Classifier.ACTUAL else event.stated_at
    return {
        "id": str(event.id),
        "at": at,
        "at_full": fmt.full(at) if at is not None else None,
        "icon": event_icon(vocabulary, event.code),
        "order": ref,
        "href": links.href("order", {"id": ref}),
        "ref": ref,
        "words": f"{words} · {event.place}" if event.place else words,
        "partner_word": personal.text(event.word, show=show),
        "source": event.source,
        "evidence": EVIDENCE[event.evidence],
        "simulated": event.simulated,
    }
