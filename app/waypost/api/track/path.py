"""The way of an order as a small drawing: done solid, here a ring, ahead dotted."""

from __future__ import annotations

from collections.abc import Sequence

from waypost.api.track.markup import html
from waypost.api.track.words import Words
from waypost.services.story import DONE, NEXT, NOW, Step

_WIDTH, _EDGE = 320, 12
_HIGH, _LOW = 12, 32


def drawn(steps: Sequence[Step], words: Words) -> str:
    """The drawing as inline SVG; empty when there is no way to draw."""
    if len(steps) < 2:
        return ""
    points = [_point(place, len(steps)) for place in range(len(steps))]
    reached = max((place for place, step in enumerate(steps) if step.state != NEXT), default=-1)
    lines = "".join(
        f'<path class="{"f" if place < reached else "e"}" d="M{x} {y}L{points[place + 1][0]} {points[place + 1][1]}"/>'
        for place, (x, y) in enumerate(points[:-1])
    )
    stops = "".join(
        f'<circle cx="{x}" cy="{y}" r="6"{_class(step)}/>' for (x, y), step in zip(points, steps, strict=True)
    )
    label = words.t("Step {n} of {all}: {name}", n=reached + 1, all=len(steps), name=_name(steps, reached, words))
    return f'<svg class="path" viewBox="0 0 {_WIDTH} 44" role="img" aria-label="{html(label)}">{lines}{stops}</svg>'


def _point(place: int, of: int) -> tuple[int, int]:
    x = _EDGE + round(place * (_WIDTH - 2 * _EDGE) / (of - 1))
    return x, _HIGH if place % 2 else _LOW


def _class(step: Step) -> str:
    return {DONE: ' class="f"', NOW: ' class="h"'}.get(step.state, "")


def _name(steps: Sequence[Step], reached: int, words: Words) -> str:
    return str(steps[max(reached, 0)].label.say(words.lang))
