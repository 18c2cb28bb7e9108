"""Many processes that store events in one database at once, about the same orders: `make proof-writers`.

PROCESSES (8 by default) write for SECONDS (60). A third of what each one sends, its neighbour sends too; some of
it takes back or corrects what came before. It prints events per second, and what the database says of deadlocks.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter, deque
from concurrent.futures import Future

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from tests.support import environment
from waypost.domain.errors import Overloaded
from waypost.domain.statement import Classifier, Evidence, Kind, Refusal, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.domain.vocabulary import load
from waypost.services.app import Waypost
from waypost.services.verify import verify
from waypost.store.engine import open_engine
from waypost.store.group import Receipt
from waypost.store.migrate import upgrade
from waypost.store.schema import event

SECONDS, PROCESSES = int(os.environ.get("SECONDS", "60")), int(os.environ.get("PROCESSES", "8"))
BATCH, AT_ONCE, ORDERS = 50, 8, 2_000
START = 1_790_000_000_000_000
CODES = ["order.created", "payment.captured", "linehaul.picked_up", "lastmile.attempt_failed", "delivery.delivered"]


def batch(writer: int, number: int) -> list[Statement]:
    """The statements of a batch: the same ones whoever sends it."""
    dice = random.Random(writer * 1_000_003 + number)
    return [_statement(f"{writer}-{number}", n, dice) for n in range(BATCH)]


def _statement(prefix: str, n: int, dice: random.Random) -> Statement:
    order, code = Subject(SubjectKind.ORDER, str(dice.randrange(ORDERS))), dice.choice(CODES)
    entry = load().event(code)
    said = Statement(
        dice.choice(["shop", "carrier"]), f"{prefix}-{n}", order, code, load().slot_of(code),
        START + dice.randrange(10**12), evidence=dice.choice(list(Evidence)[:3]),
        repeats=entry.repeats if entry else None, attributes={"customer": f"C{dice.randrange(500)}"},
    )  # fmt: skip
    what = dice.random()
    if n and what < 0.02:  # of the same source or not: a retraction that finds nothing is an event like any other
        return said._replace(kind=dice.choice([Kind.RETRACT, Kind.CORRECT]), target=f"{prefix}-{n - 1}")
    if what < 0.12:
        return said._replace(classifier=Classifier.PLANNED, until=(said.at or 0) + 1)
    if what < 0.22:
        parcel = Subject(SubjectKind.PARCEL, f"{prefix}-{n}")
        return said._replace(subject=parcel, links=(LinkClaim(LinkRel.CARRIES, order, 1.0),))
    return said


def write(url: str, writer: int, seconds: float) -> Counter[str]:
    """What a child does: batches of its own, and every third one of its neighbour's, until the time is over."""
    told: Counter[str] = Counter()
    under_way: deque[Future[Receipt]] = deque()
    with Waypost.open(url) as waypost:
        until, number = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            said = [batch(writer, number)] + ([batch((writer + 1) % PROCESSES, number)] if number % 3 == 0 else [])
            refused = [Refusal("shop", f"{number}", "time", "no", "yes", f"{number}")] if number % 20 == 0 else []
            for each in said:
                try:
                    under_way.append(waypost.submit(each, refused))
                except Overloaded:
                    told["overloaded"] += 1
            number += 1
            while len(under_way) >= AT_ONCE:
                told.update(under_way.popleft().result().outcomes)
        for last in under_way:
            told.update(last.result().outcomes)
    return told


def _deadlocks(engine: Engine) -> int:
    if engine.dialect.name != "postgresql":
        return 0  # one lock cannot be taken in two orders
    asked = sa.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    with engine.connect() as connection:
        return int(connection.execute(asked).scalar_one())


@pytest.mark.slow
def test_many_writers_take_turns(store_url: str) -> None:
    engine = open_engine(store_url)
    upgrade(engine)
    command = [sys.executable, __file__, store_url]
    children = [
        subprocess.Popen([*command, str(n)], env=environment(), stdout=subprocess.PIPE, text=True)
        for n in range(PROCESSES)
    ]
    told: Counter[str] = Counter()
    shares = []
    for child in children:
        said, _ = child.communicate(timeout=SECONDS + 300)
        assert child.returncode == 0, "a writer failed; its error stands above"
        share = Counter(json.loads(said))
        shares.append(share["accepted"] + share["duplicate"])
        told += share
    time.sleep(1)  # PostgreSQL counts with a delay
    deadlocks, checked = _deadlocks(engine), verify(engine)
    with engine.connect() as connection:
        twice = connection.execute(
            sa.select(event.c.source_id, event.c.event_id).group_by(event.c.source_id, event.c.event_id).having(
                sa.func.count() > 1
            )
        ).all()  # fmt: skip
    rate = sum(shares) / SECONDS
    print(
        f"\n{engine.dialect.name}: {PROCESSES} processes, {SECONDS} s: {rate:,.0f} statements/s, {dict(told)}, "
        f"of each process {min(shares):,} to {max(shares):,}; {deadlocks} deadlocks, {checked.differences} differences"
    )
    engine.dispose()
    assert deadlocks == 0
    assert (checked.differences, checked.events, twice) == (0, told["accepted"], [])
    assert told["duplicate"] > 0
    assert min(shares) > 0, "a process never got its turn"


if __name__ == "__main__":
    print(json.dumps(write(sys.argv[1], int(sys.argv[2]), SECONDS)))
