"""What was added to the tables works on every engine: webhooks, the log's search, facts of the installation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engines import ENGINES
from tests.receiver import receiver
from tests.worlds import said
from waypost.access import accounts, audit
from waypost.access.audit import AuditQuery
from waypost.connect.cloudevents import read_event
from waypost.domain.instants import now_us
from waypost.services import doctor
from waypost.services.app import Waypost
from waypost.services.export import csv_parts
from waypost.services.export.admin import audit_sheet
from waypost.services.export.orders import EventQuery, events_sheet
from waypost.services.outgoing import manage, model
from waypost.services.outgoing.manage import Draft
from waypost.services.outgoing.worker import Outgoing

PAID = "2026-03-01T09:00:00Z"


@pytest.fixture(params=ENGINES)
def waypost(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A Waypost on each engine."""
    monkeypatch.setenv("WAYPOST_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("WAYPOST_WEBHOOK_PRIVATE", "1")
    with Waypost.open(request.getfixturevalue(request.param)) as made:
        yield made


def test_webhooks_go_out_and_again(waypost):
    worker = Outgoing(waypost)
    worker.start()
    with receiver() as hook:
        held, secret = manage.add(waypost, Draft("CRM", hook.url, {"stages": True}), "test")
        events = [said(f"order/{n}", "payment.captured", PAID) for n in range(3)]
        waypost.submit([read_event(event, waypost.vocabulary, now_us()) for event in events]).result(60)
        hook.wait(lambda got: sum(len(m.events) for m in got) == 6)
        assert all(message.signed_with(secret) for message in hook.messages)
        assert manage.replay(waypost.engine, held.key, 0, "test") == 3
        hook.wait(lambda got: sum(len(m.events) for m in got) == 12)
        worker.stop()
    assert model.backlog(waypost.engine) == {held.key: 0}
    manage.remove(waypost.engine, held.key, "test")
    assert model.listing(waypost.engine) == []


def test_the_log_is_searched_whatever_the_case_of_letters(waypost):
    accounts.create(waypost.engine, "ada", "viewer", now_us(), "Boss")
    for actor in ("boss", "BOSS", "oss"):
        assert audit.search(waypost.engine, AuditQuery(actor=actor))[0] == 1
    assert audit.search(waypost.engine, AuditQuery(actor="%"))[0] == 0
    assert "account.created" in b"".join(csv_parts(audit_sheet(waypost.engine, AuditQuery()))).decode()


def test_facts_and_checks(waypost):
    url = waypost.engine.url.render_as_string(hide_password=False)
    assert [check.name for check in doctor.examine(url, []) if not check.ok] == []
    found = doctor.facts(waypost.engine)
    if "unix_socket" in url:  # the embedded OceanBase does not count its bytes
        assert found.size is None
    else:
        assert found.size is not None
        assert found.size > 0
    assert found.watermark == 0
    assert b"recorded_at" in b"".join(csv_parts(events_sheet(waypost.engine, EventQuery(), show=True)))
