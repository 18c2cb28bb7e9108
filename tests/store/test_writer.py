"""The writer: groups, atomic submissions, honest answers, and no way to stop it from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from tests.engines import ENGINES
from tests.support import environment
from waypost.domain.errors import Overloaded
from waypost.domain.statement import UNMAPPED, Classifier, Kind, Refusal, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.services.verify import verify
from waypost.store.engine import lock_writer, open_engine, writing
from waypost.store.group import Job, Receipt
from waypost.store.migrate import upgrade
from waypost.store.reads import events_where
from waypost.store.schema import event, quarantine, state, unmapped
from waypost.store.writer import WAITING_LIMIT, Writer


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty store on each engine."""
    found: str = request.getfixturevalue(request.param)
    engine = open_engine(found)
    upgrade(engine)
    engine.dispose()
    return found


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    opened = open_engine(url)
    yield opened
    opened.dispose()


@pytest.fixture
def writer(engine: Engine) -> Iterator[Writer]:
    made = Writer(engine)
    yield made
    made.close()


def say(n: int | str, **more: Any) -> Statement:
    """The n-th statement, about one of ten orders."""
    order = Subject(SubjectKind.ORDER, str(n)[-1])
    return Statement("shop", f"e{n}", order, "order.created", 0, 1_700_000_000_000_000, **more)


OPTIONAL = ("until", "target", "repeats", "quantity", "reason", "place", "lat", "lon", "word", "told", "attributes",
            "links", "payload", "kind", "classifier")  # fmt: skip

# Something that no engine can store: the code is missing.
BROKEN = say("broken")._replace(code=None)  # type: ignore[arg-type]


def stored(engine: Engine) -> list[str]:
    """The ids of all events, in the order of their keys."""
    with engine.connect() as connection:
        return list(connection.scalars(sa.select(event.c.event_id).order_by(event.c.id)))


@contextmanager
def held_up(engine: Engine) -> Iterator[None]:
    """Keep the writer waiting for its turn, so that submissions pile up behind the first one."""
    with writing(engine) as connection:
        lock_writer(connection)
        yield


def wait_until_taken(writer: Writer) -> None:
    """Let the writer's thread run into the closed door with what it has."""
    time.sleep(0.2)
    assert writer.waiting


def test_many_small_submissions_share_one_commit(engine: Engine, writer: Writer) -> None:
    commits: list[int] = []
    writer.on_commit(commits.append)
    with held_up(engine):
        first = writer.submit([say(0)])
        wait_until_taken(writer)
        rest = [writer.submit([say(n)]) for n in range(1, 300)]
        assert not any(f.done() for f in (first, *rest))
        assert stored(engine) == []
    receipts = [f.result(60) for f in (first, *rest)]
    assert [r.outcomes for r in receipts] == [["accepted"]] * 300
    assert len(commits) == 2
    assert commits == sorted(commits)
    assert writer.waiting == 0
    assert stored(engine) == [f"e{n}" for n in range(300)]  # in the order taken


def test_an_answer_means_committed(url: str, engine: Engine, writer: Writer) -> None:
    reader = open_engine(url)
    for n in range(20):
        receipt = writer.submit([say(n)]).result(60)
        assert stored(reader)[-1] == f"e{n}"
        assert receipt.watermark == n + 1
    reader.dispose()


def test_a_failing_submission_falls_alone_and_whole(engine: Engine, writer: Writer) -> None:
    refusal = Refusal("shop", "bad", "time", "no", "yes", "{}")
    with held_up(engine):
        writer.submit([say("first")])
        wait_until_taken(writer)
        before = writer.submit([say(1), say(2)])
        failing = writer.submit([say(3), BROKEN, say(4)], [refusal])
        after = writer.submit([say(5)], [refusal._replace(raw="[]")])
    assert before.result(60).outcomes == ["accepted", "accepted"]
    assert after.result(60).outcomes == ["accepted"]
    with pytest.raises(sa.exc.DBAPIError):
        failing.result(60)
    assert sorted(stored(engine)) == ["e1", "e2", "e5", "efirst"]
    with engine.connect() as connection:
        assert list(connection.scalars(sa.select(quarantine.c.raw))) == ["[]"]
    assert writer.waiting == 0
    assert writer.submit([say(3), say(4)]).result(60).outcomes == ["accepted", "accepted"]
    assert verify(engine).differences == 0


