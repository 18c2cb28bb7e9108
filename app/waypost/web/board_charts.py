"""Panels drawn as charts: a share or a duration by day, a funnel of stages, what falls due in the next days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from babel.dates import format_skeleton

from waypost.domain.instants import day_bounds, from_us, zone_of
from waypost.journeys.document import Stage
from waypost.kpi.summary import Summary
from waypost.services import board_view
from waypost.services.board_view import DueDay
from waypost.services.kpi_report import Day
from waypost.services.tower import on_time
from waypost.web import links
from waypost.web.board_figures import aimed
from waypost.web.board_panels import Panel, Picture, Scene, counted, register
from waypost.web.format import Format
from waypost.web.words import TIERS

_LINES: Final = 5
_FEWEST_DAYS, _MOST_DAYS = 7, 60
_AHEAD: Final = 7
_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_ROUND: Final = (1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 30, 40, 60, 80, 100, 200, 400, 800)


@register("trend")
def trend(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """The share in time and the usual duration by day, one line per stage or figure."""
    stages = (panel.stages if panel.named else _telling(panel.stages))[:_LINES]
    n = _days(scene)
    found = counted("trend", panel, scene, lambda view, at: board_view.trends(view, at, stages, n))
    chart: dict[str, Any] = {"kind": "lines", "title": panel.title, "icon": panel.icon, "days": []}
    if found and any(day.summary.n for days in found for day in days):
        aims = [(stage, days) for stage, days in zip(stages, found, strict=True) if aimed(stage)]
        readings = [_shares(aims, scene)] if aims else []
        chart["days"] = [scene.fmt.day(day.day, scene.view.now) for day in found[0]]
        chart["readings"] = [*readings, _halves(list(zip(stages, found, strict=True)), scene)]
    return [Picture("chart", chart)]


def _telling(stages: Sequence[Stage]) -> Sequence[Stage]:
    """Of all stages the key figures, if there are any."""
    return [stage for stage in stages if stage.card] or list(stages)


def _days(scene: Scene) -> int:
    state = scene.state
    days = (from_us(scene.view.now, scene.journey.zone).date() - state.first).days + 1 if state.custom else state.days
    return min(max(days, _FEWEST_DAYS), _MOST_DAYS)


def _shares(lines: list[tuple[Stage, list[Day]]], scene: Scene) -> dict[str, Any]:
    fmt = scene.fmt
    drawn = [_line(stage, days, [_percent(day.summary) for day in days], scene) for stage, days in lines]
    for line in drawn:
        line["says"] = [fmt.percent(None if v is None else v / 100) for v in line["values"]]
    values = [value for line in drawn for value in line["values"] if value is not None]
    low = max(0, min(int(min(values, default=0) // 10 * 10), 90))
    ticks = [{"at": at, "text": f"{at}%"} for at in (low, (low + 100) // 2, 100)]
    return _reading("share", fmt.t("In time"), low, 100, ticks, drawn)


def _halves(lines: list[tuple[Stage, list[Day]]], scene: Scene) -> dict[str, Any]:
    fmt = scene.fmt
    drawn = [_line(stage, days, [day.summary.p50_s for day in days], scene) for stage, days in lines]
    for line in drawn:
        line["says"] = [fmt.duration(None if v is None else v * 1e6) for v in line["values"]]
    top, half = _round(max((v for line in drawn for v in line["values"] if v is not None), default=0))
    ticks = [{"at": at, "text": fmt.duration(at * 1e6) if at else "0"} for at in (0.0, half, top)]
    return _reading("half", fmt.t("Half done within"), 0, top, ticks, drawn)


def _line(stage: Stage, days: list[Day], values: list[float | None], scene: Scene) -> dict[str, Any]:
    state, zone = scene.state, zone_of(scene.journey.zone)
    spans = (day_bounds(day.day, zone) for day in days)
    return {
        "id": stage.id,
        "label": stage.name.say(scene.fmt.lang),
        "values": values,
        "href": links.href("orders", state.completed(stage.id, "all", scene.view.now)),
        "hrefs": [links.href("orders", state.completed_in(stage.id, *span)) for span in spans],
    }


def _reading(name: str, label: str, low: float, high: float, ticks: list[Any], lines: list[Any]) -> dict[str, Any]:
    for line in lines:
        newest = [said for said, value in zip(line["says"], line["values"], strict=True) if value is not None]
        line["value"] = newest[-1] if newest else "–"
    return {"id": name, "label": label, "low": low, "high": high, "ticks": ticks, "lines": lines}


def _percent(summary: Summary) -> float | None:
    share = on_time(summary)
    return None if share is None else round(share * 100, 2)


def _round(seconds: float) -> tuple[float, float]:
    """A round duration that nothing goes beyond, and half of it; seconds."""
    unit = _DAY if seconds > 2 * _DAY else _HOUR if seconds > 2 * _HOUR else _MINUTE
    top = next((n for n in _ROUND if n * unit >= seconds), seconds / unit)
    return max(top, 1) * unit, max(top, 1) * unit / 2


@register("funnel")
def funnel(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """How many of the orders of the range reached each stage."""
    stages = tuple(stage for stage in panel.stages if not stage.span)
    made, steps = counted("funnel", panel, scene, lambda view, at: board_view.funnel(view, at, stages))
    t, fmt, state, now = scene.fmt.t, scene.fmt, scene.state, scene.view.now
    found = [_step("", t("Orders placed"), "shopping_cart", made, made, fmt, state.made_and_reached("", now))]
    for step in steps:
        href = state.made_and_reached(step.stage.id, now)
        found.append(_step(step.stage.id, step.stage.name.say(fmt.lang), step.stage.icon, step.n, made, fmt, href))
    about = t("orders of {period}, as far as they have come", period=state.period(fmt))
    chart = {"kind": "funnel", "title": panel.title, "icon": panel.icon, "note": about, "steps": found if made else []}
    return [Picture("chart", {**chart, "empty": "" if made else t("No order was made in this time.")})]


def _step(name: str, label: str, icon: str, n: int, made: int, fmt: Format, asked: dict[str, Any]) -> dict[str, Any]:
    share = n / made if made else 0.0
    found = {"id": name or "made", "label": label, "icon": icon, "n": n, "share": share}
    return {**found, "note": fmt.percent(share, 0), "href": links.href("orders", asked)}


@register("timeline")
def timeline(panel: Panel, scene: Scene) -> Sequence[Picture]:
    """What falls due today and in the next days, by tier, and what was promised for then."""
    named = panel.stages if panel.named else ()
    days = counted(
        "due", panel, scene, lambda view, at: board_view.timeline(view, at, named, _AHEAD, scene.journey.zone)
    )
    bars = [_bar(place, day, scene, [stage.id for stage in named]) for place, day in enumerate(days)]
    chart = {"kind": "bars", "title": panel.title, "icon": panel.icon, "bars": bars}
    return [Picture("chart", {**chart, "note": scene.fmt.t("by the day the clock runs out; below, what was promised")})]


def _bar(place: int, day: DueDay, scene: Scene, named: Sequence[str]) -> dict[str, Any]:
    t, fmt, state = scene.fmt.t, scene.fmt, scene.state
    parts = []
    for tier, n in zip(("red", "yellow", "ok"), reversed(day.levels), strict=True):
        href = links.href("orders", state.owed(day.start, day.end, tier, named))
        parts.append({"tier": tier, "n": n, "words": t(TIERS[tier]), "href": href})
    label = t("Overdue") if day.day is None else t("Today") if place == 1 else _short(day, fmt)
    found = {"id": f"{place}", "label": label, "parts": parts, "late": day.day is None}
    if day.promised:
        note = t("{n} promised", n=fmt.count(day.promised))
        found |= {
            "note": fmt.short(day.promised),
            "note_words": f"{label}: {note}",
            "note_href": links.href("orders", state.owed(day.start, day.end, "all", named, promised=True)),
        }
    return found


def _short(day: DueDay, fmt: Format) -> str:
    """The weekday, and the day of the month below it."""
    return f"{format_skeleton('E', day.day, locale=fmt.locale)}\n{format_skeleton('d', day.day, locale=fmt.locale)}"
