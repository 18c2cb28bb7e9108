"""The way of a draft into force: who may do what, four eyes, and that published versions never change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.boards import ADMIN, APPROVER, EDITOR, PUBLISHER, agree, changed, put_into_force, small, text_panel
from tests.parted import PARTED, parted, stage
from tests.worlds import SHOP, said, sqlite_copy
from waypost.access import audit
from waypost.access.errors import AccessError
from waypost.connect.cloudevents import read_event
from waypost.domain.errors import DocumentError, NotFound
from waypost.domain.instants import now_us
from waypost.journeys.boards.compile import compile_board
from waypost.journeys.document import Condition
from waypost.services.app import Waypost
from waypost.services.boards.boards import Boards
from waypost.services.boards.rules import StepRefused
from waypost.store.documents import StaleVersion


@pytest.fixture
def waypost(tmp_path: Path) -> Iterator[Waypost]:
    with Waypost(sqlite_copy(tmp_path)) as made:
        made.journeys.install_shipped(1)
        yield made


@pytest.fixture
def boards(waypost: Waypost) -> Boards:
    return waypost.boards


def refused(code: str) -> Any:
    """The step is refused with this code."""
    return pytest.raises(StepRefused, check=lambda error: error.code == code)


def test_an_empty_board_counts_days_as_the_company_does(waypost: Waypost, boards: Boards) -> None:
    assert boards.start("ann").board.zone == "UTC"
    assert boards.start("ann", zone="Asia/Tokyo").board.zone == "Asia/Tokyo"
    waypost.journeys.publish(compile_board(small("own")).as_json() | {"zone": "Asia/Shanghai"}, by="ann")
    assert boards.start("ann", zone="Asia/Tokyo").board.zone == "Asia/Shanghai"


def test_a_board_that_takes_from_shipped_journeys_is_told_so(boards: Boards) -> None:
    held = small("mine")
    greedy = held.model_copy(update={"blocks": tuple(_open(block) for block in held.blocks)})
    (told,) = [problem for problem in boards.check(greedy) if problem.code == "takes_all"]
    assert (told.level, told.values["journey"]) == ("warning", "cross-border")


def _open(block: Any) -> Any:
    """A source block that takes every source."""
    return block.model_copy(update={"set": {**block.set, "sources": []}}) if block.kind == "source" else block


def test_from_the_first_block_to_the_live_journey(waypost: Waypost, boards: Boards) -> None:
    held = boards.start("ann")
    assert (held.board_id, held.rev, held.status, held.base_version) == ("board", 1, "draft", 0)
    saved = boards.save(held.id, small("board"), held.rev, "ann")
    assert (saved.rev, saved.merged, saved.conflicts) == (2, False, ())
    assert boards.save(held.id, small("board"), 2, "ann").rev == 2  # nothing new, no revision
    assert boards.submit(held.id, "ann", EDITOR, "please look").status == "review"
    approved = boards.approve(held.id, "bob", APPROVER, "fine", rev=2)
    assert (approved.status, approved.approved_by) == ("approved", "bob")
    done = boards.publish(held.id, "pat", PUBLISHER, "for the season")
    assert (done.status, done.version) == ("published", 1)
    found = boards.published("board")
    assert (found.board, found.version, found.by, found.comment) == (small("board"), 1, "pat", "for the season")
    assert waypost.journeys.in_force("board").journey == compile_board(small("board"))
    with refused("closed"):
        boards.save(held.id, small("board"), 2, "ann")
    told = [(r.kind, r.by, r.body, r.rev) for r in boards.comments(held.id)]
    assert told == [
        ("submitted", "ann", "please look", 2),
        ("approved", "bob", "fine", 2),
        ("published", "pat", "for the season", 2),
    ]
    log = [entry for entry in audit.recent(waypost.engine) if entry.object == "board/board"]
    steps = ["board.published", "board.approved", "board.submitted", "board.draft_started"]
    assert [entry.action for entry in log] == steps
    assert log[0].detail == {
        "draft": held.id, "rev": 2, "base_version": 0, "comment": "for the season", "version": 1, "approved_by": "bob",
    }  # fmt: skip


def test_nobody_takes_a_step_above_his_role(boards: Boards) -> None:
    held = boards.start("ann", body=small().as_json())
    for step, role, arguments in (
        (boards.submit, "operator", ()),
        (boards.approve, PUBLISHER, ()),
        (boards.reject, PUBLISHER, ("no",)),
        (boards.publish, EDITOR, ()),
        (boards.publish, "nonsense", ()),
    ):
        with refused("role"):
            step(held.id, "eve", role, *arguments)
    for act in (boards.retire, boards.unretire):
        with refused("role"):
            act("returns", "eve", EDITOR)
    with refused("role"):
        boards.rollback("returns", 1, "eve", EDITOR)
    with refused("role"):
        boards.set_target("returns", "refund", "1h", "2h", "eve", EDITOR)
    with refused("role"):
        boards.let_alone([PUBLISHER], "eve", APPROVER)


def test_two_people_look_at_what_is_published(boards: Boards) -> None:
    held = boards.start("ann", body=small().as_json())
    with refused("not_in_review"):
        boards.approve(held.id, "bob", APPROVER)
    with refused("not_approved"):
        boards.publish(held.id, "bob", APPROVER)
    boards.submit(held.id, "ann", EDITOR)
    with refused("four_eyes"):
        boards.approve(held.id, "ann", APPROVER)
    boards.save(held.id, text_panel(small(), "note"), 1, "bob")  # in review it can still be mended
    with refused("four_eyes"):
        boards.approve(held.id, "bob", ADMIN)
    with pytest.raises(StaleVersion):
        boards.approve(held.id, "cat", APPROVER, rev=1)  # who has not seen what bob wrote
    boards.approve(held.id, "cat", APPROVER, rev=2)
    # What was approved is not what stands there now.
    saved = boards.save(held.id, changed(text_panel(small(), "note"), "payment", owner="Eve"), 2, "eve")
    assert saved.status == "draft"
    assert boards.draft(held.id).approved_by is None
    assert boards.comments(held.id)[-1].kind == "voided"
    with refused("not_approved"):
        boards.publish(held.id, "pat", PUBLISHER)


def test_a_draft_is_sent_back_with_a_word(boards: Boards) -> None:
    held = boards.start("ann", body=small().as_json())
    boards.submit(held.id, "ann", EDITOR)
    with pytest.raises(DocumentError, check=lambda error: error.field == "comment"):
        boards.reject(held.id, "bob", APPROVER, "  ")
    assert boards.reject(held.id, "bob", APPROVER, "no gate").status == "draft"
    boards.submit(held.id, "ann", EDITOR)
    boards.approve(held.id, "bob", APPROVER)
    assert boards.reject(held.id, "cat", APPROVER, "wait for the fair").status == "draft"
    assert boards.discard(held.id, "ann").status == "discarded"
    with refused("closed"):
        boards.submit(held.id, "ann", EDITOR)
    assert [draft.id for draft in boards.drafts(closed=True)] == [held.id]


def test_who_may_publish_alone_is_said_by_administrators(boards: Boards) -> None:
    assert boards.alone() == (ADMIN,)
    held = boards.start("ann", body=small().as_json())
    with refused("not_approved"):
        boards.publish(held.id, "ann", PUBLISHER)
    assert boards.let_alone([PUBLISHER], "root", ADMIN) == (PUBLISHER,)
    assert [boards.may_alone(role) for role in (EDITOR, PUBLISHER, APPROVER, ADMIN)] == [False, True, True, True]
    assert boards.publish(held.id, "ann", PUBLISHER).version == 1
    assert boards.let_alone([], "root", ADMIN) == ()  # from now on always two
    held = boards.start("ann", board_id="gift-cards")
    with refused("not_approved"):
        boards.publish(held.id, "root", ADMIN)
    with pytest.raises(AccessError, check=lambda error: error.field == "role"):
        boards.let_alone(["boss"], "root", ADMIN)


def test_an_unfinished_board_names_block_and_field(boards: Boards) -> None:
    broken = changed(small(), "delivery", end=[])
    held = boards.start("ann", body=broken.as_json())
    for step in (boards.submit, boards.publish):
        with pytest.raises(DocumentError, check=lambda error: error.field.startswith("blocks.delivery.end")):
            step(held.id, "root", ADMIN)
    unknown = changed(small(), "orders", sources=["nobody.example"])
    boards.save(held.id, unknown, 1, "ann")
    with pytest.raises(DocumentError, check=lambda error: error.field.startswith("blocks.orders.sources")):
        boards.submit(held.id, "ann", EDITOR)


def test_conditions_ask_for_what_orders_come_with(waypost: Waypost, boards: Boards) -> None:
    asks = small().model_copy(update={"when": (Condition(field="gift_wrap", op="eq", value="yes"),)})
    assert [(p.code, p.level) for p in boards.check(asks) if p.field == "when.0.field"] == [
        ("field_unknown", "warning")
    ]
    event = said("order/1", "order.created", "2026-03-01T09:00:00Z", attributes={"gift_wrap": "yes"})
    waypost.submit([read_event(event, waypost.vocabulary, now_us())]).result(60)
    assert [p for p in boards.check(asks) if p.field == "when.0.field"] == []
    known_now = changed(small(), "orders", sources=[SHOP])
    assert [p for p in boards.check(known_now) if p.is_error] == []


def test_a_journey_with_a_board_is_changed_with_it_only(waypost: Waypost, boards: Boards) -> None:
    put_into_force(boards, small())
    body = waypost.journeys.in_force("gift-cards").journey.as_json()
    with pytest.raises(DocumentError, check=lambda error: error.field == "id"):
        waypost.journeys.publish(body, by="zoe")
    waypost.journeys.set_target("gift-cards", "payment", yellow="2h", red="3h", by="pat")
    target = waypost.journeys.in_force("gift-cards").journey.stages[0].target
    found = boards.published("gift-cards")
    payment = found.board.block("payment")
    assert payment is not None
    assert audit.recent(waypost.engine, 1)[0].action == "board.target_set"
    assert (found.version, payment.set["target"]) == (2, {"yellow": "2h", "red": "3h"})
    assert (target.yellow, target.red) == (2 * 3600 * 10**6, 3 * 3600 * 10**6)
    assert boards.set_target("gift-cards", "payment", "", "4h", "pat", PUBLISHER).version == 3
    with pytest.raises(DocumentError, check=lambda error: error.field.startswith("blocks.payment.target")):
        boards.set_target("gift-cards", "payment", "soon", None, "pat", PUBLISHER)
    boards.set_target("store-pickup", "payment", "3h", "4h", "pat", PUBLISHER)  # which has no board yet
    last = audit.recent(waypost.engine, 1)[0]
    assert (last.action, last.object, last.actor) == ("journey.published", "journey/store-pickup", "pat")
    for block_id in ("nothing", "orders"):
        with pytest.raises(NotFound):
            boards.set_target("gift-cards", block_id, "1h", "2h", "pat", PUBLISHER)
    agree(waypost)


def test_a_journey_that_never_had_a_board_gets_one(waypost: Waypost, boards: Boards) -> None:
    entries = {entry.id: entry for entry in boards.list()}
    assert {entry.state for entry in entries.values()} == {"derived"}
    for journey in waypost.journeys.published():
        held = boards.start("ann", board_id=journey.journey.id)
        assert (held.base_version, held.base_journey) == (0, 1)
        assert boards.publish(held.id, "root", ADMIN).version == 1
        # What is said in the same words needs no new version of the journey.
        assert waypost.journeys.in_force(journey.journey.id).version == 1
    assert {entry.state for entry in boards.list()} == {"live"}
    boards.set_target("returns", boards.get("returns", 0).board.blocks[1].id, "3h", "4h", "pat", PUBLISHER)
    assert boards.get("returns", 0).board == boards.get("returns", 1).board != boards.published("returns").board
    agree(waypost)


def test_meanwhile_another_version_was_published(boards: Boards) -> None:
    put_into_force(boards, small())
    mine, theirs = (boards.start(by, board_id="gift-cards") for by in ("ann", "bob"))
    boards.save(mine.id, changed(small(), "payment", owner="Ann", icon="paid"), 1, "ann")
    boards.save(theirs.id, changed(small(), "payment", owner="Bob"), 1, "bob")
    boards.publish(theirs.id, "root", ADMIN)
    boards.submit(mine.id, "ann", EDITOR)
    boards.approve(mine.id, "bob", APPROVER)
    with pytest.raises(StaleVersion):
        boards.publish(mine.id, "root", ADMIN)
    assert boards.stale(boards.draft(mine.id))
    caught = boards.catch_up(mine.id, "ann")
    assert [(c.block, c.mine, c.theirs) for c in caught.conflicts] == [("payment", "Ann", "Bob")]
    payment = caught.board.block("payment")
    assert payment is not None
    assert (payment.set["owner"], payment.set["icon"], caught.status) == ("Bob", "paid", "draft")
    after = boards.draft(mine.id)
    assert (after.base_version, boards.stale(after)) == (2, False)
    assert boards.catch_up(mine.id, "ann").rev == caught.rev  # nothing more to bring in
    assert boards.publish(mine.id, "root", ADMIN).version == 3


def test_out_of_force_and_back(waypost: Waypost, boards: Boards) -> None:
    put_into_force(boards, small())
    with refused("in_force"):
        boards.unretire("gift-cards", "pat", PUBLISHER)
    boards.retire("gift-cards", "pat", PUBLISHER, "season over")
    assert "gift-cards" not in {v.journey.id for v in waypost.journeys.published()}
    with pytest.raises(NotFound):
        boards.published("gift-cards")
    with pytest.raises(NotFound):
        boards.retire("gift-cards", "pat", PUBLISHER)
    assert {e.id: e.state for e in boards.list()}["gift-cards"] == "retired"
    body = compile_board(small()).as_json()
    with pytest.raises(DocumentError):  # a board that rests is not passed by, either
        waypost.journeys.publish(body, by="zoe")
    assert boards.unretire("gift-cards", "pat", PUBLISHER) == (2, 2)
    boards.retire("returns", "pat", PUBLISHER)
    assert {e.id: e.state for e in boards.list()}["returns"] == "retired"
    assert boards.unretire("returns", "pat", PUBLISHER) == (0, 2)
    for journey in waypost.journeys.published():
        boards.retire(journey.journey.id, "pat", PUBLISHER)
    assert waypost.view().ids == []  # and the pictures still stand


def test_a_journey_that_no_wires_can_say(waypost: Waypost, boards: Boards) -> None:
    body = {**parted(), "assign": {"priority": -1}}
    odd = stage("odd", "order_created", "delivered", ["check:held"], span=True, card=True)
    waypost.journeys.publish({**body, "stages": [*body["stages"], odd]}, by="zoe")
    assert PARTED not in {entry.id for entry in boards.list()}
    with pytest.raises(DocumentError):
        boards.published(PARTED)
    with pytest.raises(DocumentError):
        boards.start("ann", board_id=PARTED)
    held = boards.start("ann", body=small(PARTED).as_json())  # but it can be drawn anew
    assert (held.base_version, held.base_journey) == (0, 1)
    assert boards.publish(held.id, "root", ADMIN).version == 1
    agree(waypost)


def test_copies_and_files(boards: Boards) -> None:
    put_into_force(boards, small())
    copies = [boards.start("ann", copy_of="gift-cards") for _ in range(2)]
    assert [copy.board_id for copy in copies] == ["gift-cards-2", "gift-cards-3"]
    assert copies[0].board.name.zh == "礼品卡（副本）"
    assert copies[0].board.blocks == small().blocks
    news = {entry.id: entry for entry in boards.list() if entry.state == "new"}
    assert news.keys() == {"gift-cards-2", "gift-cards-3"}
    document = json.loads(json.dumps(boards.export("gift-cards")))
    held = boards.import_(document, "ann")
    assert (held.board, held.base_version) == (small(), 1)
    assert boards.import_(compile_board(small("other")).as_json(), "ann").board_id == "other"
    strange: list[Any] = [[], {"board": {}}, {"what": "waypost.board", "format": 2, "board": {}}, {"id": "x"}]
    for wrong in strange:
        with pytest.raises(DocumentError):
            boards.import_(wrong, "ann")


def test_what_is_said_and_who_is_there(boards: Boards) -> None:
    held = boards.start("ann", body=small().as_json())
    boards.comment(held.id, "why 9 days?", "bob", block="payment")
    boards.comment(held.id, "good", "cat")
    assert [(r.block, r.kind, r.body, r.by) for r in boards.comments(held.id)] == [
        ("payment", "comment", "why 9 days?", "bob"),
        ("", "comment", "good", "cat"),
    ]
    with pytest.raises(NotFound):
        boards.comment(held.id, "?", "bob", block="nothing")
    with pytest.raises(DocumentError):
        boards.comment(held.id, " ", "bob")
    assert boards.people(held.id, "ann", "payment") == []
    assert [(p.who, p.block) for p in boards.people(held.id, "bob")] == [("ann", "payment")]
    assert [p.who for p in boards.people(held.id)] == ["ann", "bob"]
    for nothing in ("nosuch", "no\x00such", "x" * 99):
        with pytest.raises(NotFound):
            boards.draft(nothing)
