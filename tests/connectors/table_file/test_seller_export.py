"""An export as Chinese marketplaces make it: GB18030, Chinese headers, ids guarded against spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.tables import read
from waypost.domain.statement import UNMAPPED, Classifier

EXPORT = (Path(__file__).parent / "fixtures" / "seller_export.csv").read_text("utf-8")
MAPPING: dict[str, Any] = {
    "format": 1,
    "name": "seller_export",
    "source": "shop-export",
    "scope": "西湖旗舰店",
    "zone": "Asia/Shanghai",
    "tables": [
        {
            "empty": ["null"],
            "subject": {"kind": "order", "id": "订单编号"},
            "statements": [
                {"code": "order.created", "at": "订单创建时间"},
                {"code": "payment.captured", "at": "订单付款时间"},
                {"code": "warehouse.shipped_declared", "at": "发货时间"},
                {"code": "warehouse.shipped_declared", "classifier": "planned", "at": "应发货时间"},
                {
                    "undated": True,
                    "words": {
                        "column": "订单状态",
                        "codes": {
                            "卖家已发货，等待买家确认": "warehouse.shipped_declared",
                            "交易成功": "order.completed_by_merchant",
                        },
                    },
                },
            ],
            "attributes": {
                "channel": "店铺名称",
                "carrier": "物流公司",
                "currency": {"value": "CNY"},
                "value": {"column": "买家实际支付金额", "type": "number"},
            },
            "identifiers": {"tracking_number": "运单号"},
        }
    ],
}


def test_a_seller_export_in_gb18030_is_read() -> None:
    found = read({"ExportOrderList.csv": EXPORT.encode("gb18030")}, MAPPING)
    assert found.refused == []
    first = found.said[0]
    assert (first.subject.ref, first.subject.scope) == ("2300114455667788", "西湖旗舰店")
    assert first.attributes == {
        "channel": "西湖旗舰店",
        "carrier": "顺丰速运",
        "currency": "CNY",
        "value": 1299,
        "tracking_number": "SF1000000000001",
    }
    # Double Eleven begins at midnight in Shanghai, the day before in UTC.
    assert found.times[0] == "2026-11-10T16:00:07Z"
    assert [said.code for said in found.said if said.subject.ref == "2300114455667788"] == [
        "order.created",
        "payment.captured",
        "warehouse.shipped_declared",
        "warehouse.shipped_declared",
        "warehouse.shipped_declared",
    ]
    assert [said.classifier for said in found.said].count(Classifier.PLANNED) == 2


def test_a_status_that_no_table_holds_waits_for_a_person() -> None:
    last = read({"ExportOrderList.csv": EXPORT.encode("gb18030")}, MAPPING).said[-1]
    assert (last.code, last.word) == (UNMAPPED, "定金已付，待付尾款")
    assert last.event_id == "2300114455667700:订单状态:定金已付，待付尾款"
