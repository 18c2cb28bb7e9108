"""Whatever people do with boards, in whatever order: a published version stays as it was, to the byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.boards import ADMIN, APPROVER, EDITOR, PUBLISHER, agree, changed, put_into_force, small, text_panel
from tests.properties import examples
from tests.worlds import sqlite_copy
from waypost.domain.errors import WaypostError
from waypost.journeys.boards.document import Block
from waypost.services.app import Waypost
from waypost.services.boards.boards import Boards
from waypost.store import documents
from waypost.store.schema import document


def frozen(waypost: Waypost) -> dict[tuple[str, str, int], str]:
    """The bytes of every published version."""
    with waypost.engine.connect() as connection:
        rows = connection.execute(sa.select(document.c.kind, document.c.key, document.c.version, document.c.body))
        return {(row.kind, row.key, row.version): row.body for row in rows}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["start", "save", "stale_save", "submit", "approve", "reject", "publish", "alone", "catch_up", "rollback",
             "retire", "unretire", "target", "restore", "discard", "import"]
        ),
        st.integers(0, 3),
        st.sampled_from(["ann", "bob"]),
    ),
    max_size=25,
)  # fmt: skip


@given(steps=STEPS)
@examples(0.5)
def test_a_published_version_never_changes(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    with Waypost(sqlite_copy(tmp_path_factory.mktemp("steps"))) as waypost:
        put_into_force(waypost.boards, small())
        before = frozen(waypost)
        for number, (name, n, by) in enumerate(steps):
            try:
                take(waypost.boards, name, n, by, number)
            except WaypostError:  # refused, and then nothing changed
                assert frozen(waypost) == before
            now = frozen(waypost)
            assert before.items() <= now.items()
            before = now
        agree(waypost)
        for kind in ("board", "journey"):
            numbers = [v.version for v in documents.versions(waypost.engine, kind, "gift-cards")]
            assert numbers == list(range(1, len(numbers) + 1))
        for version in waypost.boards.history("gift-cards"):
            exported = json.loads(json.dumps(waypost.boards.export("gift-cards", version.version)))
            assert waypost.boards.import_(exported, "ann").board == version.board


def take(boards: Boards, name: str, n: int, by: str, number: int) -> None:
    """One step with the n-th open draft."""
    held = boards.drafts("gift-cards")
    draft = held[n % len(held)] if held else boards.start(by, board_id="gift-cards")
    mine = changed(text_panel(draft.board, f"p{number}"), "payment", target={"yellow": f"{n + 1}h", "red": "9d"})
    gone = [block for block in draft.board.blocks if block.kind != "panel" or n % 2]
    steps = {
        "start": lambda: boards.start(by, board_id="gift-cards"),
        "save": lambda: boards.save(draft.id, mine, draft.rev, by),
        "stale_save": lambda: boards.save(
            draft.id, mine.model_copy(update={"blocks": (*gone, Block(id=f"s{number}", kind="stage"))}), n, by
        ),
        "submit": lambda: boards.submit(draft.id, by, EDITOR),
        "approve": lambda: boards.approve(draft.id, by, APPROVER),
        "reject": lambda: boards.reject(draft.id, by, APPROVER, "no"),
        "publish": lambda: boards.publish(draft.id, by, PUBLISHER),
        "alone": lambda: boards.publish(draft.id, by, ADMIN),
        "catch_up": lambda: boards.catch_up(draft.id, by),
        "rollback": lambda: boards.rollback("gift-cards", n, by, PUBLISHER),
        "retire": lambda: boards.retire("gift-cards", by, PUBLISHER),
        "unretire": lambda: boards.unretire("gift-cards", by, PUBLISHER),
        "target": lambda: boards.set_target("gift-cards", "payment", f"{n + 2}h", "10d", by, PUBLISHER),
        "restore": lambda: boards.restore(draft.id, n, by),
        "discard": lambda: boards.discard(draft.id, by),
        "import": lambda: boards.import_(boards.export("gift-cards"), by),
    }
    steps[name]()
