"""Commands on boards: list, check, compare, publish, carry elsewhere, take back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from waypost.access.roles import Role
from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, show, table, told
from waypost.domain.errors import FieldError, NotFound, WaypostError
from waypost.services.app import Waypost
from waypost.services.boards.reading import as_dict
from waypost.services.boards.sides import Figures
from waypost.services.boards.templates import templates
from waypost.services.boards.transfer import read

boards = typer.Typer(help="Boards: list, check, try, compare, publish, roll back.", no_args_is_help=True)
BoardArgument = Annotated[str, typer.Argument(help="The id of a board.")]
FileArgument = Annotated[Path, typer.Argument(help="JSON: an exported board, a bare board, or a journey.")]
VersionOption = Annotated[int | None, typer.Option(min=0, help="Which version; without it the last one.")]
CommentOption = Annotated[str, typer.Option(help="Why; kept with the version.")]
VersionArgument = Annotated[int, typer.Argument(min=0, help="0 is what the journey looked like before.")]
_BY, _ROLE = "cli", Role.ADMINISTRATOR  # whoever reaches the database


@boards.command("list")
@told
def boards_list(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List the boards; journeys that never had one are listed as derived."""
    with Waypost.open(db) as waypost:
        entries = waypost.boards.list()
    found = [
        {"id": e.id, "state": e.state, "version": e.version, "name": e.board.name.model_dump(), "drafts": e.drafts}
        for e in entries
    ]
    rows = [[e.id, e.state, e.version, e.board.name.en, e.board.name.zh, e.drafts] for e in entries]
    show(found, as_json, lambda: table("Boards", ["id", "state", "version", "en", "zh", "drafts"], rows))


@boards.command("templates")
@told
def boards_templates(as_json: JsonOption = False) -> None:
    """List the templates that a board can be started from."""
    found = [{"id": t.id, "industry": t.industry, "zh": t.name.zh, "en": t.name.en} for t in templates()]
    show(found, as_json, lambda: table("Templates", ["id", "industry", "zh", "en"], [list(f.values()) for f in found]))


@boards.command("show")
@told
def boards_show(
    board: BoardArgument, version: VersionOption = None, db: DbOption = DEFAULT_DB, as_json: JsonOption = False
) -> None:
    """Print the document of a board."""
    with Waypost.open(db) as waypost:
        held = waypost.boards.history(board)[-1] if version is None else waypost.boards.get(board, version)
    show({**held.board.as_json()}, as_json)


