"""A real Vendure shop with 100 orders, pulled through its connector: `make proof-vendure`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.proof.vendure_shop import LOGIN, VendureShop
from waypost.connect.contract import Connector, Context, Pulls, batches
from waypost.connect.errors import BadCredentials, CannotConnect, NotThere
from waypost.connect.http import Budget, Http, open_transport
from waypost.connect.registry import discover
from waypost.domain.statement import Kind, Statement
from waypost.services.app import Waypost
from waypost.services.live.query import OrderQuery
from waypost.services.order import OrderJourney, order_journey

ORDERS = """query($skip: Int!) { orders(options: {take: 50, skip: $skip, sort: {id: ASC}}) { totalItems items {
 id code state totalWithTax lines { id quantity orderPlacedQuantity }
 fulfillments { id state method trackingCode lines { orderLineId quantity } }
 history(options: {take: 100}) { items { type data } } } } }"""
MOVE = 'mutation($id: ID!) { transitionFulfillmentToState(id: $id, state: "%s") { __typename } }'
SEND = """mutation($i: FulfillOrderInput!) { addFulfillmentToOrder(input: $i) {
 __typename ... on Fulfillment { id } ... on ErrorResult { message } } }"""
CANCEL = "mutation($i: CancelOrderInput!) { cancelOrder(input: $i) { __typename ... on ErrorResult { message } } }"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VendureShop]:
    made = VendureShop(tmp_path_factory.mktemp("vendure"))
    try:
        made.start()
        made.seed(100)
        yield made
    finally:
        made.stop()


class Tower:
    """A Waypost with one connection to the shop, which it pulls again and again."""

    def __init__(self, waypost: Waypost, shop: VendureShop, http: Http) -> None:
        self.waypost, self.http = waypost, http
        self.connector: Connector = discover().get("vendure").build({"url": f"{shop.base}/admin-api", **LOGIN})
        self.cursor: str | None = None
        self.refused = 0

    def pull(self, pages: int | None = None) -> list[Statement]:
        """The statements that were new to the store; `pages` breaks off after so many."""
        assert isinstance(self.connector, Pulls)
        fresh: list[Statement] = []
        for count, page in enumerate(self.connector.pull(self.cursor, self.http), 1):
            context = Context(self.waypost.now(), self.waypost.vocabulary)
            for batch in batches(self.connector.parse(page.material, context)):
                receipt = self.waypost.submit(batch.said, batch.refused).result()
                self.refused += len(batch.refused)
                told = zip(batch.said, receipt.outcomes, strict=True)
                fresh += [said for said, outcome in told if outcome != "duplicate"]
            self.cursor = page.cursor
            if count == pages:
                break
        return fresh

    def journeys(self) -> dict[str, OrderJourney]:
        """Every order by its code."""
        view = self.waypost.current()
        rows = view.orders(OrderQuery(limit=10_000)).rows
        return {row.subject.ref: order_journey(self.waypost.engine, view, row.key) for row in rows}


def own_orders(shop: VendureShop) -> dict[str, Any]:
    """The shop's orders by code, in its own words."""
    found: list[Any] = []
    while True:
        page = shop.admin(ORDERS, skip=len(found))["orders"]
        found += page["items"]
        if len(found) >= page["totalItems"]:
            return {order["code"]: order for order in found}


def compare(tower: Tower, shop: VendureShop) -> Counter[str]:
    """Order by order: what the tower shows is what the shop says. Gives the shop's states, counted."""
    truth, shown = own_orders(shop), tower.journeys()
    assert shown.keys() == truth.keys()
    for code, order in truth.items():
        _compare_parcels(order, shown[code])
        _compare_lines(order, shown[code])
        codes = {(str(event.code), event.kind) for event in shown[code].events}
        assert (("order.cancelled", Kind.ASSERT) in codes) == (order["state"] == "Cancelled"), code
        row = shown[code].row
        arrived = order["state"] == "Delivered" or _was(order, "Delivered")
        assert row.status == ("delivered" if arrived else "ended" if order["state"] == "Cancelled" else "open"), code
        if order["state"] != "Cancelled":
            assert row.value == order["totalWithTax"] / 100, code
    return Counter(order["state"] for order in truth.values())


def _was(order: Any, state: str) -> bool:
    entries = order["history"]["items"]
    return any(e["type"] == "ORDER_STATE_TRANSITION" and e["data"]["to"] == state for e in entries)


