"""Addresses of the pages: what a page shows stands in its address, so every state can be shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

import streamlit as st

from waypost.domain.subject import Subject
from waypost.web import session

_PACKAGE = Path(__file__).resolve().parents[1]
# A checkout keeps the pages at its root, an installed wheel inside the package.
_FOLDERS = (_PACKAGE.parents[1] / "pages", _PACKAGE / "pages")
PAGES: Final = next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])
ADDRESS: Final = {
    "control_tower": "/",
    "orders": "/orders",
    "order": "/order",
    "map": "/map",
    "boards": "/boards",
    "board": "/board",
    "builder": "/builder",
    "vocabulary": "/vocabulary",
    "connections": "/connections",
    "tracking": "/tracking",
    "admin": "/admin",
}

Values = Mapping[str, str | Sequence[str]]


def path(page: str) -> Path:
    """The script of a page."""
    return PAGES / f"{page}.py"


def href(page: str, values: Values) -> str:
    """A link to a page, relative to this site."""
    query = urlencode({**values, **session.link_language()}, doseq=True)
    return ADDRESS[page] + (f"?{query}" if query else "")


def here(values: Values) -> str:
    """A link to what is shown now, with these values changed; relative to the page itself."""
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    return "?" + urlencode({**asked, **values}, doseq=True)


def order(subject: Subject) -> str:
    """A link to an order's page; the scope only where ids are not unique by themselves."""
    scope = {"scope": subject.scope} if subject.scope else {}
    return href("order", {"id": subject.ref, **scope})


def go(page: str, values: Values) -> NoReturn:
    """Leave for a page; `values` become its address."""
    st.switch_page(path(page), query_params={**values, **session.link_language()})


def value(name: str, allowed: Sequence[str] | None = None) -> str | None:
    """One value of the address; None when it is missing, or none of those allowed."""
    found = st.query_params.get(name)
    return found if found and (allowed is None or found in allowed) else None


def values(name: str) -> tuple[str, ...]:
    """All values of one name in the address."""
    return tuple(dict.fromkeys(v for v in st.query_params.get_all(name) if v))


def day(name: str) -> date | None:
    """A day of the address; None when it is missing or none."""
    try:
        return date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        return None


def bound(page: str, name: str, held: Any, *, forget: Sequence[str] = ()) -> dict[str, Any]:
    """Arguments that tie a widget to one name of the address.

    The address is the truth: `held`, read from it, is put into the widget, and a change of the
    widget is written back. `forget` names what a change makes void (the page of a list). The language
    is part of the key, because the browser names a choice by its label.
    """
    key = f"{page}.{name}.{session.language()}"
    if key not in st.session_state or st.session_state[key] != held:
        st.session_state[key] = held
    return {"key": key, "on_change": _writer(name, key, held, forget)}


def _writer(name: str, key: str, held: Any, forget: Sequence[str]) -> Callable[[], None]:
    def write() -> None:
        # Streamlit also reports the value that was put in from here, once the browser has sent it back.
        if st.session_state[key] != held:
            put({name: st.session_state[key]}, forget)

    return write


def put(changes: Mapping[str, Any], forget: Sequence[str] = ()) -> None:
    """Change the address of this page, in one step back and forth; empty values leave it."""
    held: dict[str, Any] = {name: st.query_params.get_all(name) for name in st.query_params}
    for name, new in {**dict.fromkeys(forget), **changes}.items():
        held.pop(name, None)
        if new not in (None, "", [], ()):
            held[name] = new.isoformat() if isinstance(new, date) else new
    st.query_params.from_dict(held)
