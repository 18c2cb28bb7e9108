"""Rounds of kill -9 against a process that writes: `ingest` runs in the child, `Rounds` in the test.

The child sends each batch through the writer and reports its number over a pipe only when the writer
has answered. It is killed in the middle of whatever it does; the next one goes on where it stood.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future

from sqlalchemy.engine import Engine

from tests import pictures
from tests.support import environment
from waypost.domain.statement import UNMAPPED, Classifier, Evidence, Kind, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.domain.vocabulary import load
from waypost.services.app import Waypost
from waypost.services.verify import verify
from waypost.store.engine import open_engine
from waypost.store.group import Receipt

BATCH = 7
AT_ONCE = 20  # batches under way, so that groups form
START = 1_790_000_000_000_000
CODES = ["order.created", "payment.captured", "linehaul.picked_up", "lastmile.attempt_failed", "delivery.delivered"]


def batch(number: int) -> list[Statement]:
    """The statements of a batch: the same ones whenever and wherever it is sent."""
    dice = random.Random(number)
    return [_statement(number, n, dice) for n in range(BATCH)]


def _statement(number: int, n: int, dice: random.Random) -> Statement:
    code = dice.choice([*CODES, UNMAPPED])
    entry = load().event(code)
    parcel = dice.random() < 0.5
    order = Subject(SubjectKind.ORDER, f"o{dice.randrange(40)}")
    kind = Kind.RETRACT if dice.random() < 0.05 else Kind.ASSERT
    return Statement(
        "carrier" if parcel else "shop",
        f"{number}-{n}",
        Subject(SubjectKind.PARCEL, f"p{dice.randrange(40)}") if parcel else order,
        code,
        load().slot_of(code),
        None if dice.random() < 0.1 else START + dice.randrange(10**9),
        stated_at=START + dice.randrange(10**9),
        evidence=dice.choice([Evidence.SCANNED, Evidence.DECLARED]),
        classifier=Classifier.PLANNED if dice.random() < 0.1 else Classifier.ACTUAL,
        kind=kind,
        target=f"{dice.randrange(number + 1)}-{dice.randrange(BATCH)}" if kind else None,
        repeats=entry.repeats if entry else None,
        word="谜" if code == UNMAPPED else None,
        attributes={"channel": dice.choice("abc"), "customer": f"c{number}"} if dice.random() < 0.3 else None,
        links=(LinkClaim(LinkRel.CARRIES, order),) if parcel and dice.random() < 0.3 else (),
    )


def ingest(url: str, first: int) -> None:
    """Send batches from `first` on without end; print the number of each that was answered."""
    with Waypost.open(url) as waypost:
        under_way: list[tuple[int, Future[Receipt]]] = []
        for number in range(first, sys.maxsize):
            under_way.append((number, waypost.submit(batch(number))))
            if len(under_way) >= AT_ONCE:
                _answer(*under_way.pop(0))


def _answer(number: int, future: Future[Receipt]) -> None:
    future.result()
    print(number, flush=True)


class Rounds:
    """Rounds of killing on one database, and what must be true after each."""

    def __init__(self, url: str, seed: int) -> None:
        self.url = url
        self.dice = random.Random(seed)
        self.answered: list[int] = []
        self.sent = 0

    def round(self) -> None:
        """Start a child where the last answer was, kill it after a while, and check the database."""
        first = max(0, self.sent - 5)  # some batches are sent again, as a partner would
        child = f"from tests.faults.kill_rounds import ingest; ingest({self.url!r}, {first})"
        process = subprocess.Popen([sys.executable, "-c", child], env=environment(), stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        numbers = self._numbers(process)
        answered = [next(numbers)]  # it works
        threading.Timer(self.dice.uniform(0.0, 0.6), process.kill).start()
        answered += numbers
        process.wait()
        process.stdout.close()
        assert process.returncode == -9, "the child ended by itself"
        self.answered += answered
        self.sent = max(self.answered) + 1
        self.check()

    def _numbers(self, process: subprocess.Popen[str]) -> Iterator[int]:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith("\n"):  # the last one may have been cut off
                yield int(line)

    def check(self) -> None:
        """Every answered event is there exactly once, no batch by halves, and all states are a fold of them."""
        engine = open_engine(self.url)
        try:
            self._check(engine)
        finally:
            engine.dispose()

    def _check(self, engine: Engine) -> None:
        found = pictures.stored(engine)
        events: Counter[tuple[str, str]] = found["events"]
        assert max(events.values()) == 1
        whole = Counter(int(event_id.partition("-")[0]) for _, event_id in events)
        assert set(whole.values()) == {BATCH}, "a batch was stored by halves"
        assert set(self.answered) <= set(whole), "an answered batch is missing"
        told = [statement for number in sorted(whole) for statement in batch(number)]
        assert pictures.differences(found, pictures.expected(told)) == []
        assert verify(engine).differences == 0
