"""What is the same and what is not: identities are compared to the letter, on every engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine

from tests import pictures
from tests.engines import ENGINES
from waypost.domain.statement import UNMAPPED, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.store import reads
from waypost.store.engine import open_engine
from waypost.store.migrate import upgrade
from waypost.store.writer import Writer

# Databases with "friendly" collations take some of these for equal.
ALIKE = [
    *("a", "A", "á", "ａ", "a ", " a", "a\u0301", "ß", "ss", "SS", "ı", "i", "I", "İ"),
    *("1", "１", "01", "订单", "訂單", "😀", "😁"),
]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Open an empty store on each engine."""
    opened = open_engine(request.getfixturevalue(request.param))
    upgrade(opened)
    yield opened
    opened.dispose()


def order(ref: str, scope: str = "") -> Subject:
    return Subject(SubjectKind.ORDER, ref, scope)


def store(engine: Engine, *told: Statement) -> list[str]:
    writer = Writer(engine)
    try:
        return writer.submit(told).result(60).outcomes
    finally:
        writer.close()


def test_ids_that_look_alike_are_different(engine: Engine) -> None:
    told = [Statement("shop", name, order("o"), "order.created", 0, n) for n, name in enumerate(ALIKE)]
    told += [Statement(name, "e", order("o"), "order.created", 0, n) for n, name in enumerate(ALIKE)]
    assert store(engine, *told) == ["accepted"] * len(told)
    assert store(engine, *told) == ["duplicate"] * len(told)
    assert pictures.differences(pictures.stored(engine), pictures.expected(told)) == []


def test_subjects_that_look_alike_are_different(engine: Engine) -> None:
    subjects = [order(name) for name in ALIKE] + [order("o", name) for name in ALIKE]
    subjects += [Subject(kind, "o") for kind in SubjectKind]
    told = [Statement("shop", f"e{n}", s, "order.created", 0, n) for n, s in enumerate(subjects)]
    to = LinkClaim(LinkRel.EXCHANGES, order("A"))
    told.append(Statement("shop", "link", order("a"), "order.amended", links=(to,)))
    store(engine, *told[::2])
    store(engine, *told)
    assert pictures.differences(pictures.stored(engine), pictures.expected(told)) == []


def test_words_that_look_alike_are_counted_apart(engine: Engine) -> None:
    told = [Statement("shop", f"{n}/{name}", order("o"), UNMAPPED, word=name) for name in ALIKE for n in range(2)]
    store(engine, *told[:5])
    store(engine, *told)
    assert pictures.stored(engine)["unmapped"] == {("shop", name): 2 for name in ALIKE}


@pytest.mark.parametrize("typed", ["a", "A", "1", "订", "😀", "a ", "%", "_", "", "ss", "\ud7ff", "\U0010ffff"])
def test_a_search_finds_what_begins_with_what_was_typed(engine: Engine, typed: str) -> None:
    refs = [*ALIKE, "a-1", "a_2", "A-3", "1001", "1002", "订单-7", "100%", "%", "_x", "\ud7ff1", "\U0010ffff2"]
    named = {"customer": "a-customer", "order_number": "A-77"}
    told = [Statement("shop", f"e{n}", order(ref), "order.created", 0, n) for n, ref in enumerate(refs)]
    told.append(Statement("shop", "named", order("named"), "order.created", 0, 1, attributes=named))
    store(engine, *told)
    with engine.connect() as connection:
        found = {subject.ref for _, subject in reads.search_subjects(connection, typed)}
    wanted = {ref for ref in refs if typed and ref.startswith(typed)}
    assert found == wanted | ({"named"} if typed in ("a", "A") else set())


def test_texts_of_every_length_and_kind_come_back_as_they_were(engine: Engine) -> None:
    long = Statement(
        "s" * 180, "e" * 180, order("ö" * 180, "ß" * 64), UNMAPPED, None, -(2**62), 2**62, 0, "raw", target="t" * 180,
        quantity=0.1, reason="r" * 64, place="地" * 180, lat=-89.123456789012, lon=179.98765432109876,
        word="词😀" * 2000, attributes={"名" * 64: "值" * 1000, "n": 2**62, "f": 1e-7, "b": True, "none": None},
        links=(LinkClaim(LinkRel.EXCHANGES, order("x" * 180, "y" * 64), 0.3, -(2**62), 2**62),), simulated=True,
        payload='{"a": "\\u0000\\ud800"}',
    )  # fmt: skip
    assert store(engine, long) == ["unmapped"]
    with engine.connect() as connection:
        (event,) = reads.last_events(connection, 1)
        (subject,) = reads.subjects_by_key(connection, [event.subject_id]).values()
    back = {name: getattr(event, name) for name in Statement._fields if name != "subject"}
    assert (back, subject) == ({n: v for n, v in long._asdict().items() if n != "subject"}, long.subject)
