"""What happens to a container happens to the parcels inside it, while they are inside: told in any order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines import SERVERS
from tests.histories import arrivals
from tests.properties import examples
from tests.worlds import World, said, scan, sqlite_copy, us, wipe
from waypost.connect.cloudevents import read_event
from waypost.domain.state import standing
from waypost.domain.statement import Statement
from waypost.domain.vocabulary import load
from waypost.services.live import View
from waypost.services.order import order_journey
from waypost.store.engine import open_engine
from waypost.store.migrate import upgrade

LATER = us("2026-12-01T00:00:00Z")


def inside(carrier: str, start: str | None = None, until: str | None = None) -> list[dict[str, Any]]:
    """A link into a carrier for an interval."""
    return [
        {"rel": "inside", "to": carrier, **({"from": start} if start else {}), **({"until": until} if until else {})}
    ]


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = World(sqlite_copy(tmp_path_factory.getbasetemp()))
    yield made
    made.close()


def test_a_container_takes_its_parcels_along_and_no_others(world: World) -> None:
    world.send(
        said("order/a", "order.created", "2026-03-01T08:00:00Z"),
        scan("parcel/p", "linehaul.picked_up", "2026-03-01T10:00:00Z", links=[{"rel": "carries", "to": "order/a"}]),
        scan("parcel/q", "linehaul.picked_up", "2026-03-01T10:00:00Z"),
        scan("unit/box", "customs.cleared", "2026-03-04T10:00:00Z"),
        scan("unit/box", "lastmile.out_for_delivery", "2026-03-09T10:00:00Z"),
    )
    assert _cells(world.view(), "p").keys() == _cells(world.view(), "q").keys()
    packed = inside("unit/box", "2026-03-02T10:00:00Z", "2026-03-06T00:00:00Z")
    world.send(scan("parcel/p", "linehaul.sorted", "2026-03-02T10:00:00Z", links=packed))
    cleared = load().slot_of("customs.cleared")
    out = load().slot_of("lastmile.out_for_delivery")
    assert cleared is not None
    found = _cells(world.view(), "p")
    assert found[cleared] == us("2026-03-04T10:00:00Z")
    assert out not in found, "it was taken out before the box went for delivery"
    assert cleared not in _cells(world.view(), "q")


def test_the_order_shows_what_happened_to_the_container_while_it_was_inside(world: World) -> None:
    world.send(
        said("order/a", "order.created", "2026-03-01T08:00:00Z"),
        scan(
            "parcel/p",
            "linehaul.picked_up",
            "2026-03-01T10:00:00Z",
            links=[{"rel": "carries", "to": "order/a"}, *inside("unit/bag", "2026-03-02T00:00:00Z")],
        ),
        scan("unit/bag", "linehaul.sorted", "2026-03-01T20:00:00Z"),  # before the parcel was put in
        scan(
            "unit/bag",
            "linehaul.sorted",
            "2026-03-02T20:00:00Z",
            id="packed",
            links=inside("unit/box", "2026-03-03T00:00:00Z", "2026-03-06T00:00:00Z"),
        ),
        scan("unit/box", "customs.cleared", "2026-03-04T10:00:00Z", id="cleared"),
        scan("unit/box", "customs.cleared", "2026-03-05T10:00:00Z", id="wrong"),
        scan("unit/box", "customs.cleared", "2026-03-05T10:00:00Z", kind="retract", target="wrong"),
        scan("unit/box", "lastmile.out_for_delivery", "2026-03-09T10:00:00Z"),  # after it was taken out
        scan("parcel/q", "linehaul.picked_up", "2026-03-01T10:00:00Z", links=inside("unit/box")),
    )
    key = world.key("order/a")
    found = order_journey(world.engine, world.view(), key)
    assert [(e.event_id, str(found.subjects[e.subject_id])) for e in found.carried] == [
        ("packed", "unit/bag"),
        ("cleared", "unit/box"),
    ]
    assert {str(found.subjects[e.subject_id]) for e in found.events} == {"order/a", "parcel/p"}
    behind = {id_ for node in found.tracks[0].nodes for id_ in node.events}
    assert {e.id for e in found.carried} <= behind, "the node that it explains shows it"


MOMENTS = st.integers(0, 12)
CODES = st.sampled_from(["linehaul.flight_departed", "customs.cleared", "lastmile.out_for_delivery"])


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[Statement], list[list[Statement]]]:
    """What carriers did, and packings of parcels and carriers, told late, twice and in any order."""
    events: list[dict[str, Any]] = []
    for n in range(draw(st.integers(1, 8))):
        carrier = draw(st.sampled_from(["unit/bag", "unit/box", "unit/ship"]))
        events.append(scan(carrier, draw(CODES), _at(draw(MOMENTS)), id=f"c{n}"))
    for n in range(draw(st.integers(1, 8))):
        what, into = draw(
            st.sampled_from(
                [("parcel/p", "unit/bag"), ("parcel/q", "unit/box"), ("parcel/p", "unit/box"),
                 ("unit/bag", "unit/box"), ("unit/box", "unit/ship"), ("unit/ship", "unit/box")]
            )
        )  # fmt: skip
        start, until = draw(st.none() | MOMENTS), draw(st.none() | MOMENTS)
        when = [None if m is None else _at(m) for m in (start, until)]
        events.append(scan(what, "linehaul.sorted", _at(draw(MOMENTS)), id=f"l{n}", links=inside(into, *when)))
    told = [read_event(event, load(), LATER) for event in events]
    good = [s for s in told if isinstance(s, Statement)]
    return good, draw(arrivals(good))


def _at(moment: int) -> str:
    return f"2026-03-{1 + moment:02d}T12:00:00Z"


@settings(examples(0.5), suppress_health_check=list(HealthCheck))
@given(telling=tellings())
def test_any_order_gives_what_a_fresh_reading_gives(telling: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    _check(telling, World(sqlite_copy(tmp_path_factory.getbasetemp())))


@pytest.mark.service
@pytest.mark.parametrize("server", SERVERS)
def test_on_servers(server: str, request: pytest.FixtureRequest) -> None:
    engine = open_engine(request.getfixturevalue(server))
    upgrade(engine)

    @settings(examples(0.1), suppress_health_check=list(HealthCheck))
    @given(telling=tellings())
    def check(telling: Any) -> None:
        wipe(engine)
        _check(telling, World(engine), keep=True)

    check()
    engine.dispose()


def _check(telling: Any, world: World, keep: bool = False) -> None:
    told, batches = telling
    for batch in batches:
        world.store(batch)
        world.view()
    wanted = {name: _by_hand(told, name) for name in ("p", "q")}
    for view in (world.view(), world.another_live().view()):
        assert {name: _cells(view, name) for name in ("p", "q")} == wanted
    world.writer.close() if keep else world.close()


def _by_hand(told: list[Statement], name: str) -> dict[int, int]:
    """Minute by hand: at every moment ask what the parcel was inside of, and what happened to that."""
    found: dict[int, int] = {}
    for s in standing(told):
        if s.subject.ref == name and s.slot is not None and s.at is not None:
            found[s.slot] = min(found.get(s.slot, s.at), s.at)
    taken: dict[int, int] = {}
    for s in standing(told):
        if s.slot is not None and s.at is not None and s.subject.ref in _around(told, name, s.at):
            taken[s.slot] = min(taken.get(s.slot, s.at), s.at)
    own = {s.slot for s in told if s.subject.ref == name}
    return {**taken, **{slot: at for slot, at in found.items() if slot in own}}


def _around(told: list[Statement], name: str, at: int) -> set[str]:
    around: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        for carrier in ("bag", "box", "ship"):
            if carrier not in around and _is_in(told, one, carrier, at):
                around.add(carrier)
                todo.append(carrier)
    return around


def _is_in(told: list[Statement], one: str, carrier: str, at: int) -> bool:
    latest: dict[int, tuple[int, int, int, int | None, int | None]] = {}  # of one start the claim said last stands
    for s in told:
        for link in s.links if s.subject.ref == one else ():
            if link.to.ref == carrier:
                start, until = link.valid_from, link.valid_until
                said_ = s.at if s.stated_at is None else s.stated_at
                rank = (said_ or -1, -1 if until is None else until, -1 if start is None else start, start, until)
                held = latest.get(start or 0)
                if held is None or rank[:3] > held[:3]:
                    latest[start or 0] = rank
    claims = [(start, until) for *_, start, until in latest.values()]
    starts = [start for start, until in claims if start is not None or until is None]
    ends = [until for start, until in claims if start is None and until is not None]
    for start, until in claims:
        if start is None and until is not None:
            if not any((s is None or s <= until) for s in starts) and at < until:
                return True
            continue
        since = -(2**62) if start is None else start
        limits = [end for end in ends if end >= since] + ([until] if until is not None else [])
        if since <= at and all(at < limit for limit in limits):
            return True
    return False


def _cells(view: View, name: str) -> dict[int, int]:
    """Milestone slots of a parcel and their times, as the picture has them."""
    row = next((n for n, s in enumerate(view.table.subjects) if s.ref == name), None)
    if row is None:
        return {}
    return {
        slot: int(column[row]) & (2**60 - 1)
        for slot, column in view.table.cells.slots.items()
        if int(column[row]) != 2**63 - 1
    }