def test_a_large_group_is_stored_like_a_small_one(engine: Engine, writer: Writer) -> None:
    odd = ("\t", "a\nb\r", "\\N", "\\.", '"', "谜\u2028", "{}", "\x7f")
    told = [
        say(n, word=odd[n % 8], quantity=n / 7, simulated=n % 2 == 0, place=odd[n % 3] if n % 5 else None, lat=-0.5)
        for n in range(700)
    ]
    with pytest.raises(sa.exc.DBAPIError):
        writer.submit([*told, BROKEN]).result(60)
    assert stored(engine) == []
    assert writer.submit(told[:50]).result(60).outcomes == ["accepted"] * 50
    receipt = writer.submit([*told, told[699], told[0]]).result(60)
    assert receipt.outcomes == ["duplicate"] * 50 + ["accepted"] * 650 + ["duplicate"] * 2
    columns = (event.c.event_id, event.c.word, event.c.quantity, event.c.simulated, event.c.place, event.c.lat)
    with engine.connect() as connection:
        rows = {tuple(row) for row in connection.execute(sa.select(*columns))}
        assert connection.scalar(sa.select(sa.func.max(event.c.id))) == receipt.watermark
    assert rows == {(s.event_id, s.word, s.quantity, s.simulated, s.place, s.lat) for s in told}
    assert verify(engine).differences == 0


SPOKEN: list[dict[str, Any]] = [
    {"until": 1_700_000_000_000_001, "classifier": Classifier.PLANNED}, {"kind": Kind.CORRECT, "target": "e0"},
    {"repeats": "arrive"}, {"quantity": 2.5}, {"reason": "weather"}, {"place": "DEHAM"}, {"lat": -0.5}, {"lon": 0.25},
    {"word": "x"}, {"told": "order.paid"}, {"attributes": {"carrier": "SF"}}, {"payload": "{}"},
    {"links": (LinkClaim(LinkRel.EXCHANGES, Subject(SubjectKind.ORDER, "x"), None, None, None),)},
]  # fmt: skip


def test_what_a_statement_speaks_of_does_not_depend_on_its_group(engine: Engine, writer: Writer) -> None:
    told = [say(n, **more) for n, more in enumerate([{}, *SPOKEN, *(a | b for a in SPOKEN[:2] for b in SPOKEN)])]
    for start in range(16):  # alone and in many companies, more of them than there are statements kept ready
        writer.submit(told[start : start + 1]).result(60)
    for start in range(16, len(told), 2):
        writer.submit(told[start : start + 2]).result(60)
    writer.submit([s._replace(event_id=f"{s.event_id} again") for s in told]).result(60)
    with engine.connect() as connection:
        rows = events_where(connection, 0, 1000)
    assert len(rows) == 2 * len(told)
    for said, row in zip([*told, *told], rows, strict=True):
        assert {name: getattr(row, name) for name in OPTIONAL} == {name: getattr(said, name) for name in OPTIONAL}
    assert verify(engine).differences == 0


def test_a_milestone_leaves_the_rest_of_a_state_alone(engine: Engine, writer: Writer) -> None:
    shop = {"attributes": {"carrier": "SF", "note": "a "}}
    promise: dict[str, Any] = {"classifier": Classifier.PLANNED, "until": 1_700_000_000_000_001}
    rich = [say(n, **more)._replace(event_id=f"{n}{more}") for n in range(8) for more in (shop, promise)]
    writer.submit(rich).result(60)
    scans = [say(n)._replace(event_id=f"scan{n}", code="warehouse.packed", slot=12) for n in range(10)]
    writer.submit(scans).result(60)
    writer.submit([scans[8]._replace(event_id="more", attributes=shop["attributes"]), say(0), say(9)]).result(60)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(state.c.promises, state.c.attributes).order_by(state.c.subject_id)).all()
    assert [row.promises is not None for row in rows] == [True] * 8 + [False] * 2
    assert ["carrier" in (row.attributes or "") for row in rows] == [True] * 9 + [False]
    assert verify(engine).differences == 0


