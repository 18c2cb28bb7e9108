"""What all components share: registration from a folder, data for the browser, checks on what comes back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from waypost.web import theme

_HERE = Path(__file__).parent
# Longer than any id of an order; what is longer did not come from our own page.
_MAX_ID = 300


def N_(msgid: str) -> str:
    """Mark an English text for the catalogs; the caller translates it."""
    return msgid


def register(folder: Path) -> ComponentRenderer:
    """Register the component whose .html, .css and .js files stand in `folder` under the folder's name."""
    name = folder.name
    html, css, script = (_read(folder / f"{name}.{kind}") for kind in ("html", "css", "js"))
    return st.components.v2.component(
        f"waypost_{name}",
        html=html,
        css=f":host {{\n{theme.css_variables()}\n}}\n{_read(_HERE / 'base.css')}\n{css}",
        js=f"const TIER_ICONS = {json.dumps(theme.TIER_ICONS)};\n{_read(_HERE / 'base.js')}\n{script}",
        isolate_styles=True,
    )


def _read(path: Path) -> str:
    """Read code without comments and indentation: Streamlit sends it along each time the data changes."""
    code = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def plain(value: Any) -> Any:
    """Copy data for the browser: mappings, sequences and scalars, with NaN and infinity as None.

    JSON has no NaN: one in a trend would otherwise keep the whole component from drawing.
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(v) for v in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    # Streamlit would send the whole data as one text instead of failing.
    raise TypeError(f"a component cannot be given {type(value).__name__}: {value!r}")


def picked(value: object, **fields: Collection[str] | None) -> dict[str, str] | None:
    """Return what the browser sent if each field is one of the allowed texts (None: any id), else None.

    What comes from a browser is a claim. A row that has left the page since the click is simply no pick.
    """
    if not isinstance(value, Mapping):
        return None
    found: dict[str, str] = {}
    for name, allowed in fields.items():
        text = value.get(name)
        if not isinstance(text, str) or not 0 < len(text) <= _MAX_ID:
            return None
        if allowed is not None and text not in allowed:
            return None
        found[name] = text
    return found


def translated(texts: Mapping[str, str], gettext: Callable[[str], str]) -> dict[str, str]:
    """Return a component's English texts (its `TEXTS`) in another language."""
    return {name: gettext(text) for name, text in texts.items()}


def words(given: Mapping[str, str], needed: Mapping[str, str]) -> dict[str, str]:
    """Return the texts a component needs out of those given; KeyError names the first one that is missing."""
    return {name: given[name] for name in needed}


def ignore() -> None:
    """Callback of a caller that reads the returned value instead."""
