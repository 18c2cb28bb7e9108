"""What a worker does by itself: segments of what is complete, and a comparison every night."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.worlds import MARKETPLACE, World, said, us
from waypost.api import metrics
from waypost.domain.errors import FieldError
from waypost.domain.instants import DAY, SECOND, now_us
from waypost.services import doctor, verify
from waypost.services.housekeeping import comparison
from waypost.services.housekeeping.figures import FigureWatch, last_watched, place_of
from waypost.services.housekeeping.hours import clock_of, last_due
from waypost.services.housekeeping.worker import Housekeeper
from waypost.services.rollup_check import compare_rollups
from waypost.services.settings import read_settings
from waypost.store import jobs, segments
from waypost.store.engine import writing
from waypost.store.schema import state


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Segments and steps of a few rows, on a server in Shanghai."""
    monkeypatch.setattr(segments, "SIZE", 5)
    monkeypatch.setattr(verify, "STEP", 2)
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def shop(world: World) -> World:
    """Six orders of two events each."""
    world.send(*(said(f"order/{n}", code, "2026-03-10T09:00:00Z") for n in range(6) for code in TOLD))
    return world


TOLD = ("order.created", "payment.captured")


def night(world: World) -> Any:
    """The next day at noon, after a turn; what the system check then says of the comparison."""
    world.now += DAY
    Housekeeper(world.engine, "02:30", world.clock).turn()
    return checks(world)["comparison"]


def checks(world: World) -> Any:
    found = doctor.examine(world.engine.url.render_as_string(), [])
    return {check.name: check._asdict() for check in found}


def damage(world: World) -> None:
    """Let one state say what no event says."""
    with writing(world.engine) as connection:
        key = connection.scalar(sa.select(sa.func.max(state.c.subject_id)))
        connection.execute(sa.update(state).where(state.c.subject_id == key).values(cells=b""))


def test_full_ranges_become_segments(shop: World) -> None:
    keeper = Housekeeper(shop.engine, "off", shop.clock)
    keeper.turn()
    assert checks(shop)["segments"]["values"] == {"segments": 2, "events": 10, "outside": 2}
    shop.send(*(said(f"order/{n}", "delivery.delivered", "2026-03-12T09:00:00Z") for n in range(4)))
    keeper.turn()
    assert checks(shop)["segments"]["values"] == {"segments": 3, "events": 15, "outside": 1}


def test_one_process_at_a_time(shop: World) -> None:
    assert jobs.take(shop.engine, "segments", "another", shop.now)
    keeper = Housekeeper(shop.engine, "off", shop.clock)
    keeper.turn()
    assert checks(shop)["segments"]["values"]["segments"] == 0
    shop.now += 1 + jobs.LEASE_S * SECOND  # the other one died
    keeper.turn()
    assert checks(shop)["segments"]["values"]["segments"] == 2
    assert jobs.take(shop.engine, "segments", "another", shop.now), "given back when the work was done"


def test_words_read_again_meanwhile_make_no_segment(shop: World) -> None:
    """Whoever changes events between the reading and the writing wins."""

    events = [1]

    def change(_: sa.Connection) -> None:
        if events:
            with writing(shop.engine) as other:
                segments.drop_of(other, [events.pop()])

    sa.event.listen(shop.engine, "rollback", change)  # that is how the reading ends
    assert not segments.make(shop.engine, 0, 0)
    assert segments.make(shop.engine, 0, 0)


def test_a_night_compares_and_a_new_store_waits_for_its_first(shop: World) -> None:
    keeper = Housekeeper(shop.engine, "02:30", shop.clock)
    keeper.turn()
    assert checks(shop)["comparison"]["values"] == {"at": None}
    found = night(shop)
    assert found["ok"]
    assert found["values"]["subjects"] == found["values"]["of"] == 6
    assert found["values"]["at"] == shop.now
    assert found["values"]["events"] == 12
    shop.now += 3_600 * SECOND
    keeper.turn()
    assert checks(shop)["comparison"] == found, "once a night"


