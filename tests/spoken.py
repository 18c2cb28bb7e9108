"""Random histories whose statements carry partners' words, and random edits of what those words mean."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.histories import histories
from waypost.domain.statement import UNMAPPED, Statement
from waypost.services.mappings import tables

WORDS = ["status:shipped", "status:hold", "谜", "x" * 250]
CODES = ["order.cancelled", "order.quantity_cancelled", "linehaul.hub_arrived", "lastmile.attempt_failed",
         "delivery.delivered", "order.line_cancelled", tables.SAYS_NOTHING, "side.lost"]  # fmt: skip
TOLD = st.dictionaries(st.sampled_from(WORDS), st.sampled_from(CODES), max_size=4)
STEPS = st.lists(st.tuples(st.sampled_from(["shop", "carrier"]), TOLD, st.booleans()), max_size=5)


@st.composite
def spoken(draw: st.DrawFn) -> list[Statement]:
    """A history in which many statements carry a partner's word, mapped or not."""
    told = draw(histories(max_size=25))
    words = [draw(st.sampled_from([None, *WORDS])) for _ in told]
    return [_say(s, word) for s, word in zip(told, words, strict=True)]


def _say(s: Statement, word: str | None) -> Statement:
    return s._replace(word=word or ("谜" if s.code == UNMAPPED else None))
