"""Charts for studying: how long a stage took, with its targets as lines."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from waypost.services.kpi import Spread
from waypost.web.format import Format
from waypost.web.theme import FONT, Tokens

_BARS: Final = 40
_FAR: Final = 3  # times the 99th percentile: a target beyond that would squeeze the bars to nothing
_DAY, _HOUR, _MINUTE = 86_400.0, 3_600.0, 60.0


class Bars(NamedTuple):
    """A histogram: counts between edges (seconds); the slowest hundredth stands in the last bar."""

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]

    def shows(self, seconds: float) -> bool:
        """Whether a value lies within the picture."""
        return bool(self.edges[0] <= seconds <= self.edges[-1])


def bars(found: Spread) -> Bars:
    """Up to 40 bars over nearly all values and the targets that are not far off."""
    low, high = (float(edge) for edge in np.percentile(found.seconds, [1, 99]))
    low = low if found.to_promise else 0.0
    targets = (0.0,) if found.to_promise else (found.yellow_s, found.red_s)
    near = [limit for limit in targets if limit is not None and limit <= _FAR * max(high, _MINUTE)]
    edges = np.linspace(min([low, *near]), max([high, low + _MINUTE, *(limit * 1.02 for limit in near)]), _BARS + 1)
    counts, _ = np.histogram(np.clip(found.seconds, edges[0], edges[-1]), edges)
    return Bars(edges, counts)


def spread_chart(found: Spread, fmt: Format, colours: Tokens, *, panel: bool = False) -> Any:
    """The bars with the targets that lie within them; in a `panel` as high as that, and to be looked into nearer."""
    t, drawn = fmt.t, bars(found)
    size, unit = _scale(drawn, fmt)
    middle = (drawn.edges[:-1] + drawn.edges[1:]) / 2
    spans = [f"{_spoken(a, fmt)} – {_spoken(b, fmt)}" for a, b in zip(drawn.edges[:-1], drawn.edges[1:], strict=True)]
    figure = go.Figure(
        go.Bar(
            x=(middle / size).tolist(),
            y=drawn.counts.tolist(),
            width=float(drawn.edges[1] - drawn.edges[0]) / size,
            customdata=spans,
            marker={"color": colours.accent, "line": {"width": 1, "color": colours.surface}},
            hovertemplate="%{customdata}: %{y}<extra></extra>",
        )
    )
    for place, (limit, colour, text) in enumerate(_lines(found, fmt, colours)):
        if drawn.shows(limit):
            figure.add_vline(x=limit / size, line={"color": colour, "width": 2, "dash": "dash"})
            figure.add_annotation(
                x=limit / size, y=1.16 - 0.1 * place, yref="paper", text=text, showarrow=False, xanchor="right"
            )
    title = t("{unit} of working time", unit=unit) if found.working else unit
    if found.to_promise:
        title = t("{unit} after the promise (negative: early)", unit=unit)
    axis = {"gridcolor": colours.line, "zeroline": False, "automargin": True, "fixedrange": not panel}
    figure.update_layout(
        height=None if panel else 320,
        dragmode="zoom" if panel else None,
        uirevision="kept",
        margin={"l": 8, "r": 8, "t": 56, "b": 8},
        bargap=0,
        font={"family": FONT, "color": colours.ink, "size": 12},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={"title": title, **axis},
        yaxis={**axis, "fixedrange": True},
    )
    return figure


def _lines(found: Spread, fmt: Format, colours: Tokens) -> list[tuple[float, str, str]]:
    """Where the tiers begin: seconds, colour, words."""
    t = fmt.t
    if found.to_promise:
        return [(0.0, colours.red_edge, t("end of the promise"))]
    tiers = [(found.yellow_s, colours.yellow_edge, t("warn")), (found.red_s, colours.red_edge, t("blocked"))]
    return [(limit, colour, f"{text} {fmt.duration(limit * 1e6)}") for limit, colour, text in tiers if limit]


def _scale(drawn: Bars, fmt: Format) -> tuple[float, str]:
    reach = float(np.abs(drawn.edges).max())
    if reach >= 2 * _DAY:
        return _DAY, fmt.t("days")
    return (_HOUR, fmt.t("hours")) if reach >= 2 * _HOUR else (_MINUTE, fmt.t("minutes"))


def _spoken(seconds: float, fmt: Format) -> str:
    return ("−" if seconds < 0 else "") + fmt.duration(seconds * 1e6)
