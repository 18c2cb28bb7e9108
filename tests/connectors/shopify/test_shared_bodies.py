"""Real bodies of Shopify, where the shared data lies beside the checkout: each is read, or refused with a reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.connectors.shopify.shop import connector
from tests.support import absent
from waypost.connect.contract import Context
from waypost.connect.material import Bodies
from waypost.connect.testing.well_formed import check_identity, check_moment, check_refusal, check_types
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.domain.statement import UNMAPPED, Statement
from waypost.domain.vocabulary import load

ROOT = Path(__file__).resolve().parents[4]


def bodies() -> list[Path]:
    found = sorted((ROOT / "shared" / "data" / "api").glob("shopify*/**/*.json"))
    return found or absent("no bodies of Shopify: they lie in ../shared/data/api")


def test_every_real_body_is_read_or_refused_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    files, now = bodies(), now_us()
    made, context = connector(shop="jsmith.myshopify.com"), Context(now, load())
    events, unmapped, refused, silent = 0, Counter[str](), Counter[str](), []
    for path in files:
        try:
            items = list(made.parse(Bodies({path.name: path.read_bytes()}), context))
        except FieldError as error:
            pytest.fail(f"{path.name} is no body: {error}")
        silent += [] if items else [path.name]
        for item in items:
            if isinstance(item, Statement):
                check_identity(item)
                check_types(item, context.vocabulary)
                check_moment(item, now)
                events += 1
                unmapped.update([str(item.word)] if item.code == UNMAPPED else [])
            else:
                check_refusal(item)
                refused[
                    item.problem if item.field == "body" else f"{item.field.partition('[')[0]}: {item.problem}"
                ] += 1
    with capsys.disabled():
        print(f"\n{len(files)} files, {events} events, {sum(unmapped.values())} with unmapped words {dict(unmapped)}")
        print(f"{sum(refused.values())} refused:")
        print("\n".join(f"  {count:3} {reason}" for reason, count in refused.most_common()))
        print(f"{len(silent)} say nothing that was done: {', '.join(silent)}")
    assert events > 150
    assert not [word for word in unmapped if word.partition(":")[0] in ("order", "financial_status", "fulfillment")]
    # What is about orders is read; what is refused is about something else, or lacks what an order must have.
    assert all("says nothing about an order" in reason or "it is missing" in reason for reason in refused)
    # The refund calculator suggests what has not happened.
    assert set(silent) <= {"refund_05.json", "refund_07.json", "refund_calculate.json"}


def test_the_real_order_is_read_to_its_end() -> None:
    path = next((path for path in bodies() if path.name == "order_01.json"), None)
    if path is None:
        absent("the real order is not among the bodies")
    items = list(connector().parse(Bodies({"body": path.read_bytes()}), Context(now_us(), load())))
    said = [item for item in items if isinstance(item, Statement)]
    assert len(said) == len(items)
    assert {s.subject.ref for s in said if s.word == "line_item:created"} == {"466157049", "518995019", "703073504"}
    parcel = next(s for s in said if s.word == "fulfillment:tracking_number")
    assert parcel.attributes == {"tracking_number": "1Z2345", "carrier": "USPS"}
    assert [s.quantity for s in said if s.word == "restock_type:legacy_restock"] == [1.0, 1.0]
