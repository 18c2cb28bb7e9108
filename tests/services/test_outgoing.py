"""Webhooks out: signed, in order, at least once and with the same ids, to real receivers on loopback."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.receiver import Receiver, receiver
from tests.worlds import carries, said, scan, sqlite_copy
from waypost.access import audit
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import DAY, SECOND, now_us
from waypost.services import ingest
from waypost.services.app import Waypost
from waypost.services.outgoing import manage, model, send
from waypost.services.outgoing.address import check_target
from waypost.services.outgoing.manage import Draft
from waypost.services.outgoing.model import read_wanted
from waypost.services.outgoing.signing import new_secret, read_secret, sign
from waypost.services.outgoing.worker import Outgoing, send_test
from waypost.store.engine import writing
from waypost.store.schema_outgoing import outgoing, subscription

PAID = "2026-03-01T09:00:00Z"


@pytest.fixture
def waypost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Waypost]:
    """A store of its own; events may go to loopback, and failures are tried again at once."""
    monkeypatch.setenv("WAYPOST_WEBHOOK_PRIVATE", "1")
    monkeypatch.setattr(send, "FIRST_WAIT", SECOND // 50)
    made = Waypost(sqlite_copy(tmp_path))
    made.journeys.install_shipped(now_us())
    yield made
    made.close()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """A receiver."""
    with receiver() as found:
        yield found


@pytest.fixture
def worker(waypost: Waypost) -> Iterator[Outgoing]:
    """The worker, running."""
    running = Outgoing(waypost)
    running.start()
    yield running
    running.stop()


def tell(waypost: Waypost, *events: dict[str, Any]) -> None:
    reading = ingest.read_body(json.dumps(list(events)).encode(), waypost.vocabulary, now_us())
    assert reading.refused == []
    waypost.submit(reading.said).result(60)


def orders(waypost: Waypost, first: int, last: int) -> None:
    tell(waypost, *(said(f"order/{n}", "payment.captured", PAID, id=f"paid-{n}") for n in range(first, last)))


def subscribe(waypost: Waypost, hook: Receiver, **more: Any) -> tuple[str, str]:
    held, secret = manage.add(waypost, Draft("warehouse", hook.url, **more), "test")
    return held.key, secret


def test_the_signature_is_the_one_that_standard_webhooks_publishes():
    found = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["whsec_!!!", "whsec_c2hvcnQ=", ""])
def test_a_weak_secret_is_refused(secret):
    with pytest.raises(FieldError) as refused:
        read_secret(secret)
    assert refused.value.field == "secret"
    assert len(read_secret(new_secret())) == 32


def test_events_go_out_in_order_signed_and_as_cloudevents(waypost, hook, worker):
    orders(waypost, 0, 3)
    _, secret = subscribe(waypost, hook)
    orders(waypost, 3, 260)
    messages = hook.wait(lambda got: sum(len(m.events) for m in got) >= 257)
    assert hook.events() == [f"event-{n}" for n in range(4, 261)]
    assert all(message.signed_with(secret) for message in messages)
    assert max(len(message.events) for message in messages) <= 100
    assert messages[0].headers["content-type"].startswith("application/cloudevents-batch+json")
    event = messages[0].events[0]
    assert (event["specversion"], event["type"], event["subject"]) == ("1.0", "payment.captured", "order/3")
    assert event["time"] == PAID
    assert event["data"]["orders"] == ["3"]
    assert event["data"]["origin"] == {"source": "shop.example", "id": "paid-3"}


def test_one_event_per_delivery_for_those_who_want_it(waypost, hook, worker):
    subscribe(waypost, hook, mode="single")
    orders(waypost, 0, 3)
    messages = hook.wait(lambda got: len(got) == 3)
    assert [json.loads(m.body)["id"] for m in messages] == ["event-1", "event-2", "event-3"]
    assert messages[0].headers["content-type"].startswith("application/cloudevents+json")


def test_a_retry_is_the_same_message_and_nothing_overtakes_it(waypost, hook, worker, caplog):
    caplog.set_level(logging.WARNING, "waypost.webhooks")
    hook.answer = lambda n: 503 if n <= 3 else 200
    key, secret = subscribe(waypost, hook, mode="single")
    orders(waypost, 0, 2)
    messages = hook.wait(lambda got: len(got) == 5)
    assert len({m.id for m in messages[:4]}) == 1
    assert len({m.body for m in messages[:4]}) == 1
    assert messages[4].id != messages[0].id
    assert all(m.signed_with(secret) for m in messages)
    worker.stop()
    held = model.get(waypost.engine, key)
    assert (held.state, held.failures, held.failing_since) == ("active", 0, None)
    assert "503" in str(held.last_error)
    first, second = reversed(model.deliveries(waypost.engine, key))
    assert (first.status, first.attempts, second.attempts, first.body) == ("delivered", 4, 1, None)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2  # down once, up once
    assert "cannot be delivered" in told[0]
    assert "again after 3 failures" in told[1]


def test_a_slow_neighbour_delays_nobody(waypost, worker, hook):
    with receiver() as broken:
        broken.answer = lambda _: 500
        subscribe(waypost, broken)
        subscribe(waypost, hook)
        orders(waypost, 0, 5)
        hook.wait(lambda got: len(got) >= 1)
        broken.wait(lambda got: len(got) >= 2)
    assert len(hook.events()) == 5


def test_only_what_was_asked_for(waypost, hook, worker):
    subscribe(waypost, hook, filter={"codes": ["linehaul.*"], "journeys": ["store-pickup"]})
    pickup = {"service": "store_pickup"}
    tell(
        waypost,
        said("order/1", "payment.captured", PAID, attributes=pickup),
        said("order/2", "payment.captured", PAID),
        scan("parcel/1", "linehaul.picked_up", PAID, links=carries("order/1")),
        scan("parcel/2", "linehaul.picked_up", PAID, links=carries("order/2")),
        said("order/1", "delivery.delivered", PAID),
    )
    hook.wait(lambda got: len(got) == 1)
    (event,) = hook.messages[0].events
    assert (event["subject"], event["data"]["journey"]) == ("parcel/1", "store-pickup")


def test_changes_of_stage_are_told_once_each(waypost, hook, worker):
    subscribe(waypost, hook, filter={"events": False, "stages": True})
    tell(waypost, said("order/1", "order.created", PAID))
    hook.wait(lambda got: len(got) == 1)
    tell(waypost, said("order/1", "order.note_added", PAID))
    tell(waypost, said("order/1", "payment.captured", PAID))
    hook.wait(lambda got: len(got) == 2)
    first, second = (message.events[0] for message in hook.messages)
    assert first["type"] == "waypost.stage_changed"
    assert "from" not in first["data"]
    assert (first["data"]["to"]["stage"], second["data"]["from"]["stage"]) == ("payment", "payment")
    assert (second["data"]["to"]["stage"], second["data"]["to"]["journey"]) == ("warehouse", "marketplace-parcel")
    assert first["id"] != second["id"]


def test_personal_data_goes_out_only_where_it_may(waypost, hook, worker):
    subscribe(waypost, hook)
    secret: dict[str, Any] = {"word": "call 13800138000", "attributes": {"customer": "C-1"}, "payload": {"name": "Li"}}
    tell(waypost, said("order/1", "payment.captured", PAID, **secret))
    hook.wait(lambda got: len(got) == 1)
    assert not any(part in hook.messages[0].body.decode() for part in ("138001", "C-1", 'Li"'))
    with receiver() as trusted:
        held, _ = manage.add(waypost, Draft("crm", trusted.url, personal=True), "test")
        tell(waypost, said("order/2", "payment.captured", PAID, **secret))
        trusted.wait(lambda got: len(got) == 1)
        data = trusted.messages[0].events[0]["data"]
    assert (data["word"], data["attributes"]) == ("call 13800138000", {"customer": "C-1"})
    assert "payload" not in data
    assert held.personal


def test_paused_sends_nothing_and_resumed_sends_what_waited(waypost, hook, worker):
    key, _ = subscribe(waypost, hook)
    manage.pause(waypost.engine, key, "test")
    orders(waypost, 0, 4)
    assert model.backlog(waypost.engine)[key] == 4
    manage.resume(waypost.engine, key, "test")
    hook.wait(lambda got: sum(len(m.events) for m in got) == 4)
    actions = [entry.action for entry in audit.recent(waypost.engine, 10)]
    assert actions[:3] == ["webhook.resumed", "webhook.paused", "webhook.added"]


def test_replay_sends_the_same_ids_again_and_leaves_out_nothing_that_waits(waypost, hook, worker):
    key, _ = subscribe(waypost, hook)
    orders(waypost, 0, 3)
    hook.wait(lambda got: sum(len(m.events) for m in got) == 3)
    hook.answer = lambda _: 500
    orders(waypost, 3, 5)
    hook.wait(lambda got: len(got) > 2)
    manage.pause(waypost.engine, key, "test")
    assert manage.replay(waypost.engine, key, now_us() + DAY, "test") == 2  # what waits is not left out
    hook.answer = lambda _: 200
    hook.messages.clear()
    manage.resume(waypost.engine, key, "test")
    hook.wait(lambda got: sum(len(m.events) for m in got) == 2)
    assert hook.events() == ["event-4", "event-5"]
    assert manage.replay(waypost.engine, key, 0, "test") == 5
    hook.wait(lambda got: sum(len(m.events) for m in got) == 7)
    assert hook.events()[2:] == [f"event-{n}" for n in range(1, 6)]


def test_a_new_subscription_may_begin_in_the_past(waypost, hook, worker):
    orders(waypost, 0, 3)
    subscribe(waypost, hook, since=0)
    hook.wait(lambda got: sum(len(m.events) for m in got) == 3)


def test_after_a_day_of_failures_it_is_paused_and_a_person_is_told(waypost, hook, worker):
    hook.answer = lambda _: 500
    key, _ = subscribe(waypost, hook)
    held = model.get(waypost.engine, key)
    with writing(waypost.engine) as connection:
        long_ago = {"failures": 40, "failing_since": now_us() - DAY - SECOND}
        connection.execute(sa.update(subscription).where(subscription.c.id == held.id).values(**long_ago))
    orders(waypost, 0, 1)
    hook.wait(lambda got: len(got) == 1)
    worker.stop()
    held = model.get(waypost.engine, key)
    assert (held.state, held.reason) == ("paused", "failing_for_a_day")
    assert audit.recent(waypost.engine, 1)[0].action == "webhook.gave_up"
    assert model.backlog(waypost.engine)[key] == 1


def test_waits_grow_are_spread_and_follow_what_the_receiver_asks():
    dice = random.Random(7)
    waits = [send.wait_after(n, dice=dice) for n in (1, 2, 5, 12, 40)]
    first = 5 * SECOND
    for wait, plain in zip(waits, (first, 2 * first, 16 * first, 2048 * first, 6 * 3_600 * SECOND), strict=True):
        assert 0.75 * plain <= wait <= 1.25 * plain
    assert len({send.wait_after(3, dice=dice) for _ in range(20)}) == 20
    assert send.wait_after(1, after=3_600 * SECOND) == 3_600 * SECOND


def test_a_redirect_is_no_delivery(waypost, hook, worker):
    with receiver() as elsewhere:
        hook.answer, hook.headers = (lambda _: 307), {"Location": elsewhere.url}
        key, _ = subscribe(waypost, hook)
        orders(waypost, 0, 1)
        hook.wait(lambda got: len(got) >= 2)
        assert elsewhere.messages == []
        hook.headers = {"Location": hook.url + "/again"}
        n = len(hook.messages)
        hook.wait(lambda got: len(got) >= n + 2)
        assert {m.id for m in hook.messages} == {hook.messages[0].id}
    assert model.deliveries(waypost.engine, key)[0].status == "pending"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "http://localhost:80/", "http://[::1]/", "http://10.1.2.3/", "http://192.168.0.1/",
     "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest", "http://0.0.0.0/", "http://[fe80::1]/"],
)  # fmt: skip
def test_nobody_reaches_inside_the_network_unless_a_setting_allows_it(url):
    with pytest.raises(FieldError) as refused:
        check_target(url, private=False)
    assert refused.value.field == "url"


@pytest.mark.parametrize("url", ["ftp://example.org/", "https://", "https://me:pw@127.0.0.1/", "/x", "http://[::1"])
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(FieldError):
        check_target(url, private=True)


def test_metadata_services_are_refused_even_then():
    check_target("http://10.1.2.3/", private=True)
    with pytest.raises(FieldError):
        check_target("http://169.254.169.254/latest", private=True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"codes": ["nothing.like_it"]}, "filter.codes"),
        ({"journeys": ["x"]}, "filter.journeys"),
        ({"events": False}, "filter"),
        ({"code": []}, "filter.code"),
    ],
)
def test_a_filter_that_hears_nothing_is_refused(body, field):
    with pytest.raises(FieldError) as refused:
        read_wanted(body, ["marketplace-parcel"])
    assert refused.value.field == field


def test_a_test_event_goes_past_what_waits(waypost, hook):
    key, secret = subscribe(waypost, hook)
    assert send_test(waypost, key).error is None
    assert hook.messages[0].events[0]["type"] == "waypost.test"
    assert hook.messages[0].signed_with(secret)
    hook.answer = lambda _: 410
    assert "410" in str(send_test(waypost, key).error)
    with pytest.raises(NotFound):
        send_test(waypost, "wh_nobody")


def test_the_secret_is_sealed_and_removing_leaves_nothing(waypost, hook):
    key, secret = subscribe(waypost, hook)
    stored = model.get(waypost.engine, key).secret
    assert secret.removeprefix("whsec_")[:20] not in stored
    assert "secret" not in model.get(waypost.engine, key).as_json()
    manage.remove(waypost.engine, key, "test")
    with waypost.engine.connect() as connection:
        assert connection.execute(sa.select(outgoing)).first() is None
    with pytest.raises(NotFound):
        model.get(waypost.engine, key)


def test_two_workers_send_nothing_twice(waypost, hook, worker):
    other = Outgoing(waypost)
    other.start()
    subscribe(waypost, hook, mode="single")
    for n in range(0, 40, 4):
        orders(waypost, n, n + 4)
    hook.wait(lambda got: len(got) >= 40)
    other.stop()
    assert hook.events() == [f"event-{n}" for n in range(1, 41)]