def test_what_came_before_is_a_duplicate(engine: Engine, writer: Writer) -> None:
    assert writer.submit([say(1), say(2), say(1), say(2)]).result(60).outcomes == [
        "accepted", "accepted", "duplicate", "duplicate"
    ]  # fmt: skip
    other = [say(1)._replace(source="carrier"), say(1), say(3, word="x"), say(3, word="y")]
    receipt = writer.submit(other).result(60)
    assert receipt.outcomes == ["accepted", "duplicate", "accepted", "duplicate"]
    again = writer.submit(other).result(60)
    assert (again.outcomes, again.watermark) == (["duplicate"] * 4, receipt.watermark)
    assert writer.submit([], []).result(60) == Receipt([], receipt.watermark)
    assert Counter(stored(engine)) == {"e1": 2, "e2": 1, "e3": 1}


def test_closing_stores_everything_that_waits(engine: Engine) -> None:
    writer = Writer(engine)
    with held_up(engine):
        futures = [writer.submit([say(n)]) for n in range(50)]
        closing = threading.Thread(target=writer.close)
        closing.start()
        time.sleep(0.1)
    closing.join(60)
    assert [f.result(0).outcomes for f in futures] == [["accepted"]] * 50
    assert len(stored(engine)) == 50
    with pytest.raises(RuntimeError, match="closed"):
        writer.submit([say(50)])
    writer.close()
    assert len(stored(engine)) == 50


def test_too_much_at_once_is_refused_before_anything_is_taken(engine: Engine, writer: Writer) -> None:
    with held_up(engine):
        large = writer.submit([say(0)] * (WAITING_LIMIT - 1))
        writer.submit([say(1)])
        with pytest.raises(Overloaded) as refused:
            writer.submit([say(2)])
        assert refused.value.retry_after > 0
        assert writer.waiting == WAITING_LIMIT
    assert Counter(large.result(120).outcomes) == {"accepted": 1, "duplicate": WAITING_LIMIT - 2}
    # What is too large for the queue is taken when nothing else waits: it could never be sent otherwise.
    while writer.waiting:
        time.sleep(0.01)
    assert len(writer.submit([say(3)] * (WAITING_LIMIT + 1)).result(120).outcomes) == WAITING_LIMIT + 1
    assert stored(engine) == ["e0", "e1", "e3"]


def test_callers_who_go_away_do_not_stop_the_writer(engine: Engine, writer: Writer) -> None:
    class Broken:
        def set_running_or_notify_cancel(self) -> bool:
            return True

        def set_result(self, end: Receipt | Exception, /) -> None:
            raise RuntimeError("Event loop is closed")

        set_exception = set_result

    def listen(_: int) -> None:
        raise ValueError("a listener's own mistake")

    writer.on_commit(listen)
    with held_up(engine):
        writer.submit([say(0)])
        wait_until_taken(writer)
        gone = [writer.submit([say(n)]) for n in range(1, 6)]
        assert all(f.cancel() for f in gone)
        writer.hand_over([Job([say(6)], [], Broken())])
        writer.hand_over([Job([BROKEN], [], Broken())])
        stayed = writer.submit([say(7)])
    assert stayed.result(60).outcomes == ["accepted"]
    assert writer.submit([say(8)]).result(60).outcomes == ["accepted"]
    assert sorted(stored(engine)) == [f"e{n}" for n in range(9)]  # nothing that was handed over is lost
    assert writer.waiting == 0


def test_a_database_that_does_not_answer_fails_all_that_wait_at_once(sqlite_url: str) -> None:
    engine = open_engine(sqlite_url)
    upgrade(engine)
    sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=300"))
    other = open_engine(sqlite_url)
    engine.dispose()
    writer = Writer(engine)
    with held_up(other):
        first = writer.submit([say(0)])
        wait_until_taken(writer)
        rest = [writer.submit([say(n)]) for n in range(1, 40)]
        started = time.monotonic()
        for future in (first, *rest):
            with pytest.raises(sa.exc.OperationalError):
                future.result(60)
        assert time.monotonic() - started < 5  # one wait, not forty
    assert writer.submit([say(1)]).result(60).outcomes == ["accepted"]
    writer.close()
    assert stored(other) == ["e1"]


