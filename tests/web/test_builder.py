"""What the builder makes of what people do: documents from the canvas, defaults, conflicts, words for every problem."""

from __future__ import annotations

from typing import Any

import pytest

from tests.boards import changed, small
from waypost.journeys.boards import check
from waypost.journeys.boards.blocks import kinds
from waypost.journeys.boards.diff import diff
from waypost.journeys.boards.document import Block, Board, Wire
from waypost.journeys.boards.merge import merge
from waypost.journeys.boards.problems import CODES
from waypost.services.app import Waypost
from waypost.services.boards.drafts import Draft
from waypost.web import (
    builder_changes,
    builder_conflicts,
    builder_desk,
    builder_examples,
    builder_palette,
    builder_problems,
    builder_return,
    builder_words,
)
from waypost.web.builder_defaults import filled
from waypost.web.builder_desk import Desk
from waypost.web.format import Format


@pytest.fixture
def draft(shop: Waypost) -> Draft:
    return shop.boards.start("ann", body=small().as_json())


def desk_of(draft: Draft, who: str = "ann") -> Desk:
    desk = Desk(draft, who)
    builder_desk.mounted(desk)
    return desk


def doc(desk: Desk, board: Board, rev: int, base: int | None = None, client: str = "tab") -> dict[str, Any]:
    """A document as the canvas sends it."""
    body = board.as_json()
    base = desk.fed if base is None else base
    return {
        "client": client,
        "rev": rev,
        "base": base,
        "draft": desk.draft.id,
        **{k: body[k] for k in ("blocks", "wires")},
    }


def setting(board: Board, name: str, path: str) -> Any:
    """A setting of a block that is there."""
    found = board.block(name)
    assert found
    return found.set[path]


def moved(board: Board, name: str, x: int) -> Board:
    blocks = tuple(b.model_copy(update={"x": x}) if b.id == name else b for b in board.blocks)
    return board.model_copy(update={"blocks": blocks})


def place(board: Board, name: str) -> int:
    block = board.block(name)
    assert block
    return block.x


def test_what_the_canvas_sends_is_stored_once_and_not_sent_back(shop: Waypost, draft: Draft) -> None:
    desk = desk_of(draft)
    first = doc(desk, moved(desk.board, "payment", 8), 1)
    assert builder_desk.take(desk, first)
    assert place(shop.boards.draft(draft.id).board, "payment") == 8
    assert desk.saved(str) == {"client": "tab", "rev": 1, "at": str(desk.at)}
    fed, rev = desk.fed, desk.draft.rev
    assert not builder_desk.take(desk, first)
    assert (desk.fed, desk.draft.rev) == (fed, rev)
    assert builder_desk.take(desk, doc(desk, moved(desk.board, "payment", 16), 2))
    assert desk.fed == fed
    assert place(shop.boards.draft(draft.id).board, "payment") == 16


def test_another_draft_and_no_document_are_not_taken(draft: Draft) -> None:
    desk = desk_of(draft)
    assert not builder_desk.take(desk, None)
    assert not builder_desk.take(desk, {**doc(desk, moved(desk.board, "payment", 8), 1), "draft": "other"})


def test_two_people_lose_nothing_and_both_are_told(shop: Waypost, draft: Draft) -> None:
    ann, ben = desk_of(draft), desk_of(draft, "ben")
    builder_desk.take(ben, doc(ben, moved(ben.board, "delivery", 800), 1, client="ben"))
    builder_desk.take(ann, doc(ann, moved(ann.board, "payment", 16), 1))
    stored = shop.boards.draft(draft.id).board
    assert (place(stored, "delivery"), place(stored, "payment")) == (800, 16)
    assert (ann.note, ann.board) == ("merged", stored)
    assert ann.fed == ann.draft.rev  # the canvas takes it in
    assert builder_desk.poll(ben)
    assert ben.board == stored
    assert [person.who for person in ben.people] == []
    builder_desk.poll(ann)
    builder_desk.poll(ben)
    assert [person.who for person in ben.people] == ["ann"]


