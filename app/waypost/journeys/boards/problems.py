"""What `check` knows of today and what it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any, Literal

from waypost.journeys.document import Journey

ErrorLevel = Literal["error", "warning"]


@dataclasses.dataclass(frozen=True)
class Known:
    """What there is today: names of event sources, attributes that orders come with, and journeys in force."""

    sources: Collection[str] = ()
    dimensions: Collection[str] = ()
    journeys: Collection[Journey] = ()


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing to mend: on a block (None: the board itself) and the field of its settings or of the board."""

    block: str | None
    field: str
    level: ErrorLevel
    code: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        """Whether the board cannot be published like this."""
        return self.level == "error"


# Every code there is, for whoever puts them into words.
CODES = frozenset(
    {
        "after_missing",
        "before_missing",
        "before_never_comes",
        "board_empty",
        "calendar_twice",
        "calendar_unknown",
        "case_impossible",
        "case_never_reached",
        "case_twice",
        "case_without_conditions",
        "cases_missing",
        "customer_event_twice",
        "customer_sees_nothing",
        "cycle",
        "duration_unreadable",
        "end_before_start",
        "end_missing",
        "field_unknown",
        "grain_of_returns",
        "kind_unknown",
        "milestone_code",
        "milestone_unknown",
        "name_long",
        "name_missing",
        "never_holds",
        "number_expected",
        "output_unused",
        "panel_empty",
        "panel_gone",
        "panel_misfit",
        "panel_missing",
        "port_unknown",
        "promise_without_milestone",
        "removed",
        "setting_unknown",
        "setting_unreadable",
        "show_missing",
        "source_missing",
        "source_twice",
        "source_unconnected",
        "stage_missing",
        "stage_twin",
        "stages_many",
        "start_is_end",
        "start_missing",
        "start_too_early",
        "takes_all",
        "target_missing",
        "target_order",
        "target_zero",
        "text_missing",
        "unreached",
        "value_missing",
        "value_unreadable",
        "ways_many",
        "wire_forbidden",
    }
)
