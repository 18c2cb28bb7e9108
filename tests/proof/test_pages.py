"""Every page, the search for an order and an edited target, with a million open orders: `make proof-pages`.

SIZE (1m) open orders, ROUNDS (3). It prints the suite `pages` of the benchmarks, whose gates are the limits that
people notice: 300 ms for a page, 200 ms for a search, 2 s until an edit shows.
"""

from __future__ import annotations

import json
import os

import pytest

from bench.run import run_suite

pytestmark = pytest.mark.slow


def test_pages_answer_with_many_orders_open() -> None:
    found = run_suite("pages", os.environ.get("SIZE", "1m"), int(os.environ.get("ROUNDS", "3")))
    print("\n" + json.dumps(found))
    assert {gate["name"] for gate in found["gates"]} == {"pages.open", "pages.search", "pages.edit"}
    assert [gate["name"] for gate in found["gates"] if not gate["ok"]] == []