def test_a_difference_is_told_until_it_is_mended(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    Housekeeper(shop.engine, "02:30", shop.clock).turn()
    damage(shop)
    with caplog.at_level(logging.ERROR, "waypost.housekeeping"):
        found = night(shop)
    assert not found["ok"]
    assert "order/5" in found["detail"]
    assert "order/5" in caplog.text
    assert "waypost rebuild" in found["remedy"]
    assert not night(shop)["ok"]
    verify.rebuild(shop.engine)
    assert night(shop)["ok"]


def test_a_large_store_takes_several_nights(shop: World) -> None:
    def two(start: int) -> comparison.Compared:
        found = comparison.compare(shop.engine, start, lambda _: True, most=4)
        assert found is not None
        return found

    first = two(0)
    assert (first.subjects, first.of, first.events) == (4, 6, 8)
    second = two(first.next)
    assert second.subjects == 4
    assert second.next not in (0, first.next), "the end, and on from the beginning"
    damage(shop)
    third = two(first.next)
    assert third.differences == 1
    assert two(third.next).differences == 1, "the next night begins where it differs"


def test_a_comparison_that_is_cut_off_says_nothing(shop: World) -> None:
    assert comparison.compare(shop.engine, 0, lambda _: False) is None


def test_every_process_compares_its_own_figures(shop: World, caplog: pytest.LogCaptureFixture) -> None:
    shop.live.rollups.from_orders, place, first = 0, place_of("console", 8501), shop.now
    watch = FigureWatch(shop.live, shop.engine, place, "02:30", shop.clock)
    held = shop.view().cube(MARKETPLACE)
    assert held is not None
    watch.turn()
    assert last_watched(shop.engine, shop.now) is None, "the first night comes"
    shop.now += DAY
    watch.turn()
    sound = last_watched(shop.engine, shop.now)
    assert sound is not None
    assert (sound.at, sound.processes, sound.differing) == (shop.now, 1, [])
    assert sound.figures > 0
    for opened in held.opened:
        opened.late[:] = opened.warned[:] = first - 99 * DAY  # memory that went wrong
    watch.turn()
    assert last_watched(shop.engine, shop.now) == sound, "once a night"
    shop.now += DAY
    with caplog.at_level(logging.ERROR, "waypost.housekeeping"):
        watch.turn()
    wrong = last_watched(shop.engine, shop.now)
    assert wrong is not None
    assert any(f"{place} {MARKETPLACE}/" in each for each in wrong.differing)
    assert MARKETPLACE in caplog.text
    assert compare_rollups(shop.view()).differences == [], "they were made anew"
    assert last_watched(shop.engine, shop.now + 4 * DAY) is None, "a process that is gone"


def test_figures_that_differ_are_told(shop: World) -> None:
    assert checks(shop)["figures"]["values"] == {"at": None}
    jobs.note(shop.engine, "figures/here:all:8501", {"figures": 40, "differing": ["3 instead of 4"]}, now_us())
    found = checks(shop)["figures"]
    assert not found["ok"]
    assert "here:all:8501 3 instead of 4" in found["detail"]
    metrics.set_housekeeping(shop.engine)
    assert "waypost_figures_differing 1.0" in metrics.exposition().decode().splitlines()


def test_prometheus_reads_both(shop: World) -> None:
    Housekeeper(shop.engine, "02:30", shop.clock).turn()
    damage(shop)
    night(shop)
    metrics.set_housekeeping(shop.engine)
    lines = metrics.exposition().decode().splitlines()
    assert "waypost_segment_events 10.0" in lines
    assert "waypost_segment_outside 2.0" in lines
    assert "waypost_comparison_differences 1.0" in lines


def test_a_rebuild_reaches_servers_that_run(shop: World) -> None:
    sound = shop.order("order/5").stage
    damage(shop)
    shop.live = shop.another_live()
    assert shop.order("order/5").stage != sound
    verify.rebuild(shop.engine)
    assert shop.order("order/5").stage == sound
    with shop.engine.connect() as connection:
        versions = connection.scalars(sa.select(state.c.version).order_by(state.c.version)).all()
    assert versions == [2, 4, 6, 8, 10, 13], "only what changed is read again"


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-10T18:31:00Z", "2026-03-10T18:30:00Z"),
        ("2026-03-10T18:29:00Z", "2026-03-09T18:30:00Z"),
        ("2026-03-10T18:30:00Z", "2026-03-10T18:30:00Z"),
    ],
)
def test_the_hour_is_that_of_the_server(now: str, due: str) -> None:
    at = clock_of("02:30")
    assert at is not None
    assert last_due(us(now), at) == us(due)


@pytest.mark.parametrize("text", ["2:30", "24:00", "02:60", "", "night"])
def test_an_hour_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(FieldError, match="such as 02:30") as error:
        read_settings(compare_at=text)
    assert error.value.field == "WAYPOST_COMPARE_AT"