def test_what_was_sent_before_the_answer_came_is_merged_with_it(shop: Waypost, draft: Draft) -> None:
    ann, base = desk_of(draft), draft.rev
    mine = moved(ann.board, "payment", 16)
    builder_desk.change(desk_of(draft, "ben"), lambda board: changed(board, "delivery", name="Bens"))
    builder_desk.take(ann, doc(ann, mine, 1, base))
    builder_desk.take(ann, doc(ann, moved(mine, "payment", 24), 2, base))  # made before theirs was seen
    stored = shop.boards.draft(draft.id).board
    assert place(stored, "payment") == 24
    assert setting(stored, "delivery", "name") == "Bens"


def test_a_browser_that_kept_a_document_brings_it_in_after_a_reload(shop: Waypost, draft: Draft) -> None:
    ben = desk_of(draft, "ben")
    builder_desk.change(ben, lambda board: changed(board, "delivery", name="Bens"))
    again = desk_of(shop.boards.draft(draft.id))
    kept = doc(again, moved(draft.board, "payment", 40), 7, base=draft.rev, client="before")
    assert builder_desk.take(again, kept)
    stored = shop.boards.draft(draft.id).board
    assert place(stored, "payment") == 40
    assert setting(stored, "delivery", "name") == "Bens"


def test_of_a_conflict_theirs_stands_and_mine_can_be_taken(shop: Waypost, draft: Draft) -> None:
    ann, ben = desk_of(draft), desk_of(draft, "ben")
    builder_desk.change(ben, lambda board: changed(board, "payment", name="Bens"))
    builder_desk.change(ann, lambda board: changed(board, "payment", name="Anns"))
    assert [(each.block, each.field) for each in ann.conflicts] == [("payment", "name")]
    assert setting(ann.board, "payment", "name") == "Bens"
    builder_desk.change(ann, lambda board: builder_conflicts.taken(board, ann.conflicts[0]))
    assert setting(shop.boards.draft(draft.id).board, "payment", "name") == "Anns"


@pytest.mark.parametrize("mine_removes", [True, False])
def test_a_block_that_one_took_out_and_the_other_changed_can_go_either_way(mine_removes: bool) -> None:
    base, renamed = small(), changed(small(), "delivery", name="Other")
    blocks = tuple(b for b in base.blocks if b.id != "delivery")
    removed = base.model_copy(update={"blocks": blocks, "wires": base.wires[:1]})
    mine, theirs = (removed, renamed) if mine_removes else (renamed, removed)
    found = merge(base, mine, theirs)
    after = builder_conflicts.taken(found.board, found.conflicts[0])
    assert (after.block("delivery") is None) == mine_removes


def test_a_change_after_somebody_published_is_kept_for_a_new_draft(shop: Waypost, draft: Draft) -> None:
    desk = desk_of(draft)
    shop.boards.discard(draft.id, "ben")
    builder_desk.take(desk, doc(desk, moved(desk.board, "payment", 16), 1))
    assert desk.unsaved is not None
    assert place(desk.unsaved, "payment") == 16


def block(name: str, kind: str, **settings: Any) -> Block:
    return Block(id=name, kind=kind, set=settings)


def test_a_stage_starts_where_the_one_before_it_ends_also_through_a_branch() -> None:
    one = block("one", "stage", start=["order_created"], end=["paid"])
    before = Board(id="b", name="B", blocks=(one, block("ways", "branch")), wires=(Wire(from_="one", to="ways"),))
    wires = (*before.wires, Wire(from_="ways", to="two", port="else"))
    after = before.model_copy(update={"blocks": (*before.blocks, block("two", "stage")), "wires": wires})
    assert setting(filled(before, after), "two", "start") == ["paid"]
    own = after.model_copy(update={"blocks": (*before.blocks, block("two", "stage", start=["packed"]))})
    assert filled(before, own) == own
    assert filled(after, after) == after  # what was taken out again stays out


