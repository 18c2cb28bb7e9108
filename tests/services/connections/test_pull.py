"""Pulling a real shop: nothing lost, nothing twice, whatever happens in between."""

from __future__ import annotations

import logging
import threading

import pytest
import sqlalchemy as sa
from starlette.responses import JSONResponse

from tests.services.connections.conftest import connected
from waypost.connect.material import Bodies
from waypost.domain.instants import SECOND
from waypost.domain.statement import Refusal
from waypost.services import quarantine
from waypost.services.connections import health, keep, manage, model, outcome, pull
from waypost.services.connections.pull import Run
from waypost.store.schema import event


def pulled(us, owner="test") -> Run:
    source = pull.lease(us, us.find("corner-shop").id, owner)
    assert source is not None
    return pull.run_once(us, source)


def stored(us) -> int:
    with us.engine.connect() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(event)).scalar_one())


def test_orders_come_page_by_page_and_a_second_pull_adds_nothing(us, shop, source):
    shop.sell(25)
    first = pulled(us)
    assert first.ok
    assert (first.pages, first.calls, first.tally.accepted) == (3, 3, stored(us))
    assert us.waypost.current().n == 25
    assert us.find("corner-shop").cursor == "25"
    second = pulled(us)
    assert (second.tally.accepted, second.tally.duplicates, second.pages) == (0, 0, 1)
    shop.sell(1)
    assert pulled(us).tally.accepted > 0
    assert us.find("corner-shop").cursor == "26"


def test_a_changed_address_starts_from_the_beginning_and_still_repeats_nothing(us, shop, source):
    shop.sell(5)
    pulled(us)
    before = stored(us)
    manage.change(us, "corner-shop", {"page_size": 2}, "ada")
    again = pulled(us)
    assert (again.pages, again.tally.accepted, again.tally.duplicates) == (3, 0, before)
    assert stored(us) == before


def test_a_shop_that_breaks_off_keeps_what_was_stored_and_goes_on_from_there(us, shop, source, caplog):
    shop.sell(25)
    shop.fails_at = {3: JSONResponse({}, 503)}
    with caplog.at_level(logging.WARNING):
        run = pulled(us)
        assert (run.code, run.pages) == ("unavailable", 2)
        held = us.find("corner-shop")
        assert (held.cursor, held.failures) == ("20", 1)
        assert held.down_since is not None
        shop.trouble.append(JSONResponse({}, 503))
        pulled(us)
        assert pulled(us).ok
    assert us.find("corner-shop").cursor == "25"
    assert us.find("corner-shop").down_since is None
    told = [record.getMessage() for record in caplog.records if record.name == "waypost.connections"]
    assert [("is down" in line, "is back" in line) for line in told] == [(True, False), (False, True)]


def test_the_wait_that_a_partner_asks_for_is_kept_and_its_patience_is_no_outage(us, shop, source, clock):
    shop.trouble.append(JSONResponse({}, 429, {"Retry-After": "120"}))
    before = clock()
    run = pulled(us)
    held = us.find("corner-shop")
    assert (run.code, held.down_since, health.state(us, held)) == ("rate_limited", None, "waiting")
    assert held.next_at >= before + 120 * SECOND


def test_back_off_doubles_has_jitter_and_an_end():
    steady = [outcome.wait_s(n, None, 0.5) for n in (1, 2, 3, 30)]
    assert steady == [15, 30, 60, 3600]
    assert outcome.wait_s(1, None, 0.0) < 15 < outcome.wait_s(1, None, 0.99)
    assert outcome.wait_s(1, 2.0, 0.5) == 2.0
    assert outcome.wait_s(4, 2.0, 0.5) == 120


def test_a_refused_key_stops_it_until_somebody_acts_and_the_key_is_never_told(us, shop, source, caplog):
    shop.key = "another-key"
    with caplog.at_level(logging.DEBUG):
        run = pulled(us)
    held = us.find("corner-shop")
    assert (run.code, held.next_at, health.state(us, held)) == ("bad_credentials", None, "stopped")
    said = repr((held, run, us.vault, us.build(held), caplog.text, health.runs(us.engine, held)))
    assert "corner-key" not in said
    manage.change(us, "corner-shop", {"api_key": "another-key"}, "ada")
    assert us.find("corner-shop").next_at is not None
    assert pulled(us).ok


