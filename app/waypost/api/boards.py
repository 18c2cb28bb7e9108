"""Routes of boards in force: list, show, compare, check, carry elsewhere, take back."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from waypost.access.roles import Role
from waypost.api.context import caller_of
from waypost.api.manage import actor, json_body
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import from_us
from waypost.journeys.boards.schema import schemas
from waypost.services.app import Waypost
from waypost.services.boards.catalogue import BoardVersion, Entry
from waypost.services.boards.reading import as_dict, read_board
from waypost.services.boards.rules import StepRefused
from waypost.services.boards.templates import Template, templates

_MOVES = 50  # orders that would stand elsewhere, in one answer
_KEY_ROLES = (("admin", Role.ADMINISTRATOR), ("journeys:write", Role.PUBLISHER), ("data:read", Role.VIEWER))


def boards(request: Request) -> Response:
    """All boards, journeys that never had one among them."""
    waypost: Waypost = request.state.waypost
    return JSONResponse({"boards": [_entry(entry) for entry in waypost.boards.list()]})


def board(request: Request) -> Response:
    """One board: its document in force, or `?version=N`, and which versions there are."""
    waypost: Waypost = request.state.waypost
    board_id, number = request.path_params["id"], version(request, "version")
    history = waypost.boards.history(board_id)
    found = history[-1] if number is None else waypost.boards.get(board_id, number)
    told = [_told(each) for each in history]
    return JSONResponse({**_told(found), "id": board_id, "document": found.board.as_json(), "versions": told})


def diff(request: Request) -> Response:
    """What is different between `?before=` and `?after=`; by default between the last two versions."""
    waypost: Waypost = request.state.waypost
    board_id = request.path_params["id"]
    last = waypost.boards.history(board_id)[-1].version
    after = version(request, "after")
    after = last if after is None else after
    before = version(request, "before")
    before = max(0, after - 1) if before is None else before
    found = waypost.boards.diff(board_id, before, after)
    return JSONResponse({"id": board_id, "before": before, "after": after, "diff": as_dict(found)})


def export(request: Request) -> Response:
    """A board as a document that another Waypost reads; `?version=N`."""
    waypost: Waypost = request.state.waypost
    return JSONResponse(waypost.boards.export(request.path_params["id"], version(request, "version")))


def listed_templates(request: Request) -> Response:
    """The templates that a draft can be started from."""
    return JSONResponse({"templates": [_template(each) for each in templates()]})


async def check(request: Request) -> Response:
    """What is missing or wrong on a board that is sent; nothing is written."""
    waypost: Waypost = request.state.waypost
    body = await json_body(request)
    found = await run_in_threadpool(lambda: waypost.boards.check(read_board(body)))
    return JSONResponse({"sound": not any(p.is_error for p in found), "problems": [as_dict(p) for p in found]})


async def replay(request: Request) -> Response:
    """What publishing a `document` or a `draft` would change for the orders of the last `days`; nothing is written."""
    waypost: Waypost = request.state.waypost
    asked = await fields(request)
    days, draft = whole(asked, "days") if "days" in asked else None, text(asked, "draft")

    def run() -> dict[str, Any]:
        tried = waypost.boards.draft(draft).board if draft else read_board(asked.get("document"))
        found = waypost.boards.replay(tried, days)
        return {**found.as_json(), "moves": as_dict(found.moves(limit=_MOVES).rows)}

    return JSONResponse(await run_in_threadpool(run))


async def act(request: Request) -> Response:
    """Roll back to `version`, retire, or put into force again; a `comment` says why."""
    waypost: Waypost = request.state.waypost
    board_id, name, asked = request.path_params["id"], request.path_params["act"], await fields(request)
    by, role = actor(request), role_of(request)
    if name == "rollback":
        number = whole(asked, "version")
        made = await run_in_threadpool(waypost.boards.rollback, board_id, number, by, role)
        return JSONResponse({"id": board_id, **made._asdict()})
    comment = text(asked, "comment")
    if name == "retire":
        await run_in_threadpool(waypost.boards.retire, board_id, by, role, comment)
        return JSONResponse({"id": board_id, "retired": True})
    if name == "unretire":
        made = await run_in_threadpool(waypost.boards.unretire, board_id, by, role, comment)
        return JSONResponse({"id": board_id, **made._asdict()})
    raise FieldError("act", f"'{name[:40]}' is nothing that can be done.", "rollback, retire or unretire.")


def schema(request: Request) -> Response:
    """The JSON Schema of boards or journeys."""
    found = {f"{name}.json": schema for name, schema in schemas().items()}
    name = request.path_params["name"]
    if name not in found:
        raise NotFound(f"There is no such schema. There are: {', '.join(found)}.")
    return JSONResponse(found[name])


def refused(error: StepRefused) -> JSONResponse:
    """A step that is refused: 403 for who may not, 409 for the state that things are in."""
    told = {"error": error.problem, "code": error.code, "field": error.field, "remedy": error.remedy}
    return JSONResponse(told, 403 if error.forbidden else 409)


def role_of(request: Request) -> str:
    """The role that a caller acts in: a person's own, or what the scopes of a key come to."""
    caller = caller_of(request.scope)
    if caller is None:
        return Role.VIEWER
    if caller.identity is not None:
        return caller.identity.role
    key = caller.key
    return next((role for scope, role in _KEY_ROLES if key is not None and key.grants(scope)), Role.VIEWER)


async def fields(request: Request) -> dict[str, Any]:
    """The body as an object; an empty one says nothing. Errors: FieldError."""
    asked = await json_body(request) if await request.body() else {}
    if not isinstance(asked, dict):
        raise FieldError("body", "it is no object.", "Send a JSON object.")
    return asked


def text(asked: dict[str, Any], name: str) -> str:
    """A text of the body, empty when it is not there. Errors: FieldError."""
    value = asked.get(name, "")
    if not isinstance(value, str):
        raise FieldError(name, "it is no text.", f"Send {name} as a text.")
    return value


def whole(asked: dict[str, Any], name: str) -> int:
    """A whole number of the body, 0 or more. Errors: FieldError."""
    value = asked.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**9:
        raise FieldError(name, "it is no number.", f"Send {name} as a whole number.")
    return value


def version(request: Request, name: str) -> int | None:
    """A version in the address. Errors: FieldError."""
    asked = request.query_params.get(name)
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise FieldError(name, f"'{asked[:20]}' is no version.", "Send the number of a version.")
    return int(asked)


def instant(us: int | None) -> str | None:
    """An instant as the API gives it."""
    return None if us is None else from_us(us).isoformat().replace("+00:00", "Z")


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "state": entry.state,
        "version": entry.version,
        "name": entry.board.name.model_dump(),
        "industry": entry.board.industry,
        "by": entry.by,
        "published_at": instant(entry.published_at),
        "drafts": entry.drafts,
    }


def _template(each: Template) -> dict[str, Any]:
    texts = {"name": each.name.model_dump(), "purpose": each.purpose.model_dump()}
    return {"id": each.id, "industry": each.industry, **texts, "document": each.board.as_json()}


def _told(found: BoardVersion) -> dict[str, Any]:
    return {
        "version": found.version,
        "by": found.by,
        "comment": found.comment,
        "published_at": instant(found.published_at),
        "retired_at": instant(found.retired_at),
    }
