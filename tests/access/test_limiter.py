"""How often somebody may try to sign in."""

from __future__ import annotations

from waypost.access.limiter import LoginLimiter, LoginLimits
from waypost.domain.instants import SECOND

NOW = 1_790_000_000_000_000
LIMITS = LoginLimits(per_account=3, per_address=6, window=300)


def at(seconds: float) -> int:
    return NOW + int(seconds * SECOND)


def test_after_the_last_try_it_says_how_long_to_wait() -> None:
    door = LoginLimiter(LIMITS)
    assert [door.take("mei", "10.0.0.1", at(n)) for n in range(3)] == [0, 0, 0]
    assert door.take("mei", "10.0.0.1", at(10)) == 290
    assert door.take("MEI ", "10.0.0.1", at(10)) == 290
    assert door.take("mei", "10.0.0.1", at(299)) == 1
    assert door.take("mei", "10.0.0.1", at(301)) == 0


def test_others_are_not_locked_out() -> None:
    door = LoginLimiter(LIMITS)
    for n in range(4):
        door.take("mei", "10.0.0.1", at(n))
    assert door.take("mei", "10.0.0.2", at(5)) == 0, "the owner of the account, elsewhere"
    assert door.take("wei", "10.0.0.1", at(5)) == 0, "a colleague behind the same address"


def test_one_address_may_not_try_every_account() -> None:
    door = LoginLimiter(LIMITS)
    assert [door.take(f"user{n}", "10.0.0.1", at(0)) for n in range(6)] == [0] * 6
    assert door.take("user7", "10.0.0.1", at(0)) == 300


def test_a_right_password_clears_the_accounts_failures() -> None:
    door = LoginLimiter(LIMITS)
    for n in range(3):
        assert door.take("mei", "10.0.0.1", at(n)) == 0
    door.succeeded("mei", "10.0.0.1")
    assert [door.take("mei", "10.0.0.1", at(5)) for _ in range(3)] == [0, 0, 0]


def test_an_ipv6_subscriber_counts_as_one_address() -> None:
    door = LoginLimiter(LIMITS)
    for n in range(3):
        assert door.take("mei", f"2001:db8:1:2::{n}", at(0)) == 0
    assert door.take("mei", "2001:db8:1:2:ffff::1", at(0)) > 0
    assert door.take("mei", "2001:db8:1:3::1", at(0)) == 0
    assert door.take("mei", "::ffff:10.0.0.1", at(0)) == 0
    assert door.take("mei", "::ffff:10.0.0.2", at(0)) == 0


def test_memory_stays_bounded_under_a_flood_of_addresses() -> None:
    door = LoginLimiter(LIMITS)
    for n in range(60_000):
        door.take("mei", f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", at(0))
    assert len(door._tries) <= 20_000
