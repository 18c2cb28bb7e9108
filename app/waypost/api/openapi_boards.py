"""Boards and their drafts in the OpenAPI document."""

from __future__ import annotations

from waypost.api.openapi_parts import TEXT, Json, answer, get, one_of, parameter, path, refusal

_COUNT: Json = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_OBJECT: Json = {"type": "object"}
_ID: Json = {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,47}$"}
_BOARD: Json = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": _ID, "name": {"type": ["string", "object"]}},
    "description": "see /api/v1/schemas/board.json",
}
_ACTS = ("rollback", "retire", "unretire")
_STEPS = ("submit", "approve", "reject", "publish", "discard", "catch-up", "restore", "comment")


def boards() -> Json:
    """The paths of boards, drafts and schemas."""
    return {**_in_force(), **_drafts(), **_schemas()}


def _in_force() -> Json:
    board, number = path("id", _ID), parameter("version", _COUNT, "a version; without it the last one")
    compared = (parameter("before", _COUNT), parameter("after", _COUNT))
    acts = _post("Roll back to a version, retire, or put into force again", path("id", _ID), path("act", one_of(_ACTS)))
    asked = {"type": "object", "properties": {"version": _COUNT, "comment": TEXT}}
    fields = {"document": _BOARD, "draft": TEXT, "days": {"type": "integer", "minimum": 1, "maximum": 4000}}
    tried = {"type": "object", "properties": fields, "minProperties": 1}
    replayed = _post("What publishing a document or a draft would change, order by order; nothing is written")
    checked = _post("What is missing or wrong on a board; nothing is written")
    return {
        "/api/v1/boards": get("All boards; journeys that never had one are listed as they would look"),
        "/api/v1/boards/{id}": get("One board and its versions; 0 is derived from its journey", board, number),
        "/api/v1/boards/{id}/diff": get("What is different between two versions", board, *compared),
        "/api/v1/boards/{id}/export": get("A board as a document that another Waypost reads", board, number),
        "/api/v1/boards/{id}/{act}": {"post": {**_steps(acts), "requestBody": _body(asked)}},
        "/api/v1/board-templates": get("Templates to start from, with the board of each"),
        "/api/v1/board-checks": {"post": {**checked, "requestBody": _body(_BOARD, required=True)}},
        "/api/v1/board-replays": {"post": {**replayed, "requestBody": _body(tried, required=True)}},
    }


def _drafts() -> Json:
    draft = path("id", {"type": "string", "pattern": "^[a-z0-9]{1,16}$"})
    start = _post("Start a draft: of a board or a template, as a copy, of a document, or empty")
    properties = {"board": TEXT, "template": TEXT, "copy_of": TEXT, "document": _OBJECT}
    start["requestBody"] = _body({"type": "object", "properties": properties, "maxProperties": 1})
    start["responses"]["201"] = start["responses"].pop("200")
    start["responses"]["409"] = refusal("The state that things are in does not allow it")
    match: Json = {"name": "If-Match", "in": "header", "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'}}
    base = parameter("base", _COUNT, "the revision you started from: what others changed since is kept")
    save = _steps(_post("Save a board into its draft; its ETag is the revision", draft, base, match))
    save["requestBody"] = _body(_BOARD, required=True)
    save["responses"] |= {"412": refusal("Changed since"), "428": refusal("Neither base nor If-Match is given")}
    steps = _steps(_post("One step of a draft", draft, path("act", one_of(_STEPS))))
    steps["requestBody"] = _body({"type": "object", "properties": {"comment": TEXT, "block": TEXT, "rev": _COUNT}})
    return {
        "/api/v1/drafts": {**get("Open drafts", parameter("board", TEXT)), "post": start},
        "/api/v1/drafts/{id}": {**get("A draft as it stands", draft), "put": save},
        "/api/v1/drafts/{id}/comments": get("What was said about a draft and done with it", draft),
        "/api/v1/drafts/{id}/revisions": get("The revisions of a draft that are kept", draft),
        "/api/v1/drafts/{id}/{act}": {"post": steps},
    }


def _schemas() -> Json:
    return {"/api/v1/schemas/{name}": get("JSON Schemas", path("name", one_of(("board.json", "journey.json"))))}


def _post(summary: str, *parameters: Json) -> Json:
    found: Json = get(summary, *parameters)["get"]
    return found


def _steps(operation: Json) -> Json:
    """With how a step is refused: 403 says who may, 409 the state that does not allow it."""
    refused = {"409": answer("The state does not allow it, or another version was published", _OBJECT)}
    return {**operation, "responses": {**operation["responses"], **refused}}


def _body(schema: Json, required: bool = False) -> Json:
    return {"required": required, "content": {"application/json": {"schema": schema}}}
