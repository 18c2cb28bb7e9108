"""One order in words: its head, clocks, tracks and raw events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.worlds import World, said, scan, sqlite_copy
from waypost.domain.vocabulary import load
from waypost.i18n import translator
from waypost.services import order
from waypost.services.app import Waypost
from waypost.web import order_events, order_facts, order_page, order_tracks
from waypost.web.format import Format
from waypost.web.order_reading import Reading

Reads = Callable[..., Reading]


@pytest.fixture
def reads(shop: Waypost) -> Reads:
    """An order of the scene as a reader sees it."""

    def read(ref: str, lang: str = "en", show: bool = True) -> Reading:
        view = shop.view()
        found = order.order_journey(shop.engine, view, order.find_order(shop.engine, view, ref))
        journey = view.journeys[found.row.journey].version.journey if found.row.journey else None
        return Reading(found, journey, shop.vocabulary, Format(translator(lang), "Asia/Shanghai"), view.now, show)

    return read


def fact(read: Reading, label: str) -> tuple[str, str]:
    (found,) = [f for f in order_facts.facts(read) if f["label"] == label]
    return found["value"], found.get("note", "")


def node(read: Reading, ref: str, name: str) -> dict[str, Any]:
    (unit,) = [unit for unit in order_tracks.units(read) if unit["ref"] == ref]
    (found,) = [n for n in unit["nodes"] if n["id"] == name]
    return dict(found)


@pytest.mark.parametrize(("ref", "value", "note"), [
    ("A-1", "16 Mar", "kept"),
    ("A-2", "15 Mar", "missed by 1 d 20 h"),
    ("A-3", "18 Mar", "missed, 1 d 20 h ago"),
    ("A-4", "24 Mar", ""),
    ("A-7", "22 Mar", ""),
])  # fmt: skip
def test_a_promise_is_kept_missed_or_still_open(reads, ref, value, note):
    assert fact(reads(ref), "Promised") == (value, note)


def test_an_estimate_is_shown_until_the_order_has_come(reads):
    assert fact(reads("A-3"), "Estimated") == ("21 Mar 20:00", "said 19 Mar 20:00")
    assert "Estimated" not in {f["label"] for f in order_facts.facts(reads("A-1"))}


def test_the_marks_of_an_order(reads):
    assert [chip["label"] for chip in order_facts.chips(reads("A-3"))] == ["blocked"]
    assert [chip["label"] for chip in order_facts.chips(reads("A-7"))] == ["cancelled"]
    assert [chip["label"] for chip in order_facts.chips(reads("SIM-1", "zh"))] == ["模拟"]
    assert [chip["label"] for chip in order_facts.chips(reads("A-1"))] == ["delivered"]


def test_clocks_run_stand_or_have_not_started(reads):
    clocks = {clock["id"]: clock for clock in order_facts.clocks(reads("A-3"))}
    assert (clocks["carriage"]["value"], clocks["carriage"]["running"], clocks["carriage"]["tier"]) == (
        "11 d", True, "yellow",
    )  # fmt: skip
    assert (clocks["promise"]["value"], clocks["promise"]["tier"]) == ("1 d 20 h over", "red")
    assert clocks["first_update"]["value"] == "23 h"
    done = {clock["id"]: clock["value"] for clock in order_facts.clocks(reads("A-1"))}
    assert (done["carriage"], done["promise"]) == ("3 d", "2 d 4 h early")
    assert order_facts.clocks(reads("A-5"))[1]["value"] == "not started"


def test_nodes_are_done_late_passed_expected_or_ended(reads):
    assert node(reads("A-1"), "P-1", "last_mile")["state"] == "done"
    late = node(reads("A-3"), "P-3", "transit")
    assert (late["state"], late["tier"], late["dwell"], late["due"]) == ("late", "yellow", "11 d", "24 Mar 20:00")
    assert node(reads("A-3"), "P-3", "last_mile")["state"] == "expected"
    assert {n["state"] for n in order_tracks.units(reads("A-7"))[0]["nodes"][1:]} == {"ended"}


def test_a_node_tells_when_it_was_left_and_who_says_so(reads):
    found = node(reads("A-1"), "P-1", "warehouse")
    assert (found["time"], found["evidence"]) == ("11 Mar 20:00", "scanned")
    assert found["time_full"] == "Wed, 11 Mar 2026 20:00:00 GMT+08:00\n2026-03-11 12:00:00 UTC"
    assert node(reads("A-1"), "P-1", "payment")["evidence"] == "declared"


def test_what_is_odd_about_a_node_is_said_in_words(reads):
    read = reads("A-8")
    unit = order_tracks.units(read)[0]
    pair = order_tracks.chosen(read, {"unit": unit["id"], "node": "payment"})
    assert pair is not None
    assert unit["nodes"][0]["out_of_sequence"]
    assert order_tracks.note(pair[1], read) == (
        "Its end was reported as earlier than its start. It counts with a duration of zero."
    )


def test_a_track_says_what_it_is(reads):
    headings = {unit["ref"]: (unit["heading"], unit["note"]) for unit in order_tracks.units(reads("A-6"))}
    assert headings["P-6b"] == ("Old waybill", "replaced by P-6c")
    assert headings["P-6c"][0] == "Parcel"
    assert {u["heading"] for u in order_tracks.units(reads("A-2", "zh"))} == {"包裹", "退货"}


def test_the_page_opens_the_node_where_the_order_is(reads):
    assert order_page.opened(reads("A-3"), None)[0] == "Warehouse"  # nothing has been heard since it left
    assert order_page.opened(reads("A-1"), None)[0] == "Last mile"
    assert order_page.opened(reads("A-7"), None)[0] == "Payment"


def test_a_raw_event_says_who_when_where_and_their_word(reads):
    read = reads("A-1", "zh")
    arrived = next(e for e in read.found.events if e.code == "lastmile.station_arrived")
    (line,) = order_events.lines([arrived], read)
    assert (line["time"], line["place"], line["source"], line["evidence"]) == (
        "3月14日 08:00", "朝阳站", "carrier.example", "scanned",
    )  # fmt: skip
    assert (line["words"], line["partner_word"]) == ("到达派送网点", "已到达 北京朝阳站，电话 13800138000")
    assert '"张三"' in line["raw"]
    details = {detail["label"]: detail["value"] for detail in line["details"]}
    assert details["原始时间"] == "2026-03-14T00:00:00+00:00\n自带时区偏移"
    assert details["标准代码"] == "lastmile.station_arrived"
    covered = order_events.lines([arrived], reads("A-1", show=False))[0]
    assert "13800138000" not in str(covered)


def test_an_undated_an_unknown_and_a_planned_statement(reads):
    read = reads("A-7")
    lines = {line["words"]: line for line in order_events.lines(read.found.events, read)}
    assert lines["Order cancelled"]["time"] is None
    assert lines["Delivered: promised for 22 Mar"]["marks"] == ["promised"]
    read = reads("A-8")
    unknown = next(line for line in order_events.lines(read.found.events, read) if line["partner_word"] == "giraffe")
    assert (unknown["words"], unknown["marks"]) == ("Not mapped yet", ["waits for a mapping"])


def test_the_lists_beside_the_journey(reads):
    failed = order_facts.attempts(reads("A-6"))
    assert [line["label"] for line in failed] == ["1. Nobody at home", "2. Nobody at home"]
    (line,) = order_facts.lines(reads("A-1"))
    assert (line["label"], line["value"]) == ("TEA-01", "× 1")
    assert [line["value"] for line in order_facts.promises(reads("A-3"))] == ["promised", "estimated"]
    assert {name for name, _, _ in order_page.lists(reads("A-6"))} == {"promises", "attempts", "visits"}


@pytest.mark.parametrize(("lang", "mark"), [("en", "of handling unit box"), ("zh", "货运单元 box 的事件")])
def test_what_a_container_went_through_is_listed_and_marked(tmp_path, lang, mark):
    world = World(sqlite_copy(tmp_path))
    packed = [{"rel": "carries", "to": "order/a"}, {"rel": "inside", "to": "unit/box", "from": "2026-03-02T00:00:00Z"}]
    world.send(
        said("order/a", "order.created", "2026-03-01T08:00:00Z"),
        scan("parcel/p", "linehaul.picked_up", "2026-03-01T10:00:00Z", links=packed),
        scan("unit/box", "customs.cleared", "2026-03-04T10:00:00Z"),
    )
    found = order.order_journey(world.engine, world.view(), world.key("order/a"))
    read = Reading(found, None, load(), Format(translator(lang)), world.now, True)
    listed = {line["subject"]: line["marks"] for line in order_events.lines(order_page.everything(read), read)}
    assert listed == {"": [], "parcel/p": [], "unit/box": [mark]}
    world.writer.close()
