"""What the gate asks of each path: nothing, a session, or an API key with a scope."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import unquote, urlsplit

from waypost.access.roles import Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Zone(Enum):
    """How a path is guarded."""

    OPEN = "open"  # everybody
    API = "api"  # API key or session; refusals are JSON
    MACHINE = "machine"  # what a page loads by itself: session; refusals are JSON
    PAGE = "page"  # what a person opens: session; without one, off to the login page


@dataclass(frozen=True)
class ApiRule:
    """What requests below `prefix` need: a key's scope, or a signed-in person's role."""

    prefix: str
    methods: frozenset[str] | None  # None: all
    scope: str
    role: Role


_READ = frozenset({"GET", "HEAD"})

# The first rule that fits counts. The last two close the list: reading is for everybody signed
# in, and a writing route that nobody thought of here is for administrators.
API_RULES = (
    ApiRule("/metrics", None, "metrics:read", Role.ADMINISTRATOR),
    ApiRule("/api/v1/admin", None, "admin", Role.ADMINISTRATOR),
    ApiRule("/api/v1/events", frozenset({"POST"}), "events:write", Role.ADMINISTRATOR),
    ApiRule("/api/v1/journeys", _READ, "data:read", Role.VIEWER),
    ApiRule("/api/v1/journeys", None, "journeys:write", Role.PUBLISHER),
    # Which steps a person may take with a draft is decided where they are taken (services.boards.rules).
    ApiRule("/api/v1/boards", _READ, "data:read", Role.VIEWER),
    ApiRule("/api/v1/boards", None, "journeys:write", Role.EDITOR),
    ApiRule("/api/v1/board-checks", None, "data:read", Role.VIEWER),
    ApiRule("/api/v1/board-replays", None, "data:read", Role.VIEWER),
    ApiRule("/api/v1/drafts", _READ, "data:read", Role.VIEWER),
    ApiRule("/api/v1/drafts", None, "journeys:write", Role.EDITOR),
    ApiRule("/api/v1/mappings", _READ, "data:read", Role.VIEWER),
    ApiRule("/api/v1/mappings", None, "journeys:write", Role.EDITOR),
    # Inputs in quarantine are raw bodies of partners, with whatever personal data they hold.
    ApiRule("/api/v1/quarantine", _READ, "data:read", Role.OPERATOR),
    ApiRule("/api/v1/quarantine", None, "admin", Role.EDITOR),
    ApiRule("/api/v1/subscriptions", None, "admin", Role.ADMINISTRATOR),
    # A tracking link shows an order to whoever holds it, so making one is more than reading.
    ApiRule("/api/v1/tracking-links", _READ, "data:read", Role.OPERATOR),
    ApiRule("/api/v1/tracking-links", None, "tracking:write", Role.OPERATOR),
    # Releasing an order says something of it, as an event does.
    ApiRule("/api/v1/orders", frozenset({"POST"}), "events:write", Role.OPERATOR),
    ApiRule("/api", _READ, "data:read", Role.VIEWER),
    ApiRule("/api", None, "admin", Role.ADMINISTRATOR),
)

_OPEN_PATHS = frozenset({"/api/v1/health", "/login"})
# A partner who delivers proves himself by the signature of what he sends (api.webhooks).
_OPEN_BELOW = ("/login/", "/assets/", "/t/", "/api/v1/webhooks/", "/api/v1/track/")
_API_BELOW = ("/api", "/metrics")
_MACHINE_BELOW = ("/_stcore", "/static", "/media", "/component")
_ODD = re.compile(r"[\x00-\x1f\x7f\\]|//|(^|/)\.\.?(/|$)")
_MAX_NEXT = 1_000


def zone_of(path: str) -> Zone:
    """How this path is guarded; whatever is not listed is a page and needs a session."""
    if path in _OPEN_PATHS or path.startswith(_OPEN_BELOW):
        return Zone.OPEN
    if _below(path, _API_BELOW):
        return Zone.API
    return Zone.MACHINE if _below(path, _MACHINE_BELOW) else Zone.PAGE


def is_sound(path: str) -> bool:
    """Whether a decoded path means the same to every router: no `//`, `..`, `\\` or controls."""
    return path.startswith("/") and not _ODD.search(path)


def api_rule(method: str, path: str, rules: Iterable[ApiRule] = API_RULES) -> ApiRule:
    """The rule for an API request. Errors: LookupError for a path that is no API path."""
    for rule in rules:
        if _below(path, (rule.prefix,)) and (rule.methods is None or method in rule.methods):
            return rule
    raise LookupError(path)


def safe_next(target: str) -> str:
    """Where to go after login: a path of our own pages with its query, anything else is `/`."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    # Browsers drop tabs and read a backslash as a slash, so neither may be anywhere in it.
    plain = len(target) <= _MAX_NEXT and not target.startswith("//") and not re.search(r"[\x00-\x1f\x7f\\]", target)
    own = plain and not parts.scheme and not parts.netloc and is_sound(unquote(parts.path))
    if not own or zone_of(unquote(parts.path)) is not Zone.PAGE or parts.path == "/logout":
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _below(path: str, prefixes: Iterable[str]) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes)
