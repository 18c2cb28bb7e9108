"""Commands on mapping tables: what partners' words mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from waypost.cli.output import DEFAULT_DB, DbOption, JsonOption, progress, show, table, told
from waypost.domain.errors import FieldError, NotFound
from waypost.services.app import Waypost
from waypost.services.mappings import preview as tried
from waypost.services.mappings import replay, tables
from waypost.services.mappings.sources import known, sources
from waypost.services.mappings.tables import Edits, Published

mappings = typer.Typer(help="What partners' words mean: list, show, try, publish, take back.", no_args_is_help=True)
CommentOption = Annotated[str, typer.Option(help="Why; kept with the version.")]
SourceArgument = Annotated[str, typer.Argument(help="The name of the source, or of a connector.")]
FileArgument = Annotated[Path, typer.Argument(help='JSON: {"words": {"field:word": "event.code"}}.')]
VersionArgument = Annotated[int, typer.Argument(min=0, help="0 is the table without any edit.")]


@mappings.command("list")
@told
def mappings_list(db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """List the sources, with the version of their table and how many words wait for a code."""
    with Waypost.open(db) as waypost:
        found = [source._asdict() for source in sources(waypost.engine)]
    columns = ["name", "connector", "version", "waiting"]
    show(found, as_json, lambda: table("Sources", columns, [[row[name] for name in columns] for row in found]))


@mappings.command("show")
@told
def mappings_show(source: SourceArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False) -> None:
    """Print the table of a source: what people said, what its connector ships, and what waits."""
    with Waypost.open(db) as waypost:
        known(waypost.engine, source)
        held, ships = tables.in_force(waypost.engine, source), tables.shipped(waypost.engine, source)
        found = {**held.as_json(), "shipped": dict(ships), "jobs": _jobs(waypost, source)}
    rows = [[word, {**ships, **held.edits.words}[word], "edited" if word in held.edits.words else "shipped"]
            for word in sorted({*ships, *held.edits.words})]  # fmt: skip
    show(found, as_json, lambda: table(f"{source} v{held.version}", ["word", "code", "by"], rows))


@mappings.command("set")
@told
def mappings_set(
    source: SourceArgument,
    word: Annotated[str, typer.Argument(help="The word as events carry it, for instance status:shipped.")],
    code: Annotated[str, typer.Argument(help="An event code; 'nothing' for a word that says nothing; '-' takes back.")],
    comment: CommentOption = "",
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Say what one word means, and read history again by it."""
    with Waypost.open(db) as waypost:
        held = tables.in_force(waypost.engine, source)
        words, notes = dict(held.edits.words), dict(held.edits.notes)
        if code == "-":
            words.pop(word, None)
            notes.pop(word, None)
        else:
            words[word] = tables.SAYS_NOTHING if code == "nothing" else code
        _publish(waypost, source, Edits(words, notes), held.version, comment or f"{word} = {code}", as_json)


@mappings.command("preview")
@told
def mappings_preview(
    source: SourceArgument, path: FileArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False
) -> None:
    """Print what publishing a table would change; nothing is written."""
    edits = _read(path)
    with Waypost.open(db) as waypost:
        found = tried.preview(waypost, source, edits)

    def say() -> None:
        table(
            f"{found.events} events of {found.orders} orders", ["from", "to", "events"], [list(m) for m in found.moves]
        )
        print(f"{found.standing} orders would stand elsewhere: stage {found.stage}, tier {found.tier}, "
              f"outcome {found.outcome}.")  # fmt: skip

    show(found.as_json(), as_json, say)


@mappings.command("publish")
@told
def mappings_publish(
    source: SourceArgument,
    path: FileArgument,
    base: Annotated[int | None, typer.Option(min=0, help="The version you started from.")] = None,
    comment: CommentOption = "",
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Publish a table, and read history again by it."""
    edits = _read(path)
    with Waypost.open(db) as waypost:
        _publish(waypost, source, edits, base, comment, as_json)


@mappings.command("diff")
@told
def mappings_diff(
    source: SourceArgument,
    before: VersionArgument,
    after: VersionArgument,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Print the words that two versions disagree on."""
    with Waypost.open(db) as waypost:
        old, new = (tables.one(waypost.engine, source, number) for number in (before, after))
    found = [change._asdict() for change in tables.diff(old.edits, new.edits)]
    rows = [[c["word"], c["before"], c["after"]] for c in found]
    show(found, as_json, lambda: table(f"{source} v{before} -> v{after}", ["word", "before", "after"], rows))


@mappings.command("rollback")
@told
def mappings_rollback(
    source: SourceArgument, version: VersionArgument, db: DbOption = DEFAULT_DB, as_json: JsonOption = False
) -> None:
    """Publish an older version again, and read history again by it."""
    with Waypost.open(db) as waypost:
        made = tables.roll_back(waypost.engine, waypost.vocabulary, source, version, by="cli", now=waypost.now())
        _carry(waypost, made, as_json)


@mappings.command("replay")
@told
def mappings_replay(
    source: Annotated[
        str | None, typer.Argument(help="Look at all its events again; without it: what is unfinished.")
    ] = None,
    db: DbOption = DEFAULT_DB,
    as_json: JsonOption = False,
) -> None:
    """Carry on unfinished jobs, or read all events of a source again by the tables in force."""
    with Waypost.open(db) as waypost:
        if source is not None:
            known(waypost.engine, source)
            replay.again(waypost.engine, source, waypost.now())
        with progress("Reading history again", as_json) as update:
            found = [
                replay.run(waypost.engine, waypost.vocabulary, job, waypost.now, update)._asdict()
                for job in replay.unfinished(waypost.engine)
            ]
    rows = [[job["id"], job["source"], job["upto"], job["changed"]] for job in found]
    show(found, as_json, lambda: table("Read again", ["job", "source", "events", "changed"], rows))


def _publish(waypost: Waypost, source: str, edits: Edits, base: int | None, comment: str, as_json: bool) -> None:
    made = tables.publish(
        waypost.engine, waypost.vocabulary, source, edits, by="cli", now=waypost.now(), base=base, comment=comment
    )
    _carry(waypost, made, as_json)


def _carry(waypost: Waypost, made: Published, as_json: bool) -> None:
    with progress("Reading history again", as_json) as update:
        job = replay.run(waypost.engine, waypost.vocabulary, made.job, waypost.now, update)
    found = {**made.version.as_json(), "job": job._asdict()}
    words = f"{made.version.source} version {made.version.version} is in force; {job.changed} events changed."
    show(found, as_json, lambda: print(words))


def _jobs(waypost: Waypost, source: str) -> list[dict[str, Any]]:
    return [job._asdict() for job in replay.jobs(waypost.engine, source, 5)]


def _read(path: Path) -> Edits:
    try:
        return tables.read_edits(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except ValueError as error:
        if isinstance(error, FieldError):
            raise
        raise FieldError("path", f"{path} is no JSON ({error}).", "Correct the file.") from None
