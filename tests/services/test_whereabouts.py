"""Where orders are: by their scans, else by the name of a city, else by their vehicle, else said to be unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.worlds import World, carries, said, scan
from waypost.domain.position import Position
from waypost.domain.subject import Subject, SubjectKind
from waypost.services import map as map_
from waypost.services.gazetteer import Gazetteer
from waypost.services.live import OrderQuery
from waypost.services.map import MapPicture
from waypost.services.positions import Counts, Snapshot
from waypost.services.whereabouts import Known, Places

TRUCK = Subject(SubjectKind.VEHICLE, "truck-7")
NOBODY = Snapshot(0, {}, Counts())
SHANGHAI: dict[str, Any] = {"lat": 31.23, "lon": 121.47}
BEIJING: dict[str, Any] = {"lat": 39.9, "lon": 116.4}


def day(n: int, hour: int = 8) -> str:
    return f"2026-03-{n:02d}T{hour:02d}:00:00Z"


def bought(order: str, **data: Any) -> dict[str, Any]:
    about = {"channel": "mall", "carrier": "SF"}
    return said(f"order/{order}", "payment.captured", day(10), attributes=about, **data)


@pytest.fixture
def places(world: World) -> Places:
    return Places(world.engine)


def picture(world: World, places: Places, vehicles: Snapshot = NOBODY, zoom: float = 4, **query: Any) -> MapPicture:
    return map_.picture(world.view(), places, OrderQuery(**query), vehicles, zoom)


def spots(world: World, places: Places, vehicles: Snapshot = NOBODY) -> dict[str, tuple[Any, ...]]:
    """Per order: by what its place is known, and the place."""
    view, found = world.view(), picture(world, places, vehicles)
    where = found.where
    return {
        view.row(place).subject.ref: (Known(known), None if np.isnan(lat) else (lat, lon), name)
        for place, known, lat, lon, name in zip(
            where.places.tolist(),
            where.known.tolist(),
            where.lat.tolist(),
            where.lon.tolist(),
            where.names,
            strict=True,
        )
    }


def test_the_latest_scan_with_coordinates_counts_of_the_order_and_all_its_parcels(world, places):
    world.send(
        bought("A"),
        scan("parcel/P1", "linehaul.picked_up", day(11), links=carries("order/A"), place="SH hub", **SHANGHAI),
        scan("parcel/P2", "linehaul.picked_up", day(12), links=carries("order/A"), place="BJ hub", **BEIJING),
        scan("parcel/P1", "linehaul.hub_arrived", day(11, 3), place="early", lat=1, lon=1),
    )
    assert spots(world, places) == {"A": (Known.SCAN, (39.9, 116.4), "BJ hub")}
    world.send(scan("parcel/P1", "linehaul.hub_arrived", day(13), place="WH hub", lat=30.6, lon=114.3))
    assert spots(world, places)["A"] == (Known.SCAN, (30.6, 114.3), "WH hub")
    world.send(scan("parcel/P1", "linehaul.hub_arrived", day(12, 9), place="late news", lat=2, lon=2))
    assert spots(world, places)["A"][2] == "WH hub"


def test_what_was_taken_back_counts_no_more(world, places):
    world.send(
        bought("A"),
        scan("parcel/P1", "linehaul.picked_up", day(11), links=carries("order/A"), **SHANGHAI),
        scan("parcel/P1", "linehaul.hub_arrived", day(12), id="wrong", **BEIJING),
    )
    assert spots(world, places)["A"][1] == (39.9, 116.4)
    world.send(scan("parcel/P1", "linehaul.hub_arrived", day(13), kind="retract", target="wrong"))
    assert spots(world, places)["A"][1] == (31.23, 121.47)
    assert spots(world, Places(world.engine))["A"][1] == (31.23, 121.47)  # also for a process that starts now


def test_promises_and_undated_words_are_no_places(world, places):
    plan = {"classifier": "planned", "at": day(20), "zone": "UTC"}
    world.send(bought("A"), said("order/A", "delivery.delivered", day(10), place="Beijing", **BEIJING, **plan))
    world.send(said("order/A", "linehaul.hub_arrived", None, **BEIJING))
    assert spots(world, places)["A"] == (Known.NOT, None, "")


@pytest.mark.parametrize(
    ("place", "known"),
    [
        ("杭州", True),
        ("Hangzhou", True),
        ("Rotterdam", False),
        ("Paris", False),
        ("Hangzhou hub", False),
        ("PEK", False),
    ],
)
def test_a_name_places_an_order_only_when_exactly_one_city_has_it(world, places, place, known):
    world.send(bought("A"), said("order/A", "warehouse.packed", day(11), place=place))
    found = spots(world, places)["A"]
    assert found[0] == (Known.NAME if known else Known.NOT)
    if known:
        assert found[1] == pytest.approx((30.29, 120.16), abs=0.1)


def test_coordinates_win_over_a_later_name(world, places):
    world.send(bought("A"), said("order/A", "warehouse.packed", day(11), **BEIJING))
    world.send(said("order/A", "warehouse.outbound_scan", day(12), place="Hangzhou"))
    assert spots(world, places)["A"][:2] == (Known.SCAN, (39.9, 116.4))


def test_the_gazetteer_remembers_what_it_does_not_know():
    found = Gazetteer()
    assert found.find(["杭州", "no such place", ""]).keys() == {"杭州"}
    assert found.find(["no such place"]) == {}


def inside(unit: str, start: str, until: str | None = None) -> list[dict[str, Any]]:
    link = {"rel": "inside", "to": unit, "from": start}
    return [{**link, "until": until} if until else link]


def vehicles(lat: float = 25.0) -> Snapshot:
    return Snapshot(1, {TRUCK: Position(TRUCK, 10**15, lat, 110.0, source="t")}, Counts())


def test_an_order_without_a_place_is_where_its_vehicle_is(world, places):
    world.send(
        bought("A"),
        bought("B"),
        said("parcel/P1", "linehaul.info_received", day(11), links=[*carries("order/A"), *inside("unit/T1", day(11))]),
        said("unit/T1", "vehicle.departed", day(11), links=inside("vehicle/truck-7", day(11))),
    )
    assert spots(world, places, vehicles())["A"] == (Known.VEHICLE, (25.0, 110.0), "truck-7")
    assert spots(world, places, vehicles(26.0))["A"][1] == (26.0, 110.0)
    assert picture(world, places, vehicles()).by == (0, 0, 1, 1)
    view = world.view()
    assert [view.row(place).subject.ref for place in places.aboard(view, TRUCK)] == ["A"]
    world.send(said("unit/T1", "vehicle.arrived", day(12), links=inside("vehicle/truck-7", day(11), day(12))))
    assert spots(world, places, vehicles())["A"] == (Known.NOT, None, "")
    assert places.aboard(world.view(), TRUCK) == []
    assert places.aboard(world.view(), Subject(SubjectKind.VEHICLE, "nobody")) == []


def test_a_picture_counts_everything_and_shows_what_it_knows(world, places):
    world.send(
        *(bought(name) for name in "ABCD"),
        *(said(f"order/{name}", "warehouse.packed", day(11), place="SH", **SHANGHAI) for name in "AB"),
        said("order/C", "warehouse.packed", day(11), place="BJ", **BEIJING),
    )
    found = picture(world, places)
    assert (found.n, found.unknown, found.by) == (4, 1, (3, 0, 0, 1))
    assert sorted(cluster.n for cluster in found.clusters) == [1, 2]
    assert [(station.names, station.n) for station in found.stations] == [(("SH",), 2), (("BJ",), 1)]
    assert sum(found.levels) == 4
    assert picture(world, places, where=(("carrier", ("DHL",)),)).n == 0
    together = picture(world, places, zoom=0.3)
    assert [cluster.n for cluster in together.clusters] == [3]
    assert found.cluster(found.clusters[0].id) is found.clusters[0]
    assert found.cluster("gone") is None


def test_an_order_that_is_delivered_leaves_the_map(world, places):
    world.send(bought("A"), said("order/A", "warehouse.packed", day(11), **SHANGHAI))
    assert picture(world, places).n == 1
    world.send(scan("order/A", "delivery.delivered", day(12), **SHANGHAI))
    assert picture(world, places).n == 0


def test_cells_grow_until_there_are_few_enough_and_nobody_is_lost():
    from waypost.services.whereabouts import Whereabouts

    rng = np.random.default_rng(5)
    n = 20_000
    where = Whereabouts(
        np.arange(n),
        rng.uniform(-84, 84, n),
        rng.uniform(-180, 180, n),
        np.zeros(n, dtype=np.int8),
        np.zeros(n, dtype=np.int64),
        [""] * n,
    )
    levels = rng.integers(0, 3, n).astype(np.int8)
    for most in (3_000, 500, 1):
        found = map_.clusters(where, levels, 12, most)
        assert 0 < len(found) <= most
        assert sum(cluster.n for cluster in found) == n
        assert sum(cluster.levels[2] for cluster in found) == int((levels == 2).sum())
        assert len({cluster.id for cluster in found}) == len(found)


def test_the_opening_view_holds_nearly_everything():
    from waypost.domain.geo import Point

    shanghai = [Point(31.2, 121.4)] * 99
    centre, zoom = map_.overview_of([*shanghai, Point(-33, 151)], 800, 600)
    assert centre == pytest.approx((31.2, 121.4), abs=0.1)
    assert zoom == 9
    world_centre, far = map_.overview_of([], 800, 600)
    assert far < 2
    assert -40 < world_centre.lat < 40
