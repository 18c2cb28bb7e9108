"""What `check` knows of today and what it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any, Literal

ErrorLevel = Literal["error", "warning"]


@dataclasses.dataclass(frozen=True)
class Known:
    """What is connected today: names of event sources, and attributes that orders come with."""

    sources: Collection[str] = ()
    dimensions: Collection[str] = ()


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