@boards.command("validate")
@told
def boards_validate(path: FileArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Say what is missing or wrong on a board; ends with 1 when it cannot be published."""
    board = read(_json(path))
    with Waypost.open(db) as waypost:
        found = list(waypost.boards.check(board))
    wrong = any(problem.is_error for problem in found)
    rows = [[p.level, p.block or "", p.field, p.code] for p in found]
    result = {"id": board.id, "sound": not wrong, "problems": as_dict(found)}
    show(result, as_json, lambda: table(board.id, ["level", "block", "field", "problem"], rows))
    if wrong:
        raise typer.Exit(1)


@boards.command("replay")
@told
def boards_replay(
    what: Annotated[str, typer.Argument(help="A file, or the id of a draft.")],
    days: Annotated[int | None, typer.Option(min=1, help="Only orders created in the last days.")] = None,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Print what publishing a board would change, on all orders there are; nothing is written."""
    body = _given(what)
    with Waypost.open(db) as waypost:
        board = waypost.boards.draft(what).board if body is None else read(body)
        found = waypost.boards.replay(board, days)
        moves = found.moves()
    result = {**found.as_json(), "moves": as_dict(moves.rows)}

    def say() -> None:
        tiers = [[each.id, each.kind, *_tiers(each.published), *_tiers(each.drafted)] for each in found.blocks]
        sides = [f"{side} {tier}" for side in ("now", "draft") for tier in ("ok", "yellow", "red")]
        table(f"{board.id}: open orders now and as drafted", ["id", "kind", *sides], tiers)
        print(f"{found.moved} of {found.n} orders would stand elsewhere ({found.seconds:.1f} s).")

    show(result, as_json, say)


@boards.command("diff")
@told
def boards_diff(
    board: BoardArgument,
    before: VersionArgument,
    after: VersionArgument,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Print what is different between two versions."""
    with Waypost.open(db) as waypost:
        found = as_dict(waypost.boards.diff(board, before, after))
    rows = [[name, json.dumps(value, ensure_ascii=False)] for name, value in found.items() if value]
    show(found, as_json, lambda: table(f"{board} v{before} -> v{after}", ["what", "which"], rows))


@boards.command("publish")
@told
def boards_publish(
    what: Annotated[str, typer.Argument(help="A file, or the id of a draft.")],
    comment: CommentOption = "",
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Put a board and its journey into force; live pages follow within two seconds."""
    body = _given(what)
    with Waypost.open(db) as waypost:
        draft_id = what if body is None else waypost.boards.import_(body, _BY).id
        try:
            done = waypost.boards.publish(draft_id, _BY, _ROLE, comment)
        except WaypostError:
            if body is not None:  # what could not be published leaves no draft behind
                waypost.boards.discard(draft_id, _BY)
            raise
        journey = waypost.journeys.in_force(done.board_id).version
    result = {"id": done.board_id, "version": done.version, "journey": journey}
    show(result, as_json, lambda: print(f"{done.board_id} version {done.version} is in force."))


@boards.command("export")
@told
def boards_export(
    board: BoardArgument,
    path: Annotated[Path | None, typer.Argument(help="Where to; without it to the screen.")] = None,
    version: VersionOption = None,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Write a board as a document that another Waypost reads."""
    with Waypost.open(db) as waypost:
        found = waypost.boards.export(board, version)
    if path is None:
        show(found, as_json)
        return
    path.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", "utf-8")
    result = {"id": board, "version": found["version"], "path": str(path)}
    show(result, as_json, lambda: print(f"{board} version {found['version']} is in {path}."))


@boards.command("import")
@told
def boards_import(path: FileArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Make a draft of a document, for people to look at and publish."""
    body = _json(path)
    with Waypost.open(db) as waypost:
        made = waypost.boards.import_(body, _BY)
    result = {"draft": made.id, "id": made.board_id, "base_version": made.base_version}
    show(result, as_json, lambda: print(f"Draft {made.id} of {made.board_id} waits in the builder."))


@boards.command("rollback")
@told
def boards_rollback(
    board: BoardArgument,
    version: Annotated[int, typer.Argument(min=1)],
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Publish an older version again, as a new one."""
    with Waypost.open(db) as waypost:
        made = waypost.boards.rollback(board, version, _BY, _ROLE)
    result = {"id": board, **made._asdict()}
    show(result, as_json, lambda: print(f"{board} version {made.version} is in force; it says what {version} said."))


@boards.command("retire")
@told
def boards_retire(
    board: BoardArgument, comment: CommentOption = "", db: DbOption = DEFAULT_DB, as_json: JsonOption = False
) -> None:
    """Take a board and its journey out of force; their versions stay."""
    with Waypost.open(db) as waypost:
        waypost.boards.retire(board, _BY, _ROLE, comment)
    show({"id": board, "retired": True}, as_json, lambda: print(f"{board} is out of force."))


@boards.command("unretire")
@told
def boards_unretire(
    board: BoardArgument, comment: CommentOption = "", db: DbOption = DEFAULT_DB, as_json: JsonOption = False
) -> None:
    """Put a retired board and its journey into force again, as new versions."""
    with Waypost.open(db) as waypost:
        made = waypost.boards.unretire(board, _BY, _ROLE, comment)
    show({"id": board, **made._asdict()}, as_json, lambda: print(f"{board} is in force again."))


def _tiers(side: Figures | None) -> list[int | str]:
    return [*side.open] if side is not None else [""] * 3


def _given(what: str) -> Any:
    """The document of a file; None when it is the id of a draft."""
    path = Path(what)
    return _json(path) if path.suffix or path.exists() else None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except (ValueError, RecursionError) as error:
        raise FieldError("path", f"{path} is no JSON ({error}).", "Correct the file.") from None
