"""A page of ours in a frame, at the width of a phone or of a desk, as those see it who open or embed it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from components._base import N_, register, words

TEXTS: Final = {"preview": N_("Preview")}

_mount = register(Path(__file__).parent)


def page_frame(path: str, *, key: str, t: Mapping[str, str], device: Literal["phone", "desk"] = "phone") -> None:
    """Draw the page at `path`, an address on this site that begins with a slash. Errors: ValueError."""
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"'{path[:40]}' is no path of this site")
    _mount(key=key, data={"path": path, "t": words(t, TEXTS), "device": device})
