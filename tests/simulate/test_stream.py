"""The stream of events: the same for a seed, in order, readable, and without a seam at 'now'."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import islice, takewhile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulate.told import NOW, Told, company
from waypost.connect.cloudevents import read_event
from waypost.domain.instants import DAY, read_moment
from waypost.domain.statement import UNMAPPED, Classifier, Kind
from waypost.domain.vocabulary import load
from waypost.simulate.company import Company
from waypost.simulate.profile import CLEAN, HOSTILE, ORDINARY, Profile
from waypost.simulate.words import UNKNOWN

SMALL: dict[str, Any] = {"days": 3, "scale": 0.02}


def test_a_seed_always_lives_the_same_life() -> None:
    again, first, other = (list(company(seed, profile=ORDINARY, **SMALL).history()) for seed in (5, 5, 6))
    assert len(first) > 300
    assert first == again
    assert first != other


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**63),
    at=st.integers(NOW - 90 * DAY, NOW + 90 * DAY),
    profile=st.sampled_from([CLEAN, ORDINARY, HOSTILE]),
)
def test_events_come_in_order_of_arrival_and_never_before_they_happened(seed: int, at: int, profile: Profile) -> None:
    arrived = list(Company(seed, at, days=4, scale=0.01, profile=profile).arrived())
    arrivals = [arrival for arrival, _ in arrived]
    assert arrivals == sorted(arrivals)
    assert not arrivals or at - 4 * DAY <= arrivals[0] <= arrivals[-1] <= at
    for arrival, event in arrived:
        said = read_event(event, load(), arrival)
        assert said.stated_at is not None
        assert at - 5 * DAY < said.stated_at <= arrival
        if said.classifier == Classifier.ACTUAL:
            assert said.at is not None
            assert said.at <= said.stated_at


def test_ids_are_unique_but_for_the_repetitions_that_are_meant(clean: Told, usual: Told) -> None:
    assert max(Counter(s.event_id for s in clean.said).values()) == 1
    contents = defaultdict(list)
    for _, event in usual.timed:
        contents[event["source"], event["id"]].append(event)
    assert all(event == same[0] for same in contents.values() for event in same)
    repeated = sum(len(same) - 1 for same in contents.values())
    renamed = sum(id_.endswith("r") for _, id_ in contents)
    assert repeated + renamed == pytest.approx(ORDINARY.duplicate * len(usual.timed), rel=0.2)
    assert repeated > renamed > 0


def test_every_word_is_known_but_for_the_few_that_are_not(usual: Told) -> None:
    vocabulary = load()
    strangers = {type_ for pairs in UNKNOWN.values() for type_, _ in pairs}
    unmapped = [
        (event, said) for (_, event), said in zip(usual.timed, usual.said, strict=True) if said.code == UNMAPPED
    ]
    assert 0 < len(unmapped) < 0.01 * len(usual.said)
    assert {event["type"] for event, _ in unmapped} <= strangers
    assert all(said.word and said.word != event["type"] for event, said in unmapped)
    reasons = {said.reason for said in usual.said if said.reason}
    assert len(reasons) > 12
    assert [reason for reason in reasons if vocabulary.entry(reason) is None] == []
    assert {said.code for said in usual.said} > {"vehicle.position", "return.requested", "customs.cleared"}


def test_everything_is_marked_as_simulated_and_comes_from_an_invented_source(usual: Told) -> None:
    assert all(said.simulated for said in usual.said)
    assert all(said.source.endswith(".example") for said in usual.said)
    assert len({said.source for said in usual.said}) >= 15


def test_links_lead_to_what_somebody_has_spoken_of(clean: Told) -> None:
    spoken = {str(said.subject) for said in clean.said} | {f"vehicle/{v}" for v in _vehicles(clean)}
    flights = {str(link.to) for said in clean.said if said.code == "linehaul.flight_departed" for link in said.links}
    targets = {str(link.to) for said in clean.said for link in said.links}
    assert len(targets) > 1000
    assert targets - spoken - flights == set()


def _vehicles(told: Told) -> set[str]:
    return {str(said.attributes["vehicle"]) for said in told.said if said.attributes and "vehicle" in said.attributes}


def test_what_happens_does_not_depend_on_how_it_is_reported() -> None:
    clean, hostile = (Told(list(company(days=10, scale=0.03, profile=p).arrived())) for p in (CLEAN, HOSTILE))
    happened = {(str(s.subject), s.code, s.at) for s in clean.said}
    settled = [s for s in hostile.said if (s.at or 0) < NOW - DAY and s.code not in (UNMAPPED, "vehicle.position")]
    assert {(str(s.subject), s.code, s.at) for s in settled} <= happened
    assert hostile.created.keys() <= clean.created.keys()
    lateness = [arrival - (s.stated_at or 0) for (arrival, _), s in zip(hostile.timed, hostile.said, strict=True)]
    assert sum(late > DAY // 24 for late in lateness) > 0.3 * len(lateness)
    assert len(hostile.said) < len({(s.source, s.event_id) for s in hostile.said}) * 1.6
    assert len({s.event_id for s in hostile.said}) < len(hostile.said) * 0.8


@pytest.mark.parametrize("profile", [CLEAN, ORDINARY])
def test_live_goes_on_where_the_history_ends(profile: Profile) -> None:
    later = company(profile=profile, now=NOW + DAY // 2, days=9, scale=0.03)
    expected = [(at, event) for at, event in later.arrived() if at > NOW]
    # Both begin at the same instant, so that the same orders are open.
    earlier = Company(7, NOW, 8, 0.03, profile, later.peak_day)
    earlier.start = later.start
    fresh = takewhile(lambda timed: timed[0] <= later.now, earlier.live())
    assert list(fresh) == expected
    for _ in earlier.arrived():
        pass
    assert list(islice(earlier.live(), 50)) == expected[:50]
    assert len(expected) > 100


def test_live_resumes_at_any_later_instant() -> None:
    resumed = NOW + 3 * DAY
    straight = company(**SMALL).live()
    expected = list(islice(((at, event) for at, event in straight if at > resumed), 200))
    assert list(islice(company(**SMALL).live(resumed), 200)) == expected


def test_orders_that_are_open_now_come_to_their_end() -> None:
    world = company(days=12, scale=0.02)
    before = Told(list(world.arrived()))
    stopped = {str(said.subject) for said in before.said if said.code == "warehouse.intercepted"}
    on_their_way = {parcel for parcel in before.carried if not {33, 39, 43} & before.cells[parcel].keys()} - stopped
    after = list(takewhile(lambda timed: timed[0] < NOW + 30 * DAY, world.live()))
    ends = ("delivery.", "return.returned", "side.lost", "side.waybill", "warehouse.intercepted")
    ended = {e["subject"] for _, e in after if e["type"].startswith(ends) and "classifier" not in e["data"]}
    assert len(on_their_way) > 50
    assert on_their_way - ended == set()
    assert sum(e["type"] == "order.created" for _, e in after) > 300


def test_times_without_an_offset_come_with_their_zone(usual: Told) -> None:
    bare = [e for _, e in usual.timed if "zone" in e["data"] and "classifier" not in e["data"]]
    assert {e["source"] for e in bare} == {"open.yunyi.example", "rastreio.ipe.example"}
    assert all(read_moment(e["data"]["at"], e["data"]["zone"], "at").at for e in bare)
    planned = [e for _, e in usual.timed if e["data"].get("classifier") == "planned"]
    assert planned
    assert all(len(e["data"]["at"]) == 10 for e in planned)


@pytest.mark.parametrize(("days", "scale"), [(0, 1.0), (10, 0.0), (10, -1.0)])
def test_a_company_of_nothing_is_refused(days: int, scale: float) -> None:
    with pytest.raises(ValueError, match="greater than zero"):
        Company(1, NOW, days, scale)


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="late is a share"):
        Profile(late=1.5)


def test_retractions_name_a_statement_of_the_same_source(clean: Told) -> None:
    by_id = {s.event_id: s for s in clean.said}
    retractions = [s for s in clean.said if s.kind == Kind.RETRACT]
    assert retractions
    assert all(by_id[s.target or ""].source == s.source for s in retractions)
    assert all(by_id[s.target or ""].subject == s.subject for s in retractions)
