"""What a KPI report holds, and how the API and the command line print it."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from waypost.domain.instants import from_us
from waypost.journeys.document import Stage
from waypost.kpi.summary import Summary


class StageReport(NamedTuple):
    """One stage of a report: closed ones in the range, and the open ones now."""

    stage: Stage
    summary: Summary
    open: int
    open_yellow: int
    open_red: int
    measurable: bool  # False: no order of this journey has ever been measured here
    within_percent: float | None = None  # how far percentiles may be off, of their value; None: they are exact


class Report(NamedTuple):
    """A journey's KPIs over [start, end) in us."""

    journey: str
    version: int
    zone: str
    start: int
    end: int
    stages: list[StageReport]

    @property
    def within_percent(self) -> float | None:
        """How far percentiles may be off, in percent of their value; None when all are exact."""
        return max((s.within_percent for s in self.stages if s.within_percent is not None), default=None)

    def as_json(self) -> dict[str, Any]:
        """The report as the API and the command line print it."""
        return {
            "journey": self.journey,
            "version": self.version,
            "zone": self.zone,
            "counted_by": "left",
            "from": from_us(self.start, self.zone).isoformat(),
            "to": from_us(self.end, self.zone).isoformat(),
            "percentiles": "exact" if self.within_percent is None else {"within_percent": self.within_percent},
            "stages": [
                {
                    "id": s.stage.id,
                    **s.summary._asdict(),
                    "open": s.open,
                    "open_yellow": s.open_yellow,
                    "open_red": s.open_red,
                    "measurable": s.measurable,
                    "working_time": bool(s.stage.calendar),
                }
                for s in self.stages
            ],
        }


class Day(NamedTuple):
    """One local day of a stage."""

    day: date
    summary: Summary
