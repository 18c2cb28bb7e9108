"""Whatever bytes come, the answer is statements, refusals or a FieldError; and what is written is what is read."""

from __future__ import annotations

import csv
import io
from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.tables import document, read
from waypost.domain.errors import FieldError

HEADER = b"order,created,paid\n"
NAMED = document(table={"attributes": {"channel": "shop"}, "keep_row": False})
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
DATES = st.sampled_from(["2026-11-20 10:00:00", "20.11.2026", "11/20/2026 1 PM", "1763600400", "1948-01-01", "", "?"])


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b"PK\x03\x04PAR1")
def test_any_bytes_are_a_table_or_a_clear_error(body: bytes) -> None:
    for given_bytes in (body, HEADER + body):
        with suppress(FieldError):
            read(given_bytes)


@settings(deadline=None)
@given(st.lists(st.tuples(TEXTS, DATES, DATES), max_size=8))
def test_any_cells_are_statements_refusals_or_a_clear_error(rows: list[tuple[str, str, str]]) -> None:
    body = io.StringIO()
    csv.writer(body).writerows([("order", "created", "paid"), *rows])
    with suppress(FieldError):
        found = read(body.getvalue())
        assert all(said.source and said.event_id and said.subject.ref for said in found.said)
        assert all(refused.field and refused.problem and refused.remedy and refused.raw for refused in found.refused)


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=5),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_what_is_read(texts: list[str], delimiter: str, encoding: str, ending: str) -> None:
    body = io.StringIO(newline="")
    writer = csv.writer(body, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerow(["order", "created", "paid", "shop"])
    writer.writerows([number, "2026-11-20 10:00:00", "", text] for number, text in enumerate(texts, 1))
    found = read(body.getvalue().encode(encoding), NAMED)
    assert found.refused == []
    shops = [(said.attributes or {}).get("channel", "") for said in found.said]
    unguarded = [text.strip()[2:-1].strip() if _guarded(text.strip()) else text.strip() for text in texts]
    assert shops == unguarded


def _guarded(text: str) -> bool:
    return text.startswith('="') and text.endswith('"') and len(text) > 2
