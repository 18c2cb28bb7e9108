"""The page of a board: every panel is drawn, every number opens its orders, and what is published shows at once."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from streamlit.testing.v1 import AppTest

from tests.journeys.test_board_layout import grids, ids
from tests.scene import NOW
from waypost.domain.instants import SECOND
from waypost.journeys.boards import layout
from waypost.journeys.boards.document import Block, Board, Layout
from waypost.web import board_layout, board_style, board_wall

ID = "marketplace-parcel"
SHOWS = tuple(layout.SIZES)
PHONE = {"value": "13800138000", "op": "eq"}


@pytest.fixture
def board(shop):
    """The scene with a published board that has a panel of every kind, a split figure and a gate."""
    body = shop.boards.published(ID).board.as_json()
    body["blocks"] = [block for block in body["blocks"] if block["kind"] != "panel"]
    for block in body["blocks"]:
        if block["id"] == "promise":
            block["set"]["segment"] = "carrier"
    gate = {"name": "Costly", "before": ["delivered"], "when": [{"field": "carrier", "value": "Yunda"}]}
    body["blocks"].append({"id": "costly", "kind": "gate", "set": gate})
    (first,) = (wire for wire in body["wires"] if wire["from"] == "payment")
    body["wires"] = [w for w in body["wires"] if w is not first]
    body["wires"] += [{"from": "payment", "to": "costly"}, {"from": "costly", "to": first["to"]}]
    for show in SHOWS:
        panel = {"name": f"Panel {show}", "show": show, "text": "First <b>rule</b>.\n\nSecond."}
        body["blocks"].append({"id": f"p-{show}", "kind": "panel", "set": panel})
    body["layout"] = {"wide": [], "phone": [{"block": "p-map", "hidden": True}]}
    body["filters"]["days"] = 30
    publish(shop, body)
    return body


def publish(shop: Any, body: dict[str, Any]) -> None:
    """Put a board into force, as an administrator who may do so alone."""
    draft = shop.boards.start("chief", board_id=ID)
    saved = shop.boards.save(draft.id, body, draft.rev, "chief")
    assert not saved.conflicts
    shop.boards.publish(draft.id, "chief", "administrator")


def drawn(app: AppTest, component: str) -> list[dict[str, Any]]:
    """The data of all components of a kind."""
    assert not app.exception, app.exception
    found = [e.proto for e in app.get("bidi_component") if e.proto.component_name == f"waypost_{component}"]
    return [json.loads(proto.json) for proto in found]


def chart(app: AppTest, kind: str) -> dict[str, Any]:
    """The first chart of a kind."""
    found: dict[str, Any] = next(d["chart"] for d in drawn(app, "board_chart") if d["chart"]["kind"] == kind)
    return found


def opened(visit: Any, href: str) -> tuple[int, str]:
    """How many orders a link opens, and what is said above them."""
    path, _, query = href.partition("?")
    assert path == "/orders"
    app = visit("orders", **dict(parse_qsl(query)))
    return drawn(app, "orders_table")[0]["total"], "\n".join(str(e.value) for e in app.markdown)


@pytest.mark.parametrize("role", ["viewer", "configurator_publisher"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_board_with_every_panel_opens_for_everybody_in_both_languages(board, visit, role, locale):
    app = visit("board", role, locale, id=ID)
    assert [len(drawn(app, name)) for name in ("kpi_cards", "stage_river", "at_risk", "orders_table")] == [1, 1, 1, 1]
    kinds = sorted(d["chart"]["kind"] for d in drawn(app, "board_chart"))
    assert kinds == ["bars", "funnel", "lines", "rows", "words"]
    assert len(app.get("plotly_chart")) == len(app.get("deck_gl_json_chart")) == 1
    assert chart(app, "words")["paragraphs"] == ["First <b>rule</b>.", "Second."]
    assert ("Arrange" in {b.label for b in app.button}) == (role != "viewer" and locale == "en-GB")


def test_the_numbers_of_a_board_open_just_those_orders(board, visit):
    app = visit("board", id=ID)
    steps = chart(app, "funnel")["steps"]
    assert len({step["n"] for step in steps}) > 2
    links = [(step["n"], step["href"]) for step in (steps[0], steps[-1])]
    bars = [part for bar in chart(app, "bars")["bars"] for part in bar["parts"] if part["n"]]
    links += [(part["n"], part["href"]) for part in bars[:2]]
    noted = [bar for bar in chart(app, "bars")["bars"] if bar.get("note")]
    links += [(int(bar["note"]), bar["note_href"]) for bar in noted[:1]]
    row = chart(app, "rows")["rows"][0]
    links.append((int(row["note"].split()[0]), row["hrefs"]["all"]))
    (risk,) = drawn(app, "at_risk")
    links.append((risk["total"], risk["more_href"]))
    (gate,) = (card for card in drawn(app, "kpi_cards")[0]["cards"] if card["id"] == "costly")
    links.append((int(gate["value"]), gate["hrefs"]["all"]))
    for n, href in links:
        assert opened(visit, href)[0] == n, href


def test_what_a_gate_holds_is_said_to_be_held(board, visit):
    app = visit("board", id=ID)
    (gate,) = (card for card in drawn(app, "kpi_cards")[0]["cards"] if card["id"] == "costly")
    assert (gate["tier"], gate["tier_word"]) == ("red", "held")
    held = [row for row in drawn(app, "at_risk")[0]["rows"] if row["what"] == "Held at: Costly"]
    assert len(held) <= int(gate["value"])
    assert {row["tier_word"] for row in held} == {"held"}


def test_a_new_target_and_a_rollback_show_in_the_next_run(board, shop, visit):
    app = visit("board", id=ID)
    river = {stage["id"]: stage["red"] for stage in drawn(app, "stage_river")[0]["stages"]}
    shop.boards.set_target(ID, "warehouse", "1h", "2h", "chief", "administrator")
    shop.clock = lambda: NOW + 2 * SECOND  # the live page runs again two seconds later
    after = {stage["id"]: stage["red"] for stage in drawn(visit("board", id=ID), "stage_river")[0]["stages"]}
    assert after["warehouse"] > river["warehouse"]
    shop.boards.rollback(ID, 1, "chief", "administrator")
    shop.clock = lambda: NOW + 4 * SECOND
    back = {stage["id"]: stage["red"] for stage in drawn(visit("board", id=ID), "stage_river")[0]["stages"]}
    assert back == river


def test_filters_narrow_every_panel_and_those_of_the_board_are_put_into_the_address(board, shop, visit):
    everything = sum(s["n"] for s in drawn(visit("board", id=ID), "stage_river")[0]["stages"])
    app = visit("board", id=ID, carrier="Yunda", level="red")
    some = sum(s["n"] for s in drawn(app, "stage_river")[0]["stages"])
    assert 0 < some < everything
    assert "carrier=Yunda" in chart(app, "funnel")["steps"][0]["href"]
    publish(shop, {**board, "filters": {**board["filters"], "where": {"carrier": ["Yunda"]}}})
    app = visit("board", id=ID)
    assert app.query_params["carrier"] in ("Yunda", ["Yunda"])
    assert sum(s["n"] for s in drawn(app, "stage_river")[0]["stages"]) < everything
    free = visit("board", id=ID, f="1")
    assert sum(s["n"] for s in drawn(free, "stage_river")[0]["stages"]) == everything


def test_a_board_nobody_published_says_so(shop, visit):
    app = visit("board", id="no-such")
    assert "This board is not published" in {e.value for e in app.subheader}
    assert not app.get("bidi_component")


def test_a_journey_without_a_board_is_shown_with_panels_of_its_own(shop, visit):
    app = visit("board", id="store-pickup")
    assert drawn(app, "stage_river")
    assert "not arranged by anybody yet" in "".join(str(e.proto.body) for e in app.get("html"))


def test_the_wall_has_no_filters_and_says_how_to_leave(board, visit):
    app = visit("board", id=ID, wall="1", carrier="SF")
    (bar,) = drawn(app, "board_wall")
    assert bar["leave"] == f"/board?id={ID}&carrier=SF"
    assert bar["pages"] == len(board_wall.pages(Board.model_validate(board)))
    assert not app.button
    assert not app.title


def test_arranging_opens_the_grid_of_a_draft_and_what_is_moved_is_saved_in_it(board, shop, visit):
    app = visit("board", "configurator_editor", id=ID)
    app.button(key="board.arrange").click().run()
    draft = app.query_params["draft"]
    server = drawn(app, "board_grid")[0]["server"]
    wide = [{**p, "x": 0, "w": 12} for p in server["wide"] if p["block"] != "p-text"]
    panels = [
        *(p for p in server["panels"] if p["id"] != "p-text"),
        {"id": "panel_x", "show": "map", "set": {"name": "New", "show": "map"}},
    ]
    doc = {"client": "c", "rev": 1, "base": server["rev"], "draft": draft, "phone": server["phone"]}
    app.session_state["board.grid"] = {"doc": {**doc, "wide": wide, "panels": panels}}
    app.run()
    assert not app.exception
    kept = shop.boards.draft(draft).board
    assert {block.id for block in layout.panels(kept)} == {f"p-{show}" for show in SHOWS if show != "text"} | {
        "panel_x"
    }
    assert all(place.w == 12 for place in kept.layout.wide if place.block != "panel_x")
    assert shop.boards.published(ID).version == 1


@pytest.mark.parametrize("place", [{"x": 11, "y": 0, "w": 4, "h": 4}, {"x": 0, "y": 900, "w": 4, "h": 4}])
def test_a_layout_that_is_none_is_not_taken(place):
    held = Board(id="b", name="B", blocks=(Block(id="p", kind="panel", set={"show": "map"}),))
    doc = {"wide": [{"block": "p", **place}], "phone": [], "panels": [{"id": "p", "show": "map", "set": {}}]}
    assert board_layout.read(held, doc) is None


@given(grids())
def test_a_wall_shows_every_panel_once_on_pages_that_fit(places):
    blocks = tuple(Block(id=name, kind="panel", set={"show": "text"}) for name in sorted(ids(places)))
    held = Board(id="b", name="B", blocks=blocks, layout=Layout(wide=places))
    pages = board_wall.pages(held)
    assert sorted(place.block for page in pages for place in page) == [block.id for block in blocks]
    for page in pages:
        assert layout.tidy(page) == page
        assert len(page) == 1 or len(pages) == 1 or layout.bottom(page) <= board_wall.PAGE_ROWS
    style = board_style.style(held)
    assert all(f"{board_style.cell(block.id)} {{ grid-area" in style for block in blocks)
