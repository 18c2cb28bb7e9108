"""How much memory a fresh process holds for the live matrix of a store: `python -m bench.resident URL`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.data import END
from waypost.services.app import Waypost

_TIMEOUT_S = 600


def resident(url: str) -> dict[str, float]:
    """What reading everything takes, in a process of its own: bytes per order that stay and at most, CPU seconds."""
    command = [sys.executable, "-m", "bench.resident", url]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    done = subprocess.run(command, capture_output=True, check=True, timeout=_TIMEOUT_S, env=environment)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure this process."""
    with Waypost.open(sys.argv[1]) as waypost:
        waypost.clock = lambda: END
        before, start = _status("VmRSS"), time.process_time()
        view = waypost.current()
        spent = time.process_time() - start
        orders = max(1, view.n)
        figures = {
            "orders": view.n,
            "units": len(view.alive),
            "bytes_per_order": (_status("VmRSS") - before) // orders,
            "peak_bytes_per_order": (_status("VmHWM") - before) // orders,
            "first_picture_cpu_s": round(spent, 2),
        }
    print(json.dumps(figures))


def _status(name: str) -> int:
    """A figure of this process, in bytes."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main()
