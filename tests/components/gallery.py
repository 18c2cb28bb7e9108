"""A page with every component on it, for AppTest and for the browser. What was clicked is written below."""

import json
import time

import streamlit as st

from components.at_risk import TEXTS as RISK_TEXTS
from components.at_risk import at_risk
from components.board_cards import TEXTS as BOARD_TEXTS
from components.board_cards import board_cards
from components.board_chart import TEXTS as CHART_TEXTS
from components.board_chart import Chart, Line, Reading, board_chart
from components.board_grid import TEXTS as GRID_TEXTS
from components.board_grid import Kind, Server, board_grid
from components.board_wall import TEXTS as WALL_TEXTS
from components.board_wall import board_wall
from components.event_log import TEXTS as LOG_TEXTS
from components.event_log import event_log
from components.event_stream import TEXTS as STREAM_TEXTS
from components.event_stream import Event, event_stream
from components.fact_list import TEXTS as FACT_TEXTS
from components.fact_list import fact_list
from components.journey_map import TEXTS as MAP_TEXTS
from components.journey_map import Node, Unit, journey_map
from components.kpi_cards import TEXTS as CARD_TEXTS
from components.kpi_cards import Card, kpi_cards
from components.map_panel import TEXTS as PANEL_TEXTS
from components.map_panel import map_panel
from components.order_head import TEXTS as HEAD_TEXTS
from components.order_head import order_head
from components.orders_table import TEXTS as TABLE_TEXTS
from components.orders_table import Row, orders_table
from components.page_frame import TEXTS as FRAME_TEXTS
from components.page_frame import page_frame
from components.source_list import TEXTS as SOURCE_TEXTS
from components.source_list import Source, source_list
from components.stage_river import TEXTS as RIVER_TEXTS
from components.stage_river import Stage, stage_river
from components.word_list import TEXTS as WORD_TEXTS
from components.word_list import word_list
from waypost.web import theme

HOSTILE = '<img src="x" onerror="document.title=\'broken\'">'

CARDS: list[Card] = [
    {
        "id": "otd",
        "name": "On-time delivery",
        "value": "93.4",
        "unit": "%",
        "tier": "yellow",
        "tier_word": "warn",
        "n": 12480,
        "n_label": "orders",
        "yellow": 212,
        "red": 38,
        "trend": [96.0, 95.5, None, float("nan"), 94.0, 93.4],
    },
    {
        "id": "customs",
        "name": "Customs dwell",
        "value": "",
        "tier": "unknown",
        "tier_word": "unknown",
        "n": 0,
        "n_label": "orders",
        "yellow": 0,
        "red": 0,
        "note": "not measurable with this source",
    },
]
STAGES: list[Stage] = [
    {"id": "paid", "label": "Paid", "n": 0, "yellow": 0, "red": 0},
    {"id": "packed", "label": "Ready to ship", "n": 1_000_000, "yellow": 212, "red": 250_000},
    {"id": "customs", "label": HOSTILE, "n": 3, "yellow": 1, "red": 0},
]


def node(name: str, **more: object) -> Node:
    return {"id": name, "label": name.title(), "icon": "package_2", "state": "done", **more}  # type: ignore[typeddict-item]


UNITS: list[Unit] = [
    {
        "id": "order/1",
        "heading": "Order",
        "ref": "1001",
        "nodes": [
            node("paid", time="10:00", time_full="2026-11-23 10:00 Asia/Shanghai", dwell="2 h", evidence="declared"),
            node("packed", tier="yellow", time="12:00", n_events=3, evidence="scanned"),
            node("transit", state="now", time="14:00", dwell="1 h", due="18:00"),
            node("delivered", state="expected"),
        ],
    },
    {"id": "parcel/1", "heading": "Parcel", "ref": HOSTILE, "nodes": [node("paid"), node("x", state="unknown")]},
]


def event(i: int) -> Event:
    return {
        "id": f"e{i}",
        "at": 1_700_000_000_000_000 + i,
        "order": f"order-{i}",
        "words": f"Picked {i}",
        "partner_word": HOSTILE,
        "source": "WMS",
        "simulated": True,
    }


