"""The shipped vocabulary holds what the trade needs, and additions to it are safe."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from streamlit.material_icon_names import ALL_MATERIAL_ICONS

from waypost.domain.vocabulary import CANONICAL_SLOTS, OWN_SLOTS, VocabularyError, load, parse
from waypost.domain.vocabulary_docs import render_markdown

ROOT = Path(__file__).resolve().parents[2]
TEXT = files("waypost.domain").joinpath("vocabulary.toml").read_text(encoding="utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
VOCABULARY = load()

SLOTS = [
    "order_created", "order_confirmed", "on_hold", "released", "cancelled", "unavailable", "order_closed",
    "payment_pending", "payment_authorized", "paid", "payment_failed", "invoiced", "refunded",
    "allocated", "backordered", "picked", "packed", "ready_to_ship", "dispatched",
    "info_received", "picked_up", "in_transit", "departed_origin_hub", "arrived_destination_hub",
    "export_cleared", "arrived_destination_country", "customs_started", "customs_held", "customs_cleared",
    "arrived_delivery_station", "out_for_delivery", "attempt_failed", "ready_for_pickup",
    "delivered", "confirmed_by_buyer", "installed",
    "return_requested", "return_in_transit", "return_received", "returned_to_sender",
    "exception", "delayed", "refused", "lost", "damaged", "destroyed", "redirected", "expired",
]  # fmt: skip

WEIGHING = {"code": "warehouse.pallet_weighed", "en": "Pallet weighed", "zh": "托盘称重", "icon": "scale"}


def own_milestone(slot: int = 48, key: str = "weighed") -> dict[str, object]:
    return {
        "slot": slot,
        "id": key,
        "phase": "warehouse",
        "en": "Weighed",
        "zh": "已称重",
        "customer_en": "Your parcel was weighed",
        "customer_zh": "包裹已称重",
        "icon": "scale",
    }


def problems_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(VocabularyError) as caught:
        parse(text)
    return [(problem.entry, problem.field) for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


# What is shipped


def test_each_canonical_milestone_keeps_its_slot():
    assert [milestone.id for milestone in VOCABULARY.milestones] == SLOTS
    assert [milestone.slot for milestone in VOCABULARY.milestones] == list(CANONICAL_SLOTS)
    for slot, key in enumerate(SLOTS):
        assert VOCABULARY.milestone(slot) is VOCABULARY.milestone(key)


def test_there_are_enough_words():
    assert len(VOCABULARY.events) >= 140
    assert len(VOCABULARY.reasons) >= 35
    families = [family.id for family in VOCABULARY.reason_families]
    assert families == ["carrier", "merchant", "consignee", "customs", "weather"]
    assert {reason.family for reason in VOCABULARY.reasons} == set(families)


def test_each_milestone_is_reached_by_an_event_of_its_phase():
    reached = {event.milestone for event in VOCABULARY.events}
    assert set(SLOTS) <= reached
    for event in VOCABULARY.events:
        if event.milestone:
            milestone = VOCABULARY.milestone(event.milestone)
            assert milestone is not None
            assert milestone.phase == event.phase, event.code


def test_each_phase_has_events():
    phases = [phase.id for phase in VOCABULARY.phases]
    assert phases[:9] == [
        "order",
        "payment",
        "warehouse",
        "linehaul",
        "customs",
        "lastmile",
        "delivery",
        "return",
        "side",
    ]
    assert {event.phase for event in VOCABULARY.events} == set(phases)


@pytest.mark.parametrize(
    ("code", "milestone"),
    [
        ("order.created", "order_created"),
        ("warehouse.shipped_declared", "ready_to_ship"),
        ("payment.captured", "paid"),
        ("warehouse.picked", "picked"),
        ("warehouse.packed", "packed"),
        ("warehouse.outbound_scan", "dispatched"),
        ("linehaul.info_received", "info_received"),
        ("linehaul.picked_up", "picked_up"),
        ("linehaul.hub_arrived", "in_transit"),
        ("linehaul.hub_departed", "in_transit"),
        ("customs.cleared", "customs_cleared"),
        ("lastmile.station_arrived", "arrived_delivery_station"),
        ("lastmile.out_for_delivery", "out_for_delivery"),
        ("lastmile.attempt_failed", "attempt_failed"),
        ("lastmile.ready_for_pickup", "ready_for_pickup"),
        ("delivery.delivered", "delivered"),
        ("delivery.collected", "delivered"),
    ],
)
def test_an_event_fills_the_slot_of_its_milestone(code, milestone):
    assert VOCABULARY.slot_of(code) == SLOTS.index(milestone) == VOCABULARY.slots[code]


def test_an_order_is_delivered_only_with_its_last_parcel():
    whole = {milestone.id for milestone in VOCABULARY.milestones if milestone.rollup == "all"}
    assert whole == {
        "delivered",
        "installed",
        "confirmed_by_buyer",
        "returned_to_sender",
        "lost",
        "destroyed",
    }


def test_a_merchants_closing_does_not_end_the_journey_of_a_parcel_on_its_way():
    final = {milestone.id for milestone in VOCABULARY.milestones if milestone.terminal}
    assert final == {"cancelled", "unavailable", "returned_to_sender", "lost", "destroyed"}


def test_what_recurs_is_marked():
    def codes(repeats: str) -> set[str]:
        return {event.code for event in VOCABULARY.events if event.repeats == repeats}

    assert {"linehaul.hub_arrived", "lastmile.station_arrived"} <= codes("arrive")
    assert {"linehaul.hub_departed", "lastmile.out_for_delivery"} <= codes("depart")
    assert {"lastmile.attempt_failed"} <= codes("attempt")
    assert {VOCABULARY.slot_of(code) for code in codes("attempt")} == {SLOTS.index("attempt_failed")}
    assert codes("cancel_quantity") == {"order.line_cancelled", "order.quantity_cancelled"}
    assert VOCABULARY.slot_of("order.quantity_cancelled") is None


def test_goods_events_have_epcis_words_and_others_none_without_the_other():
    physical = {"warehouse", "linehaul", "customs", "lastmile", "return", "side", "vehicle"}
    for event in VOCABULARY.events:
        assert (event.bizstep is None) == (event.disposition is None), event.code
        assert event.bizstep is not None or event.phase not in physical, event.code
    assert VOCABULARY.cbv.version == "2.0"
    assert (len(VOCABULARY.cbv.bizstep), len(VOCABULARY.cbv.disposition)) == (41, 33)


def test_incoterms_2020_are_complete():
    terms = {term.code: (term.transport, term.main_carriage) for term in VOCABULARY.incoterms}
    sea = {code for code, (transport, _) in terms.items() if transport == "sea"}
    buyer = {code for code, (_, bearer) in terms.items() if bearer == "buyer"}
    assert set(terms) == {"EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP"}
    assert sea == {"FAS", "FOB", "CFR", "CIF"}
    assert buyer == {"EXW", "FCA", "FAS", "FOB"}


def test_each_entry_is_labelled_in_both_languages():
    entries = [
        *VOCABULARY.phases,
        *VOCABULARY.milestones,
        *VOCABULARY.events,
        *VOCABULARY.reason_families,
        *VOCABULARY.reasons,
        *VOCABULARY.incoterms,
        *VOCABULARY.delivery_terms,
    ]
    for entry in entries:
        assert CHINESE.search(entry.zh), entry.key
        assert not CHINESE.search(entry.en), entry.key
    for milestone in VOCABULARY.milestones:
        assert CHINESE.search(milestone.customer_label("zh-CN")), milestone.id
        assert not CHINESE.search(milestone.customer_label("en")), milestone.id


def test_chinese_texts_use_chinese_punctuation():
    halfwidth = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]")
    assert halfwidth.findall(TEXT) == []


def test_labels_tell_entries_of_one_phase_apart():
    for lang in ("en", "zh"):
        labels = [(event.phase, event.label(lang)) for event in VOCABULARY.events]
        assert sorted(labels) == sorted(set(labels))


def test_each_icon_exists():
    tables = (VOCABULARY.phases, VOCABULARY.milestones, VOCABULARY.events)
    others = (VOCABULARY.reason_families, VOCABULARY.delivery_terms)
    icons = {entry.icon for table in (*tables, *others) for entry in table}
    assert icons <= set(ALL_MATERIAL_ICONS)


def test_the_documentation_page_is_up_to_date():
    assert (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8") == render_markdown()


# Lookups


def test_the_unknown_is_none_and_never_guessed():
    assert VOCABULARY.event("linehaul.teleported") is None
    assert VOCABULARY.slot_of("UNMAPPED") is None
    assert VOCABULARY.slot_of("Order.Created") is None
    assert VOCABULARY.milestone("shipped") is None
    assert VOCABULARY.milestone(48) is None
    assert VOCABULARY.label("linehaul.teleported", "en") is None
    assert VOCABULARY.reason_family("platform") is None


def test_a_detail_event_fills_no_slot():
    weighed = VOCABULARY.event("warehouse.weighed")
    assert weighed is not None
    assert weighed.milestone is None
    assert VOCABULARY.slot_of("warehouse.weighed") is None
    assert "warehouse.weighed" not in VOCABULARY.slots


@pytest.mark.parametrize(
    ("key", "english", "chinese"),
    [
        ("linehaul.picked_up", "Picked up by courier", "揽收"),
        ("delivered", "Delivered", "已妥投签收"),
        ("customs", "Customs", "清关"),
        ("consignee.refused", "Refused the parcel", "客户拒收"),
        ("DDP", "Delivered duty paid", "完税后交货"),
        ("locker", "To a parcel locker", "快递柜自提"),
    ],
)
def test_labels_come_in_the_asked_language(key, english, chinese):
    assert VOCABULARY.label(key, "en-GB") == english
    assert VOCABULARY.label(key, "zh") == VOCABULARY.label(key, "zh-Hans-CN") == chinese
    assert VOCABULARY.label(key, "pt-BR") == english


def test_search_finds_codes_and_labels_the_closest_first():
    found = [entry.key for entry in VOCABULARY.search("揽收", "zh")]
    assert found[0] == "linehaul.picked_up"
    assert {"linehaul.pickup_failed", "picked_up", "carrier.late_pickup"} <= set(found)
    assert [entry.key for entry in VOCABULARY.search("payment.captured", "zh")] == ["payment.captured"]
    assert "lastmile.attempt_failed" in [entry.key for entry in VOCABULARY.search("FAILED  delivery", "en")]
    assert VOCABULARY.search("揽收", "en") == ()
    assert VOCABULARY.search("  ", "en") == ()


def test_entries_cannot_be_changed():
    event = VOCABULARY.event("order.created")
    assert event is not None
    with pytest.raises(ValueError, match="frozen"):
        event.en = "Something else"  # type: ignore[misc]
    with pytest.raises(TypeError):
        VOCABULARY.slots["order.created"] = 7  # type: ignore[index]
    assert load() is VOCABULARY


# Errors in the file


def test_an_error_names_the_entry_and_the_field():
    text = changed('code = "order.created", milestone = "order_created"', 'code = "order.created", milestone = "born"')
    assert ("event 'order.created'", "milestone") in problems_of(text)
    text = changed('bizstep = "picking", disposition = "in_progress"', 'bizstep = "plucking", disposition = "fresh"')
    assert problems_of(text) == [
        ("event 'warehouse.wave_released'", "bizstep"),
        ("event 'warehouse.wave_released'", "disposition"),
    ]
    assert problems_of(changed('en = "No capacity", ', "")) == [("reason 'carrier.capacity'", "en")]
    text = changed('repeats = "attempt"', 'repeats = "often"')
    assert problems_of(text) == [("event 'lastmile.attempt_failed'", "repeats")]
    assert problems_of(changed('"weather.fog"', '"sky.fog"')) == [("reason 'sky.fog'", "id")]
    assert problems_of(changed("slot = 0,", 'slot = "0",')) == [("milestone 'order_created'", "slot")]


def test_repeated_codes_ids_and_slots_are_refused():
    assert problems_of(changed('"order.imported"', '"order.created"')) == [("event 'order.created'", "code")]
    text = changed("slot = 1,", "slot = 0,")
    assert problems_of(text) == [
        ("milestone 'order_created'", "slot"),
        ("milestone 'order_confirmed'", "slot"),
        ("milestone", "slot"),
    ]
    reason_like_event = changed('"customs.inspection"', '"customs.cleared"')
    assert {field for _, field in problems_of(reason_like_event)} == {"code", "id"}


def test_a_file_that_is_no_toml_is_refused():
    assert problems_of("event = [") == [("vocabulary", "TOML")]
    assert ("vocabulary", "milestone") in problems_of("version = 1")


# A company's own words


def test_own_events_fill_own_slots_and_leave_the_shipped_vocabulary_alone():
    own = VOCABULARY.extended(
        events=[
            WEIGHING | {"milestone": "weighed"},
            {**WEIGHING, "code": "delivery.left_at_gate", "milestone": "delivered"},
        ],
        milestones=[own_milestone()],
    )
    assert own.slot_of("warehouse.pallet_weighed") == 48
    assert own.slot_of("delivery.left_at_gate") == SLOTS.index("delivered")
    assert own.label("weighed", "zh") == "已称重"
    assert [m.id for m in own.milestones if m.own] == ["weighed"]
    assert VOCABULARY.slot_of("warehouse.pallet_weighed") is None
    assert VOCABULARY.milestone(48) is None


def test_a_shipped_detail_event_can_be_bound_to_an_own_slot():
    own = VOCABULARY.extended(milestones=[own_milestone(63)], bindings={"warehouse.weighed": "weighed"})
    assert own.slot_of("warehouse.weighed") == 63
    assert VOCABULARY.slot_of("warehouse.weighed") is None


def test_all_own_slots_can_be_used_step_by_step_and_no_more():
    own = VOCABULARY
    for slot in OWN_SLOTS:
        own = own.extended(milestones=[own_milestone(slot, f"step_{slot}")])
    assert [m.slot for m in own.milestones] == list(range(64))
    with pytest.raises(VocabularyError, match="free slots: none"):
        own.extended(milestones=[own_milestone(50, "one_more")])


@pytest.mark.parametrize(
    ("addition", "entry", "field"),
    [
        ({"milestones": [own_milestone(12)]}, "milestone 'weighed'", "slot"),
        ({"milestones": [own_milestone(64)]}, "milestone 'weighed'", "slot"),
        ({"milestones": [own_milestone(48, "delivered")]}, "milestone 'delivered'", "id"),
        ({"milestones": [own_milestone(), own_milestone(48, "other")]}, "milestone 'weighed'", "slot"),
        ({"milestones": [own_milestone() | {"phase": "moon"}]}, "milestone 'weighed'", "phase"),
        ({"events": [WEIGHING | {"code": "order.created"}]}, "event 'order.created'", "code"),
        ({"events": [WEIGHING | {"code": "customs.inspection"}]}, "event 'customs.inspection'", "code"),
        ({"events": [WEIGHING | {"code": "UNMAPPED"}]}, "event 'UNMAPPED'", "code"),
        ({"events": [WEIGHING | {"code": "moon.landed"}]}, "event 'moon.landed'", "code"),
        ({"events": [WEIGHING | {"milestone": "nowhere"}]}, "event 'warehouse.pallet_weighed'", "milestone"),
        ({"events": [WEIGHING, WEIGHING]}, "event 'warehouse.pallet_weighed'", "code"),
        ({"events": [WEIGHING | {"colour": "red"}]}, "event 'warehouse.pallet_weighed'", "colour"),
        (
            {"milestones": [own_milestone()], "bindings": {"order.created": "weighed"}},
            "binding 'order.created'",
            "code",
        ),
        ({"bindings": {"warehouse.weighed": "delivered"}}, "binding 'warehouse.weighed'", "milestone"),
        ({"bindings": {"moon.landed": "delivered"}}, "binding 'moon.landed'", "code"),
    ],
)
def test_an_addition_that_collides_is_refused_by_name(addition, entry, field):
    with pytest.raises(VocabularyError) as caught:
        VOCABULARY.extended(**addition)
    assert (entry, field) in [(problem.entry, problem.field) for problem in caught.value.problems]
    assert entry in str(caught.value)


def test_a_taken_slot_names_its_holder_and_the_free_ones():
    own = VOCABULARY.extended(milestones=[own_milestone()])
    with pytest.raises(VocabularyError, match=r"slot 48 is taken by milestone 'weighed'; free slots: 49, 50"):
        own.extended(milestones=[own_milestone(48, "measured")])
