"""The journey canvas: its parts without a browser, and that the committed build is what its source gives."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "components" / "journey_canvas" / "src"
BUILT = ROOT / "app" / "waypost" / "web" / "assets" / "journey_canvas"
MODULE_LIMIT = 400


def test_the_parts_without_a_browser(node: str) -> None:
    files = sorted(str(path) for path in Path(__file__).with_name("canvas").glob("*.test.mjs"))
    done = subprocess.run([node, "--test", *files], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    passed = re.search(r"^. pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed
    assert int(passed[1]) >= len(files), done.stdout


def test_the_canvas_is_built_from_its_source_and_packages(node: str, packages: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "CANVAS_SOURCE": str(SOURCE), "CANVAS_OUT": str(tmp_path)}
    vite = packages / "node_modules" / "vite" / "bin" / "vite.js"
    command = [node, str(vite), "build", "--config", str(packages / "vite.config.js")]
    done = subprocess.run(
        command, cwd=packages, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    licences = [node, "licences.mjs", str(tmp_path / "THIRD_PARTY.txt")]
    subprocess.run(licences, cwd=packages, timeout=60, check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in BUILT.iterdir()}
    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == [], "run `make frontend`"


def test_the_build_asks_nobody_and_names_its_licences() -> None:
    script = (BUILT / "index.js").read_text("utf-8")
    style = (BUILT / "index.css").read_text("utf-8")
    for forbidden in ("fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "EventSource", "eval("):
        assert forbidden not in script, forbidden
    assert "url(" not in style
    assert "@import" not in style
    licences = (BUILT / "THIRD_PARTY.txt").read_text("utf-8")
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text("utf-8"))["devDependencies"]
    for name in ("@xyflow/react", "react", "react-dom"):
        assert f"{name} {wanted[name]} (MIT)" in licences


def test_every_package_is_wanted_in_one_exact_version() -> None:
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text("utf-8"))
    assert "dependencies" not in wanted
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted["devDependencies"].values())


def test_the_source_stands_in_small_modules_and_writes_no_markup() -> None:
    files = [path for path in SOURCE.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= MODULE_LIMIT, path.name
        for forbidden in ("innerHTML", "dangerouslySetInnerHTML", "eval("):
            assert forbidden not in text, path.name
