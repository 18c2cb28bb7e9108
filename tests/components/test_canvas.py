"""The Python face of the journey canvas: what it sends, what it believes, and that it is found wherever it is put."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import hatchling.build
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from components import _base
from components.journey_canvas import TEXTS
from components.journey_canvas.claims import read_act, read_doc, read_selected

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "components" / "journey_canvas" / "src"
PAGE = Path(__file__).with_name("canvas_page.py")
SCRIPT = """
import sys
sys.path[:0] = {path!r}
from streamlit.testing.v1 import AppTest
import components.journey_canvas, waypost
app = AppTest.from_file({page!r}, default_timeout=60).run()
assert not app.exception, app.exception
assert app.get("bidi_component")[0].proto.component_name == "waypost.journey_canvas"
print(components.journey_canvas.__file__, waypost.__file__)
"""


def sound() -> dict[str, Any]:
    return {
        "client": "k2",
        "rev": 3,
        "base": 1,
        "draft": "d1",
        "blocks": [
            {"id": "stage_1", "kind": "stage", "x": 8, "y": -16, "set": {"hours": 24}},
            {"id": "branch_2", "kind": "branch", "x": 0, "y": 0, "set": {}},
        ],
        "wires": [{"from": "branch_2", "to": "stage_1", "port": "yes"}],
    }


def with_block(**changes: Any) -> dict[str, Any]:
    doc = sound()
    doc["blocks"][0].update(changes)
    return doc


def with_wire(**changes: Any) -> dict[str, Any]:
    doc = sound()
    doc["wires"][0].update(changes)
    return doc


def test_a_sound_document_is_taken_as_it_is() -> None:
    assert read_doc(sound()) == sound()
    assert read_doc({**with_block(x=8.0), "rev": 3.0}) == sound()
    assert read_doc({**sound(), "more": 1}) == sound()


@pytest.mark.parametrize(
    "doc",
    [
        None,
        [],
        "x",
        {},
        {**sound(), "rev": "3"},
        {**sound(), "rev": True},
        {**sound(), "rev": -1},
        {**sound(), "base": float("nan")},
        {**sound(), "client": ""},
        {**sound(), "draft": 7},
        {**sound(), "draft": "x" * 201},
        {**sound(), "blocks": {}},
        {**sound(), "blocks": sound()["blocks"] * 2},
        {**sound(), "blocks": []},
        {**sound(), "wires": sound()["wires"] * 2},
        {**sound(), "wires": None},
        with_block(id="Stage 1"),
        with_block(id="x" * 49),
        with_block(id="stage_1\n"),
        with_block(kind="<b>"),
        with_block(x=1.5),
        with_block(y=10**9),
        with_block(x=float("inf")),
        with_block(set=None),
        with_block(set={"a": "x" * 70_000}),
        with_wire(to="gone"),
        with_wire(to="branch_2"),
        with_wire(port=None),
        with_wire(port="x" * 65),
    ],
)
def test_a_document_that_is_unsound_anywhere_is_none(doc: object) -> None:
    assert read_doc(doc) is None


def test_a_document_has_its_limits() -> None:
    blocks = [{"id": f"a{n}", "kind": "a", "x": 0, "y": 0, "set": {}} for n in range(1001)]
    assert read_doc({**sound(), "blocks": blocks, "wires": []}) is None
    assert read_doc({**sound(), "blocks": blocks[:1000], "wires": []}) is not None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(ANYTHING, st.sampled_from(sorted(sound())), st.sampled_from(sorted(sound()["blocks"][0])))
def test_nothing_that_a_browser_can_send_makes_reading_fail(value: object, field: str, part: str) -> None:
    for claim in (value, {**sound(), field: value}, with_block(**{part: value})):
        doc = read_doc(deepcopy(claim))
        assert doc is None or {block["id"] for block in doc["blocks"]} >= {wire["to"] for wire in doc["wires"]}
    read_act(value)
    assert all(isinstance(one, str) for one in read_selected(value))


def test_an_act_is_one_of_three() -> None:
    assert read_act({"do": "open", "id": "stage_1", "n": 2}) == {"do": "open", "id": "stage_1", "n": 2}
    assert read_act({"do": "save", "n": 1}) == {"do": "save", "id": "", "n": 1}
    for claim in ({"do": "delete", "n": 1}, {"do": "open", "id": "A b", "n": 1}, {"do": "save"}, "save"):
        assert read_act(claim) is None


def test_only_ids_are_selected() -> None:
    assert read_selected(["stage_1", 4, "No", "b"]) == ["stage_1", "b"]
    assert read_selected("stage_1") == []


def test_every_text_that_the_canvas_uses_is_asked_for_and_no_other() -> None:
    code = "\n".join(path.read_text("utf-8") for path in sorted(SOURCE.glob("view/*.js*")))
    used = set(re.findall(r"\bt\.([a-z_]+)", code)) | set(re.findall(r'"((?:key|mouse)_[a-z]+)"', code))
    made = set(re.findall(r"\bt\[`([a-z]+_)\$\{", code))
    assert made == {"refused_", "note_", "mark_"}
    named = {text for text in TEXTS if text.startswith(tuple(made))} | {"error", "warning"}
    assert used | named == set(TEXTS)
    with pytest.raises(KeyError, match="label"):
        _base.words({}, TEXTS)


def test_what_comes_back_is_a_claim_also_on_a_page() -> None:
    app = AppTest.from_file(str(PAGE), default_timeout=30).run()
    assert not app.exception
    app.session_state["canvas"] = {"doc": {**sound(), "base": 1}, "selected": ["stage_1", 7]}
    app.run()
    told = json.loads(app.code[0].value)
    assert (told["base"], told["selected"]) == (1, ["stage_1"])
    app.session_state["canvas"] = {"doc": {**sound(), "wires": 7}, "selected": "all"}
    app.run()
    told = json.loads(app.code[0].value)
    assert (told["base"], told["selected"]) == (None, [])


@pytest.mark.parametrize("kind", ["checkout", "wheel"])
def test_it_is_found_in_a_checkout_and_in_a_wheel_without_node(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = ROOT
    path = [str(ROOT), str(ROOT / "app")]
    if kind == "wheel":
        monkeypatch.chdir(ROOT)
        wheel = hatchling.build.build_wheel(str(tmp_path))
        home = tmp_path / "site"
        with zipfile.ZipFile(tmp_path / wheel) as archive:
            archive.extractall(home)
        path = [str(home)]
    # Isolated and without site: an editable install of this checkout is not on the way.
    script = SCRIPT.format(path=[*path, sysconfig.get_path("purelib")], page=str(PAGE))
    command = [sys.executable, "-I", "-S", "-c", script]
    environment = {**os.environ, "PATH": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert all(file.startswith(str(home)) for file in done.stdout.split())
