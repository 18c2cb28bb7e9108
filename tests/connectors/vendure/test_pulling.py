"""Pulling a shop that does not say what has changed: no gap and no repeat all the same."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.connectors.vendure.shop import NOW, SETTINGS, Made, Shop, connector
from waypost.connect.contract import Context, build
from waypost.connect.errors import BadCredentials, CannotConnect, Forbidden
from waypost.connect.registry import discover
from waypost.domain.errors import DocumentError
from waypost.domain.statement import Statement
from waypost.domain.vocabulary import load

FAR = {"first_days": 3650, "watch_days": 3650}  # the tests' orders have fixed dates


class Puller:
    """A connection that pulls again and again, and keeps what it has heard."""

    def __init__(self, shop: Shop, **settings: Any) -> None:
        self.shop, self.made = shop, connector(**{**FAR, **settings})
        self.cursor: str | None = None
        self.said: dict[str, Statement] = {}

    def pull(self, pages: int | None = None) -> list[Statement]:
        """What is new; `pages` breaks off after so many."""
        fresh = []
        for page in itertools.islice(self.made.pull(self.cursor, self.shop.transport), pages):
            for item in self.made.parse(page.material, Context(NOW, load())):
                assert isinstance(item, Statement), item
                if item.event_id not in self.said:
                    fresh.append(item)
                self.said[item.event_id] = item
            self.cursor = page.cursor
        return fresh

    @property
    def placed(self) -> set[str]:
        """The orders that it knows of."""
        return {s.subject.ref for s in self.said.values() if s.word == "order:placed"}


def orders(count: int) -> list[Made]:
    return [Made(n, n) for n in range(1, count + 1)]


def test_everything_once_and_then_nothing() -> None:
    tower = Puller(Shop(orders(120)))
    assert tower.pull()
    assert len(tower.placed) == 120
    assert tower.pull() == []
    assert tower.shop.logins == 1


@pytest.mark.parametrize("watch_days", [0, 3650])
def test_what_moves_without_touching_the_order_is_seen(watch_days: int) -> None:
    shop = Shop(orders(20))
    tower = Puller(shop, watch_days=watch_days, overlap=0)
    tower.pull()
    shop.full.clear()
    assert tower.pull() == []
    assert shop.full == []
    shop.orders[3].send(9, [(1, 2), (2, 1)], 600, "JD9")
    fresh = tower.pull()
    assert {s.word for s in fresh} >= {"fulfillment.state:Shipped", "fulfillment:tracking code"}
    assert shop.full == ["4"]  # only the one that moved is read again
    # Between two pulls it is delivered and with that finished: it must be read once more all the same.
    shop.orders[3].move(9, "Delivered", 700)
    shop.orders[3].turn("Delivered", 700)
    assert {s.word for s in tower.pull()} == {"fulfillment.state:Delivered", "order.state:Delivered"}
    assert tower.pull() == []


def test_a_finished_order_is_watched_for_a_while_for_late_refunds() -> None:
    shop = Shop(orders(3))
    shop.orders[0].turn("Delivered", 100)
    tower = Puller(shop)
    tower.pull()
    refund = {"id": "3", "state": "Pending", "total": 100, "createdAt": "2026-11-22T12:00:00.000Z", "reason": ""}
    shop.orders[0].node["payments"][0]["refunds"].append(refund)
    assert [s.code for s in tower.pull()] == ["payment.refund_approved"]


def test_a_cancelled_order_comes_by_its_time_even_when_nobody_watches_it() -> None:
    shop = Shop(orders(3))
    shop.orders[0].turn("Delivered", 100)
    tower = Puller(shop, watch_days=0)
    tower.pull()
    shop.orders[0].cancel(200)
    assert {s.code for s in tower.pull()} == {"order.quantity_cancelled", "order.cancelled"}


def test_new_orders_come_with_the_next_pull() -> None:
    shop = Shop(orders(60))
    tower = Puller(shop)
    tower.pull()
    shop.orders += [Made(n, n) for n in range(61, 64)]
    tower.pull()
    assert len(tower.placed) == 63


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_pull_that_breaks_off_goes_on_where_it_stood(pages: int) -> None:
    shop = Shop(orders(230))
    tower = Puller(shop, page_size=40)
    tower.pull(pages)
    for made in shop.orders[::7]:
        made.send(made.number + 1000, [(1, 2), (2, 1)], 600, f"JD{made.number}")
    tower.pull()
    assert len(tower.placed) == 230
    assert [s.word for s in tower.said.values()].count("fulfillment.state:Shipped") == len(shop.orders[::7])
    assert tower.pull() == []


def test_an_order_that_moves_while_pages_are_read_is_not_lost() -> None:
    shop = Shop(orders(120))
    tower = Puller(shop, overlap=0)
    pages = tower.made.pull(None, shop.transport)
    heard = {item.word for item in tower.made.parse(next(pages).material, Context(NOW, load()))}
    shop.orders[0].send(9, [(1, 2), (2, 1)], 600, "JD9")
    heard |= {item.word for page in pages for item in tower.made.parse(page.material, Context(NOW, load()))}
    assert "fulfillment.state:Shipped" in heard


def test_a_shop_that_is_restarted_is_logged_into_again() -> None:
    shop = Shop(orders(5))
    tower = Puller(shop)
    tower.pull()
    shop.down = True
    with pytest.raises(CannotConnect):
        tower.pull()
    shop.down = False
    shop.restart()
    shop.orders.append(Made(6, 6))
    tower.pull()
    assert (len(tower.placed), shop.logins) == (6, 2)


def test_long_histories_are_read_to_their_end() -> None:
    shop = Shop(orders(1))
    for n in range(250):
        shop.orders[0].log("ORDER_NOTE", n, {"note": "private"})
    tower = Puller(shop)
    tower.pull()
    notes = [s for s in tower.said.values() if s.code == "order.note_added"]
    assert len(notes) == 250
    assert "private" not in repr(notes)


def test_a_shop_that_gives_only_cookies_is_pulled_too() -> None:
    shop = Shop(orders(2))
    shop.bearer = False
    tower = Puller(shop)
    tower.pull()
    assert len(tower.placed) == 2


def test_an_api_key_needs_no_login() -> None:
    shop, made = Shop(orders(2)), {"url": SETTINGS["url"], "api_key": "key-test"}

    found = discover().get("vendure").connector
    assert found is not None
    build(found, made).test(shop.transport)
    assert shop.logins == 0
    with pytest.raises(Forbidden):
        build(found, {**made, "api_key": "wrong"}).test(shop.transport)


def test_the_test_call_says_what_is_wrong() -> None:
    connector().test(Shop([]).transport)
    with pytest.raises(BadCredentials, match="invalid"):
        connector(password="wrong").test(Shop([]).transport)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": None}, "settings"), ({"api_key": "k"}, "settings"), ({"url": "kites.example"}, "url"),
        ({"url": "https://user:word@kites.example/admin-api"}, "url"), ({"page_size": 0}, "page_size"),
        ({"username": ""}, "settings"), ({"tokne": "x"}, "tokne"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused_by_name(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(DocumentError) as refused:
        connector(**wrong)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "cursor", ["", "{}", "null", "7", '{"v": 2}', '{"v":1,"since":1,"newest":1,"skip":0,"watched":"!"}']
)
def test_a_strange_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(DocumentError, match="no cursor"):
        next(iter(connector().pull(cursor, Shop([]).transport)))


def test_the_cursor_stays_small() -> None:
    tower = Puller(Shop(orders(800)))
    tower.pull()
    assert tower.cursor is not None
    assert len(tower.cursor) < 15_000
