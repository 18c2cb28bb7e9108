"""Importing tables into a real store: counted, stored once, or refused as a whole with nothing stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.tables import WIDE, document
from waypost.domain.errors import DocumentError, FieldError, Overloaded
from waypost.services import quarantine
from waypost.services.app import Waypost
from waypost.services.importing import import_path
from waypost.services.verify import verify
from waypost.store.schema import event

STATEMENTS = [
    {"code": "order.created", "at": "created"},
    {"code": "delivery.delivered", "classifier": "planned", "at": "promised"},
    {"code": "delivery.delivered", "classifier": "estimated", "at": "expected"},
    {"undated": True, "words": {"column": "status", "codes": {"sent": "warehouse.shipped_declared"}}},
]
MAPPING = document(table={"statements": STATEMENTS})
TABLE = """\
order,created,promised,expected,status
1,2026-10-25 02:30:00,2026-11-01,2026-11-01 12:00:00,sent
2,2026-03-29 02:30:00,2026-04-02,,lost in space
3,1948-03-29 10:00:00,2026-04-03,,sent
"""


@pytest.fixture
def waypost(store_url: str) -> Iterator[Waypost]:
    with Waypost.open(store_url) as opened:
        yield opened


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    path = tmp_path / "exports" / "orders.csv"
    path.parent.mkdir()
    path.write_text(TABLE, "utf-8")
    return path


def stored(waypost: Waypost) -> int:
    with waypost.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(event)).scalar_one())


def counts(report: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in report.items() if value and name != "seconds"}


def test_what_is_read_and_stored_is_counted_and_a_second_run_adds_nothing(waypost: Waypost, orders: Path) -> None:
    seen: list[int] = []
    first = import_path(waypost, orders, mapping=MAPPING, progress=seen.append).as_dict()
    read = {
        "orders": 3,
        "events": 9,
        "actual": 2,
        "planned": 3,
        "estimated": 1,
        "undated": 3,
        "unmapped": 1,
        "quarantined": 1,
        "folds": 1,
        "gaps": 1,
    }
    assert counts(first) == {**read, "inserted": 9}
    assert (seen, stored(waypost)) == ([9], 9)
    again = import_path(waypost, orders, mapping=MAPPING).as_dict()
    assert counts(again) == {**read, "duplicates": 9}
    assert stored(waypost) == 9
    assert quarantine.count(waypost.engine) == 1
    assert [(word.word, word.n) for word in quarantine.unmapped_words(waypost.engine)] == [("lost in space", 1)]
    assert verify(waypost.engine).differences == 0


def test_a_refused_cell_can_be_repaired_and_replayed_from_quarantine(waypost: Waypost, orders: Path) -> None:
    import_path(waypost, orders, mapping=MAPPING)
    (held,) = quarantine.listing(waypost.engine)
    assert held.field == "orders.csv row 4, column created"
    assert "1948-03-29 is before 1990" in held.problem
    repaired = json.loads(held.raw)
    assert repaired["data"]["payload"]["order"] == "3"
    repaired["data"]["at"] = "2026-03-29T10:00:00"
    assert quarantine.replay(waypost, held.id, "anna", repaired) == "accepted"
    # The repaired export brings the same event, and it is known already.
    orders.write_text(TABLE.replace("1948", "2026"), "utf-8")
    assert import_path(waypost, orders, mapping=MAPPING).inserted == 0
    assert verify(waypost.engine).differences == 0


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("west.csv", TABLE.replace("promised", "due"), "west.csv, column promised"),
        ("west.csv", TABLE + '4,"2026-11-20 10:00:00,,,sent\n', "west.csv, line 5"),
        ("west.csv", TABLE + "4,20.11.2026 10:00,,,sent\n", "west.csv, column created"),
        ("west.csv", "", "west.csv"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_stores_nothing(
    waypost: Waypost, orders: Path, name: str, body: str, field: str
) -> None:
    (orders.parent / name).write_text(body, "utf-8")
    with pytest.raises(FieldError) as caught:
        import_path(waypost, orders.parent, mapping=MAPPING)
    assert caught.value.field == field
    assert caught.value.remedy
    assert (stored(waypost), quarantine.count(waypost.engine)) == (0, 0)


def test_a_mapping_document_comes_from_a_file_and_its_mistakes_are_told(waypost: Waypost, orders: Path) -> None:
    path = orders.parent / "mapping.json"
    path.write_text("\ufeff" + json.dumps(document(MAPPING, table={"file": "orders*"})), "utf-8")
    assert import_path(waypost, orders.parent, mapping=path).inserted == 9
    for text, problem in (('{"format": 1,', "no JSON"), ("[]", "holds no object"), ('{"format": 1}', "Field required")):
        path.write_text(text, "utf-8")
        with pytest.raises(DocumentError, match=problem):
            import_path(waypost, orders, mapping=path)
    with pytest.raises(DocumentError, match="cannot be read"):
        import_path(waypost, orders, mapping=orders.parent / "nowhere.json")
    with pytest.raises(DocumentError, match="either a preset or a mapping"):
        import_path(waypost, orders)
    with pytest.raises(FieldError, match="does not exist"):
        import_path(waypost, orders.parent / "nowhere", mapping=MAPPING)


class Crowded:
    """A Waypost whose writer is full at times, and that counts what waits in it."""

    def __init__(self, waypost: Waypost) -> None:
        self.vocabulary, self.engine = waypost.vocabulary, waypost.engine
        self._waypost, self._turn, self.most = waypost, 0, 0
        self._futures: list[Any] = []

    def submit(self, said: Any, refused: Any = ()) -> Any:
        self._turn += 1
        if self._turn % 2:
            raise Overloaded(retry_after=0)
        future = self._waypost.submit(said, refused)
        self._futures.append(future)
        self.most = max(self.most, sum(not f.done() for f in self._futures))
        return future


def test_a_long_table_is_stored_in_few_batches_at_a_time_also_when_the_writer_is_full(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("waypost.services.importing.IN_FLIGHT", 1)
    path = tmp_path / "many.csv"
    rows = (f"{n},2026-11-20 10:00:00,\n" for n in range(11_000))
    path.write_text("order,created,paid\n" + "".join(rows), "utf-8")
    with Waypost.open(sqlite_url) as waypost:
        crowded = Crowded(waypost)
        report = import_path(crowded, path, mapping=WIDE)  # type: ignore[arg-type]
        assert (report.orders, report.inserted, stored(waypost)) == (11_000, 11_000, 11_000)
        assert crowded.most == 1


def test_postgresql_knows_how_large_its_tables_have_become(pg_url: str, orders: Path) -> None:
    rows = sa.text("SELECT reltuples FROM pg_class WHERE relname = 'event' AND relkind = 'r'")
    with Waypost.open(pg_url) as waypost:
        import_path(waypost, orders, mapping=MAPPING)
        with waypost.engine.connect() as connection:
            held = connection.scalar(sa.select(sa.func.count()).select_from(event))
            assert held
            assert connection.scalar(rows) == held


def test_the_real_orders(waypost: Waypost, olist_dir: Path) -> None:
    expected = {
        "orders": 5_765,
        "events": 30_767,
        "undated": 5_765,
        "actual": 19_237,
        "planned": 5_765,
        "folds": 1,
    }
    first = import_path(waypost, olist_dir, preset="olist", zone="America/Sao_Paulo").as_dict()
    assert counts(first) == {**expected, "inserted": 30_767}
    again = import_path(waypost, olist_dir, preset="olist", zone="America/Sao_Paulo").as_dict()
    assert counts(again) == {**expected, "duplicates": 30_767}
    assert verify(waypost.engine).differences == 0
