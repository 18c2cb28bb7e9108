"""The pages as scripts: what they show, to whom, and where their links lead."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from tests.scene import NOW
from tests.web.conftest import Visit
from waypost.access import accounts, sessions
from waypost.domain.instants import SECOND, now_us
from waypost.services.live import OrderQuery
from waypost.web import deps, orders_filters

PAGES = ("control_tower", "orders", "order", "map")


def drawn(app: AppTest, component: str, place: int = 0) -> dict[str, Any]:
    """The data a component was given."""
    assert not app.exception, app.exception
    found = [e.proto for e in app.get("bidi_component") if e.proto.component_name == f"waypost_{component}"]
    data: dict[str, Any] = json.loads(found[place].json)
    return data


def texts(app: AppTest) -> str:
    """All that Streamlit itself shows as text."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info, app.warning, app.error, app.code)
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def column(app: AppTest) -> list[str]:
    """The orders in the list."""
    return [row["order"] for row in drawn(app, "orders_table")["rows"]]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["viewer", "administrator"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_page_opens_for_every_role_in_both_languages(shop, visit, page, role, locale):
    app = visit(page, role, locale, id="A-6")
    assert not app.exception
    component = {"control_tower": "kpi_cards", "orders": "orders_table", "order": "journey_map", "map": "map_panel"}
    assert drawn(app, component[page])


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_a_page_without_a_session(shop, visit, page):
    app = visit(page, id="A-1")
    for found in accounts.listing(shop.engine):
        sessions.revoke_all(shop.engine, found.id, now_us(), "test")
    deps.provide(shop)  # what was asked within the last second is forgotten
    app.run()
    assert not app.get("bidi_component")
    assert "Sign in again" in texts(app)


def test_a_forged_name_without_a_session_is_nobody(shop, visit):
    app = visit("orders")
    app.user = {"name": "admin", "role": "administrator", "session": "0" * 64}
    app.run()
    assert not app.get("bidi_component")


@pytest.mark.parametrize("page", ["control_tower", "orders", "map"])
def test_an_empty_store_says_what_to_do_next(empty_shop, visit, page):
    app = visit(page)
    assert not app.exception
    assert {"make demo"} <= {code.value for code in app.code}
    assert any("waypost import" in code.value for code in app.code)


def test_the_tower_shows_cards_risks_river_and_stream_of_the_busiest_journey(shop, visit):
    app = visit("control_tower")
    names = [card["name"] for card in drawn(app, "kpi_cards")["cards"]]
    assert names == ["Warehouse", "Paid to first carrier news", "Carriage", "Delivered by the promised day"]
    risky = {row["order"]: row for row in drawn(app, "at_risk")["rows"]}
    assert risky["A-3"]["tier"] == "red"
    assert "Promised 18 Mar, not delivered" in risky["A-3"]["what"]
    assert [stage["id"] for stage in drawn(app, "stage_river")["stages"]] == [
        "payment", "warehouse", "transit", "last_mile",
    ]  # fmt: skip
    events = drawn(app, "event_stream")["events"]
    assert any(event["simulated"] for event in events)
    assert any(event["partner_word"] == "giraffe" and event["words"] == "Not mapped yet" for event in events)


def test_the_tower_narrows_by_its_address(shop, visit):
    everything = drawn(visit("control_tower", range="30"), "stage_river")
    narrowed = drawn(visit("control_tower", range="30", carrier="Yunda"), "stage_river")
    assert 0 < sum(s["n"] for s in narrowed["stages"]) < sum(s["n"] for s in everything["stages"])


def test_a_word_in_the_address_that_is_none_is_ignored(shop, visit):
    app = visit("control_tower", journey="no-such", range="900", **{"from": "yesterday"})
    assert drawn(app, "kpi_cards")["cards"]
    assert column(visit("orders", journey="no-such", stage="moon", level="pink", status="x", page="-3", sort="?"))


def led_to(visit: Visit, href: str, role: str = "operator") -> AppTest:
    """The page that a link of the console leads to."""
    path, _, query = href.partition("?")
    return visit({"/orders": "orders", "/order": "order"}[path], role, **dict(parse_qsl(query)))


def test_numbers_of_the_tower_lead_to_their_orders(shop, visit):
    app = visit("control_tower", range="30")
    cards = {card["id"]: card for card in drawn(app, "kpi_cards")["cards"]}
    assert (cards["promise"]["n"], cards["promise"]["red"]) == (2, 1)
    assert sorted(column(led_to(visit, cards["promise"]["hrefs"]["all"]))) == ["A-1", "A-2"]
    assert column(led_to(visit, cards["promise"]["hrefs"]["red"])) == ["A-2"]
    assert cards["warehouse"]["n"] == 5
    parcels = led_to(visit, cards["warehouse"]["hrefs"]["all"])
    assert sorted(column(parcels)) == ["A-1", "A-2", "A-3", "A-6"]
    assert "5 parcels in 4 orders" in texts(parcels)


def test_parts_of_the_river_and_rows_lead_to_their_orders(shop, visit):
    app = visit("control_tower", carrier="Yunda")
    stages = {stage["id"]: stage for stage in drawn(app, "stage_river")["stages"]}
    assert column(led_to(visit, stages["transit"]["hrefs"]["red"])) == ["A-3"]
    assert len(column(led_to(visit, stages["warehouse"]["hrefs"]["all"]))) == stages["warehouse"]["n"]
    risks = drawn(app, "at_risk")
    assert drawn(led_to(visit, risks["rows"][0]["href"]), "order_head")["ref"] == risks["rows"][0]["order"]
    everything = column(led_to(visit, risks["more_href"]))
    assert {row["order"] for row in risks["rows"]} <= set(everything)


def test_a_journey_edit_shows_at_once(shop, visit):
    app = visit("control_tower")
    before = {stage["id"]: stage["red"] for stage in drawn(app, "stage_river")["stages"]}
    shop.journeys.set_target("marketplace-parcel", "warehouse", yellow="1h", red="2h", by="test")
    shop.clock = lambda: NOW + 2 * SECOND  # the live page runs again two seconds later
    deps.provide(shop)  # what was asked within the last second is forgotten
    after = {stage["id"]: stage["red"] for stage in drawn(app.run(), "stage_river")["stages"]}
    assert after["warehouse"] > before["warehouse"]


def test_orders_are_found_by_any_id_and_several_at_once(shop, visit):
    assert column(visit("orders", q="A-6")) == ["A-6"]
    assert column(visit("orders", q="P-6c")) == ["A-6"]
    assert column(visit("orders", q="R-2")) == ["A-2"]
    assert column(visit("orders", q="customer-A-1")) == ["A-1"]
    assert column(visit("orders", q="a-4")) == ["A-4"]
    app = visit("orders", q="A-1\tP-2，nonsense")
    assert sorted(column(app)) == ["A-1", "A-2"]
    assert "Nothing has this id: nonsense" in texts(app)


def test_a_search_that_the_filters_hide_says_so_and_the_filters_go_by_one_click(shop, visit):
    app = visit("orders", q="A-1", status="open")
    assert column(app) == []
    assert "1 order fits the search" in texts(app)
    app.button(key="orders.clear").click().run()
    assert column(app) == ["A-1"]


def test_filters_narrow_the_list_and_each_can_be_taken_away(shop, visit):
    app = visit("orders", status="open", carrier="Yunda", destination="Chengdu", stage="transit")
    assert column(app) == ["A-3"]
    app.button(key="orders.remove.Stage: In transit").click().run()
    assert set(column(app)) > {"A-3"}
    assert "stage" not in app.query_params


def test_the_list_turns_its_pages(shop, visit, monkeypatch):
    monkeypatch.setattr(orders_filters, "SIZE", 4)
    first, second, last = (visit("orders", sort="newest", **{"page": n}) for n in ("1", "2", "3"))
    assert [len(column(page)) for page in (first, second, last)] == [4, 4, 4]
    rows = [row["href"] for page in (first, second, last) for row in drawn(page, "orders_table")["rows"]]
    assert len(set(rows)) == 12
    assert (drawn(second, "orders_table")["first"], drawn(second, "orders_table")["total"]) == (5, 12)


def test_a_page_behind_the_last_one_is_the_first(shop, visit):
    app = visit("orders", page="99")
    assert drawn(app, "orders_table")["first"] == 1
    assert "page" not in app.query_params


def test_a_row_leads_to_its_order(shop, visit):
    app = visit("orders", q="A-6")
    (row,) = drawn(app, "orders_table")["rows"]
    assert row["href"] == "/order?id=A-6"
    assert drawn(led_to(visit, row["href"]), "order_head")["ref"] == "A-6"


def test_an_order_shows_all_its_tracks_and_the_raw_events_of_the_node_opened(shop, visit):
    app = visit("order", id="A-6")
    units = {unit["ref"]: unit for unit in drawn(app, "journey_map")["units"]}
    assert set(units) == {"P-6a", "P-6b", "P-6c"}
    assert units["P-6b"]["heading"] == "Old waybill"
    assert "2 failed attempts" in {chip["label"] for chip in units["P-6a"]["chips"]}
    app.session_state["order.map"] = {"selected": {"unit": units["P-6a"]["id"], "node": "transit"}}
    app.run()
    log = drawn(app, "event_log")
    assert log["title"] == "In transit · P-6a"
    assert [event["words"] for event in log["events"]] == ["Out for delivery"]
    assert log["events"][0]["evidence"] == "scanned"
    lists = {drawn(app, "fact_list", place)["title"] for place in range(3)}
    assert lists == {"Promises and estimates", "Failed attempts", "Visits"}


def test_a_cancelled_order_says_that_the_time_was_not_given(shop, visit):
    app = visit("order", id="A-7")
    facts = {fact["label"]: fact for fact in drawn(app, "order_head")["facts"]}
    assert (facts["Ended"]["value"], facts["Ended"]["note"]) == ("cancelled", "time not given")


def test_a_viewer_sees_personal_data_covered(shop, visit):
    for role, seen in (("viewer", False), ("operator", True)):
        app = visit("order", role, id="A-1")
        everything = "".join(e.proto.json for e in app.get("bidi_component"))
        assert ("customer-A-1" in everything, "13800138000" in everything) == (seen, seen)
        assert "TRADE_CREATED" in everything


def test_an_id_that_leads_nowhere_offers_a_search(shop, visit):
    app = visit("order", id="A-404")
    assert "No order has the id A-404" in texts(app)
    app.text_input[0].set_value("A-4")
    app.button[0].click().run()
    assert column(app) == ["A-4"]


def test_an_id_of_several_shops_lets_one_choose(shop, visit):
    app = visit("order", id="X-1")
    assert "Several orders belong to X-1" in texts(app)
    assert drawn(visit("order", id="X-1", scope="south"), "order_head")["ref"] == "X-1"


def test_the_language_comes_from_the_address_then_the_account_then_the_browser(shop, visit):
    assert visit("orders", locale="zh-CN").title[0].value == "订单"
    assert visit("orders", locale="fr-FR").title[0].value == "Orders"
    assert visit("orders", role="viewer", locale="zh-CN", account="en").title[0].value == "Orders"
    assert visit("orders", role="viewer", locale="en-GB", lang="zh").title[0].value == "订单"


def test_switching_the_language_is_kept_in_address_account_and_on_the_next_page(shop, visit):
    app = visit("orders", role="approver", status="open")
    app.button_group(key="waypost.lang_switch").set_value("zh").run()
    assert app.title[0].value == "订单"
    assert dict(app.query_params) == {"status": "open", "lang": "zh"}
    assert accounts.get(shop.engine, "a-approver").lang == "zh"
    app.switch_page("../pages/control_tower.py").run()
    assert app.title[0].value == "控制塔"


def test_what_turns_red_soon_is_told_and_leads_to_its_orders(shop, visit):
    turns = shop.current().turns_red
    shop.clock = lambda: int(turns.min()) - 1_800 * SECOND
    n = shop.current().orders(OrderQuery(journey="marketplace-parcel", due="red")).total
    lines = [found.proto.body for found in visit("control_tower").get("html")]
    (line,) = [line for line in lines if "wp-soon" in line]
    assert n
    assert f"turns red in the next hour: {n}" in line
    href = unescape(re.findall(r'href="([^"]*)" target="_self" data-testid="wp-soon"', line)[0])
    app = led_to(visit, href)
    assert len(column(app)) == n
    assert any("Turns red within" in button.label for button in app.button)
    assert len(column(visit("orders", due="blue", within="7"))) == shop.current().orders(OrderQuery()).total