def test_one_process_at_a_time_pulls_a_source_and_a_lost_lease_stores_nothing(us, waypost, shop, source, clock):
    shop.sell(3)
    other = connected(waypost, clock)
    mine = pull.lease(us, source.id, "one")
    assert mine is not None
    assert pull.lease(other, source.id, "two") is None
    clock.ahead = 301  # the first one hangs: its lease runs out
    taken = pull.lease(other, source.id, "two")
    assert taken is not None
    late = pull.run_once(us, mine)
    assert (late.code, stored(us), us.find("corner-shop").cursor) == ("lease", 0, None)
    assert us.find("corner-shop").lease_owner == "two"
    assert pull.run_once(other, taken).ok
    other.close()


def test_of_many_who_want_the_lease_at_once_one_gets_it(us, source):
    got: list[str] = []
    barrier = threading.Barrier(8)

    def want(name: str) -> None:
        barrier.wait()
        if pull.lease(us, source.id, name) is not None:
            got.append(name)

    threads = [threading.Thread(target=want, args=(f"p{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    assert us.find("corner-shop").lease_owner == got[0]


def test_the_budget_of_calls_holds_within_an_hour_and_begins_anew(us, shop, source, clock):
    shop.sell(50)
    manage.change(us, "corner-shop", {}, "ada", budget=3)
    run = pulled(us)
    held = us.find("corner-shop")
    assert (run.code, run.calls, held.cursor, held.failures) == ("budget", 3, "30", 0)
    assert held.used(clock()) == 3
    assert held.next_at > clock() + 50 * 60 * SECOND
    assert pulled(us).calls == 0
    clock.ahead = 3_660
    assert pulled(us).ok
    assert us.find("corner-shop").cursor == "50"


def test_a_pause_ends_the_schedule_and_a_removed_source_forgets_its_secrets(us, shop, source):
    manage.pause(us, "corner-shop", "ada")
    assert pull.lease(us, source.id, "x") is None
    manage.start(us, "corner-shop", "ada")
    manage.remove(us, "corner-shop", "ada")
    with us.engine.connect() as db:
        assert model.by_id(db, source.id).settings == "{}"
    assert us.listing() == []
    again = manage.add(us, "corner_shop", "Corner shop", shop.settings(), "ada")
    assert (again.key, again.id, again.state) == ("corner-shop", source.id, "draft")


def test_orders_that_cannot_be_read_wait_with_their_text_and_are_replayed_through_the_connector(us, shop, source):
    shop.sell(2)
    del shop.orders[0]["history"]
    run = pulled(us)
    assert (run.tally.refused, run.ok) == (1, True)
    (held,) = health.inputs(us.engine, "corner-shop")
    assert (held.field, held.event_id, health.quarantined(us.engine, "corner-shop")) == ("history", "C-0001", 1)
    with pytest.raises(Exception, match="history"):
        quarantine.replay(us.waypost, held.id, "ada")
    repaired = held.raw.replace("{", '{"history": [{"status": "placed", "at": "2026-11-20T08:00:00+01:00"}], ', 1)
    assert quarantine.replay(us.waypost, held.id, "ada", repaired) == "accepted"
    assert health.inputs(us.engine, "corner-shop") == []


def test_a_whole_page_that_cannot_be_read_is_kept_and_the_next_ones_come(us, shop, source):
    shop.sell(1)
    held = keep.envelope("corner-shop", Bodies({"orders.json": b"{"}, {"X-Corner-Topic": "t", "Authorization": "s"}))
    assert (held.part, dict(held.headers)) == ("orders.json", {"x-corner-topic": "t"})
    (batch,) = keep.read(us.build(source), Bodies({"orders.json": b"{"}), us.context(source))
    assert isinstance(batch.refused[0], Refusal)
    keep.store(us.waypost, batch, held)
    assert health.inputs(us.engine, "corner-shop")[0].raw == "{"


def test_words_nobody_has_mapped_are_counted_with_an_example(us, shop, source):
    shop.sell(1)
    shop.orders[0]["history"].append({"status": "gift wrapped", "at": "2026-11-20T09:00:00+01:00"})
    assert pulled(us).tally.unmapped == 1
    (word,) = health.words(us.engine, "corner-shop")
    assert (word.word.word, word.word.n) == ("gift wrapped", 1)
    assert "gift wrapped" in (word.payload or "")


def test_figures_of_a_source(us, shop, source, clock):
    shop.sell(4)
    run = pulled(us)
    clock.ahead = 30
    (found,) = health.overview(us)
    assert (found.state, found.per_hour, found.used) == ("running", run.tally.events, 1)
    assert found.lag is not None
    assert 29 * SECOND <= found.lag <= 60 * SECOND
    assert us.find("corner-shop").last_event == run.tally.newest
