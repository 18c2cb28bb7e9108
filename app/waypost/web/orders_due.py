"""The filter for orders that are not late yet, but will be soon if nothing happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from waypost.i18n import N_
from waypost.services.live.view import MINUTE
from waypost.web import links
from waypost.web.format import Format

LATE: Final = ("red", "yellow")
WITHIN: Final = ("60", "240", "1440")  # minutes
_TURNS: Final = {"red": N_("Turns red"), "yellow": N_("Turns yellow")}


def read() -> tuple[str | None, int]:
    """The level that the address asks for, and within how many minutes."""
    within = st.query_params.get("within", "")
    return links.value("due", LATE), int(within) if within in WITHIN else int(WITHIN[0])


def draw(page: str, due: str | None, within: int, fmt: Format, forget: Sequence[str]) -> None:
    """The choice of a level, and of how far to look ahead once there is one."""
    t = fmt.t
    st.selectbox(
        t("Becomes late soon"),
        LATE,
        index=None,
        placeholder=t("All"),
        format_func=lambda level: t(_TURNS[level]),
        **links.bound(page, "due", due, forget=forget),
    )
    if due:
        st.segmented_control(
            t("Within"),
            WITHIN,
            required=True,
            format_func=lambda minutes: fmt.duration(int(minutes) * MINUTE),
            **links.bound(page, "within", str(within), forget=forget),
        )


def words(due: str, within: int, fmt: Format) -> str:
    """What the filter says when it is set."""
    return fmt.t("{how} within {duration}", how=fmt.t(_TURNS[due]), duration=fmt.duration(within * MINUTE))
