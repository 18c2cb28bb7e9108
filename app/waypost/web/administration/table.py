"""A table of which one row can be picked; what is picked stands in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from waypost.access.errors import AccessError
from waypost.domain.errors import WaypostError
from waypost.i18n import N_, Translator
from waypost.web import links

_HEIGHT, _ROW, _MOST = 38, 36, 14
_REFUSALS = {
    "name_taken": (N_("This name exists already."), N_("Choose another name.")),
    "name_invalid": (
        N_("This cannot be an account name."),
        N_("Use 1 to 64 of a-z, 0-9 and . _ @ + -, starting with a letter or digit."),
    ),
    "last_administrator": (
        N_("This is the last administrator who can sign in."),
        N_("Give another account the administrator role first."),
    ),
    "disabled": (N_("This account is disabled."), N_("Enable the account first.")),
    "key_name": (N_("The key has no name."), N_("Say which system will use it.")),
    "key_scopes": (N_("The key may do nothing."), N_("Choose what it may do.")),
    "key_rate": (N_("This rate cannot be."), N_("Write 0 for no limit, or up to 1,000,000 requests per second.")),
    "key_unknown": (N_("This key is no longer in force."), N_("Reload the page.")),
    "name_unknown": (N_("There is no such account any more."), N_("Reload the page.")),
}


def pick(
    rows: Sequence[Mapping[str, Any]],
    ids: Sequence[str],
    *,
    key: str,
    columns: Mapping[str, Any] | None = None,
    alt: str,
) -> str | None:
    """Draw rows (title -> value) and return the id of the one that is picked, None without one."""
    held = links.value("pick", ids)
    default: Any = {"selection": {"rows": [ids.index(held)] if held else [], "columns": []}}
    number = _generation(key, held, len(ids))
    with st.container(key=f"admin.table.{key}"):
        found = st.dataframe(
            [dict(row) for row in rows],
            hide_index=True,
            key=f"{key}.{number}",
            on_select="rerun",
            selection_mode="single-row",
            selection_default=default,
            column_config=dict(columns or {}),
            row_height=_ROW,
            height=height(len(rows)),
            placeholder="–",
            alt=alt,
        )
    chosen = list(found["selection"]["rows"])
    picked = ids[chosen[0]] if chosen and chosen[0] < len(ids) else None
    if picked != held:
        st.session_state[f"{key}.seen"] = (picked, len(ids), number)
        links.put({"pick": picked})
    return picked


def _generation(key: str, held: str | None, n: int) -> int:
    """A number that changes when the address picks another row than the table did, or the rows are others.

    The table is then a new one, which begins with that row; a click of its own leaves it as it is.
    """
    before = st.session_state.get(f"{key}.seen", (None, n, 0))
    number = before[2] if before[:2] == (held, n) else before[2] + 1
    st.session_state[f"{key}.seen"] = (held, n, number)
    return int(number)


def show(rows: Sequence[Mapping[str, Any]], *, key: str, alt: str) -> None:
    """Draw rows (title -> value) to look at."""
    with st.container(key=f"admin.table.{key}"):
        st.dataframe(
            [dict(row) for row in rows],
            hide_index=True,
            key=key,
            row_height=_ROW,
            height=height(len(rows)),
            placeholder="–",
            alt=alt,
        )


def height(n: int) -> int | Literal["content"]:
    """The height of a table of `n` rows: as many as fit on a screen, the others by scrolling."""
    return "content" if n <= _MOST else _HEIGHT + _ROW * _MOST


def refusal(error: WaypostError, t: Translator) -> None:
    """Say what was refused and what to do."""
    if isinstance(error, AccessError) and error.code in _REFUSALS:
        problem, remedy = _REFUSALS[error.code]
        st.error(f"{t(problem)} {t(remedy)}", icon=":material/error:")
    else:
        st.error(str(error), icon=":material/error:")


def note(text: str) -> None:
    """Say once that something was done, also after the page has drawn itself anew."""
    st.toast(text, icon=":material/check:")
