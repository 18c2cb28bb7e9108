"""`python -m waypost.simulate`: feed a running Waypost from a process of its own."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading

from waypost.domain.instants import now_us
from waypost.simulate.company import Company
from waypost.simulate.feeder import Feeder


def main() -> int:
    """Feed until interrupted; the API key comes from WAYPOST_API_KEY, where no process list shows it."""
    parser = argparse.ArgumentParser(prog="python -m waypost.simulate", description=main.__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8501", help="where Waypost answers")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=60.0, help="simulated seconds per second")
    parser.add_argument("--days", type=int, default=60, help="days of history")
    parser.add_argument("--scale", type=float, default=0.085, help="1 is about 2,000 orders a day")
    parser.add_argument("--history", action="store_true", help="send the history first, as fast as it is taken")
    chosen = parser.parse_args()
    key = os.environ.get("WAYPOST_API_KEY")
    if not key:
        parser.error("set WAYPOST_API_KEY to a key that may send events")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    company = Company(chosen.seed, now_us(), chosen.days, chosen.scale)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    feeder = Feeder(company, chosen.url, key, lambda: chosen.speed, stop, history=chosen.history)
    feeder.run()
    print(f"{feeder.progress.sent} events sent", file=sys.stderr)
    return 1 if feeder.progress.failure else 0


if __name__ == "__main__":
    sys.exit(main())
