"""The map page: what it sends to the browser, what is chosen on it, and where that leads."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from tests.scene import NOW
from tests.worlds import scan
from waypost.domain.geo import Point, wgs_to_gcj
from waypost.domain.instants import SECOND, from_us
from waypost.domain.position import Position
from waypost.domain.subject import Subject, SubjectKind
from waypost.services import ingest
from waypost.services.app import Waypost
from waypost.services.settings import Settings
from waypost.web import assets, deps, map_view

TRUCK = Subject(SubjectKind.VEHICLE, "truck-7")
HANGZHOU, CHENGDU = {"lat": 30.29, "lon": 120.16}, {"lat": 30.67, "lon": 104.07}


@pytest.fixture
def mapped(shop: Waypost) -> Waypost:
    """The scene with coordinates: A-3 is in Chengdu, A-4 and A-5 in Hangzhou; a truck drives."""
    at = from_us(NOW - 3_600 * SECOND).isoformat()
    events = [
        scan("parcel/P-3", "linehaul.arrived_destination_hub", at, place="成都转运中心", **CHENGDU),  # type: ignore[arg-type]
        scan("order/A-4", "warehouse.picked", at, place="Hangzhou HZ1", **HANGZHOU),  # type: ignore[arg-type]
        scan("order/A-5", "warehouse.picked", at, place="Hangzhou HZ1", **HANGZHOU),  # type: ignore[arg-type]
    ]
    reading = ingest.read_body(json.dumps(events).encode(), shop.vocabulary, NOW)
    assert reading.refused == []
    shop.submit(reading.said).result(60)
    shop.positions.take(
        [
            Position(TRUCK, NOW - 60 * SECOND, 31.0, 115.0, speed_kmh=68, course=90, battery=77, source="owntracks"),
            Position(Subject(SubjectKind.VEHICLE, "van-2", "north"), NOW - 7_200 * SECOND, 30, 114, source="s"),
        ]
    )
    shop.current()
    return shop


def layers(app: AppTest) -> dict[str, Any]:
    """The layers of the map by name."""
    assert not app.exception, app.exception
    (chart,) = app.get("deck_gl_json_chart")
    spec: dict[str, Any] = json.loads(chart.proto.json)
    assert spec.get("mapProvider") is None
    return {layer["id"].partition(".")[0]: layer for layer in spec["layers"]} | {"": spec}


def panel(app: AppTest) -> dict[str, Any]:
    found = [e.proto for e in app.get("bidi_component") if e.proto.component_name == "waypost_map_panel"]
    data: dict[str, Any] = json.loads(found[0].json)
    return data


def counts(app: AppTest) -> dict[str, str]:
    return {line["sign"]: line.get("n", "") for line in panel(app)["legend"]}


def test_orders_stations_and_vehicles_are_drawn_and_the_rest_is_counted(mapped, visit):
    app = visit("map", at="30.5,112,5")
    drawn = layers(app)
    assert sorted(row["t"] for row in drawn["clusters"]["data"]) == ["1", "2"]
    assert [row["tip"] for row in drawn["vehicles"]["data"]] == ["truck-7"]
    assert [row["tip"] for row in drawn["silent"]["data"]] == ["north:van-2"]
    assert {row["tip"] for row in drawn["stations"]["data"]} == {"成都转运中心", "Hangzhou HZ1"}
    assert drawn["names"]["characterSet"] == "auto"
    assert drawn["land"]["data"] == assets.land().path
    assert drawn[""]["mapStyle"] == "__MAP_STYLE__"  # pydeck's word for none; anything else fetches a base map
    assert drawn[""]["initialViewState"] == {"latitude": 30.5, "longitude": 112.0, "zoom": 5.0, "maxZoom": 16}
    found = counts(app)
    assert (found["circle"], found["vehicle"], found["silent"]) == ("3", "1", "1")
    assert any("have no known place" in note for note in panel(app)["notes"])


def test_a_tier_is_a_sign_and_a_number_beside_the_circle_not_a_colour_alone(mapped, visit):
    badges = {row["t"] for row in layers(visit("map", at="30.5,112,5"))["badges"]["data"]}
    assert "■ 1" in badges


def test_the_filters_of_the_address_narrow_the_map(mapped, visit):
    assert counts(visit("map", level="red"))["circle"] == "1"
    assert counts(visit("map", stage="transit"))["circle"] == "1"
    assert counts(visit("map", carrier="Yunda", journey="marketplace-parcel"))["circle"] == "2"
    without = visit("map", vehicles="off")
    assert "vehicles" not in layers(without)
    assert "vehicle" not in counts(without)
    assert not visit("map", level="pink", stage="moon", at="x,y", journey="none", pick="orders:gone").exception


def test_what_is_chosen_opens_a_card_that_leads_to_its_orders(mapped, visit):
    circle = next(row for row in layers(visit("map", at="30.5,112,5"))["clusters"]["data"] if row["t"] == "2")
    app = visit("map", at="30.5,112,5", pick=f"orders:{circle['id']}")
    card = panel(app)["card"]
    assert card["title"] == "Hangzhou HZ1"
    assert {order["href"] for order in card["orders"]} == {"/order?id=A-4", "/order?id=A-5"}
    assert "ring" in layers(app)
    station = panel(visit("map", pick="station:30.670,104.070"))["card"]
    assert [(order["order"], order["tier"]) for order in station["orders"]] == [("A-3", "red")]
    truck = panel(visit("map", pick="vehicle:truck-7"))["card"]
    assert {fact["label"]: fact["value"] for fact in truck["facts"]}["Speed"] == "68 km/h"
    assert panel(visit("map", pick="vehicle:no-such"))["card"] is None


def test_a_click_goes_into_the_address_and_pales_nothing(mapped, visit):
    app = visit("map", at="30.5,112,5")
    before = {layer["id"] for layer in layers(app).values() if "id" in layer}
    row = layers(app)["vehicles"]["data"][0]
    clicked = {"selection": {"indices": {"vehicles.0": [0]}, "objects": {"vehicles.0": [row]}}}
    assert map_view.picked(clicked) == "vehicle:truck-7"
    assert map_view.picked({"selection": {"indices": {}, "objects": {}}}) is None
    assert map_view.picked(None) is None
    assert {"vehicles.0", "clusters.0"} <= before


def test_the_panel_moves_nearer_and_closes(mapped, visit):
    everything = visit("map", at="30.5,112,1")
    circle = layers(everything)["clusters"]["data"][0]
    app = visit("map", at="30.5,112,1", pick=f"orders:{circle['id']}")
    assert panel(app)["card"]["zoom"] is True
    app.session_state["map.panel"] = {"act": {"act": "nearer"}}
    app.run()
    assert "".join(app.query_params["at"]).endswith(",4.0")
    assert "pick" not in app.query_params


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_shop_without_any_place_says_so(shop, visit, locale):
    app = visit("map", locale=locale)
    assert counts(app)["circle"] == "0"
    notes = " ".join(panel(app)["notes"])
    assert ("no known place" in notes) == (locale == "en-GB")
    assert "WAYPOST_MQTT_URL" in notes


def test_tiles_of_an_own_server_replace_the_land_and_everything_is_drawn_in_their_datum(mapped, visit):
    settings = Settings(tile_url="https://tiles.example/{z}/{x}/{y}.png", tile_datum="gcj02", tile_attribution="ours")
    deps.provide(mapped, settings)
    app = visit("map", at="30.5,112,5")
    drawn = layers(app)
    assert "land" not in drawn
    assert drawn[""]["mapStyle"] == assets.tile_style("https://tiles.example/{z}/{x}/{y}.png", "ours").path
    shifted = wgs_to_gcj(Point(31.0, 115.0))
    assert drawn["vehicles"]["data"][0]["p"] == pytest.approx([shifted.lon, shifted.lat], abs=1e-5)
    assert drawn[""]["initialViewState"]["longitude"] != 112.0


@pytest.mark.parametrize("url", ["https://tiles.example/", "ftp://x/{z}/{x}/{y}", "{z}{x}{y}"])
def test_an_address_of_tiles_that_is_none_is_refused(url):
    with pytest.raises(ValidationError, match="tiles"):
        Settings(tile_url=url)


def test_the_base_map_is_served_packed_and_kept_for_good():
    client = TestClient(Starlette(routes=assets.asset_routes(Settings(tile_url="/tiles/{z}/{x}/{y}.png"))))
    packed = client.get(assets.land().path)
    assert packed.headers["content-encoding"] == "gzip"
    assert "immutable" in packed.headers["cache-control"]
    plain = client.get(assets.land().path, headers={"accept-encoding": "identity"})
    assert plain.content == packed.content == gzip.decompress(assets.land().packed)
    found = json.loads(plain.content)
    assert len(found["features"]) > 1_000
    assert all(-85 <= lat <= 85 for f in found["features"] for ring in f["geometry"]["coordinates"] for _, lat in ring)
    style = client.get(assets.tile_style("/tiles/{z}/{x}/{y}.png", "").path).json()
    assert style["sources"]["own"]["tiles"] == ["/tiles/{z}/{x}/{y}.png"]