def test_a_rolled_back_transaction_leaves_no_keys_behind(engine: Engine, writer: Writer) -> None:
    # The failing submission is the first to mention its source and order. What is remembered of the
    # transaction that was undone must not be used by the next one.
    fresh = say("x", target="t")._replace(source="new source", subject=Subject(SubjectKind.ORDER, "new"))
    with pytest.raises(sa.exc.DBAPIError):
        writer.submit([fresh, BROKEN._replace(source="new source")]).result(60)
    assert writer.submit([fresh]).result(60).outcomes == ["accepted"]
    assert verify(engine) == verify(engine)._replace(subjects=1, events=1, differences=0)


def test_unmapped_words_are_counted_once_per_event(engine: Engine, writer: Writer) -> None:
    told = [say(n, word="gone fishing")._replace(code=UNMAPPED) for n in range(3)]
    told += [say(9)._replace(code=UNMAPPED), say(8, word="x" * 4000)._replace(code=UNMAPPED, source="carrier")]
    assert writer.submit([*told, told[0]]).result(60).outcomes == ["unmapped"] * 5 + ["duplicate"]
    writer.submit([told[1], say(7, word="gone fishing")._replace(code=UNMAPPED)]).result(60)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(unmapped.c.word, unmapped.c.n, unmapped.c.example_event_id))
        assert sorted(tuple(row) for row in rows) == [("", 1, 4), ("gone fishing", 4, 1), ("x" * 191, 1, 5)]


def test_the_same_refusal_is_kept_once(engine: Engine, writer: Writer) -> None:
    refusal = Refusal("shop", "e1", "time", "It is wrong.", "Put it right.", '{"id": "e1"}')
    odd = Refusal("s\x00", "e\ud800", "data.\x00", "\ud800", "\x00", '"\ud800\x00' + "x" * 100_000 + '"')
    writer.submit([], [refusal, refusal, odd]).result(60)
    writer.submit([], [refusal, refusal._replace(source="carrier"), odd, refusal._replace(raw="{}")]).result(60)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(quarantine).order_by(quarantine.c.id)).all()
    assert [(r.source, r.raw) for r in rows if r.source in ("shop", "carrier")] == [
        ("shop", '{"id": "e1"}'), ("carrier", '{"id": "e1"}'), ("shop", "{}")
    ]  # fmt: skip
    (kept,) = [r for r in rows if r.source.startswith("s\\u0000")]
    assert len(json.loads(kept.raw)) == 100_002
    assert {r.status for r in rows} == {"open"}


CHILD = """
import sys
from tests.store.test_writer import write_many
write_many(sys.argv[1], int(sys.argv[2]))
"""
EACH = 400


def write_many(url: str, who: int) -> None:
    """Store EACH statements in small batches; every third one is also told by everybody else."""
    engine = open_engine(url)
    writer = Writer(engine)
    futures = [writer.submit([_nth(who, n + i) for i in range(4)]) for n in range(0, EACH, 4)]
    for future in futures:
        future.result(120)
    writer.close()
    engine.dispose()


def _nth(who: int, n: int) -> Statement:
    name = f"all-{n}" if n % 3 == 0 else f"{who}-{n}"
    kind, target = (Kind.RETRACT, f"all-{n - 2}") if n % 31 == 2 else (Kind.ASSERT, None)
    return say(name, kind=kind, target=target, attributes={"customer": f"c{n % 7}"})._replace(
        subject=Subject(SubjectKind.ORDER, f"o{n % 25}"), at=1_700_000_000_000_000 + (n * 7919) % 1000
    )


def test_several_writers_on_one_database_agree(url: str, engine: Engine) -> None:
    child = [sys.executable, "-c", CHILD, url, "0"]
    process = subprocess.Popen(child, env=environment())
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(write_many, url, who) for who in (1, 2)]:
            done.result(120)
    assert process.wait(120) == 0
    wanted = {_nth(who, n).event_id for who in range(3) for n in range(EACH)}
    assert Counter(stored(engine)) == dict.fromkeys(wanted, 1)
    assert verify(engine).differences == 0
    with engine.connect() as connection:
        assert len(connection.execute(sa.select(state)).all()) == 25
