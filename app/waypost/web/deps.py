"""The one Waypost of this process: the server provides it, the page scripts get it."""

from __future__ import annotations

from dataclasses import dataclass, field

from waypost.access.sessions import SessionCache
from waypost.services.app import Waypost
from waypost.services.settings import Settings
from waypost.web.answers import Answers


@dataclass(frozen=True)
class Deps:
    """What page scripts work with."""

    waypost: Waypost
    sessions: SessionCache
    settings: Settings
    answers: Answers = field(default_factory=Answers)
    pictures: Answers = field(default_factory=Answers)  # has no figures before it in the queue


_held: Deps | None = None


def provide(waypost: Waypost, settings: Settings | None = None) -> None:
    """Set what all page scripts of this process use; once, before the first of them runs."""
    global _held  # noqa: PLW0603 - scripts are run by Streamlit, so nothing can be handed to them
    _held = Deps(waypost, SessionCache(waypost.engine), settings or Settings())


def get() -> Deps:
    """What was provided. Errors: RuntimeError when a page runs without its server."""
    if _held is None:
        raise RuntimeError("No Waypost was provided. Start the console with `waypost serve`.")
    return _held
