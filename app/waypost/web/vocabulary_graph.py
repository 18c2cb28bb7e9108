"""Phases, milestones and event codes as a graph that keeps still: every node has its place, a click opens its entry."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final

import streamlit as st

from waypost.domain.vocabulary import Entry, Event, Milestone, Phase, Vocabulary
from waypost.web import links, theme
from waypost.web.format import Format
from waypost.web.parts import Parts
from waypost.web.vocabulary_list import row
from waypost.web.vocabulary_page import PAGE, Asked

_LEAST, _MOST = 320, 760  # how tall the frame may be
_SCALE: Final = 0.62  # at which the drawing usually fits the width of its frame
_STEP: Final = 46  # from one node to the next below it
_COLUMN: Final = 22 * _STEP  # how long a column of the overview grows before the next one begins
# The component puts the title into a new window on a double click; one that is no text opens none.
_NO_TITLE: Final = "</b>"
_SEEN: Final = f"{PAGE}.graph.seen"
_INTERACTION: Final = {
    "dragNodes": False,
    "dragView": True,
    "zoomView": False,  # the wheel moves the page
    "hover": False,
    "selectConnectedEdges": False,
    "tooltipDelay": 10**9,
}


def draw(held: Asked, vocabulary: Vocabulary, fmt: Format, parts: Parts) -> None:
    """The graph of all phases, or of one in full, and the same in words below it."""
    t = fmt.t
    st.segmented_control(
        t("Phase"),
        tuple(phase.id for phase in vocabulary.phases),
        format_func=lambda phase: vocabulary.label(phase, fmt.lang) or phase,
        label_visibility="collapsed",
        wrap=True,
        **links.bound(PAGE, "phase", held.phase),
    )
    with st.container(key=f"{PAGE}.graph"):
        how = t("An arrow leads from a phase to its milestones, and from a milestone to the events that reach it.")
        more = t("Choose a phase to see its events.")
        st.caption(how if held.phase else f"{how} {more}")
        _graph(held, vocabulary, fmt)
    parts.words(in_words(held, vocabulary, fmt), f"{PAGE}.in_words", t("The graph in words"))


def _graph(held: Asked, vocabulary: Vocabulary, fmt: Format) -> None:
    from streamlit_agraph import agraph  # brings its own half a second of imports

    nodes, edges = pictured(held, vocabulary, fmt, theme.tokens(st.context.theme.type))
    tall = max(node.y for node in nodes) * _SCALE + 80
    height = round(min(max(tall, _LEAST), _MOST))
    # Room for the frame while it loads, so that nothing below it jumps.
    st.html(f"<style>.st-key-{PAGE}-graph {{ min-height: {height + 40}px; }}</style>")
    picked = agraph(nodes=nodes, edges=edges, config=_config(height))
    # The component gives its last click again with every run of the page.
    mark = (held.phase, fmt.lang, picked)
    if st.session_state.get(_SEEN) != mark:
        st.session_state[_SEEN] = mark
        entry = vocabulary.entry(str(picked)) if picked else None
        if entry is not None and entry.key != held.entry:
            links.put({"entry": entry.key} | ({"phase": entry.key} if isinstance(entry, Phase) else {}))
            st.rerun()


def _config(height: int) -> Any:
    """Options of vis-network; without physics nothing moves by itself."""
    return SimpleNamespace(
        height=f"{height}px",
        width="100%",
        physics={"enabled": False},
        layout={"hierarchical": {"enabled": False}},
        interaction=_INTERACTION,
    )


def pictured(
    held: Asked, vocabulary: Vocabulary, fmt: Format, colours: theme.Tokens
) -> tuple[list[SimpleNamespace], list[SimpleNamespace]]:
    """Nodes with their places, and edges, as the component takes them.

    Which entry is open is not in it: other data would make another frame, and the graph would blink.
    """
    places = _of_phase(held.phase, vocabulary) if held.phase else _overview(vocabulary)
    nodes = [_node(entry, x, y, fmt, colours) for entry, x, y in places]
    shown = {entry.key for entry, _, _ in places}
    return nodes, [_edge(a, b, colours, thin) for a, b, thin in _pairs(vocabulary) if {a, b} <= shown]


def _overview(vocabulary: Vocabulary) -> list[tuple[Entry, int, int]]:
    """The phases in two columns, each with its milestones one below the other."""
    found: list[tuple[Entry, int, int]] = []
    x = y = 0
    for phase in vocabulary.phases:
        mine = [m for m in vocabulary.milestones if m.phase == phase.id]
        if not x and y >= _COLUMN:
            x, y = 640, 0
        found.append((phase, x, y + max(len(mine) - 1, 0) * _STEP // 2))
        found += [(m, x + 300, y + n * _STEP) for n, m in enumerate(mine)]
        y += max(1, len(mine)) * _STEP + 16
    return found


def _of_phase(phase: str, vocabulary: Vocabulary) -> list[tuple[Entry, int, int]]:
    """A phase with its milestones, the events that reach them, and the details that move nothing."""
    events = [e for e in vocabulary.events if e.phase == phase]
    found: list[tuple[Entry, int, int]] = []
    y = 0
    for milestone in [m for m in vocabulary.milestones if m.phase == phase]:
        mine = [e for e in events if e.milestone == milestone.id]
        found.append((milestone, 300, y + (max(1, len(mine)) - 1) * _STEP // 2))
        found += [(e, 640, y + n * _STEP) for n, e in enumerate(mine)]
        y += max(1, len(mine)) * _STEP + 12
    elsewhere = [e for e in events if e.milestone and all(e is not placed for placed, _, _ in found)]
    found += [(e, 640, y + n * _STEP) for n, e in enumerate(elsewhere)]
    details = [e for e in events if not e.milestone]
    found += [(e, 980, n * _STEP) for n, e in enumerate(details)]
    bottom = max((place for _, _, place in found), default=0)
    return [(p, 0, bottom // 2) for p in vocabulary.phases if p.id == phase] + found


def _pairs(vocabulary: Vocabulary) -> Iterator[tuple[str, str, bool]]:
    """What an arrow leads from and to; thin ones say that a detail belongs to its phase."""
    for milestone in vocabulary.milestones:
        yield milestone.phase, milestone.id, False
    for event in vocabulary.events:
        yield (event.milestone, event.code, False) if event.milestone else (event.phase, event.code, True)


def _node(entry: Entry, x: int, y: int, fmt: Format, colours: theme.Tokens) -> SimpleNamespace:
    fill, edge, ink = colours.surface, colours.line, colours.ink
    if isinstance(entry, Phase):
        fill, edge, ink = colours.accent, colours.accent, colours.on_accent
    elif isinstance(entry, Milestone):
        edge = colours.accent
    colour = {"background": fill, "border": edge, "highlight": {"background": fill, "border": colours.accent}}
    return _plain(
        id=entry.key,
        label=entry.label(fmt.lang),
        title=_NO_TITLE,
        x=x,
        y=y,
        shape="ellipse" if isinstance(entry, Phase) else "box",
        borderWidth=1,
        borderWidthSelected=4,
        shapeProperties={"borderRadius": 8, "borderDashes": [4, 4] if _detail(entry) else False},
        color=colour,
        font={"color": ink, "size": 20, "face": theme.FONT},
        widthConstraint={"maximum": 370},
        margin=8,
    )


def _detail(entry: Entry) -> bool:
    return isinstance(entry, Event) and not entry.milestone


def _edge(start: str, end: str, colours: theme.Tokens, thin: bool) -> SimpleNamespace:
    made = _plain(to=end, color={"color": colours.muted, "highlight": colours.accent, "opacity": 0.35 if thin else 0.8})
    made.__dict__.update({"from": start, "dashes": thin, "smooth": {"type": "cubicBezier"}, "id": f"{start}>{end}"})
    made.arrows = {"to": {"enabled": True, "scaleFactor": 0.5}}
    return made


def _plain(**fields: Any) -> SimpleNamespace:
    """What the component calls a node or an edge: something with `to_dict`."""
    made = SimpleNamespace(**fields)
    made.to_dict = lambda: {name: value for name, value in made.__dict__.items() if name != "to_dict"}
    return made


def in_words(held: Asked, vocabulary: Vocabulary, fmt: Format) -> list[Any]:
    """The graph as lists, for who cannot see it and for small screens."""
    chosen = [phase for phase in vocabulary.phases if held.phase in (None, phase.id)]
    found = []
    for phase in chosen:
        entries: list[Entry] = [m for m in vocabulary.milestones if m.phase == phase.id]
        if held.phase:
            entries += [e for e in vocabulary.events if e.phase == phase.id]
        rows = [row(entry, held, vocabulary, fmt) for entry in (phase, *entries)]
        found.append({"id": phase.id, "title": phase.label(fmt.lang), "count": fmt.count(len(rows) - 1), "rows": rows})
    return found
