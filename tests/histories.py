"""Random histories of a small world, and random ways in which they arrive."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.worlds import us
from waypost.domain.instants import DAY
from waypost.domain.statement import UNMAPPED, Classifier, Evidence, Kind, Statement
from waypost.domain.subject import LinkClaim, LinkRel, Subject, SubjectKind
from waypost.domain.vocabulary import load

ORDERS = [Subject(SubjectKind.ORDER, ref) for ref in ("o1", "o2", "o3")]
LINES = [Subject(SubjectKind.LINE, ref) for ref in ("l1", "l2", "l3")]
PARCELS = [Subject(SubjectKind.PARCEL, ref) for ref in ("p1", "p2", "p3", "p4")]
RETURN = Subject(SubjectKind.RETURN, "r1")
UNIT = Subject(SubjectKind.UNIT, "u1")
SUBJECTS = [*ORDERS, *LINES, *PARCELS, RETURN, UNIT]
# Few instants, so that equal ones and swapped ones are frequent.
START = us("2026-03-01T00:00:00Z")
INSTANTS = [START + n * DAY // 4 for n in range(16)]
CODES = [
    *("order.created", "payment.captured", "order.cancelled", "order.line_cancelled", "order.quantity_cancelled"),
    *("warehouse.picked", "warehouse.outbound_scan", "linehaul.info_received", "linehaul.picked_up"),
    *("linehaul.hub_arrived", "linehaul.hub_departed", "lastmile.out_for_delivery", "lastmile.attempt_failed"),
    *("delivery.delivered", "delivery.delivered", "delivery.confirmed_by_buyer", "side.lost", UNMAPPED),
]
ATTRIBUTES: list[dict[str, Any]] = [
    {"channel": "tmall", "value": 129},
    {"channel": "web", "value": 129.0, "customer": "C-1"},
    {"channel": None, "service": "store_pickup", "tracking_number": "T-9"},
    {"carrier": "SF", "value": "129"},
    {"carrier": "YTO", "service": 1, "gift": True},
]


@st.composite
def _claims(draw: st.DrawFn, subject: Subject) -> tuple[LinkClaim, ...]:
    return tuple(draw(_claim(subject)) for _ in range(draw(st.integers(0, 2)))) if subject.kind in _HEADS else ()


@st.composite
def _claim(draw: st.DrawFn, subject: Subject) -> LinkClaim:
    quantity = draw(st.sampled_from([None, 1.0, 2.0]))
    if subject.kind == SubjectKind.LINE:
        return LinkClaim(LinkRel.LINE_OF, _order_of(subject), quantity)
    if subject.kind == SubjectKind.RETURN:
        return LinkClaim(LinkRel.RETURNS, draw(st.sampled_from([*ORDERS, *PARCELS])))
    older = _older(subject)
    rel = draw(st.sampled_from([*[LinkRel.CARRIES] * 5, *[LinkRel.REPLACES] * bool(older), *_RARE]))
    if rel == LinkRel.INSIDE:
        return LinkClaim(rel, UNIT, None, draw(st.sampled_from([None, *INSTANTS[:3]])))
    tails = {LinkRel.CARRIES: [*ORDERS, *LINES], LinkRel.REPLACES: older, LinkRel.EXCHANGES: ORDERS}
    return LinkClaim(rel, draw(st.sampled_from(tails[rel])), quantity)


_HEADS = (SubjectKind.LINE, SubjectKind.PARCEL, SubjectKind.RETURN)
_RARE = (LinkRel.EXCHANGES, LinkRel.INSIDE)


def _order_of(line: Subject) -> Subject:
    return ORDERS[0] if line.ref in ("l1", "l2") else ORDERS[1]


def _older(parcel: Subject) -> list[Subject]:
    """A waybill only replaces one of a smaller number: chains, forks and joins, but no circles."""
    return [p for p in PARCELS if p.ref < parcel.ref]


@st.composite
def _statement(draw: st.DrawFn) -> Statement:
    subject = draw(st.sampled_from(SUBJECTS))
    code = draw(st.sampled_from(CODES))
    entry = load().event(code)
    classifier = draw(st.sampled_from([Classifier.ACTUAL] * 6 + [Classifier.ESTIMATED, Classifier.PLANNED]))
    at = draw(st.sampled_from([None, *INSTANTS]))
    promised_day = classifier != Classifier.ACTUAL and at is not None and draw(st.booleans())
    links = draw(_claims(subject)) if draw(st.booleans()) else ()
    return Statement(
        draw(st.sampled_from(["shop", "carrier"])),
        "",
        subject,
        code,
        load().slot_of(code),
        at,
        at + DAY if promised_day and at is not None else None,
        draw(st.sampled_from([None, *INSTANTS[:4]])),
        evidence=draw(st.sampled_from(list(Evidence) if classifier else list(Evidence)[:3])),
        classifier=classifier,
        repeats=entry.repeats if entry else None,
        quantity=draw(st.sampled_from([None, 1.0, 2.0])),
        place=draw(st.sampled_from([None, "hub A", "hub B"])),
        word="谜" if code == UNMAPPED else None,
        attributes=draw(st.sampled_from([None, None, *ATTRIBUTES])),
        links=links,
    )


@st.composite
def histories(draw: st.DrawFn, max_size: int = 30, taken_back: bool = True) -> list[Statement]:
    """A history: statements with ids, some of which take others back or put them right."""
    made = draw(st.lists(_statement(), min_size=1, max_size=max_size))
    told = [s._replace(event_id=f"e{n}") for n, s in enumerate(made)]
    if taken_back:
        marks = draw(st.lists(st.tuples(st.integers(0, len(told) - 1), _KINDS, st.booleans()), max_size=len(told) // 3))
        for place, (target, kind, stranger) in enumerate(marks):
            # Mostly about the same subject and from the same source, as it should be; sometimes not.
            aim = told[target]
            changed = told[place]._replace(kind=kind, target=aim.event_id)
            if not stranger:
                changed = changed._replace(source=aim.source, subject=aim.subject, links=aim.links)
            told[place] = changed
    return told


_KINDS = st.sampled_from([Kind.RETRACT, Kind.CORRECT])


@st.composite
def arrivals(draw: st.DrawFn, told: Sequence[Statement]) -> list[list[Statement]]:
    """The same statements shuffled, some of them twice, split into batches."""
    again = draw(st.lists(st.sampled_from(told), max_size=5))
    mixed = draw(st.permutations([*told, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(mixed)), max_size=5)))
    edges = [0, *cuts, len(mixed)]
    return [list(mixed[a:b]) for a, b in itertools.pairwise(edges) if a < b]


@st.composite
def deliveries(draw: st.DrawFn, max_size: int = 30, taken_back: bool = True) -> tuple[list[Statement], Any]:
    """A history and one way in which it arrives."""
    told = draw(histories(max_size, taken_back))
    return told, draw(arrivals(told))
