"""Mapping tables in use: every way in, preview, publishing, taking back, crash, connectors and their words."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import pictures
from tests.scene import NOW, Clock
from tests.support import environment
from tests.tables import LONG, document
from tests.worlds import carries, said, scan, sqlite_copy
from waypost.access import audit
from waypost.connect.words import Words
from waypost.domain.errors import FieldError, NotFound
from waypost.services import ingest, quarantine
from waypost.services.app import Waypost
from waypost.services.importing import import_path
from waypost.services.live import OrderQuery
from waypost.services.mappings import heard, replay, sources, suggest, tables, words_for
from waypost.services.mappings.preview import preview
from waypost.services.mappings.tables import SAYS_NOTHING, Edits, Published
from waypost.services.verify import verify
from waypost.store.documents import StaleVersion
from waypost.store.schema import event, state

EXPRESS = "express.example"
SENT, DONE = "status:Unterwegs", "status:Zugestellt"


@pytest.fixture
def waypost(tmp_path: Path) -> Iterator[Waypost]:
    """Ten orders whose parcels speak German, and nobody understands it."""
    made = Waypost(sqlite_copy(tmp_path))
    made.clock = lambda: NOW
    made.journeys.install_shipped(NOW)
    send(made, *(e for n in range(10) for e in order(n)))
    yield made
    made.close()


def order(n: int) -> list[dict[str, Any]]:
    at = Clock(NOW)
    about = f"parcel/P-{n}"
    return [
        said(f"order/O-{n}", "order.created", at.ago(3), id=f"o{n}"),
        said(f"order/O-{n}", "payment.captured", at.ago(2.9), id=f"b{n}"),
        scan(about, SENT, at.ago(2), EXPRESS, links=carries(f"order/O-{n}")) | {"id": f"s{n}"},
        scan(about, DONE if n < 6 else "", at.ago(1), EXPRESS) | {"id": f"d{n}", "type": DONE if n < 6 else SENT},
    ]


def send(waypost: Waypost, *events: dict[str, Any]) -> list[str]:
    reading = ingest.read_body(json.dumps(events).encode(), waypost.vocabulary, NOW)
    assert reading.refused == []
    return waypost.submit(reading.said).result(60).outcomes


def publish(waypost: Waypost, words: dict[str, str], source: str = EXPRESS, **more: Any) -> Published:
    return tables.publish(waypost.engine, waypost.vocabulary, source, Edits(words), by="lin", now=NOW, **more)


def carry(waypost: Waypost, job: int) -> replay.Job:
    return replay.run(waypost.engine, waypost.vocabulary, job, waypost.now, lambda reached, upto: None)


def delivered(waypost: Waypost) -> int:
    return waypost.current().orders(OrderQuery(status="delivered")).total


def raw(waypost: Waypost) -> list[Any]:
    columns = (event.c.event_id, event.c.word, event.c.payload, event.c.at, event.c.evidence, event.c.raw_time)
    with waypost.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(event.c.id))]


def test_what_was_told_stays_and_what_it_means_changes(waypost: Waypost) -> None:
    told, seen = raw(waypost), waypost.view()
    assert delivered(waypost) == 0
    made = publish(waypost, {DONE: "delivery.delivered", SENT: "linehaul.in_transit"}, comment="German")
    job = carry(waypost, made.job)
    assert (job.status, job.changed, job.reached) == ("done", 20, job.upto)
    assert raw(waypost) == told
    assert delivered(waypost) == 6
    assert waypost.view() is not seen
    assert verify(waypost.engine).differences == 0
    assert quarantine.unmapped_words(waypost.engine) == []


def test_events_that_come_after_publishing_are_read_by_the_table_at_once(waypost: Waypost) -> None:
    assert send(waypost, scan("parcel/P-7", DONE, Clock(NOW).ago(0.5), EXPRESS)) == ["unmapped"]
    publish(waypost, {DONE: "delivery.delivered"})
    assert send(waypost, scan("parcel/P-8", DONE, Clock(NOW).ago(0.5), EXPRESS)) == ["accepted"]
    other = scan("parcel/P-9", DONE, Clock(NOW).ago(0.5), "other.example")
    assert send(waypost, other) == ["unmapped"]  # it is another partner's word


def test_no_event_that_comes_while_tables_are_published_keeps_an_old_meaning(waypost: Waypost) -> None:
    """Events stream in while tables follow each other and their jobs run beside: every word ends up with the last."""
    stop = threading.Event()
    sent = itertools.count()

    def stream() -> None:
        while not stop.is_set():
            send(waypost, *(scan(f"parcel/P-{next(sent) % 10}", DONE, Clock(NOW).ago(1), EXPRESS) for _ in range(20)))

    talker = threading.Thread(target=stream)
    talker.start()
    for code in ("side.lost", "side.refused", "delivery.delivered", "side.delayed") * 2:
        publish(waypost, {DONE: code})
        waypost.replays.kick()
    stop.set()
    talker.join(60)
    waypost.replays.close()
    for job in replay.unfinished(waypost.engine):
        carry(waypost, job)
    with waypost.engine.connect() as connection:
        query = sa.select(event.c.code, sa.func.count()).where(event.c.word == DONE).group_by(event.c.code)
        found = {code: n for code, n in connection.execute(query)}  # noqa: C416
    assert found == {"side.delayed": next(sent) + 6}
    assert verify(waypost.engine).differences == 0


def test_table_files_are_read_by_the_table_and_counted_so(waypost: Waypost, tmp_path: Path) -> None:
    path = tmp_path / "scans.csv"
    path.write_text("waybill,time,hub,word\nW1,2026-03-18T10:00:00Z,BER,PU\nW2,2026-03-18T10:00:00Z,BER,??\n", "utf-8")
    mapping = document(LONG, source="files.example")
    assert import_path(waypost, path, mapping=mapping).unmapped == 1
    made = publish(waypost, {"??": "side.exception", "PU": SAYS_NOTHING}, "files.example")
    assert carry(waypost, made.job).changed == 2
    path.write_text("waybill,time,hub,word\nW3,2026-03-18T10:00:00Z,BER,??\n", "utf-8")
    report = import_path(waypost, path, mapping=mapping)
    assert (report.unmapped, report.inserted) == (0, 1)
    back = tables.roll_back(waypost.engine, waypost.vocabulary, "files.example", 0, by="lin", now=NOW)
    carry(waypost, back.job)
    with waypost.engine.connect() as connection:
        codes = dict(connection.execute(sa.select(event.c.raw_time + event.c.word, event.c.code).where(
            event.c.word.in_(["PU", "??"]))).all())  # fmt: skip
    assert codes == {"2026-03-18T10:00:00ZPU": "linehaul.picked_up", "2026-03-18T10:00:00Z??": "UNMAPPED"}


def test_a_preview_says_what_then_happens_and_writes_nothing(waypost: Waypost) -> None:
    words = {DONE: "delivery.delivered", SENT: "linehaul.in_transit"}
    before = pictures.stored(waypost.engine)
    found = preview(waypost, EXPRESS, Edits(words))
    assert pictures.stored(waypost.engine) == before
    assert found.moves == [("UNMAPPED", "linehaul.in_transit", 14), ("UNMAPPED", "delivery.delivered", 6)]
    assert (found.events, found.orders, found.outcome) == (20, 10, 6)
    was = standing(waypost)
    carry(waypost, publish(waypost, words).job)
    now = standing(waypost)
    differs = {ref for ref in was if was[ref] != now[ref]}
    assert found.standing == len(differs) == len(found.sample)
    assert {c.ref: (c.before[:4], c.after[:4]) for c in found.sample} == {ref: (was[ref], now[ref]) for ref in differs}
    assert found.stage == sum(was[ref][:2] != now[ref][:2] for ref in differs)
    assert found.tier == sum(was[ref][2] != now[ref][2] for ref in differs)
    assert preview(waypost, EXPRESS, Edits(words)).events == 0


def standing(waypost: Waypost) -> dict[str, tuple[Any, ...]]:
    """Where every order stands: journey, stage and tier while it is open, status."""
    rows = waypost.current().orders(OrderQuery(limit=1_000)).rows
    return {
        row.subject.ref: (row.journey, *((row.stage, row.level) if row.status == "open" else (None, "ok")), row.status)
        for row in rows
    }


def test_a_preview_while_a_job_is_on_its_way_counts_what_is_still_to_do(waypost: Waypost) -> None:
    publish(waypost, {DONE: "delivery.delivered"})
    assert preview(waypost, EXPRESS, Edits({DONE: "delivery.delivered"})).events == 6


def test_a_note_moves_nothing(waypost: Waypost) -> None:
    stood = waypost.current().orders(OrderQuery()).rows
    carry(waypost, publish(waypost, {SENT: SAYS_NOTHING}).job)
    assert [row[:9] for row in waypost.current().orders(OrderQuery()).rows] == [row[:9] for row in stood]
    entry = waypost.vocabulary.event(SAYS_NOTHING)
    assert entry is not None
    assert (entry.milestone, entry.repeats, entry.bizstep, entry.disposition) == (None, None, None, None)


def test_versions_are_kept_compared_and_taken_back(waypost: Waypost) -> None:
    before = pictures.stored(waypost.engine)
    publish(waypost, {DONE: "side.refused"}, base=0, comment="a mistake")
    second = publish(waypost, {DONE: "delivery.delivered"}, base=1)
    assert [v.version for v in tables.history(waypost.engine, EXPRESS)] == [1, 2]
    one, two = (tables.one(waypost.engine, EXPRESS, n).edits for n in (1, 2))
    assert [tuple(c)[:3] for c in tables.diff(one, two)] == [(DONE, "side.refused", "delivery.delivered")]
    back = tables.roll_back(waypost.engine, waypost.vocabulary, EXPRESS, 1, by="lin", now=NOW, base=2)
    assert (back.version.version, back.version.edits.words) == (3, {DONE: "side.refused"})
    tables.roll_back(waypost.engine, waypost.vocabulary, EXPRESS, 0, by="lin", now=NOW)
    for job in replay.unfinished(waypost.engine):
        carry(waypost, job)
    assert pictures.differences(pictures.stored(waypost.engine), before) == []
    assert second.version.by == "lin"
    said_ = [e for e in audit.recent(waypost.engine) if e.action == "mapping.published"]
    assert [(e.object, e.actor, e.detail["version"]) for e in said_] == [(f"mapping/{EXPRESS}", "lin", n)
                                                                         for n in (4, 3, 2, 1)]  # fmt: skip


def test_who_comes_second_is_told_and_changes_nothing(waypost: Waypost) -> None:
    publish(waypost, {DONE: "delivery.delivered"}, base=0)
    with pytest.raises(StaleVersion):
        publish(waypost, {DONE: "side.refused"}, base=0)
    assert tables.in_force(waypost.engine, EXPRESS).edits.words == {DONE: "delivery.delivered"}
    assert len(replay.jobs(waypost.engine, EXPRESS)) == 1
    with pytest.raises(NotFound, match="no version 7"):
        tables.one(waypost.engine, EXPRESS, 7)


@pytest.mark.parametrize(
    ("edits", "field"),
    [
        (Edits({DONE: "delivery.deliverd"}), f"words.{DONE}"),
        (Edits({DONE: "UNMAPPED"}), f"words.{DONE}"),
        (Edits({" ": "delivery.delivered"}), "words"),
        (Edits({"x" * 192: "delivery.delivered"}), "words"),
        (Edits({}, {DONE: "why"}), f"notes.{DONE}"),
        (Edits({DONE: "delivery.delivered"}, {DONE: "y" * 501}), f"notes.{DONE}"),
        (Edits({str(n): "delivery.delivered" for n in range(5_001)}), "words"),
    ],
)
def test_a_table_that_is_wrong_names_the_word(waypost: Waypost, edits: Edits, field: str) -> None:
    with pytest.raises(FieldError) as refused:
        tables.publish(waypost.engine, waypost.vocabulary, EXPRESS, edits, by="lin", now=NOW)
    assert refused.value.field == field
    assert tables.history(waypost.engine, EXPRESS) == []


def test_a_source_that_nobody_knows_is_refused(waypost: Waypost) -> None:
    with pytest.raises(NotFound, match=r"express\.example"):
        publish(waypost, {DONE: "delivery.delivered"}, "nobody.example")
    with pytest.raises(FieldError):
        tables.read_edits({"words": {"a": 1}})


def test_words_are_shown_with_their_examples_and_used_codes_with_their_words(waypost: Waypost) -> None:
    found = heard.heard(waypost.engine, EXPRESS)
    assert [(w.word, w.code, w.n) for w in found] == [(SENT, "UNMAPPED", 14), (DONE, "UNMAPPED", 6)]
    assert found[0].example is not None
    assert found[0].example.word == SENT
    carry(waypost, publish(waypost, {DONE: "delivery.delivered"}).job)
    assert [w.word for w in heard.heard(waypost.engine, EXPRESS)] == [SENT, DONE]  # what waits comes first
    uses = heard.uses(waypost.engine, NOW)
    assert (EXPRESS, DONE, "delivery.delivered", 6) in [tuple(use) for use in uses]
    named = next(s for s in sources.sources(waypost.engine) if s.name == EXPRESS)
    assert (named.version, named.waiting) == (1, 1)


def test_a_suggestion_is_made_when_asked_and_never_applied(waypost: Waypost) -> None:
    asked = suggest.suggest(waypost.engine, waypost.vocabulary, "state:OutForDelivery", NOW)
    assert asked[0] == "lastmile.out_for_delivery"
    assert suggest.suggest(waypost.engine, waypost.vocabulary, "状态:派送中", NOW)
    assert suggest.suggest(waypost.engine, waypost.vocabulary, "code:", NOW) == []
    assert {w.code for w in heard.heard(waypost.engine, EXPRESS)} == {"UNMAPPED"}


def test_the_thread_carries_jobs_on_and_a_failure_is_told(waypost: Waypost, monkeypatch: pytest.MonkeyPatch) -> None:
    made = publish(waypost, {DONE: "delivery.delivered"})
    monkeypatch.setattr(waypost.vocabulary.__class__, "slot_of", _breaks)
    waypost.replays.kick()
    thread = waypost.replays._thread
    if thread is not None:
        thread.join(30)
    monkeypatch.undo()
    job = replay.job_of(waypost.engine, made.job)
    assert (job.status, job.changed) == ("failed", 0)
    assert "no slots today" in (job.problem or "")
    again = replay.again(waypost.engine, EXPRESS, NOW)
    waypost.replays.kick()
    waypost.replays.close()
    if replay.job_of(waypost.engine, again).status == "running":  # it was closed before its first step
        carry(waypost, again)
    assert delivered(waypost) == 6


def _breaks(*_: Any) -> None:
    raise RuntimeError("no slots today")


KILLED = """
import os, signal, sys
from waypost.services.app import Waypost
from waypost.services.mappings import replay
replay.WINDOW = 7
steps = iter(range(100))
write = replay._recount if sys.argv[2] == "last" else replay.refold_subjects
def dies(*given):
    write(*given)
    if sys.argv[2] == "last" or next(steps) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
