"""Sentences and short phrases that several pages use: why, when, until when."""

from __future__ import annotations

from typing import Any, Final

from waypost.domain.instants import SECOND, promised_day
from waypost.domain.statement import Classifier
from waypost.domain.vocabulary import Vocabulary
from waypost.journeys.document import Stage
from waypost.services.live.query import OrderRow
from waypost.store.rows import StoredEvent
from waypost.web.format import Format
from waypost.web.words import HELD, HELD_ICON, TIERS, event_label

_SHORTEST_DAY: Final = 23 * 3_600 * SECOND  # when clocks go forward


def target(stage: Stage, fmt: Format) -> str:
    """A stage's targets in words, empty when it has none."""
    yellow, red = stage.target.yellow, stage.target.red
    if stage.target.basis == "promise":
        return fmt.t("promised day") if red is not None or yellow is not None else ""
    first = yellow if yellow is not None else red
    return "" if first is None else f"≤ {clocked(first, stage, fmt)}"


def clocked(us: int, stage: Stage, fmt: Format) -> str:
    """A duration of a stage; of one with business hours it is working time."""
    span = fmt.duration(us)
    return fmt.t("{duration} of working time", duration=span) if stage.calendar else span


def reason(row: OrderRow, cause: Stage | None, fmt: Format, now: int) -> str:
    """Why an order has its level, in a sentence; empty while it is on track."""
    t = fmt.t
    if cause is None or row.level == "ok":
        return ""
    name, aim = cause.name.say(fmt.lang), cause.target
    if cause.gate:
        return t("Held at: {gate}", gate=name)
    if aim.basis == "promise":
        day = fmt.promised(row.promised, now)
        if row.level == "red":
            return t("Promised {day}, not delivered", day=day)
        return t("Promised {day}, still under way", day=day)
    limit = aim.red if row.level == "red" else aim.yellow
    return t(
        "{stage} takes longer than {limit}",
        stage=name,
        limit=fmt.duration(limit) if limit is None else clocked(limit, cause, fmt),
    )


def tier(row: OrderRow, cause: Stage | None, fmt: Format) -> dict[str, Any]:
    """The tier of an order with its word; what a gate holds is said to be held."""
    if cause is not None and cause.gate and row.level != "ok":
        return {"tier": row.level, "tier_word": fmt.t(HELD), "tier_icon": HELD_ICON}
    return {"tier": row.level, "tier_word": fmt.t(TIERS[row.level])}


def due_of(row: OrderRow, cause: Stage | None, fmt: Format, now: int) -> dict[str, Any]:
    """When an order breaks its target, since when it is broken, or how long it has been held."""
    found = due(row.due, fmt, now)
    if found and cause is not None and cause.gate and row.due is not None:
        found["due"] = fmt.t("for {duration}", duration=fmt.duration(now - row.due))
    return found


def due(at: int | None, fmt: Format, now: int) -> dict[str, Any]:
    """When it breaks, or since when it is broken."""
    if at is None:
        return {}
    late = at <= now
    span = fmt.duration(abs(at - now))
    text = fmt.t("{duration} over", duration=span) if late else fmt.t("in {duration}", duration=span)
    return {"due": text, "due_full": fmt.full(at), "late": late}


def spoken(event: StoredEvent, vocabulary: Vocabulary, fmt: Format, now: int) -> str:
    """What happened in our words; of a promise or an estimate also the time it speaks of."""
    t, label = fmt.t, event_label(vocabulary, event.code, fmt.t)
    if event.classifier == Classifier.ACTUAL or event.at is None:
        return label
    when = window(event.at, event.until, fmt, now)
    if event.classifier == Classifier.PLANNED:
        return t("{event}: promised for {when}", event=label, when=when)
    return t("{event}: estimated for {when}", event=label, when=when)


def window(at: int, until: int | None, fmt: Format, now: int) -> str:
    """A promised day, an instant, or a span of time."""
    if until is None or until <= at:
        return fmt.instant(at, now)
    if promised_day(until - 1, fmt.zone) is not None and until - at >= _SHORTEST_DAY:
        return fmt.promised(until - 1, now)
    start, end = fmt.instant(at, now), fmt.instant(until, now)
    return f"{start}–{end[-5:]}" if start[:-5] == end[:-5] else f"{start} – {end}"
