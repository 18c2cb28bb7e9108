"""Board builder: a draft on the canvas, the form of what is selected, and the way into force."""

from typing import Any

import streamlit as st

from components._base import translated
from components.journey_canvas import TEXTS, Canvas, journey_canvas
from components.journey_canvas.claims import read_doc
from waypost.access.roles import Role
from waypost.web import builder_page, session


def canvas(server: Any, faces: Any, *, key: str, palette: Any = (), **how: Any) -> Canvas:
    """The canvas in the reader's language."""
    fmt = session.reader()
    texts = {**translated(TEXTS, fmt.t), "warning": fmt.t("Hint")}
    return journey_canvas(server, palette, faces, key=key, t=texts, lang=fmt.lang, on_change=heard, **how)


def heard() -> None:
    """What the canvas sent is stored before anything is drawn."""
    if desk is not None:
        builder_page.hear(desk, read_doc(st.session_state[builder_page.CANVAS].get("doc")))


@st.fragment
def body() -> None:
    """The whole builder; a change draws it in place."""
    if desk is not None:
        builder_page.draw(desk, canvas)


@st.fragment(run_every=2)
def beat() -> None:
    """Others see that somebody is here, and what they change is seen here."""
    if desk is not None:
        builder_page.beat(desk)


who = session.require(Role.VIEWER)
desk = builder_page.opened(who, session.reader())
if desk is not None:
    body()
    beat()
else:
    builder_page.read(canvas, who, session.reader())
