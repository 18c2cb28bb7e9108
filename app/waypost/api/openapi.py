"""The OpenAPI 3.1 document of the API, at /api/v1/openapi.json."""

from __future__ import annotations

from waypost import __version__
from waypost.api.openapi_boards import boards
from waypost.api.openapi_parts import TEXT, Json
from waypost.api.openapi_parts import access as _access
from waypost.api.openapi_parts import answer as _answer
from waypost.api.openapi_parts import get as _get
from waypost.api.openapi_parts import one_of as _one_of
from waypost.api.openapi_parts import parameter as _parameter
from waypost.api.openapi_parts import path as _path
from waypost.api.openapi_parts import refusal as _refusal
from waypost.domain.statement import CLASSIFIERS, EVIDENCE, KIND_WORDS
from waypost.domain.subject import KINDS, RELS
from waypost.services.live.columns import DIMENSIONS

_ACTS = ("pause", "resume", "test", "replay")
LANG: Json = {"enum": ["en", "zh"]}


def document() -> Json:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Waypost",
            "version": __version__,
            "description": "Events in, journeys out. Authorization: Bearer with an API key, or a signed-in session.",
        },
        "security": [{"key": []}],
        "paths": {
            **_merged(_ingest(), _reading(), _telling()),
            **_webhooks(),
            **_managing(),
            **_subscriptions(),
            **_tracking(),
            **_mappings(),
            **boards(),
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Event": _event(), "Error": _error(), "Outcome": _outcome()},
        },
    }


def _ingest() -> Json:
    event = {"$ref": "#/components/schemas/Event"}
    structured = {"schema": event}
    batch = {"schema": {"type": "array", "items": event, "maxItems": 5000}}
    return {
        "/api/v1/events": {
            "post": {
                "summary": "Store one CloudEvent or a batch, at most 5,000 events and 16 MiB; answered after COMMIT",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/cloudevents+json": structured,
                        "application/cloudevents-batch+json": batch,
                        "application/json": {"schema": {"oneOf": [event, batch["schema"]]}},
                    },
                },
                "responses": {
                    "200": _answer("What became of the event, or of each event of the batch", {"type": "object"}),
                    "408": _refusal("The body did not come in whole"),
                    "413": _refusal("The body is too large"),
                    "422": _refusal(
                        "The single event is invalid, or the body is no CloudEvents batch; nothing was stored"
                    ),
                    "429": _refusal("Too many events are waiting; see Retry-After"),
                    "503": _refusal("The events could not be stored; see Retry-After"),
                    **_access(),
                },
            }
        }
    }


def _webhooks() -> Json:
    remedy = "Nothing is stored but a count"
    return {
        "/api/v1/webhooks/{key}": {
            "post": {
                "summary": "Deliver to a connection, signed as its partner signs; answered after COMMIT",
                "security": [],
                "parameters": [_path("key")],
                "requestBody": {"required": True, "content": {"application/json": {}}},
                "responses": {
                    "200": _answer("Stored, or seen before (duplicate)", {"type": "object"}),
                    "401": {"description": f"The signature does not fit the bytes. {remedy}"},
                    "404": {"description": "No connection takes webhooks here"},
                    "413": {"description": "The body is too large"},
                    "422": _refusal("Signed, but unreadable; kept in quarantine"),
                    "429": {"description": "Too many wrong signatures from this address; see Retry-After"},
                    "503": {"description": "The connection is paused or cannot work; see Retry-After"},
                },
            }
        }
    }


def _reading() -> Json:
    dimensions = [_parameter(name, TEXT) for name in DIMENSIONS]
    return {
        **_health(),
        "/api/v1/openapi.json": _get("This document"),
        "/api/v1/vocabulary": _get("Milestones and event codes"),
        "/api/v1/orders": _get(
            "Orders, worst first",
            _parameter("q", TEXT, "the start of any id; several may be given, separated by spaces"),
            _parameter("journey", TEXT),
            _parameter("stage", TEXT, "the stage the order is in now"),
            _parameter("level", {"enum": ["ok", "yellow", "red"]}),
            _parameter("status", {"enum": ["open", "delivered", "ended", "unassigned"]}),
            _parameter("sort", {"enum": ["risk", "newest", "oldest", "value"]}),
            _parameter("limit", {"type": "integer", "minimum": 0, "maximum": 500}),
            _parameter("offset", {"type": "integer", "minimum": 0, "maximum": 10_000_000}),
            _parameter("returns", TEXT, "any, open, due (a refund), or the stage that a return of theirs is in"),
            _parameter("due", {"enum": ["yellow", "red"]}, "not so late yet, but within that time if nothing happens"),
            _parameter("within", {"type": "integer", "minimum": 0, "maximum": 44_640}, "minutes, for due; 60"),
            _format(),
            *dimensions,
        ),
        "/api/v1/orders/{ref}": _get("The journey of one order, by any of its ids", _path("ref")),
        "/api/v1/orders/{ref}/gates/{gate}/{act}": {"post": _gate()},
        "/api/v1/kpi": _get(
            "Closed stages of [from, to) by the day they were left, and open ones now",
            _parameter("journey", TEXT, required=True),
            _parameter("from", TEXT, "a local date of the journey's zone, or an instant", required=True),
            _parameter("to", TEXT, "the end, exclusive", required=True),
            _parameter("exact", {"enum": ["true", "false"]}, "percentiles from rows, also of many orders"),
        ),
    }