def test_a_kpi_proposes_the_whole_way_and_a_new_panel_drops_a_wire_that_it_cannot_show() -> None:
    board = small()
    kpi = block("kpi_1", "kpi")
    panel = block("map_1", "panel", show="map")
    wires = (*board.wires, Wire(from_="delivery", to="kpi_1"), Wire(from_="kpi_1", to="map_1"))
    after = filled(board, board.model_copy(update={"blocks": (*board.blocks, kpi, panel), "wires": wires}))
    assert [setting(after, "kpi_1", name) for name in ("start", "end")] == [["order_created"], ["delivered"]]
    assert [(wire.from_, wire.to) for wire in after.wires if wire.to == "map_1"] == []


def test_every_problem_has_words_in_both_languages(english: Format) -> None:
    assert CODES - builder_problems.TEXTS.keys() == set()
    for code in builder_problems.TEXTS:
        said = builder_problems.text(check.Problem(None, "x", "error", code), english)
        assert said.endswith((".", "?"))
        assert "{" not in said


def test_every_item_of_the_palette_can_be_put_on_a_board(english: Format) -> None:
    for returns in (False, True):
        items = [item for group in builder_palette.palette(english.t, returns=returns) for item in group["items"]]
        assert {item["kind"] for item in items} == set(kinds())
        assert len({item["id"] for item in items}) == len(items)
        blocks = tuple(Block(id=item["id"], kind=item["kind"], set=item["set"]) for item in items)
        board = Board(id="b", name="B", subject="return" if returns else "order", blocks=blocks)
        unread = [p for p in check.check(board) if p.code.startswith("setting_")]
        assert unread == []


def test_examples_come_from_real_orders(shop: Waypost, english: Format) -> None:
    view = shop.current()
    settings = {"start": ["order_created"], "end": ["paid"], "target": {"yellow": "30m", "red": "9d"}}
    line = builder_examples.stage_line(view, settings, english)
    assert line.startswith("Order SIM-1 was in it for 1 d 23 h: warn. Of the last 9, 9 would have been warned of")
    mall_only = [{"field": "channel", "op": "in", "value": ["mall"]}]
    counted = builder_examples.ways(view, [{"when": mall_only}, {"when": []}])
    assert counted
    n, (mall, empty, rest) = counted
    assert (mall + rest, empty) == (n, 0)
    assert 0 < mall < n
    gate = {
        "after": ["order_created"],
        "before": ["delivered"],
        "when": [{"field": "value", "op": "gte", "value": 800}],
    }
    assert builder_examples.held(view, gate) == 1


def test_changes_are_told_in_words(english: Format) -> None:
    before, after = small(), changed(small(), "payment", target={"yellow": "2h", "red": "9d"}, name="[Money](x)")
    after = after.model_copy(update={"wires": after.wires[:1], "zone": "Asia/Shanghai"})
    lines = builder_changes.lines(diff(before, after), before, after, english)
    assert [line.partition(": ")[2] for line in lines] == [
        r"**\[Money\]\(x\)** · Name: Payment → \[Money\]\(x\)",
        r"**\[Money\]\(x\)** · Warn after: 1 h → 2 h",
        r"\[Money\]\(x\) leads no more to Delivery",
        "**The board** · Time zone: UTC → Asia/Shanghai",
    ]


def test_a_source_that_was_connected_meanwhile_is_chosen_in_its_block() -> None:
    board = builder_return.with_source(small(), "orders", "shop-1")
    assert builder_return.with_source(board, "orders", "shop-1") == board
    assert setting(board, "orders", "sources") == ["shop-1"]


def test_names_follow_each_other_until_somebody_writes_them_apart() -> None:
    both = builder_words.named(None, "Pay", "en")
    assert both == {"en": "Pay", "zh": "Pay"}
    assert builder_words.named(both, "付款", "zh") == {"en": "付款", "zh": "付款"}
    assert builder_words.named({"en": "Pay", "zh": "付款"}, "Paid", "en") == {"en": "Paid", "zh": "付款"}


def test_a_name_is_never_markup() -> None:
    assert builder_words.safe("![x](http://a.b)") == r"\!\[x\]\(http\://a.b\)"
