"""A thread that looks for work again and again, until it is stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

LOOK_S: Final = 30.0
log = logging.getLogger("waypost.housekeeping")


class Rounds:
    """Calls `turn` every LOOK_S seconds; a turn that fails is told once and tried again."""

    def __init__(self, name: str, turn: Callable[[], None]) -> None:
        self._turn, self._stop = turn, threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to look for work."""
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """End after the present step, or after `timeout` seconds without waiting for it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def wait(self, seconds: float) -> bool:
        """Let time pass; whether it is to stop."""
        return self._stop.wait(seconds)

    def _run(self) -> None:
        ailing = False
        while not self.wait(LOOK_S):
            try:
                self._turn()
                ailing = False
            except Exception:
                if not ailing and not self._stop.is_set():
                    log.exception("housekeeping failed; it is tried again")
                ailing = True
