"""Routes of drafts of boards: start, save, discuss, and their way into force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from waypost.api.boards import fields, instant, role_of, text, version, whole
from waypost.api.context import caller_of
from waypost.api.manage import actor, json_body
from waypost.domain.errors import FieldError
from waypost.services.app import Waypost
from waypost.services.boards.drafts import Draft, Remark, Saved
from waypost.services.boards.reading import as_dict
from waypost.services.boards.rules import StepRefused

_STARTS = ("board", "template", "copy_of", "document")


def listing(request: Request) -> Response:
    """Open drafts; `?board=` narrows to one board."""
    waypost: Waypost = request.state.waypost
    found = waypost.boards.drafts(request.query_params.get("board"))
    return JSONResponse({"drafts": [_told(draft) for draft in found]})


async def start(request: Request) -> Response:
    """A new draft: of a `board` or a `template`, as a `copy_of` a board, of a `document`, or empty."""
    waypost: Waypost = request.state.waypost
    asked = await fields(request)
    given = [name for name in _STARTS if name in asked]
    if len(given) > 1 or asked.keys() - set(_STARTS):
        strange = next(iter(asked.keys() - set(_STARTS)), given[-1] if given else "body")
        raise FieldError(str(strange)[:60], "it is one too many.", f"Send one of {', '.join(_STARTS)}, or nothing.")
    by = actor(request)
    if "document" in given:
        made = await run_in_threadpool(waypost.boards.import_, asked["document"], by)
    else:
        names = {"board_id": "board", "template": "template", "copy_of": "copy_of"}
        wanted = {name: text(asked, field) or None for name, field in names.items()}
        made = await run_in_threadpool(lambda: waypost.boards.start(by, **wanted))
    return _answer(made, 201)


def one(request: Request) -> Response:
    """A draft as it stands; its ETag is the revision."""
    waypost: Waypost = request.state.waypost
    return _answer(waypost.boards.draft(request.path_params["id"]))


async def save(request: Request) -> Response:
    """Save a board into its draft.

    With `?base=N` what others changed since revision N is kept, and conflicts are told; with `If-Match` it is
    refused with 412 when anybody changed it since.
    """
    waypost: Waypost = request.state.waypost
    draft_id, match = request.path_params["id"], _match(request)
    base = version(request, "base") if match is None else match
    if base is None:
        remedy = "Send ?base= with the revision you started from, or If-Match with its ETag."
        told = {"error": "The request does not say what it changes.", "field": "base", "remedy": remedy}
        return JSONResponse(told, 428)
    body = await json_body(request)
    by = actor(request)
    saved = await run_in_threadpool(waypost.boards.save, draft_id, body, base, by, only=match is not None)
    return JSONResponse(_saved(saved), headers={"ETag": f'"{saved.rev}"'})


async def act(request: Request) -> Response:
    """One step: submit, approve, reject, publish, discard, catch-up, restore or comment."""
    waypost: Waypost = request.state.waypost
    name, asked = request.path_params["act"], await fields(request)
    step = _ACTS.get(name)
    if step is None:
        raise FieldError("act", f"'{name[:40]}' is nothing that can be done.", f"One of {', '.join(_ACTS)}.")
    return await run_in_threadpool(step, waypost, request, request.path_params["id"], asked)


def comments(request: Request) -> Response:
    """What was said about a draft and done with it, oldest first."""
    waypost: Waypost = request.state.waypost
    draft = waypost.boards.draft(request.path_params["id"])
    return JSONResponse({"comments": [_remark(remark) for remark in waypost.boards.comments(draft.id)]})


def revisions(request: Request) -> Response:
    """The revisions of a draft that are kept, newest first."""
    waypost: Waypost = request.state.waypost
    draft = waypost.boards.draft(request.path_params["id"])
    found = [{**r._asdict(), "at": instant(r.at)} for r in waypost.boards.revisions(draft.id)]
    return JSONResponse({"revisions": found})


Act = Callable[[Waypost, Request, str, dict[str, Any]], Response]


def _submit(waypost: Waypost, request: Request, draft_id: str, asked: dict[str, Any]) -> Response:
    return _answer(waypost.boards.submit(draft_id, actor(request), role_of(request), text(asked, "comment")))


def _approve(waypost: Waypost, request: Request, draft_id: str, asked: dict[str, Any]) -> Response:
    _person(request)
    rev = whole(asked, "rev") if "rev" in asked else None
    by, role = actor(request), role_of(request)
    return _answer(waypost.boards.approve(draft_id, by, role, text(asked, "comment"), rev))


def _reject(waypost: Waypost, request: Request, draft_id: str, asked: dict[str, Any]) -> Response:
    _person(request)
    return _answer(waypost.boards.reject(draft_id, actor(request), role_of(request), text(asked, "comment")))


def _publish(waypost: Waypost, request: Request, draft_id: str, asked: dict[str, Any]) -> Response:
    return _answer(waypost.boards.publish(draft_id, actor(request), role_of(request), text(asked, "comment")))


def _discard(waypost: Waypost, request: Request, draft_id: str, asked: dict[str, Any]) -> Response:
    return _answer(waypost.boards.discard(draft_id, actor(request), text(asked, "comment")))


def _catch_up(waypost: Waypost, request: Request, draft_id: str, asked: dict[str, Any]) -> Response:
    return JSONResponse(_saved(waypost.boards.catch_up(draft_id, actor(request))))


def _restore(waypost: Waypost, request: Request, draft_id: str, asked: dict[str, Any]) -> Response:
    return JSONResponse(_saved(waypost.boards.restore(draft_id, whole(asked, "rev"), actor(request))))


def _comment(waypost: Waypost, request: Request, draft_id: str, asked: dict[str, Any]) -> Response:
    words, block = text(asked, "comment"), text(asked, "block")
    return JSONResponse(_remark(waypost.boards.comment(draft_id, words, actor(request), block)))


_ACTS: dict[str, Act] = {
    "submit": _submit,
    "approve": _approve,
    "reject": _reject,
    "publish": _publish,
    "discard": _discard,
    "catch-up": _catch_up,
    "restore": _restore,
    "comment": _comment,
}


def _person(request: Request) -> None:
    # A key is nobody's pair of eyes: with one, an author could approve what he wrote himself.
    caller = caller_of(request.scope)
    if caller is None or caller.identity is None:
        raise StepRefused("role", "Authorization", "An API key approves nothing.", "Sign in as an approver.")


def _match(request: Request) -> int | None:
    header = request.headers.get("if-match")
    if header is None:
        return None
    rev = header.strip().removeprefix("W/").strip('"')
    if not (rev.isascii() and rev.isdigit() and len(rev) < 10):
        raise FieldError("If-Match", f"'{rev[:20]}' is no revision.", 'Send the ETag that you got, such as "12".')
    return int(rev)


def _answer(draft: Draft, status: int = 200) -> Response:
    told = {**_told(draft), "document": draft.board.as_json()}
    return JSONResponse(told, status, {"ETag": f'"{draft.rev}"'})


def _told(draft: Draft) -> dict[str, Any]:
    kept = ("id", "rev", "status", "base_version", "version", "approved_by", "created_by", "updated_by")
    at = {name: instant(getattr(draft, name)) for name in ("created_at", "updated_at")}
    return {**{name: getattr(draft, name) for name in kept}, "board": draft.board_id, **at}


def _saved(saved: Saved) -> dict[str, Any]:
    return {
        "rev": saved.rev,
        "status": saved.status,
        "merged": saved.merged,
        "conflicts": as_dict(saved.conflicts),
        "document": saved.board.as_json(),
    }


def _remark(remark: Remark) -> dict[str, Any]:
    return {**remark._asdict(), "at": instant(remark.at)}
