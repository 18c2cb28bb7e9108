"""`python -m waypost.services.storing`: the storing process; its end of the socket pair is its standard input."""

from __future__ import annotations

import logging
import signal
import socket
import sys

from waypost.services.storing.process import serve


def main() -> None:
    """Store what comes until the other end closes."""
    # Its end is the end of what comes: a signal to the whole group (Ctrl+C, systemd) must not lose what waits.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with socket.socket(fileno=sys.stdin.fileno()) as line:
        serve(line)


if __name__ == "__main__":
    main()
