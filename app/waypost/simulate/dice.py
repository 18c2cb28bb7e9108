"""Chance that can be thrown again: every draw hangs on the seed and a name, never on what was drawn before."""

from __future__ import annotations

from math import exp, log
from random import Random

from waypost.domain.instants import SECOND

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


def dice(seed: int, *names: object) -> Random:
    """A generator of its own for this name, the same in every process."""
    return Random("/".join(map(str, (seed, *names))))


def lognormal(rng: Random, median: float, sigma: float) -> float:
    """A draw with this median; sigma is the spread of its logarithm."""
    return exp(rng.normalvariate(log(median), sigma))


def span(rng: Random, low: float, high: float) -> int:
    """A stretch of time between two numbers of hours, in us."""
    return round(rng.uniform(low, high) * HOUR)


def poisson(rng: Random, mean: float) -> int:
    """How many happen when `mean` are expected."""
    if mean > 400:  # far beyond what an hour of a company holds; the bell curve is exact enough there
        return max(0, round(rng.normalvariate(mean, mean**0.5)))
    floor, product, count = exp(-mean), rng.random(), 0
    while product > floor:
        product *= rng.random()
        count += 1
    return count