def _compare_parcels(order: Any, shown: OrderJourney) -> None:
    tracks = {track.subject.ref: track for track in shown.tracks if track.role == "parcel"}
    fulfilments = {f"{order['code']}-F{f['id']}": f for f in order["fulfillments"]}
    assert tracks.keys() == fulfilments.keys(), order["code"]
    for ref, fulfilment in fulfilments.items():
        assert tracks[ref].attributes.get("tracking_number") == (fulfilment["trackingCode"] or None), ref
        assert tracks[ref].attributes.get("carrier") == fulfilment["method"], ref
        assert (tracks[ref].delivered is not None) == (fulfilment["state"] == "Delivered"), ref


def _compare_lines(order: Any, shown: OrderJourney) -> None:
    ordered = {f"{order['code']}-L{line['id']}": float(line["orderPlacedQuantity"]) for line in order["lines"]}
    assert {subject.ref: quantity for subject, _, quantity in shown.lines} == ordered, order["code"]
    wanted = sum(line["quantity"] for line in order["lines"])
    if order["fulfillments"] and order["state"] != "Cancelled":
        assert shown.row.need == wanted, order["code"]
        gone = [f for f in order["fulfillments"] if f["state"] == "Delivered"]
        assert shown.row.done == sum(line["quantity"] for f in gone for line in f["lines"]), order["code"]


@pytest.mark.slow
def test_a_real_shop_is_pulled_without_gap_and_without_repeat(
    shop: VendureShop, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = []
    with Waypost.open(store_url) as waypost, open_transport(Budget(rate=50, burst=50)) as http:
        tower = Tower(waypost, shop, http)
        tower.connector.test(http)
        broken_off = tower.pull(pages=1)  # the first pull breaks off after a page and goes on
        first = broken_off + tower.pull()
        states = compare(tower, shop)
        lines.append(f"first pull: {len(first)} statements of {sum(states.values())} orders, {dict(states)}")
        assert tower.refused == 0
        assert [said.word for said in first if said.code == "UNMAPPED"] == []
        assert tower.pull() == []
        lines.append("second pull: 0 new")

        moved = _make_things_happen(shop)
        fresh = tower.pull()
        compare(tower, shop)
        assert {said.subject.ref.partition("-")[0] for said in fresh} == moved
        lines.append(f"after {len(moved)} orders moved: {len(fresh)} statements, of exactly these orders")

        shop.stop()
        with pytest.raises(CannotConnect):
            tower.pull()
        shop.start()
        assert tower.pull() == []
        moved = _make_things_happen(shop)
        fresh = tower.pull()
        compare(tower, shop)
        assert {said.subject.ref.partition("-")[0] for said in fresh} == moved
        assert tower.pull() == []
        lines.append(f"after a restart: {len(fresh)} statements of {len(moved)} orders, then 0 new")
        lines.append(
            f"calls: {http.usage.calls}, read: {http.usage.read // 1024} KiB, cursor: {len(str(tower.cursor))}"
        )
    with capsys.disabled():
        print("\n" + "\n".join(lines))


def _make_things_happen(shop: VendureShop) -> set[str]:
    """Parcels arrive, the rest of an order is sent, an order is called off; gives the codes of the orders."""
    orders = own_orders(shop)
    by_state: dict[str, list[Any]] = {}
    for order in orders.values():
        by_state.setdefault(order["state"], []).append(order)
    moved = set()
    for order in by_state["Shipped"][:5]:
        shop.admin(MOVE % "Delivered", id=order["fulfillments"][0]["id"])
        moved.add(order["code"])
    for order in by_state["PartiallyShipped"][:2]:
        sent = {line["orderLineId"] for f in order["fulfillments"] for line in f["lines"]}
        rest = [
            {"orderLineId": line["id"], "quantity": line["quantity"]}
            for line in order["lines"]
            if line["id"] not in sent
        ]
        handler = [{"name": "method", "value": "UPS"}, {"name": "trackingCode", "value": f"1Z{order['id']}"}]
        asked = {"lines": rest, "handler": {"code": "manual-fulfillment", "arguments": handler}}
        made = shop.admin(SEND, i=asked)["addFulfillmentToOrder"]
        shop.admin(MOVE % "Shipped", id=made["id"])
        moved.add(order["code"])
    called_off = by_state["Shipped"][5]
    shop.admin(CANCEL, i={"orderId": called_off["id"], "reason": "lost interest"})
    return moved | {called_off["code"]}


@pytest.mark.slow
def test_the_test_call_of_a_real_shop_says_what_is_wrong(shop: VendureShop) -> None:
    entry, right = discover().get("vendure"), {"url": f"{shop.base}/admin-api", **LOGIN}
    with open_transport(Budget(attempts=1)) as http:
        entry.build(right).test(http)
        with pytest.raises(BadCredentials, match="credentials are invalid"):
            entry.build({**right, "password": "wrong"}).test(http)
        with pytest.raises(NotThere):
            entry.build({**right, "url": f"{shop.base}/nothing-here"}).test(http)
