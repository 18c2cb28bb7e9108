"""How clean the partners' data is."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of events, 0 to 1, that are late, repeated, never scanned, overtaken or in unknown words."""

    late: float = 0.02
    duplicate: float = 0.015
    missed: float = 0.015
    out_of_order: float = 0.02
    unknown: float = 0.003

    def __post_init__(self) -> None:
        for item in fields(self):
            if not 0 <= getattr(self, item.name) <= 1:
                raise ValueError(f"{item.name} is a share from 0 to 1, not {getattr(self, item.name)}")


ORDINARY = Profile()
CLEAN = Profile(0, 0, 0, 0, 0)
HOSTILE = Profile(late=0.3, duplicate=0.5, missed=0.15, out_of_order=0.3, unknown=0.02)