setattr(replay, write.__name__, dies)
with Waypost.open(sys.argv[1]) as waypost:
    for job in replay.unfinished(waypost.engine):
        replay.run(waypost.engine, waypost.vocabulary, job, waypost.now, lambda reached, upto: None)
"""


@pytest.mark.parametrize("where", ["middle", "last"])
def test_a_job_that_was_killed_goes_on_where_it_stood(waypost: Waypost, where: str, tmp_path: Path) -> None:
    words = {DONE: "delivery.delivered", SENT: "linehaul.hub_arrived"}
    made = publish(waypost, words)
    command = [sys.executable, "-c", KILLED, str(waypost.engine.url), where]
    assert subprocess.run(command, env=environment(), timeout=60, check=False).returncode == -signal.SIGKILL
    job = replay.job_of(waypost.engine, made.job)
    assert job.status == "running"
    assert 0 < job.reached < job.upto
    assert verify(waypost.engine).differences == 0  # half the way, and still sound
    assert carry(waypost, made.job).changed == 20
    assert verify(waypost.engine).differences == 0
    fresh = Waypost(sqlite_copy(tmp_path))
    fresh.clock = lambda: NOW
    send(fresh, *order(99))  # the source must have spoken
    publish(fresh, words)
    send(fresh, *(e for n in range(10) for e in order(n)))
    wanted, found = pictures.stored(fresh.engine), pictures.stored(waypost.engine)
    fresh.close()
    for name in ("states", "occurrences"):
        assert {k: v for k, v in wanted[name].items() if "99" not in k.ref} == found[name]


def test_nobody_who_looked_before_misses_what_comes_next(waypost: Waypost) -> None:
    """Versions that reading again took are not given to new events, not even after a rebuild."""
    carry(waypost, publish(waypost, {DONE: "delivery.delivered"}).job)
    assert delivered(waypost) == 6
    from waypost.services.verify import rebuild

    rebuild(waypost.engine)
    with waypost.engine.connect() as connection:
        highest = connection.execute(sa.select(sa.func.max(state.c.version))).scalar_one()
    send(waypost, scan("parcel/P-9", DONE, Clock(NOW).ago(0.1), EXPRESS))
    with waypost.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.max(event.c.id))).scalar_one() > highest
    assert delivered(waypost) == 7


@pytest.fixture
def wordy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installed connector that brings words along."""
    name = f"wordy_{tmp_path.name.replace('-', '_')}"
    package = tmp_path / "site" / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "words.toml").write_text('[status]\n"Zugestellt" = "delivery.delivered"\n"Weg" = "side.lost"\n', "utf-8")
    info = tmp_path / "site" / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[waypost.connectors]\n{name} = {name}\n")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return name


