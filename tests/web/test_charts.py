"""How long a stage took, as bars: counts that add up, targets where they belong."""

from __future__ import annotations

import numpy as np

from waypost.journeys.document import Labels, Stage
from waypost.services import kpi
from waypost.services.kpi import Spread
from waypost.web import charts, theme

HOUR = 3600.0
STAGE = Stage(id="s", name=Labels(en="S", zh="S"), start=("paid",), end=("delivered",))


def spread(
    seconds: list[float], yellow: float | None = None, red: float | None = None, promise: bool = False
) -> Spread:
    return Spread(STAGE, np.array(seconds), yellow, red, promise)


def test_every_value_stands_in_a_bar_and_the_slowest_in_the_last():
    found = charts.bars(spread([*np.linspace(1, 10, 500) * HOUR, 4000 * HOUR]))
    assert found.counts.sum() == 501
    assert found.counts[-1] > 0
    assert found.edges[-1] < 12 * HOUR


def test_a_target_near_the_values_is_drawn_and_one_far_off_is_not(english):
    near = charts.spread_chart(spread([HOUR, 2 * HOUR, 3 * HOUR], 2 * HOUR, 5 * HOUR), english, theme.LIGHT)
    assert [round(line.x0) for line in near.layout.shapes] == [2, 5]
    assert [note.text for note in near.layout.annotations] == ["warn 2 h", "blocked 5 h"]
    far = charts.spread_chart(spread([60.0, 120.0], 2 * HOUR, 48 * HOUR), english, theme.LIGHT)
    assert len(far.layout.shapes) == 0


def test_days_to_the_promise_run_over_zero(chinese):
    found = charts.spread_chart(spread([-50 * HOUR, 30 * HOUR], -24 * HOUR, 0.0, promise=True), chinese, theme.DARK)
    assert [line.x0 for line in found.layout.shapes] == [0]
    assert found.layout.xaxis.title.text == "超出承诺的天数（负数为提前）"
    assert min(found.data[0].x) < 0 < max(found.data[0].x)


def test_equal_values_are_drawn_too(english):
    found = charts.bars(spread([0.0, 0.0, 0.0]))
    assert found.counts.sum() == 3
    assert np.all(np.diff(found.edges) > 0)


def test_the_spread_holds_the_values_behind_a_report(shop):
    view = shop.view()
    start, end = view.now - 30 * 86_400_000_000, view.now
    report = kpi.report_between(view, "marketplace-parcel", start, end)
    for found in report.stages:
        values = kpi.spread(view, "marketplace-parcel", found.stage.id, start, end)
        assert len(values.seconds) == found.summary.n
        if found.summary.n and not values.to_promise:
            assert np.isclose(np.median(values.seconds), found.summary.p50_s or 0)
    late = kpi.spread(view, "marketplace-parcel", "promise", start, end)
    # promised 16 March, which ends in Shanghai at 16:00 UTC, came on 14 March at 12:00 UTC. A-2: 15 and 17 March.
    assert sorted(np.round(late.seconds / HOUR)) == [-52, 44]
