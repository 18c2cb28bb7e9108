"""Trying a draft on real orders: per stage now against the draft, which orders would move, one order step by step."""

from __future__ import annotations

from typing import Any


def draw(desk: Any, problems: Any, fmt: Any) -> None:
    pass
