"""Figures from rollups on the pages: the same counts as everywhere, and they say how near their percentiles are."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs

from typer.testing import CliRunner

from tests.scene import NOW
from tests.web.conftest import Visit
from waypost.cli.app import app
from waypost.domain.instants import DAY, from_us
from waypost.services import board_view, kpi, tower
from waypost.services.app import Waypost
from waypost.services.live import OrderQuery
from waypost.web import tower_filters, tower_view
from waypost.web.format import Format

JOURNEY = "marketplace-parcel"


def cards(shop: Waypost, fmt: Format) -> tuple[list[tower.Card], list[str]]:
    """The tower's cards of the last 30 days, and what stands below each."""
    view = shop.current()
    found = tower.overview(view, JOURNEY, 30)
    today = from_us(NOW).date()
    held = tower_filters.TowerFilters(view.journeys[JOURNEY].version.journey, 30, False, today, today, ())
    return found.cards, [card["note"] for card in tower_view.cards(found, held, fmt)]


def test_cards_say_how_near_they_are(shop: Waypost, english: Format, chinese: Format) -> None:
    exact, plain = cards(shop, english)
    shop.live.rollups.from_orders = 0
    shop.clock = lambda: NOW + 1
    found, notes = cards(shop, english)
    measured = [place for place, card in enumerate(found) if card.summary.n]
    assert measured
    assert all("half within about" in notes[place] and "±3.2%" in notes[place] for place in measured)
    assert all("±" not in note for note in plain)
    assert any("±3.2%" in note for note in cards(shop, chinese)[1])
    counts = [
        [(c.summary.n, c.summary.yellow, c.summary.red, c.open, c.tier, c.trend) for c in side]
        for side in (exact, found)
    ]
    assert counts[0] == counts[1]


def test_card_api_and_command_line_say_the_same(shop: Waypost) -> None:
    shop.live.rollups.from_orders = 0
    view = shop.current()
    start, end = (from_us(us).isoformat() for us in (NOW - 30 * DAY, view.now))
    card = tower.overview(view, JOURNEY, 30).cards[0]
    for exact in (False, True):
        told = kpi.report(view, JOURNEY, start, end, exact=exact).as_json()
        stage = next(s for s in told["stages"] if s["id"] == card.stage.id)
        assert (stage["n"], stage["yellow"], stage["red"], stage["open"]) == (
            card.summary.n, card.summary.yellow, card.summary.red, card.open,
        )  # fmt: skip
        assert (stage["p50_s"] == card.summary.p50_s) != exact
    asked = ["kpi", "--journey", JOURNEY, "--from", start, "--to", end, "--exact", "--json"]
    done = CliRunner().invoke(app, [*asked, "--db", shop.engine.url.render_as_string(hide_password=False)])
    assert done.exit_code == 0, done.output
    printed = {s["id"]: s for s in json.loads(done.stdout)["stages"]}
    assert (printed[card.stage.id]["n"], printed[card.stage.id]["p50_s"]) == (stage["n"], stage["p50_s"])


def test_exact_durations_are_one_click_away(shop: Waypost, visit: Visit) -> None:
    shop.live.rollups.from_orders = 0
    app = visit("control_tower", range="30")
    (line,) = [found.proto.body for found in app.get("html") if "wp-exact" in found.proto.body]
    assert "durations within 3.2%, counts exact" in line
    (href,) = re.findall(r'href="([^"]*)" target="_self" data-testid="wp-exact"', line)
    asked = {name: values[0] for name, values in parse_qs(unescape(href).removeprefix("?")).items()}
    assert (asked["range"], asked["exact"]) == ("30", "1")
    followed = visit("control_tower", **asked)
    assert not [found for found in followed.get("html") if "wp-exact" in found.proto.body]
    view = shop.current()
    query = OrderQuery(journey=JOURNEY, exact=True)
    exact = kpi.report_between(view, JOURNEY, view.now - 30 * DAY, view.now, cards=True, exact=True)
    found = tower.overview(view, JOURNEY, 30, query)
    assert [card.summary for card in found.cards] == [stage.summary for stage in exact.stages]
    at = board_view.scope(view, JOURNEY, (view.now - 30 * DAY, view.now), query)
    stages = view.journeys[JOURNEY].version.journey.cards
    assert [card.summary for card in board_view.figures(view, at, stages)] == [s.summary for s in exact.stages]