ORDERS: list[Row] = [
    {"id": "51", "href": "/order?id=A-1", "order": "A-1", "tier": "red", "tier_word": "blocked", "late": True},
    {"id": "52", "href": "/order?id=A-2", "order": HOSTILE, "tier": "ok", "tier_word": "on track", "stage": HOSTILE},
]

SOURCES: list[Source] = [
    {
        "id": "a",
        "href": "/connections?id=a",
        "name": HOSTILE,
        "system": "Acme",
        "state": "running",
        "state_icon": "sync",
    },
    {
        "id": "b",
        "href": "/connections?id=b",
        "name": "Shop B",
        "system": HOSTILE,
        "state": "stopped",
        "state_icon": "block",
        "tier": "red",
        "note": HOSTILE,
        "remedy": "Enter the key again.",
        "last": "12:00",
        "words": "3",
        "words_href": "/connections?id=b&view=words",
        "held": "1",
        "held_href": "/connections?id=b&view=quarantine",
    },
]


def reading(name: str) -> Reading:
    line: Line = {
        "id": "a",
        "label": HOSTILE,
        "value": "93%",
        "values": [90.0, None, 93.0],
        "says": ["90%", "–", "93%"],
    }
    return {"id": name, "label": name, "low": 80, "high": 100, "ticks": [{"at": 80, "text": "80%"}], "lines": [line]}


CHARTS: list[Chart] = [
    {"kind": "lines", "title": "Trend", "days": ["1", "2", "3"], "readings": [reading("share"), reading("half")]},
    {
        "kind": "bars",
        "title": "Next days",
        "bars": [
            {"id": "0", "label": HOSTILE, "parts": [{"tier": "red", "n": 3, "words": "blocked", "href": "/orders"}]}
        ],
    },
    {
        "kind": "funnel",
        "title": HOSTILE,
        "steps": [{"id": "made", "label": HOSTILE, "n": 1_000_000, "share": 1, "note": "100%", "href": "/orders"}],
    },
    {
        "kind": "rows",
        "title": "By carrier",
        "rows": [
            {"id": "0", "label": HOSTILE, "value": "99%", "share": 0.99, "note": "9 measured", "yellow": 1, "red": 2}
        ],
    },
    {"kind": "words", "title": "Rule", "paragraphs": [HOSTILE]},
    {"kind": "words", "title": "Empty", "paragraphs": []},
]
KINDS: list[Kind] = [
    {"show": show, "label": show, "icon": "speed", "w": 6, "h": 4, "least_w": 3, "least_h": 2, "set": {"show": show}}
    for show in ("trend", "map")
]
GRID: Server = {
    "rev": 0,
    "draft": "d1",
    "wide": [{"block": "a", "x": 0, "y": 0, "w": 6, "h": 4}, {"block": "b", "x": 0, "y": 4, "w": 6, "h": 4}],
    "phone": [{"block": "a", "h": None, "hidden": False}, {"block": "b", "h": None, "hidden": False}],
    "panels": [{"id": "a", "show": "trend", "set": {}}, {"id": "b", "show": "map", "set": {"name": HOSTILE}}],
}

st.set_page_config(layout="wide")
st.html(f"<style>{theme.css()}</style>")
log = st.session_state.setdefault("log", [])


