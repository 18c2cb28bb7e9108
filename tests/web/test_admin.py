"""The administration page: every act works through its widgets, is guarded, and stands in the audit log."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from tests.receiver import receiver
from tests.web.conftest import Visit, sign_in
from tests.web.test_pages import texts
from waypost.access import accounts, audit, keys, links, sessions
from waypost.domain.instants import now_us
from waypost.services.housekeeping import comparison
from waypost.services.outgoing import manage, model
from waypost.services.outgoing.manage import Draft
from waypost.store.engine import writing
from waypost.store.schema_access import audit as audit_table
from waypost.web import export
from waypost.web.administration import audit_log
from waypost.web.administration.sessions import browser

TABS = ("people", "sessions", "keys", "webhooks", "audit", "health")
CHIEF = "a-administrator"


@pytest.fixture
def open_tab(visit: Visit) -> Any:
    """Open a tab as an administrator."""

    def open_tab(tab: str, **query: Any) -> AppTest:
        app = visit("admin", "administrator", tab=tab, **query)
        assert not app.exception, app.exception
        return app

    return open_tab


def press(app: AppTest, label: str) -> AppTest:
    """Click a button by its label; whatever follows must not fail."""
    (button,) = [found for found in app.button if found.label == label]
    assert not button.disabled, label
    app = button.click().run()
    assert not app.exception, app.exception
    return app


def acts(waypost: Any, n: int = 1) -> list[tuple[str, str, str]]:
    return [(e.actor, e.action, e.object) for e in audit.recent(waypost.engine, n)]


def frames(app: AppTest, place: int = 0) -> Any:
    return app.dataframe[place].value


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_tab_opens_in_both_languages(shop, visit, tab, locale):
    keys.create(shop.engine, "webshop", ["events:write"], now_us(), "test")
    app = visit("admin", "administrator", locale, tab=tab)
    assert not app.exception, app.exception
    assert app.title[0].value == ("系统管理" if locale == "zh-CN" else "Administration")


@pytest.mark.parametrize("role", ["viewer", "operator", "configurator_publisher", "approver"])
def test_nobody_else_gets_in(shop, visit, role):
    app = visit("control_tower", role)
    with pytest.raises(Exception, match="admin"):
        app.switch_page("../pages/admin.py").run()


def test_somebody_is_invited_by_a_link_that_works_once(empty_shop, open_tab):
    app = open_tab("people")
    app.text_input(key="admin.people.name").set_value("lin.wei")
    app.text_input(key="admin.people.display").set_value("Lin Wei")
    app = press(app, "Invite")
    link = app.code[0].value
    token = link.rpartition("/")[2]
    found = links.redeem(empty_shop.engine, token, "four quiet trains at noon", now_us())
    assert (found.name, found.display, found.role) == ("lin.wei", "Lin Wei", "viewer")
    app = press(app, "I have passed it on")
    assert len(app.code) == 0
    told = [action for _, action, _ in acts(empty_shop, 9)]
    assert {"account.created", "link.issued"} <= set(told)


def test_a_name_that_is_taken_is_refused_in_words(empty_shop, open_tab):
    app = open_tab("people")
    app.text_input(key="admin.people.name").set_value(CHIEF)
    app = press(app, "Invite")
    assert "This name exists already." in app.error[0].value


def test_a_role_is_changed_an_account_disabled_and_enabled(empty_shop, open_tab):
    sign_in(empty_shop, "operator")
    app = open_tab("people", pick="a-operator")
    app.selectbox(key="admin.people.role.a-operator.operator").set_value("approver").run()
    app = press(app, "Change the role")
    assert accounts.get(empty_shop.engine, "a-operator").role == "approver"
    assert acts(empty_shop)[0] == (CHIEF, "account.role_set", "account/a-operator")
    app = press(app, "Disable")
    assert accounts.get(empty_shop.engine, "a-operator").disabled
    assert [s.name for s in sessions.listing(empty_shop.engine, now_us())] == [CHIEF]
    app = press(app, "Enable")
    assert not accounts.get(empty_shop.engine, "a-operator").disabled


def test_the_last_administrator_stays_one(empty_shop, open_tab):
    app = open_tab("people", pick=CHIEF)
    assert "your own account" in app.warning[0].value
    assert all(button.disabled for button in app.button if button.label in ("Disable", "End 1 session"))
    accounts.set_password(empty_shop.engine, CHIEF, "four quiet trains at noon", now_us(), "test")
    app = open_tab("people", pick=CHIEF)
    app = app.checkbox(key=f"admin.people.sure.{CHIEF}").check().run()
    app = press(app, "Disable")
    assert "last administrator" in app.error[0].value
    app.selectbox(key=f"admin.people.role.{CHIEF}.administrator").set_value("viewer").run()
    assert "last administrator" in press(app, "Change the role").error[0].value
    assert accounts.get(empty_shop.engine, CHIEF).role == "administrator"


def test_ones_own_session_ends_only_on_purpose(empty_shop, open_tab):
    other = sign_in(empty_shop, "viewer")
    app = press(open_tab("sessions", pick=other[:12]), "End this session")
    assert other not in {s.session for s in sessions.listing(empty_shop.engine, now_us())}
    own = app.user["session"]
    app.query_params["pick"] = own[:12]
    app = app.run()
    (button,) = [found for found in app.button if found.label == "End my own session"]
    assert button.disabled
    assert "signs you out" in app.warning[0].value
    app = app.checkbox(key="admin.sessions.sure").check().run()
    app = press(app, "End my own session")
    assert own not in {s.session for s in sessions.listing(empty_shop.engine, now_us())}
    assert "Your session is over" in app.error[0].value


def test_addresses_are_masked_and_browsers_named():
    assert [sessions.masked(ip) for ip in ("203.0.113.9", "2001:db8:1:2::5", "")] == [
        "203.0.113.•••", "2001:db8:1:•••", "",
    ]  # fmt: skip
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    assert browser(agent) == "Chrome · Linux"
    assert browser("Mozilla/5.0 (iPhone; CPU iPhone OS 19) Version/19 Safari/604.1") == "Safari · iOS"
    assert browser("") == "–"


def test_a_key_is_shown_once_and_revoked(empty_shop, open_tab):
    app = open_tab("keys")
    assert "No key yet" in app.info[0].value
    app.text_input(key="admin.keys.name").set_value("webshop")
    app.multiselect(key="admin.keys.scopes.en").set_value(["data:read"])
    app = press(app, "Make the key")
    raw = app.code[0].value
    ring = keys.KeyRing(empty_shop.engine)
    found = ring.check(raw, now_us())
    assert found is not None
    assert found.scopes == {"data:read"}
    assert "read orders" in frames(app).iloc[0]["May"]
    app = press(app, "I have kept it")
    assert raw not in texts(app)
    app = open_tab("keys", pick=found.prefix)
    app.checkbox(key=f"admin.keys.sure.{found.prefix}").check().run()
    app = press(app, "Revoke")
    assert keys.KeyRing(empty_shop.engine).check(raw, now_us()) is None
    assert acts(empty_shop)[0] == (CHIEF, "key.revoked", f"key/{found.prefix}")


def test_a_key_without_a_name_or_a_right_is_refused(empty_shop, open_tab):
    app = press(open_tab("keys"), "Make the key")
    assert "The key has no name." in app.error[0].value
    app.text_input(key="admin.keys.name").set_value("x")
    app.multiselect(key="admin.keys.scopes.en").set_value([])
    assert "The key may do nothing." in press(app, "Make the key").error[0].value


def test_the_log_is_searched_by_person_action_object_and_time(shop, open_tab):
    for name in ("ada", "bob"):
        accounts.create(shop.engine, name, "viewer", now_us(), "Boss")
    accounts.set_role(shop.engine, "ada", "operator", now_us(), "boss_")

    def found(**query: str) -> list[str]:
        app = open_tab("audit", **query)
        return [] if not app.dataframe else list(frames(app)["Object"])

    assert found(action="account.role_set") == ["account/ada"]
    assert found(who="boss", object="ada") == ["account/ada", "account/ada"]
    assert found(who="boss_") == ["account/ada"]  # an underscore is a letter like others
    assert found(object="account/bob", action="account.role_set") == []
    assert found(to="2020-01-01") == []


def test_the_log_is_turned_page_by_page(shop, open_tab, monkeypatch):
    for _ in range(7):
        accounts.create(shop.engine, f"u{_}", "viewer", now_us(), "test")
    monkeypatch.setattr(audit_log, "SIZE", 5)
    app = open_tab("audit")
    first = list(frames(app)["Number"])
    app = press(app, "Next page")
    second = list(frames(app)["Number"])
    assert int(first[-1]) == int(second[0]) + 1


def test_a_chain_that_somebody_tampered_with_is_named(shop, open_tab):
    app = press(open_tab("audit"), "Check the chain")
    assert "The log is whole" in app.success[0].value
    with writing(shop.engine) as connection:
        connection.execute(sa.update(audit_table).where(audit_table.c.id == 2).values(actor="nobody"))
    app = press(open_tab("audit"), "Check the chain")
    assert "First broken entry: 2." in app.error[0].value
    health = open_tab("health")
    assert "to do" in texts(health)
    assert "First broken entry: 2." in texts(health)


def test_a_long_chain_tells_how_far_it_is(shop):
    told: list[tuple[int, int]] = []
    accounts.create(shop.engine, "ada", "viewer", now_us(), "test")
    assert audit.verify(shop.engine, lambda done, total: told.append((done, total))).ok
    assert told[-1][0] == told[-1][1] > 0


def test_a_webhook_is_added_tested_paused_and_removed(empty_shop, open_tab, monkeypatch):
    monkeypatch.setenv("WAYPOST_WEBHOOK_PRIVATE", "1")
    with receiver() as hook:
        app = open_tab("webhooks")
        assert "Nobody is told yet" in app.info[0].value
        app.text_input(key="admin.webhooks.name").set_value("CRM")
        app.text_input(key="admin.webhooks.url").set_value(hook.url)
        app.multiselect(key="admin.webhooks.codes").set_value(["return.*"])
        app = press(app, "Add")
        secret = app.code[0].value
        (held,) = model.listing(empty_shop.engine)
        assert held.filter.codes == ("return.*",)
        app = press(app, "I have kept it")
        app = press(open_tab("webhooks", pick=held.key), "Send a test")
        assert hook.messages[0].signed_with(secret)
        assert "arrived" in app.success[0].value
        hook.answer = lambda _: 500
        app = press(app, "Send a test")
        assert "500" in app.error[0].value
        app = press(app, "Pause")
        assert model.get(empty_shop.engine, held.key).state == "paused"
        app = press(app, "Resume")
        app = press(app, "Send again from here")
        assert acts(empty_shop)[0][1] == "webhook.replayed"
        press(app, "Remove this webhook")
    assert model.listing(empty_shop.engine) == []


def test_an_address_inside_the_network_is_refused_on_the_page(empty_shop, open_tab):
    app = open_tab("webhooks")
    app.text_input(key="admin.webhooks.name").set_value("x")
    app.text_input(key="admin.webhooks.url").set_value("http://127.0.0.1:9/")
    assert "inside the network" in press(app, "Add").error[0].value


def test_every_table_of_the_page_can_be_taken_away(shop, open_tab, english, chinese, monkeypatch):
    monkeypatch.setenv("WAYPOST_WEBHOOK_PRIVATE", "1")
    sheets: list[Any] = []
    monkeypatch.setattr(export, "offer", lambda sheet, fmt, **_: sheets.append(sheet))
    keys.create(shop.engine, "webshop", ["events:write"], now_us(), "test")
    held, _ = manage.add(shop, Draft("CRM", "http://127.0.0.1:9/"), "test")
    for tab in TABS[:-1]:
        open_tab(tab, pick=held.key)
    names = {sheet.name.partition("-")[0] for sheet in sheets}
    assert names == {"users", "sessions", "keys", "webhooks", "deliveries", "audit"}
    for sheet in sheets:
        assert export.to_csv(sheet).startswith(b"\xef\xbb\xbf")
        assert export.to_parquet(sheet)[:4] == b"PAR1"
        assert export.to_excel(sheet, english, export.speak(sheet, english))[:2] == b"PK"
        assert [t for t in export.titles(sheet, chinese) if t in export.titles(sheet, english)] == []


def test_who_may_publish_alone_is_chosen_by_administrators(empty_shop, open_tab):
    boards = empty_shop.boards
    app = open_tab("people")
    assert app.radio[0].value == "administrator"
    app.radio[0].set_value("configurator_publisher")
    app = press(app, "Save")
    assert (boards.alone(), acts(empty_shop)) == (
        ("configurator_publisher",),
        [(CHIEF, "setting.changed", "setting/boards.publish_alone")],
    )
    assert app.radio[0].value == "configurator_publisher"
    app.radio[0].set_value("")
    press(app, "Save")
    assert boards.alone() == ()


def test_what_the_night_found_different_is_said_above_every_tab(shop, open_tab):
    comparison.keep(shop.engine, comparison.Compared(0, 12, 40, 90, 1, ["order/5"]), now_us())
    told = [error.value for tab in ("people", "health") for error in open_tab(tab).error]
    comparison.keep(shop.engine, comparison.Compared(), now_us())  # the shop is that of other tests, too
    assert ["1 difference" in text and "order/5" in text for text in told] == [True, True]
    assert not open_tab("people").error
