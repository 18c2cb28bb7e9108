"""Adding a connection step by step: what a form asks, what the test says, what the sample shows."""

from __future__ import annotations

import json

import pytest

from tests.corner.shop import KEY
from waypost.access import audit
from waypost.domain.errors import FieldError
from waypost.services.connections import manage, pull, settings, trial
from waypost.services.connections.settings import WrongSettings
from waypost.store.migrate import all_tables


def test_a_form_knows_the_kind_of_every_field(us):
    found = {field.name: field for field in settings.fields(us.registry.get("corner_shop"))}
    assert {name: field.kind for name, field in found.items()} == {
        "url": "text", "api_key": "secret", "webhook_secret": "secret", "region": "choice", "page_size": "integer",
    }  # fmt: skip
    assert found["url"].required
    assert found["region"].choices == ("eu", "cn")
    assert found["page_size"].default == 10


def test_every_wrong_field_is_named_and_no_value_is_repeated(us):
    with pytest.raises(WrongSettings) as wrong:
        manage.add(us, "corner_shop", "x", {"url": "ftp://s3cret", "api_key": "abc", "page_size": "many"}, "ada")
    assert {fault.field for fault in wrong.value.faults} == {"url", "api_key", "page_size"}
    assert "s3cret" not in str(wrong.value)
    assert us.listing() == []


def test_secrets_are_stored_sealed_and_never_shown(us, shop, tmp_path):
    made = manage.add(us, "corner_shop", "Corner shop", shop.settings(), "ada")
    assert KEY not in made.settings
    assert settings.shown(made.settings)["api_key"] is None
    assert settings.shown(made.settings)["url"] == shop.url
    stored = [path for path in tmp_path.iterdir() if path.is_file()]
    assert all(KEY.encode() not in path.read_bytes() for path in stored)
    assert KEY not in json.dumps([entry.detail for entry in audit.recent(us.engine)])
    assert us.settings_of(made)["api_key"] == KEY


def test_a_test_call_says_in_plain_words_what_is_wrong(us, shop):
    manage.add(us, "corner_shop", "Corner shop", shop.settings(api_key="wrong-key-1"), "ada")
    refused = trial.try_out(us, us.find("corner-shop"))
    assert (refused.ok, refused.code) == (False, "bad_credentials")
    assert refused.remedy
    assert "wrong-key-1" not in refused.problem
    manage.change(us, "corner-shop", {"api_key": KEY}, "ada")
    assert trial.try_out(us, us.find("corner-shop")).ok
    manage.change(us, "corner-shop", {"url": "http://127.0.0.1:9"}, "ada")
    assert trial.try_out(us, us.find("corner-shop")).code == "cannot_connect"


def test_a_sample_shows_a_real_order_and_stores_nothing(us, shop):
    shop.sell(12)
    shop.orders[2]["history"].append({"status": "gift wrapped", "at": "2026-11-20T09:00:00+01:00"})
    del shop.orders[3]["history"]
    made = manage.add(us, "corner_shop", "Corner shop", shop.settings(), "ada")
    before = _counted(us)
    found = trial.sample(us, made)
    assert found is not None
    assert found.found is not None
    assert found.found.row.subject.ref == "C-0003"  # the one that tells most
    assert len(found.found.events) == 5
    assert [track.role for track in found.found.tracks] == ["parcel"]
    assert found.journey is not None
    assert (found.orders, found.unmapped) == (9, {"gift wrapped": 1})
    assert [refused.field for refused in found.refused] == ["history"]
    assert _counted(us) == before
    assert us.find("corner-shop").budget_used == 1


def test_a_shop_without_orders_has_nothing_to_show(us, shop):
    found = trial.sample(us, manage.add(us, "corner_shop", "Corner shop", shop.settings(), "ada"))
    assert found is not None
    assert (found.found, found.orders, found.events) == (None, 0, 0)


def test_names_become_keys_of_their_own(us, shop):
    keys = [manage.add(us, "corner_shop", name, shop.settings(), "ada").key for name in ("My Shop", "my shop", "小店")]
    assert keys == ["my-shop", "my-shop-2", "corner-shop"]


@pytest.mark.parametrize(("field", "value"), [("every_s", 1), ("budget", -1)])
def test_a_schedule_or_budget_that_makes_no_sense_is_refused(us, shop, field, value):
    with pytest.raises(FieldError, match=field):
        manage.add(us, "corner_shop", "x", shop.settings(), "ada", **{field: value})


def _counted(us) -> dict[str, int]:
    with us.engine.connect() as db:
        names = ("event", "subject", "state", "quarantine", "unmapped", "held_input", "connection_run")
        tables = all_tables().tables
        return {name: len(db.execute(tables[name].select()).all()) for name in names}


def test_without_the_key_the_remedy_is_told_and_the_secrets_can_be_entered_again(us, shop, monkeypatch):
    manage.add(us, "corner_shop", "Corner shop", shop.settings(), "ada")
    source = manage.start(us, "corner-shop", "ada")
    monkeypatch.setenv("WAYPOST_SECRET_KEY", "another key, of another machine, long enough".replace(" ", "-"))
    us.forget_keys()
    us._built.clear()
    refused = trial.try_out(us, source)
    assert (refused.code, "WAYPOST_SECRET_KEY" in refused.remedy) == ("key", True)
    held = pull.lease(us, source.id, "test")
    assert held is not None
    assert pull.run_once(us, held).code == "key"
    assert us.find("corner-shop").next_at is not None  # another process may have the key
    with pytest.raises(WrongSettings) as wrong:
        manage.change(us, "corner-shop", {"page_size": 5}, "ada")
    assert [fault.field for fault in wrong.value.faults] == ["api_key"]
    manage.change(us, "corner-shop", {"api_key": KEY}, "ada")
    assert trial.try_out(us, us.find("corner-shop")).ok


def test_a_budget_can_be_taken_away_again(us, shop):
    manage.add(us, "corner_shop", "Corner shop", shop.settings(), "ada", budget=10)
    assert us.find("corner-shop").budget == 10
    manage.change(us, "corner-shop", {}, "ada", budget=0)
    assert us.find("corner-shop").budget is None
