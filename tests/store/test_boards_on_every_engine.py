"""Drafts of boards on every engine: shared by processes, nothing overwritten, one of two publishes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.boards import ADMIN, APPROVER, EDITOR, changed, put_into_force, small, text_panel
from tests.support import environment
from waypost.access import audit
from waypost.journeys.boards.compile import compile_board
from waypost.services.app import Waypost
from waypost.store import documents, schema_boards
from waypost.store import drafts as kept
from waypost.store.documents import StaleVersion

ROOT = Path(__file__).resolve().parents[2]
NAMES, TIMES = ("ann", "bob"), 8


@pytest.fixture(
    params=[
        "sqlite_url",
        pytest.param("pg_url", marks=pytest.mark.service),
        pytest.param("mariadb_url", marks=pytest.mark.service),
    ]
)
def url(request: pytest.FixtureRequest) -> str:
    """An empty database of each engine."""
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def waypost(url: str) -> Iterator[Waypost]:
    with Waypost.open(url) as made:
        yield made


def test_two_processes_save_one_draft_and_two_threads_publish(waypost: Waypost, url: str) -> None:
    the_migration_made_the_tables(waypost)
    boards = waypost.boards
    first = put_into_force(boards, small())
    assert (first.status, first.version) == ("published", 1)
    held = boards.start("ann", board_id="gift-cards")
    told = together(url, held.id, meanwhile=lambda: back_and_forth(waypost, held.id))
    after = boards.draft(held.id)
    everything = {f"{name}-{n}" for name in NAMES for n in range(TIMES)}
    assert everything <= {block.id for block in after.board.blocks}
    said = [(remark.kind, remark.body) for remark in boards.comments(held.id)]
    assert {body for kind, body in said if kind == "comment"} == everything
    assert [kind for kind, _ in said if kind != "comment"] == ["submitted", "rejected"] * TIMES
    assert {person.who for person in boards.people(held.id)} == set(NAMES)
    # Whoever wrote the shared setting last without a conflict is the one whose word stands there.
    owner = after.board.block("payment")
    assert owner is not None
    assert owner.set["owner"] in everything
    assert sum(each["conflicts"] for each in told) <= sum(each["merged"] for each in told)
    assert [revision.rev for revision in boards.revisions(held.id)] == list(range(after.rev, 0, -1))
    one_of_two_publishes(waypost, held.id)
    assert audit.verify(waypost.engine).ok


def the_migration_made_the_tables(waypost: Waypost) -> None:
    inspector = sa.inspect(waypost.engine)
    for table in (schema_boards.draft, schema_boards.revision, schema_boards.remark, schema_boards.presence):
        columns = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        assert indexes == {index.name for index in table.indexes}


def back_and_forth(waypost: Waypost, draft_id: str) -> None:
    """Steps of the same draft while others save it: they take turns, and nobody waits in a ring."""
    for _ in range(TIMES):
        waypost.boards.submit(draft_id, "cat", EDITOR)
        waypost.boards.reject(draft_id, "eve", APPROVER, "not yet")


def together(url: str, draft_id: str, meanwhile: Callable[[], None]) -> list[dict[str, int]]:
    """Let the processes begin at once; returns what each of them was told."""
    command = [sys.executable, "-m", "tests.saving", url, draft_id]
    people = [
        subprocess.Popen(
            [*command, name, str(TIMES)],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in NAMES
    ]
    for person in people:
        assert person.stdout is not None
        assert person.stdout.readline() == "ready\n"
    for person in people:
        assert person.stdin is not None
        person.stdin.write("go\n")
        person.stdin.flush()
    meanwhile()
    answers = [person.communicate(timeout=120)[0] for person in people]
    assert [person.returncode for person in people] == [0, 0]
    return [json.loads(answer) for answer in answers]


def one_of_two_publishes(waypost: Waypost, held: str) -> None:
    """Two drafts of one board at the same instant: one is in force, the other is told and catches up."""
    boards = waypost.boards
    other = boards.start("zoe", board_id="gift-cards")
    boards.save(other.id, changed(other.board, "delivery", owner="Zoe"), other.rev, "zoe")

    def publish(draft_id: str) -> str:
        try:
            return boards.publish(draft_id, "root", ADMIN).status
        except StaleVersion:
            return "stale"

    with ThreadPoolExecutor(2) as pool:
        results = dict(zip((held, other.id), pool.map(publish, (held, other.id)), strict=True))
    assert sorted(results.values()) == ["published", "stale"]
    behind = next(draft_id for draft_id, result in results.items() if result == "stale")
    assert boards.stale(boards.draft(behind))
    caught = boards.catch_up(behind, "zoe")
    assert (caught.merged, len(caught.conflicts)) == (True, 0)
    assert boards.publish(behind, "root", ADMIN).version == 3
    delivery = boards.published("gift-cards").board.block("delivery")
    assert delivery is not None
    assert delivery.set["owner"] == "Zoe"
    assert boards.published("gift-cards").board.block("ann-0") is not None


def test_a_refused_step_leaves_nothing_behind(waypost: Waypost) -> None:
    boards = waypost.boards
    held = boards.start("ann", body=small().as_json())
    waypost.journeys.publish(compile_board(small()).as_json(), by="zoe")  # meanwhile, and without a board
    before = (boards.draft(held.id), boards.comments(held.id), audit.recent(waypost.engine))
    with pytest.raises(StaleVersion):
        boards.publish(held.id, "root", ADMIN)
    assert (boards.draft(held.id), boards.comments(held.id), audit.recent(waypost.engine)) == before
    assert documents.versions(waypost.engine, "board") == []


def test_the_last_revisions_are_kept(waypost: Waypost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "REVISIONS", 4)
    boards, held = waypost.boards, waypost.boards.start("ann", body=small().as_json())
    for n in range(6):
        held_rev = boards.save(held.id, text_panel(small(), "note", str(n)), n + 1, "ann").rev
    assert [(r.rev, r.how) for r in boards.revisions(held.id)] == [(n, "saved") for n in (7, 6, 5, 4)]
    with pytest.raises(StaleVersion, match="too old"):
        boards.save(held.id, small(), 2, "bob")
    restored = boards.restore(held.id, 4, "bob")
    assert (restored.rev, restored.board) == (held_rev + 1, text_panel(small(), "note", "2"))
    boards.submit(held.id, "ann", EDITOR)
    assert boards.approve(held.id, "eve", APPROVER).approved_by == "eve"
