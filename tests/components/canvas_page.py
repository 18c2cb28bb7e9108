"""A page with nothing but the canvas, and what Python knows of it below. The address says what is on it."""

import json
import time
from itertools import pairwise
from typing import Any

import streamlit as st

from components._base import translated
from components.journey_canvas import TEXTS, Group, Server, journey_canvas
from waypost.i18n import translator
from waypost.web import theme

ask = st.query_params
LANG = ask.get("lang", "en")
_ = translator(LANG)


def item(kind, label, icon, *, enters=True, leaves=True, **more):
    return {"id": kind, "kind": kind, "label": label, "icon": icon, "in": enters, "out": leaves, **more}


CASES = [{"id": "yes", "label": "Paid in time"}, {"id": "no", "label": "Not paid"}]
PALETTE_EN: list[Group] = [
    {
        "id": "sources",
        "label": "Sources",
        "items": [
            item("source", "Shop orders", "storefront", enters=False, hint="Where the orders come from"),
            item("carrier", "Carrier scans", "local_shipping", enters=False),
        ],
    },
    {
        "id": "stages",
        "label": "Stages",
        "items": [
            item("stage", "Stage", "flag", hint="A step that every order passes", set={"hours": 24}),
            item("wait", "Wait for payment", "hourglass_empty"),
            item("join", "Come together", "call_merge"),
        ],
    },
    {
        "id": "branch",
        "label": "Branch and gate",
        "items": [
            item("branch", "Branch", "call_split", cases=CASES),
            item("gate", "Gate", "lock", to=["stage", "finish"]),
        ],
    },
    {
        "id": "figures",
        "label": "Figures and alerts",
        "items": [
            item("kpi", "Key figure", "speed", leaves=False),
            item("alert", "Alert", "notifications", leaves=False),
            item("finish", "Delivered", "task_alt", leaves=False),
        ],
    },
]
ZH = {
    "Sources": "数据来源",
    "Shop orders": "店铺订单",
    "Where the orders come from": "订单从哪里来",
    "Carrier scans": "承运商扫描",
    "Stages": "环节",
    "Stage": "环节",
    "A step that every order passes": "每个订单都要经过的一步",
    "Wait for payment": "等待付款",
    "Come together": "汇合",
    "Branch and gate": "分支与关卡",
    "Branch": "分支",
    "Gate": "关卡",
    "Paid in time": "按时付款",
    "Not paid": "未付款",
    "Figures and alerts": "指标与预警",
    "Key figure": "指标",
    "Alert": "预警",
    "Delivered": "妥投",
    "due within 24 h": "24 小时内完成",
    "SF Express, JD Logistics": "顺丰、京东物流",
}


def said(value):
    """The same in the language of the page."""
    if LANG == "en":
        return value
    if isinstance(value, dict):
        return {k: said(v) if k in ("label", "hint", "items", "cases") else v for k, v in value.items()}
    if isinstance(value, list):
        return [said(v) for v in value]
    return ZH.get(value, value)


PALETTE: list[Group] = said(PALETTE_EN)
ITEMS = {i["kind"]: i for group in PALETTE for i in group["items"]}