@st.fragment(run_every=1 if "live" in st.query_params else None)
def gallery() -> None:
    n = st.session_state["n"] = st.session_state.get("n", 10) + 1
    picks: dict[str, object] = {
        "card": kpi_cards(CARDS, key="cards", t=CARD_TEXTS),
        "risk": at_risk(
            [
                {"order": "A-1", "tier": "red", "tier_word": "blocked", "what": HOSTILE, "late": True, "due": "1 h"},
                {"order": "A-2", "tier": "held", "tier_word": "held", "what": "Address check failed"},
            ],
            key="risk",
            t=RISK_TEXTS,
            total=9,
        ),
        "event": event_stream(
            [event(i) for i in range(n, 0, -1)],
            key="stream",
            t=STREAM_TEXTS,
            now=time.time_ns() // 1000,
            rows=5,
            total=n,
        ),
        "stage": stage_river(STAGES, key="river", t=RIVER_TEXTS),
    }
    picks["act"] = map_panel(
        [{"sign": "circle", "label": "Open orders", "n": "3"}, {"sign": "red", "label": HOSTILE}],
        {
            "icon": "local_shipping",
            "title": "Place",
            "note": HOSTILE,
            "facts": [{"label": "Speed", "value": HOSTILE}],
            "orders": [
                {"order": "A-1", "href": "/order?id=A-1", "tier": "red", "tier_word": "blocked", "what": HOSTILE}
            ],
            "zoom": True,
        },
        key="panel",
        t=PANEL_TEXTS,
        notes=[HOSTILE],
    )
    picks["turn"] = orders_table(ORDERS, key="table", t=TABLE_TEXTS, total=120, first=51)
    picks["board"] = board_cards(
        [
            {
                "id": "fresh",
                "href": "/board?id=fresh",
                "name": HOSTILE,
                "purpose": HOSTILE,
                "tag": HOSTILE,
                "drawing": {
                    "columns": 2,
                    "rows": 1,
                    "stops": [
                        {"id": "a", "kind": "source", "x": 0, "y": 0, "icon": "cable", "label": HOSTILE},
                        {
                            "id": "b",
                            "kind": "gate",
                            "x": 1,
                            "y": 0,
                            "icon": "lock",
                            "label": HOSTILE,
                            "tier": "red",
                            "count": HOSTILE,
                        },
                    ],
                    "wires": [("a", "b"), ("a", "gone")],
                },
                "chips": [{"icon": "block", "text": HOSTILE, "tier": "red"}],
                "facts": [{"icon": "tag", "text": HOSTILE}],
                "actions": [
                    {"id": "open", "label": "Open", "href": "/board?id=fresh"},
                    {"id": "edit", "label": HOSTILE, "icon": "edit"},
                ],
            }
        ],
        key="boards",
        label="Boards",
        t=BOARD_TEXTS,
    )
    log.extend([name, pick] for name, pick in picks.items() if pick)
    st.session_state["selected"] = journey_map(UNITS, key="map", t=MAP_TEXTS)
    source_list(SOURCES, key="sources", t=SOURCE_TEXTS)
    order_head(
        "SO-1",
        key="head",
        t=HEAD_TEXTS,
        chips=[{"label": "blocked", "tier": "red"}],
        facts=[{"label": "Value", "value": HOSTILE, "note": "paid", "hint": "12:00"}],
        clocks=[
            {"id": "c", "name": "Carriage", "value": "2 d", "running": True, "tier": "red", "tier_word": "blocked"}
        ],
    )
    event_log(
        "Packed",
        [
            {
                "id": f"r{i}",
                "time": None,
                "icon": "package_2",
                "words": HOSTILE,
                "source": "WMS",
                "evidence": "scanned",
                "simulated": True,
                "details": [{"label": "Place", "value": HOSTILE}],
                "raw": f'{{"a": "{i}"}}',
            }
            for i in range(15)
        ],
        key="log",
        t=LOG_TEXTS,
        note="odd",
    )
    fact_list("Visits", [{"label": f"Hub {i}", "value": HOSTILE} for i in range(15)], key="facts", t=FACT_TEXTS)
    page_frame("/_stcore/health", key="frame", t=FRAME_TEXTS)
    word_list(
        [
            {
                "id": "events",
                "title": HOSTILE,
                "count": "2",
                "rows": [
                    {"id": "a", "href": "/vocabulary?entry=a", "icon": "task_alt", "label": HOSTILE, "code": HOSTILE},
                    {"id": "b", "href": "/vocabulary?entry=b", "label": "Lost", "says": HOSTILE, "chosen": True},
                ],
            }
        ],
        key="words",
        t=WORD_TEXTS,
    )
    for place, chart in enumerate(CHARTS):
        board_chart(chart, key=f"chart.{place}", t=CHART_TEXTS)
    size = {"rows": 18, "pages": 2, "step_px": 56}
    board_wall(HOSTILE, HOSTILE, key="wall", t=WALL_TEXTS, lang="en", zone="UTC", leave="/board?id=a", **size)
    laid = board_grid(GRID, KINDS, {"a": "Share in time", "b": HOSTILE}, key="grid", t=GRID_TEXTS)
    st.session_state["laid"] = None if laid is None else [laid["rev"], laid["wide"], laid["phone"]]
    st.button("Rerun")
    st.code(
        json.dumps({"log": log, "selected": st.session_state["selected"], "n": n, "laid": st.session_state["laid"]}),
        language=None,
    )


gallery()
