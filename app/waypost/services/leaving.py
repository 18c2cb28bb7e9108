"""The moment a server process begins to stop, told to what must not keep it waiting."""

from __future__ import annotations

from collections.abc import Callable


class Leaving:
    """Open answers register here; whoever stops the server calls `now`, on the server's event loop."""

    def __init__(self) -> None:
        self._told: list[Callable[[], None]] = []
        self.begun = False

    def then(self, call: Callable[[], None]) -> None:
        """Call this when the server begins to stop; at once if it does already."""
        self._told.append(call)
        if self.begun:
            call()

    def now(self) -> None:
        """The server begins to stop."""
        if not self.begun:
            self.begun = True
            for call in self._told:
                call()
