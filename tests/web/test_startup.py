"""The settings that the console relies on are the ones in force, and a deviation is said plainly."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit import config

from tests.support import environment
from waypost.access.roles import Role
from waypost.access.sessions import Identity
from waypost.api.context import Caller, with_caller
from waypost.web.startup import USER_HEADERS, apply_config, check_config

ROOT = Path(__file__).resolve().parents[2]
SECRET = "s" * 64
REPORT = """
import json, sys
from streamlit import config
from tests.support import environment
from waypost.access.roles import Role
from waypost.access.sessions import Identity
from waypost.api.context import Caller, with_caller
from waypost.web.startup import USER_HEADERS, apply_config, check_config
if "apply" in sys.argv:
    apply_config()
config.set_option("server.cookieSecret", "s" * 64)
print(json.dumps([check_config(), config.get_option("theme.dark.primaryColor")]))
"""


def report(folder: Path, *arguments: str) -> tuple[list[str], str | None]:
    """Ask a fresh process, because Streamlit reads its settings once per process."""
    problems, colour = json.loads(run(folder, REPORT, *arguments))
    return problems, colour


def run(folder: Path, code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


@pytest.fixture
def settings() -> Iterator[None]:
    options = config.get_config_options().items()
    before = {name: (option.value, option.where_defined) for name, option in options if not option.deprecated}
    apply_config()
    config.set_option("server.cookieSecret", SECRET)
    yield
    for name, (value, where) in before.items():
        config.set_option(name, value, where)


def test_the_committed_file_is_what_the_check_expects() -> None:
    assert report(ROOT) == ([], "#56BAD8")


def test_a_start_from_another_folder_has_the_same_settings(tmp_path: Path) -> None:
    assert report(tmp_path, "apply") == ([], "#56BAD8")


def test_without_the_file_each_deviation_is_named(tmp_path: Path) -> None:
    problems, _ = report(tmp_path)
    named = {problem.split(" is ")[0] for problem in problems}
    assert {"runner.postScriptGC", "browser.gatherUsageStats", "server.trustedUserHeaders"} <= named


def test_the_operators_own_file_wins_and_is_named_in_the_remedy(tmp_path: Path) -> None:
    own = tmp_path / ".streamlit" / "config.toml"
    own.parent.mkdir()
    own.write_text("[browser]\ngatherUsageStats = true\n", "utf-8")
    problems, _ = report(tmp_path, "apply")
    assert problems == [
        "browser.gatherUsageStats is true, expected false: otherwise every page calls a host on the "
        f"internet. Remedy: write gatherUsageStats = false under [browser] in {own}."
    ]


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("option", "value", "remedy"),
    [
        ("runner.postScriptGC", True, "write postScriptGC = false under [runner]"),
        ("server.fileWatcherType", "auto", 'write fileWatcherType = "none" under [server]'),
        ("server.enableCORS", False, "write enableCORS = true under [server]"),
        (
            "server.trustedUserHeaders",
            {"X-Other": "name"},
            'write trustedUserHeaders = { "X-Waypost-User" = "name", "X-Waypost-Role" = "role",',
        ),
    ],
)
def test_one_wrong_option_gives_one_sentence(option: str, value: object, remedy: str) -> None:
    config.set_option(option, value)
    [problem] = check_config()
    assert problem.startswith(f"{option} is ")
    assert remedy in problem


@pytest.mark.usefixtures("settings")
def test_a_short_cookie_secret_is_refused_and_never_printed() -> None:
    config.set_option("server.cookieSecret", "hunter2")
    [problem] = check_config()
    assert "server.cookieSecret" in problem
    assert "hunter2" not in problem


def test_a_process_without_its_own_cookie_secret_is_told(tmp_path: Path) -> None:
    code = "from waypost.web import startup; startup.apply_config(); print(*startup.check_config())"
    assert run(tmp_path, code).startswith("server.cookieSecret is a random one of this process")


def test_pages_see_every_identity_header_that_the_gate_sets() -> None:
    who = Identity("hash", 1, "lin", "Lin", Role.VIEWER, "zh", 0)
    headers = with_caller({"type": "websocket", "headers": []}, Caller(identity=who))["headers"]
    assert {name.decode() for name, _ in headers} == {name.lower() for name in USER_HEADERS}


WORKER = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from streamlit import config
from waypost.web.startup import apply_config, check_config
spawn = multiprocessing.get_context("spawn")
with ProcessPoolExecutor(1, spawn, apply_config) as pool:
    pool.submit(config.set_option, "server.cookieSecret", "s" * 64).result()
    print(*pool.submit(check_config).result(), sep="\\n")
"""


def test_a_worker_of_another_process_is_told(tmp_path: Path) -> None:
    [problem] = run(tmp_path, WORKER).splitlines()
    assert "--workers" in problem


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def theme(mode: str) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    colours: dict[str, Any] = table["theme"][mode]
    return colours


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_text_colour_can_be_read(mode: str) -> None:
    tokens = theme(mode)
    pairs = [(name.replace("Text", "Background"), name) for name in tokens if name.endswith("TextColor")]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        pairs += [(ground, text) for text in ("textColor", "linkColor", "grayColor", "primaryColor")]
    faint = [(ground, text) for ground, text in pairs if _contrast(tokens[ground], tokens[text]) < 4.5]
    assert faint == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_chart_colours_stand_out_and_leave_yellow_and_red_to_the_alerts(mode: str) -> None:
    tokens = theme(mode)
    colours = tokens["chartCategoricalColors"]
    assert min(_contrast(colour, tokens["backgroundColor"]) for colour in colours) >= 3
    assert not {tokens["redColor"], tokens["yellowColor"]} & set(colours)
    assert len(tokens["chartSequentialColors"]) == len(tokens["chartDivergingColors"]) == 10
