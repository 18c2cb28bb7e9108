"""One of several people who edit the same draft at the same time, as a process of its own.

Usage: python -m tests.saving URL DRAFT NAME TIMES. It saves like a browser does: on the revision that it saw last.
"""

from __future__ import annotations

import json
import sys

from tests.boards import changed, text_panel
from waypost.services.app import Waypost


def main(url: str, draft_id: str, name: str, times: int) -> None:
    """Add panels one by one, and write a shared setting each time; print what was answered."""
    with Waypost.open(url) as waypost:
        held = waypost.boards.draft(draft_id)
        rev, board = held.rev, held.board
        merged, conflicts = 0, 0
        print("ready", flush=True)
        sys.stdin.readline()  # all begin at once
        for n in range(times):
            mine = changed(text_panel(board, f"{name}-{n}"), "payment", owner=f"{name}-{n}")
            saved = waypost.boards.save(draft_id, mine, rev, name)
            waypost.boards.people(draft_id, name)
            waypost.boards.comment(draft_id, f"{name}-{n}", name)
            rev, board = saved.rev, saved.board
            merged, conflicts = merged + saved.merged, conflicts + len(saved.conflicts)
    print(json.dumps({"merged": merged, "conflicts": conflicts}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
