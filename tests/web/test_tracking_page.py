"""The console's page about the customer's page: links are handed out, listed, revoked; merchants are edited."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.web.conftest import Visit
from waypost.access import audit
from waypost.domain.instants import now_us
from waypost.services import merchants, order, tracking
from waypost.services.app import Waypost
from waypost.services.merchants import Merchant


def texts(app: AppTest) -> str:
    """All that Streamlit itself shows as text."""
    assert not app.exception, app.exception
    kinds = (
        app.title,
        app.subheader,
        app.markdown,
        app.caption,
        app.info,
        app.success,
        app.warning,
        app.error,
        app.code,
    )
    return "\n".join(str(element.value) for elements in kinds for element in elements)


def preview(app: AppTest) -> dict[str, Any] | None:
    """The data of the framed page."""
    found = [e.proto.json for e in app.get("bidi_component") if e.proto.component_name == "waypost_page_frame"]
    return json.loads(found[0]) if found else None


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def fill_in(app: AppTest, label: str, value: str) -> None:
    fields = [*app.text_input, *app.text_area]
    next(field for field in fields if field.label == label).set_value(value)


def test_only_those_who_may_hand_out_links_are_led_to_the_page(shop: Waypost, visit: Visit) -> None:
    def led(role: str) -> bool:
        app = visit("order", role, id="A-3")
        return "Customer page" in [link.proto.label for link in app.get("page_link")]

    assert led("operator")
    assert not led("viewer")


def test_without_orders_the_page_says_how_to_begin(visit: Visit) -> None:
    assert "No orders yet" in texts(visit("tracking"))


def test_without_an_id_it_asks_for_one(shop: Waypost, visit: Visit) -> None:
    assert "Which order is the link for?" in texts(visit("tracking"))
    assert "No order has the id nothing" in texts(visit("tracking", id="nothing"))
    assert "Several orders belong to X-1" in texts(visit("tracking", id="X-1"))
    app = visit("tracking", id="X-1", scope="north")
    assert "Link to order X-1" in texts(app)


def test_a_link_is_issued_shown_once_and_previewed(shop: Waypost, visit: Visit) -> None:
    merchants.save(shop.engine, Merchant("tea", "Tea & Co"), now_us(), "me")
    app = visit("tracking", id="P-3", device="desk", show="zh")
    assert "Link to order A-3" in texts(app)
    assert "On its way, expected" in texts(app)
    assert preview(app) is None
    press(app, "Issue link")
    shown = texts(app)
    (token,) = set(re.findall(r"/t/([\w-]{32})", shown))
    assert f'data-token="{token}" async></script>' in shown
    assert f"/t/{token}" in shown
    assert "<iframe src=" in shown
    framed = preview(app)
    assert framed is not None
    assert (framed["path"], framed["device"], framed["t"]["preview"]) == (f"/t/{token}?lang=zh", "desk", "Preview")
    digest = tracking.hash_of(token)
    assert digest is not None
    grant = tracking.grants(shop.engine, [digest])[digest]
    assert grant.merchant is not None
    assert grant.merchant.key == "tea"
    assert audit.recent(shop.engine, 1)[0].actor == "a-operator"
    assert token not in texts(visit("tracking", id="A-3"))


def test_links_are_listed_and_revoked(shop: Waypost, visit: Visit) -> None:
    assert "No link has been issued" in texts(visit("tracking", view="links"))
    for ref, days in (("A-3", 3), ("A-1", 30)):
        key = order.find_order(shop.engine, shop.current(), ref)
        tracking.issue(shop.engine, key, now_us(), "someone_else", days=days)
    app = visit("tracking", view="links")
    shown = texts(app)
    assert "2 links" in shown
    assert shown.index("A\\-1") < shown.index("A\\-3")
    assert "someone\\_else" in shown
    only = visit("tracking", view="links", id="A-3")
    assert "1 link" in texts(only)
    press(only, "Revoke")
    assert "revoked" in texts(only)
    assert tracking.listing(shop.engine).rows[1].revoked_at is not None


def test_the_list_is_turned_page_by_page(shop: Waypost, visit: Visit) -> None:
    key = order.find_order(shop.engine, shop.current(), "A-3")
    for _ in range(21):
        tracking.issue(shop.engine, key, now_us(), "me")
    app = visit("tracking", view="links")
    assert "Page 1 of 2" in texts(app)
    press(app, "Older")
    assert "Page 2 of 2" in texts(app)
    assert len([button for button in app.button if button.label == "Revoke"]) == 1


def test_a_merchant_is_made_and_changed(empty_shop: Waypost, visit: Visit) -> None:
    app = visit("tracking", view="merchants")
    assert "A merchant is in whose name the page speaks" in texts(app)
    fill_in(app, "Name that customers know", "Tea & Co")
    fill_in(app, "Key", "tea")
    fill_in(app, "Sites that may embed the page, one per line", "https://Shop.example/\nhttp://localhost:3000")
    press(app, "Save")
    assert "Tea & Co is saved" in texts(app)
    (made,) = merchants.listing(empty_shop.engine)
    assert made.origins == ("https://shop.example", "http://localhost:3000")
    fill_in(app, "Time zone of its customers", "Asia/Shanghai")
    press(app, "Save")
    assert merchants.get(empty_shop.engine, "tea").zone == "Asia/Shanghai"
    press(app, "Remove")
    assert merchants.listing(empty_shop.engine) == []


@pytest.mark.parametrize(
    ("locale", "label", "said"),
    [
        (
            "en-GB",
            "Sites that may embed the page, one per line",
            "“https://shop.example/x” is not accepted. Write scheme",
        ),
        ("zh-CN", "允许嵌入的网站，每行一个", "“https://shop.example/x”不符合要求。只写协议"),
    ],
)
def test_what_is_wrong_is_said_with_field_and_remedy(
    empty_shop: Waypost, visit: Visit, locale: str, label: str, said: str
) -> None:
    merchants.save(empty_shop.engine, Merchant("tea", "Tea"), now_us(), "me")
    app = visit("tracking", locale=locale, view="merchants")
    fill_in(app, label, "https://shop.example/x")
    press(app, "Save" if locale == "en-GB" else "保存")
    assert said in texts(app)
    assert label in texts(app)
    assert merchants.get(empty_shop.engine, "tea").origins == ()


def test_a_key_that_is_taken_and_a_merchant_in_use_are_refused(shop: Waypost, visit: Visit) -> None:
    merchants.save(shop.engine, Merchant("tea", "Tea"), now_us(), "me")
    key = order.find_order(shop.engine, shop.current(), "A-3")
    tracking.issue(shop.engine, key, now_us(), "me", merchant_key="tea")
    app = visit("tracking", view="merchants")
    press(app, "Remove")
    assert "Links still name this merchant" in texts(app)
    new = visit("tracking", view="merchants", merchant="+")
    fill_in(new, "Name that customers know", "Other")
    fill_in(new, "Key", "tea")
    press(new, "Save")
    assert "There is a merchant with this key already" in texts(new)
    assert merchants.get(shop.engine, "tea").name == "Tea"
