"""Wrong tokens are counted per client, for a while, and never for anybody else."""

from __future__ import annotations

from waypost.access.misses import Misses
from waypost.domain.instants import SECOND

NOW = 1_700_000_000 * SECOND


def test_only_so_many_wrong_tokens_within_the_window() -> None:
    misses = Misses(allowed=3, window=60)
    for place in range(3):
        assert misses.wait("10.0.0.1", NOW + place * SECOND) == 0
        misses.count("10.0.0.1", NOW + place * SECOND)
    assert misses.wait("10.0.0.1", NOW + 10 * SECOND) == 50
    assert misses.wait("10.0.0.2", NOW + 10 * SECOND) == 0
    assert misses.wait("10.0.0.1", NOW + 60 * SECOND) == 0
    misses.count("10.0.0.1", NOW + 60 * SECOND)
    assert misses.wait("10.0.0.1", NOW + 60 * SECOND) == 1


def test_a_subscriber_of_ipv6_is_one_client() -> None:
    misses = Misses(allowed=1)
    misses.count("2001:db8::1", NOW)
    assert misses.wait("2001:db8::ffff", NOW) > 0
    assert misses.wait("2001:db8:0:1::1", NOW) == 0