def _gate() -> Json:
    acts = _path("act", {"enum": ["release", "hold"]})
    found = _get("Release an order at a gate that holds it, or hold it again", _path("ref"), _path("gate"), acts)["get"]
    wanted = {"type": "object", "required": ["reason"], "properties": {"reason": TEXT}, "additionalProperties": False}
    found["requestBody"] = {"required": True, "content": {"application/json": {"schema": wanted}}}
    return dict(found)


def _health() -> Json:
    return {
        "/api/v1/health": {
            "get": {
                "summary": "Whether the process is well; open to everybody",
                "security": [],
                "responses": {
                    "200": _answer("Well", {"type": "object"}),
                    "503": _answer("Not well", {"type": "object"}),
                },
            }
        },
        "/metrics": {
            "get": {"summary": "Prometheus metrics", "responses": {"200": {"description": "Text"}, **_access()}}
        },
    }


def _telling() -> Json:
    return {
        "/api/v1/events": _get(
            "Stored events in the order they were recorded",
            _parameter("after", {"type": "integer"}, "go on behind this id"),
            _parameter("from", TEXT, "recorded at or after this instant"),
            _parameter("to", TEXT, "recorded before this instant"),
            _parameter("code", TEXT),
            _parameter("source", TEXT),
            _parameter("limit", {"type": "integer"}, "at most 5,000 as JSON; a file has no limit"),
            _format(),
        ),
    }


