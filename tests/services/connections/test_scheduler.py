"""The worker that pulls what is due, and lets go at once when the process ends."""

from __future__ import annotations

import threading
import time

from tests.services.connections.conftest import connected
from waypost.services.connections import manage
from waypost.services.connections.scheduler import LEAVE_S, Scheduler


def until(met, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not met() and time.monotonic() < end:
        threading.Event().wait(0.02)
    return bool(met())


def test_it_pulls_what_is_due_by_itself_and_again_after_its_time(us, shop, source, clock):
    shop.sell(3)
    scheduler = Scheduler(us)
    scheduler.start()
    try:
        assert until(lambda: us.find("corner-shop").cursor == "3")
        shop.sell(1)
        assert scheduler.due() == []
        clock.ahead = 61
        assert until(lambda: us.find("corner-shop").cursor == "4")
    finally:
        scheduler.stop()


def test_two_processes_pull_a_source_once(us, waypost, shop, source, clock):
    shop.sell(30)
    other = connected(waypost, clock)
    both = [Scheduler(us), Scheduler(other)]
    for each in both:
        each.start()
    assert until(lambda: us.find("corner-shop").cursor == "30" and us.find("corner-shop").lease_owner is None)
    for each in both:
        each.stop()
    assert shop.calls == [f"after={n}&limit=10" for n in (0, 10, 20)]


def test_the_end_does_not_wait_for_a_slow_partner_and_gives_the_lease_back(us, shop, source):
    shop.sell(3)
    shop.hold = threading.Event()
    scheduler = Scheduler(us)
    scheduler.start()
    assert until(lambda: shop.calls)
    started = time.monotonic()
    scheduler.stop()
    assert time.monotonic() - started < LEAVE_S + 2  # against the 20 s that the partner could take
    shop.hold.set()
    held = us.find("corner-shop")
    assert (held.lease_owner, held.cursor) == (None, None)


def test_paused_drafts_and_removed_sources_are_never_due(us, shop, source):
    manage.add(us, "corner_shop", "Draft", shop.settings(), "ada")
    manage.pause(us, "corner-shop", "ada")
    assert Scheduler(us).due() == []
