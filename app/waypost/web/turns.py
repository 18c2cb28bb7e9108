"""Live parts of pages, drawn again by their timers: a few at a time, however many people look.

Only one thread of a process runs Python at a time. Were a hundred timers answered at once, their threads would hand
the interpreter round for every lock and every message, and each of them, and whoever answers the network, would wait
for all the others. In turns each is done sooner, and none later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

import streamlit as st

Draw = TypeVar("Draw", bound=Callable[..., None])
AT_ONCE: Final = 2
_turns = threading.BoundedSemaphore(AT_ONCE)


def live(every: float) -> Callable[[Draw], Draw]:
    """Make a function a fragment that is drawn again every so many seconds, in its turn."""

    def wrap(draw: Draw) -> Draw:
        @wraps(draw)
        def in_turn(*given: Any, **named: Any) -> None:
            with _turns:
                draw(*given, **named)

        return st.fragment(in_turn, run_every=every)  # type: ignore[return-value]

    return wrap
