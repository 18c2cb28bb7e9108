"""The preset `olist`: made-up rows in its columns, and the real folder where it lies beside the checkout."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from connectors.table_file import CONNECTOR
from tests.tables import NOW, Result, sort
from waypost.connect.contract import Context, build
from waypost.connect.material import Bodies, Folder
from waypost.domain.errors import FieldError
from waypost.domain.instants import DAY, TzSource, from_us
from waypost.domain.statement import UNMAPPED, Classifier
from waypost.domain.vocabulary import load

HEADER = (
    "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,"
    "order_delivered_customer_date,order_estimated_delivery_date\n"
)
ORDERS = HEADER + (
    "o1,c1,delivered,2018-05-02 10:00:00,2018-05-02 10:20:00,2018-05-03 09:00:00,2018-05-08 17:30:00,"
    "2018-05-20 00:00:00\n"
    "o2,c2,canceled,2018-05-03 11:00:00,,,,2018-05-22 00:00:00\n"
)
PARTS = {
    "olist_orders_dataset.csv": ORDERS,
    "olist_customers_dataset.csv": (
        "customer_id,customer_unique_id,customer_zip_code_prefix,customer_state\nc1,u1,01310,SP\n"
    ),
    "olist_geolocation_dataset.csv": (
        "geolocation_zip_code_prefix,geolocation_lat,geolocation_lng\n01310,-23.5,-46.6\n01310,0,0\n"
    ),
    "olist_order_items_dataset.csv": (
        "order_id,order_item_id,product_id,seller_id,price,freight_value\no1,1,p1,s1,21.99,11.85\no1,2,p2,s2,10.00,5.00\n"
    ),
    "olist_sellers_dataset.csv": "seller_id,seller_state\ns1,MG\ns2,RJ\n",
    "olist_products_dataset.csv": "product_id,product_category_name\np1,beleza_saude\n",
    "product_category_name_translation.csv": (
        "\ufeffproduct_category_name,product_category_name_english\nbeleza_saude,health_beauty\n"
    ),
    "olist_order_payments_dataset.csv": "order_id,payment_sequential,payment_type\no1,1,boleto\no1,2,voucher\n",
}


def parse(*names: str, replaced: tuple[str, str] = ("", "")) -> Result:
    parts = {name: PARTS[name].replace(*replaced).encode() for name in names or PARTS}
    return sort(build(CONNECTOR, {"preset": "olist"}).parse(Bodies(parts), Context(NOW, load())))


def test_an_order_with_everything_beside_it() -> None:
    found = parse()
    assert found.refused == []
    assert found.ids[:6] == [
        "o1:order_purchase_timestamp",
        "o1:order_approved_at",
        "o1:order_delivered_carrier_date",
        "o1:order_delivered_customer_date",
        "o1:order_estimated_delivery_date:2018-05-20 00:00:00",
        "o1:order_status:delivered",
    ]
    assert found.codes == [
        "order.created",
        "payment.captured",
        "linehaul.picked_up",
        "delivery.delivered",
        "delivery.delivered",
        "delivery.delivered",
        "order.created",
        "delivery.delivered",
        "order.cancelled",
    ]
    assert found.said[0].attributes == {
        "channel": "olist",
        "currency": "BRL",
        "value": 48.84,
        "items": 2,
        "origin": "MG",
        "destination": "SP",
        "destination_lat": -23.5,
        "destination_lon": -46.6,
        "category": "health_beauty",
        "payment_type": "boleto",
        "customer": "u1",
    }
    assert found.said[6].attributes == {"channel": "olist", "currency": "BRL"}


def test_the_promised_date_is_the_whole_day_in_brazil_and_was_given_at_the_purchase() -> None:
    promised = parse().said[4]
    assert promised.classifier == Classifier.PLANNED
    assert from_us(promised.at or 0, "America/Sao_Paulo").isoformat() == "2018-05-20T00:00:00-03:00"
    assert (promised.until or 0) - (promised.at or 0) == DAY
    assert promised.stated_at == parse().said[0].at


def test_only_the_orders_file_is_required_and_other_months_are_read_alike() -> None:
    found = parse("olist_orders_dataset.csv")
    assert (len(found.said), found.refused) == (9, [])
    assert found.said[0].attributes == {"channel": "olist", "currency": "BRL"}
    renamed = {"olist_orders_dataset_2018_05.csv": ORDERS.encode()}
    again = sort(build(CONNECTOR, {"preset": "olist"}).parse(Bodies(renamed), Context(NOW, load())))
    assert again == found
    with pytest.raises(FieldError, match="no file fits"):
        parse("olist_sellers_dataset.csv")


def test_a_new_status_word_is_unmapped() -> None:
    said = parse("olist_orders_dataset.csv", replaced=("canceled", "em espera")).said[-1]
    assert (said.code, said.word, said.at) == (UNMAPPED, "em espera", None)


def test_every_status_of_the_data_set_is_in_the_table() -> None:
    for word in ("created", "approved", "invoiced", "processing", "shipped", "delivered", "unavailable", "canceled"):
        said = parse("olist_orders_dataset.csv", replaced=("canceled", word)).said[-1]
        assert said.code != UNMAPPED, word
        assert (said.at, said.tz_source) == (None, TzSource.UNDATED)
    shipped = parse("olist_orders_dataset.csv", replaced=("canceled", "shipped")).said[-1]
    # A merchant's "shipped" is no carrier's scan.
    assert shipped.code == "warehouse.shipped_declared"


def test_the_real_orders(olist_dir: Path) -> None:
    items = list(build(CONNECTOR, {"preset": "olist"}).parse(Folder(olist_dir), Context(NOW, load())))
    found = sort(items)
    assert found.refused == []
    kinds = Counter((said.classifier, said.at is not None) for said in found.said)
    assert kinds == {
        (Classifier.ACTUAL, True): 19_237,
        (Classifier.ACTUAL, False): 5_765,
        (Classifier.PLANNED, True): 5_765,
    }
    assert len({said.subject for said in found.said}) == 5_765
    assert len(set(found.ids)) == len(found.ids)
    assert UNMAPPED not in found.codes
    assert Counter(said.tz_source for said in found.said)[TzSource.FOLD] == 1
