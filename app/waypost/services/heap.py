"""The collector of garbage, in processes that live long and answer quickly."""

from __future__ import annotations

import gc

COLLECT_AFTER = (10_000, 10, 10)  # Python's own: (700, 10, 10)


def settle() -> None:
    """Keep the collector of garbage away from all that a server keeps while it lives.

    Every request makes some hundred objects that die with its answer. By Python's own thresholds they set off full
    collections, which walked a million lasting objects and held up every request for 60 ms (bench/README.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
