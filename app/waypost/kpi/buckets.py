"""Durations in buckets, so that percentiles of any number of them are read off a row of counts.

Every doubling from about a second to about 35 years is cut into 32 buckets of equal width, so the
relative width of a bucket is between 1/64 and 1/32, and a value inside it is off by less than that
(`WITHIN_PERCENT`). The bucket of a value is cut out of its bits as a floating point number: quick,
and the same on every machine, so that what was added can be taken away again. Bucket 0 holds zero,
bucket 1 what is below the first edge, the last one what is above all: nothing is told of that.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from waypost.domain.instants import SECOND

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
_BITS: Final = 5
_LOW, _HIGH = 20, 50  # powers of two in us: 1.05 s and 35.7 years
_SHIFT: Final = 52 - _BITS  # of a double's mantissa
_BEFORE: Final = ((1023 + _LOW) << _BITS) - 2  # so that 2**_LOW us comes into bucket 2
BUCKETS: Final = ((_HIGH - _LOW) << _BITS) + 3
BEYOND: Final = BUCKETS - 1  # holds what is too long to be told
WITHIN_PERCENT: Final = 100 / (1 << _BITS)
SHARES: Final = (0.5, 0.95)


def bucket_of(us: I64) -> NDArray[np.int64]:
    """The bucket of every duration in us."""
    place = (us.astype(np.float64).view(np.int64) >> _SHIFT) - _BEFORE
    np.clip(place, 1, BEYOND, out=place)
    place[us <= 0] = 0
    return place


def _edges() -> F64:
    """The lower edge of every bucket in us, and the upper one of the last."""
    places = np.arange(BUCKETS - 2, dtype=np.int64)
    from_low = ((places + _BEFORE + 2) << _SHIFT).view(np.float64)
    return np.concatenate([[0.0, 0.0], from_low, [from_low[-1]]])


EDGES: Final = _edges()


def percentiles(counts: NDArray[np.int32], shares: tuple[float, ...] = SHARES) -> F64:
    """The percentiles of rows of counts: a row per row, a column per share; seconds, nan where nothing is counted.

    As percentile_cont: between the two nearest values, each of which is placed evenly inside its bucket.
    """
    below = np.cumsum(counts, axis=1, dtype=np.int64)
    n = below[:, -1]
    rank = np.maximum(n - 1, 0)[:, None] * np.array(shares)
    low = np.floor(rank).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(n - 1, 0)[:, None])
    first, second = (_value(counts, below, place) for place in (low, high))
    found: F64 = (first + (second - first) * (rank - low)) / SECOND
    found[n == 0] = np.nan
    return found


def _value(counts: NDArray[np.int32], below: I64, place: I64) -> F64:
    """The values at these places of the sorted durations of each row, us."""
    rows = np.arange(len(counts))[:, None]
    bucket = np.stack([np.searchsorted(b, p, side="right") for b, p in zip(below, place, strict=True)])
    bucket = np.minimum(bucket, BEYOND)  # of a row without counts
    held = np.maximum(counts[rows, bucket], 1)
    inside = (place - (below[rows, bucket] - held) + 0.5) / held
    found: F64 = EDGES[bucket] + (EDGES[bucket + 1] - EDGES[bucket]) * inside
    return found