def _managing() -> Json:
    put = _get("Publish a new version", _path("id"), _parameter("base", {"type": "integer"}))["get"]
    put["requestBody"] = {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
    put["responses"]["409"] = _refusal("Somebody else published meanwhile")
    replay = _get("Try an input in quarantine again", _path("id", {"type": "integer", "minimum": 0}))["get"]
    replay["requestBody"] = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Event"}}}}
    return {
        **_mappings(),
        "/api/v1/journeys": _get("The journeys in force"),
        "/api/v1/journeys/{id}": {**_get("One journey and its versions", _path("id")), "put": put},
        "/api/v1/quarantine": _get("Inputs in quarantine and words without an event code", _format()),
        "/api/v1/quarantine/{id}/replay": {"post": replay},
    }


def _subscriptions() -> Json:
    key = _path("key")
    added = _get("Add a subscription; the answer holds its secret, once")["get"]
    properties = dict.fromkeys(("name", "url", "secret", "since"), TEXT) | {
        "mode": _one_of(("batch", "single")),
        "personal": {"type": "boolean"},
        "filter": {"type": "object"},
    }
    schema = {"type": "object", "required": ["name", "url"], "properties": properties}
    added["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    added["responses"]["201"] = added["responses"].pop("200")
    acts = _get("Pause, resume, test or replay (with since)", key, _path("act", _one_of(_ACTS)))["get"]
    removed = _get("Remove a subscription", key)["get"]
    removed["responses"]["204"] = {"description": "Removed"}
    return {
        "/api/v1/subscriptions": {**_get("Subscriptions of events going out, with state and backlog"), "post": added},
        "/api/v1/subscriptions/{key}": {"delete": removed},
        "/api/v1/subscriptions/{key}/deliveries": _get("The newest deliveries of a subscription", key),
        "/api/v1/subscriptions/{key}/{act}": {"post": acts},
    }


def _tracking() -> Json:
    story = _get("The order behind a tracking link, as its customer sees it", _path("token"), _parameter("lang", LANG))
    story["get"]["security"] = []  # the token is the capability
    gone = {"410": _refusal("The link has expired"), "429": _refusal("Too many wrong tokens; see Retry-After")}
    story["get"]["responses"] = {name: story["get"]["responses"][name] for name in ("200", "400", "404")} | gone
    story["get"]["responses"]["503"] = _refusal("The database cannot be reached")
    paging = [
        _parameter(n, {"type": "integer", "minimum": 0, "maximum": m})
        for n, m in (("limit", 500), ("offset", 9_999_999))
    ]
    issue = _get("Make a link to an order; its token is shown once")["get"]
    days = {"type": "integer", "minimum": 1, "maximum": 400}
    properties = {"order": TEXT, "merchant": TEXT, "lang": LANG, "days": days}
    wanted = {"type": "object", "required": ["order"], "properties": properties, "additionalProperties": False}
    issue["requestBody"] = {"required": True, "content": {"application/json": {"schema": wanted}}}
    issue["responses"]["201"] = issue["responses"].pop("200")
    listed = _get("Tracking links, newest first", _parameter("order", TEXT, "only those of this order"), *paging)
    revoke = _get("Revoke a tracking link", _path("id", {"type": "integer", "minimum": 0}))["get"]
    return {
        "/api/v1/track/{token}": story,
        "/api/v1/tracking-links": {**listed, "post": issue},
        "/api/v1/tracking-links/{id}/revoke": {"post": revoke},
    }


def _mappings() -> Json:
    words = {"type": "object", "additionalProperties": TEXT}
    edits = {"type": "object", "required": ["words"], "properties": {"words": words, "notes": words}}
    body = {"required": True, "content": {"application/json": {"schema": edits}}}
    base, comment = _parameter("base", {"type": "integer", "minimum": 0}), _parameter("comment", TEXT)
    named = (_path("source"), _parameter("source", TEXT, "with `-` in the path: a name that a path cannot hold"))
    put = _get("Publish what a source's words mean, and read history again by it", *named, base, comment)
    put["get"] |= {"requestBody": body}
    put["get"]["responses"]["409"] = _refusal("Somebody else published meanwhile")
    tried = _get("What publishing it would change: events, orders, a sample; nothing is written", *named)
    tried["get"] |= {"requestBody": body}
    return {
        "/api/v1/mappings": _get("Sources whose words can be mapped"),
        "/api/v1/mappings/{source}": {
            **_get("The mapping table of one source", *named),
            "put": put["get"],
            "post": tried["get"],
        },
    }


def _event() -> Json:
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": TEXT,
            "source": TEXT,
            "type": {**TEXT, "description": "an event code; an unknown one is stored UNMAPPED"},
            "subject": _subject(),
            "time": {**TEXT, "format": "date-time"},
            "data": {"type": "object", "properties": _event_data(), "additionalProperties": False},
        },
    }


def _event_data() -> Json:
    number, amount = {"type": "number"}, {"type": "number", "minimum": 0}
    texts = dict.fromkeys(("place", "word", "reason", "target"), TEXT)
    link = {
        "type": "object",
        "required": ["rel", "to"],
        "properties": {"rel": _one_of(RELS), "to": _subject(), "quantity": amount}
        | dict.fromkeys(("from", "until", "scope"), TEXT),
    }
    return texts | {
        "classifier": _one_of(CLASSIFIERS),
        "evidence": _one_of(EVIDENCE),
        "kind": _one_of(KIND_WORDS),
        "at": {**TEXT, "description": "the time spoken of: an instant, or a local time or date with zone"},
        "zone": {**TEXT, "description": "an IANA name"},
        "scope": {**TEXT, "description": "name space of subject ids, e.g. a shop"},
        "lat": number,
        "lon": number,
        "quantity": amount,
        "attributes": {"type": "object"},
        "links": {"type": "array", "items": link},
        "simulated": {"type": "boolean"},
        "payload": {"description": "the partner's raw body"},
    }


def _subject() -> Json:
    return {**TEXT, "pattern": f"^({'|'.join(KINDS)})/.+$"}


def _error() -> Json:
    return {"type": "object", "required": ["error"], "properties": {"error": TEXT, "field": TEXT, "remedy": TEXT}}


def _outcome() -> Json:
    status = {"enum": ["accepted", "duplicate", "unmapped", "quarantined"]}
    return {
        "type": "object",
        "properties": {"id": TEXT, "status": status, "field": TEXT, "problem": TEXT, "remedy": TEXT},
    }


def _merged(*parts: Json) -> Json:
    """The paths of all parts; a path that several have keeps the methods of each."""
    found: Json = {}
    for part in parts:
        for path, methods in part.items():
            found[path] = {**found.get(path, {}), **methods}
    return found


def _format() -> Json:
    return _parameter("format", _one_of(("json", "csv", "parquet", "xlsx")), "a file holds all rows, instants in UTC")
