"""Streamlit's settings: applied from the shipped file and read back before the server starts."""

from __future__ import annotations

import multiprocessing
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit import config

# What the gate says about who is there -> the key under which pages find it in `st.user`.
USER_HEADERS = {"X-Waypost-User": "name", "X-Waypost-Role": "role", "X-Waypost-Session": "session"}

_PACKAGE = Path(__file__).resolve().parents[1]
# A checkout keeps the file at its root, an installed wheel beside the entry script.
_SHIPPED = (
    _PACKAGE.parents[1] / ".streamlit" / "config.toml",
    _PACKAGE / "_web" / ".streamlit" / "config.toml",
)
_MIN_SECRET = 32


@dataclass(frozen=True)
class _Rule:
    """One option that Waypost relies on, and what goes wrong when it differs."""

    option: str
    expected: object
    otherwise: str


_RULES = (
    _Rule("runner.postScriptGC", False, "every rerun pays for a full garbage collection"),
    _Rule("browser.gatherUsageStats", False, "every page calls a host on the internet"),
    _Rule("server.fileWatcherType", "none", "the server watches its own source files"),
    _Rule("server.enableCORS", True, "any web site can open a websocket to the console"),
    _Rule("server.enableXsrfProtection", True, "another site can upload files in a user's name"),
    _Rule("server.enableStaticServing", False, "files beside the entry script are served"),
    _Rule("server.enableAgentApi", False, "running pages can be driven by HTTP"),
    _Rule("client.allowedOrigins", [], "other sites can steer the console through a frame"),
    _Rule("client.toolbarMode", "minimal", "the developer menu shows"),
    _Rule("client.showErrorDetails", "none", "a failing page shows its stack trace to the user"),
    _Rule("server.trustedUserHeaders", USER_HEADERS, "the console cannot see who is logged in"),
)


def apply_config() -> None:
    """Apply the shipped config.toml, so that Waypost can be started from any working folder.

    What the operator set in a config.toml of their own stays. Call it before `st.App` is made.
    """
    shipped = next((path for path in _SHIPPED if path.is_file()), None)
    if shipped is None:
        return
    known = config.get_config_options()
    for option, value in _flatten(tomllib.loads(shipped.read_text("utf-8")), known):
        if not config.is_manually_set(option):
            config.set_option(option, value, str(shipped))


def check_config() -> list[str]:
    """Name every setting that is not what Waypost relies on: found, expected, remedy.

    Call it in the serving process after `apply_config` and after the cookie secret is set. An empty
    list means that all is well.
    """
    problems = [_sentence(rule) for rule in _RULES if config.get_option(rule.option) != rule.expected]
    return [*problems, *_secret_problem(), *_worker_problem()]


def _sentence(rule: _Rule) -> str:
    section, _, name = rule.option.rpartition(".")
    return (
        f"{rule.option} is {_toml(config.get_option(rule.option))}, expected {_toml(rule.expected)}: "
        f"otherwise {rule.otherwise}. "
        f"Remedy: write {name} = {_toml(rule.expected)} under [{section}] in {_origin(rule.option)}."
    )


def _origin(option: str) -> str:
    defined = config.get_where_defined(option)
    return defined if defined.endswith(".toml") else ".streamlit/config.toml"


def _secret_problem() -> list[str]:
    if not config.is_manually_set("server.cookieSecret"):
        found = "a random one of this process"
    elif len(str(config.get_option("server.cookieSecret"))) < _MIN_SECRET:
        found = f"shorter than {_MIN_SECRET} characters"
    else:
        return []
    return [
        f"server.cookieSecret is {found}, expected a fixed secret of at least {_MIN_SECRET} characters: "
        "otherwise uploads fail after a restart and between processes. "
        "Remedy: start with `waypost serve`, which keeps one beside the database."
    ]


def _worker_problem() -> list[str]:
    if multiprocessing.parent_process() is None:
        return []
    return [
        "The server runs as a worker of another process, expected one process of its own: "
        "otherwise sessions and uploads are lost between workers. "
        "Remedy: drop --workers and run more single processes behind a sticky proxy."
    ]


def _flatten(table: Mapping[str, Any], known: Mapping[str, object]) -> Iterator[tuple[str, Any]]:
    """Yield dotted option names; a table that is itself an option's value stays whole."""
    for key, value in table.items():
        if key not in known and isinstance(value, Mapping):
            yield from _flatten({f"{key}.{name}": item for name, item in value.items()}, known)
        else:
            yield key, value


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{key}" = {_toml(item)}' for key, item in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else str(value)