def sample(n):
    """A journey of n blocks: rows of a source, stages, a branch and an end."""
    kinds = ["source", "stage", "branch", "stage", "wait", "finish"]
    blocks = [
        {
            "id": f"{kinds[i % 6]}_{i:04d}",
            "kind": kinds[i % 6],
            "x": (i % 6) * 312,
            "y": (i // 6) * 176,
            "set": {"hours": i},
        }
        for i in range(n)
    ]
    wires = [
        {"from": a["id"], "to": b["id"], "port": "yes" if a["kind"] == "branch" else ""}
        for a, b in pairwise(blocks)
        if a["kind"] != "finish"
    ]
    return {"blocks": blocks, "wires": wires}


def faces(blocks, live=False, mode="edit"):
    found = {}
    for i, block in enumerate(blocks):
        known = ITEMS[block["kind"]]
        face = {"title": block["set"].get("title") or known["label"], "icon": known["icon"]}
        if block["kind"] == "stage":
            face["lines"] = [said("due within 24 h"), said("SF Express, JD Logistics")][: 1 + i % 2]
        if live and block["kind"] in ("stage", "wait"):
            n = 128 + i
            face["badge"] = f"{n} 单 · 40 秒前" if LANG != "en" else f"{n} orders · 40 s behind"
            face["tone"] = ["", "yellow", "red", "unknown"][i % 4] if i % 3 == 0 else ""
        if live and i % 7 == 2:
            level = "error" if i % 2 == 0 else "warning"
            text = "这个分支缺少去向。" if LANG != "en" else "One case of this branch leads nowhere."
            face["problems"] = [{"level": level, "text": text}] * (1 + i % 2)
        if mode == "diff":
            face["mark"] = ["", "added", "", "changed", "", "removed"][i % 6]
        found[block["id"]] = face
    return found


st.set_page_config(layout="wide")
st.html(f"<style>{theme.css()}</style>")
state = st.session_state
if "doc" not in state:
    state.doc = sample(int(ask.get("n", "0")))
    state.server = 1
    state.note = ""
    state.saved = None
    state.taken = None
    state.runs = 0
    state.focus = None
    state.acts = []
    state.heard = 0


def server() -> Server:
    return {
        "rev": state.server,
        "draft": ask.get("draft", "d1"),
        "blocks": state.doc["blocks"],
        "wires": state.doc["wires"],
        "note": state.note,
        "undoable": state.note == "form",
    }


@st.fragment
def page() -> None:
    state.runs += 1
    heard()  # after a broken connection a new session gets the document without a callback
    mode: Any = ask.get("mode", "edit")
    side = st.columns([3, 1]) if "side" in ask else [st.container()]
    with side[0]:
        canvas = journey_canvas(
            server(),
            PALETTE,
            faces(state.doc["blocks"], "live" in ask, mode),
            key="canvas",
            t=translated(TEXTS, _),
            lang="zh-CN" if LANG == "zh" else LANG,
            saved=state.saved,
            people=[{"name": "Wang Fang"}, {"name": "李伟"}] if "people" in ask else [],
            mode=mode,
            height=int(ask.get("height", "640")),
            on_change=heard,
            focus=state.focus,
        )
    if canvas.act:
        state.acts.append([canvas.act["do"], canvas.act["id"]])
    one = canvas.selected[0] if len(canvas.selected) == 1 else None
    st.text_input("Title", key=f"title-{one}", on_change=titled, args=(one,), disabled=one is None)
    with st.container(horizontal=True):
        st.button("Rerun")
        st.button("Another's change", on_click=theirs, args=("merged",))
        st.button("Conflict", on_click=theirs, args=("conflict",))
        st.button("Show last", on_click=show_last)
    st.code(
        json.dumps(
            {
                "blocks": state.doc["blocks"],
                "wires": [[w["from"], w["to"], w["port"]] for w in state.doc["wires"]],
                "selected": canvas.selected,
                "acts": state.acts,
                "runs": state.runs,
                "heard": state.heard,
                "base": canvas.doc and canvas.doc["base"],
            },
            ensure_ascii=False,
        ),
        language=None,
    )


def heard() -> None:
    """Take what the browser sent, as the page of a store would."""
    from components.journey_canvas.claims import read_doc

    doc = read_doc(state.get("canvas", {}).get("doc"))
    if doc is None or state.taken == (doc["client"], doc["rev"]):
        return
    state.taken = (doc["client"], doc["rev"])
    state.heard += 1
    state.doc = {"blocks": doc["blocks"], "wires": doc["wires"]}
    if "lost" not in ask:
        state.saved = {"client": doc["client"], "rev": doc["rev"], "at": time.strftime("%H:%M")}


def titled(one: str) -> None:
    blocks = [
        {**b, "set": {**b["set"], "title": state[f"title-{one}"]}} if b["id"] == one else b for b in state.doc["blocks"]
    ]
    state.doc = {**state.doc, "blocks": blocks}
    state.note = "form"
    state.server += 1


def theirs(note: str) -> None:
    block = {"id": f"stage_their{state.server}", "kind": "stage", "x": 0, "y": 400, "set": {"title": "Theirs"}}
    state.doc = {**state.doc, "blocks": [*state.doc["blocks"], block]}
    state.note = note
    state.server += 1


def show_last() -> None:
    state.focus = {"id": state.doc["blocks"][-1]["id"], "n": (state.focus or {"n": 0})["n"] + 1}


page()
