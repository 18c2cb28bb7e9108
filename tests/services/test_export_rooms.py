"""The back rooms as files: what stands on the pages stands in them, and no secret does."""

from __future__ import annotations

from typing import Any

from tests.worlds import World, said, us
from waypost.services import tracking
from waypost.services.export.rooms import links_sheet, meanings_sheet, sources_sheet
from waypost.services.export.sheet import Sheet, later
from waypost.services.mappings.heard import heard


def rows(sheet: Sheet) -> list[dict[str, Any]]:
    names = [column.name for column in sheet.columns]
    return [dict(zip(names, row, strict=True)) for row in sheet.rows()]


def test_words_with_what_they_stand_for(world: World) -> None:
    world.send(said("order/1", "order.created", "2026-03-01T00:00:00Z", word="NEW"), said("order/1", "never.heard"))
    found = rows(meanings_sheet("shop.example", heard(world.engine, "shop.example")))
    assert {(row["source"], row["word"], row["code"], row["n"]) for row in found} == {
        ("shop.example", "NEW", "order.created", 1),
        ("shop.example", "never.heard", "UNMAPPED", 1),
    }


def test_links_without_their_tokens(world: World) -> None:
    world.send(said("order/1", "order.created", "2026-03-01T00:00:00Z"))
    now = us("2026-03-20T00:00:00Z")
    token, link = tracking.issue(world.engine, world.key("order/1"), now, "me")
    tracking.revoke(world.engine, link.id, now + 1, "me")
    (row,) = rows(later(links_sheet([], now), lambda: links_sheet(tracking.listing(world.engine).rows, now + 2)))
    assert (row["subject"], row["state"], row["created_by"]) == ("1", "revoked", "me")
    assert token not in str(row)


def test_no_source_is_an_empty_sheet_with_all_columns() -> None:
    sheet = sources_sheet([])
    assert rows(sheet) == []
    assert {"name", "state", "last_event", "lag_s", "quarantined"} <= {column.name for column in sheet.columns}