def test_a_connectors_words_lie_under_the_edits(waypost: Waypost, wordy: str) -> None:
    assert words_for(waypost.engine, wordy, EXPRESS) is None
    carry(waypost, publish(waypost, {SENT: "linehaul.in_transit"}).job)
    found = words_for(waypost.engine, wordy, EXPRESS)
    assert isinstance(found, Words)
    assert dict(found) == {DONE: "delivery.delivered", "status:Weg": "side.lost", SENT: "linehaul.in_transit"}
    assert dict(tables.shipped(waypost.engine, EXPRESS))["status:Weg"] == "side.lost"


def test_a_parser_that_was_handed_the_table_does_not_hide_what_it_ships(waypost: Waypost, wordy: str) -> None:
    """Its statements come with the edited code; taken back, they get the shipped one, as in a fresh store."""
    words_for(waypost.engine, wordy, EXPRESS)
    publish(waypost, {DONE: "side.refused"})
    parsed = scan("parcel/P-9", "side.refused", Clock(NOW).ago(0.2), EXPRESS, word=DONE)
    assert send(waypost, parsed) == ["accepted"]
    tables.roll_back(waypost.engine, waypost.vocabulary, EXPRESS, 0, by="lin", now=NOW)
    for job in replay.unfinished(waypost.engine):
        carry(waypost, job)
    with waypost.engine.connect() as connection:
        query = sa.select(event.c.code, event.c.slot, event.c.told).where(event.c.event_id == parsed["id"])
        code, slot, told = connection.execute(query).one()
    assert (code, slot, told) == ("delivery.delivered", waypost.vocabulary.slot_of("delivery.delivered"), None)


def test_the_table_of_a_connector_governs_all_that_it_reads(waypost: Waypost, wordy: str) -> None:
    words_for(waypost.engine, wordy, EXPRESS)
    found = preview(waypost, wordy, Edits({DONE: "delivery.delivered", SENT: "linehaul.in_transit"}))
    assert found.events == 20
    made = publish(waypost, {DONE: "delivery.delivered", SENT: "linehaul.in_transit"}, wordy)
    assert carry(waypost, made.job).changed == 20
    carry(waypost, publish(waypost, {DONE: "side.refused"}).job)  # what the source says itself counts more
    assert dict(words_for(waypost.engine, wordy, EXPRESS) or {}) == {
        DONE: "side.refused", SENT: "linehaul.in_transit", "status:Weg": "side.lost"}  # fmt: skip
    assert delivered(waypost) == 0
    assert verify(waypost.engine).differences == 0
