"""What commands share: options, JSON or words, errors with field and remedy."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from waypost.domain.errors import FieldError, WaypostError

Result = TypeVar("Result")
DbOption = Annotated[str, typer.Option("--db", envvar="WAYPOST_DB", help="Database URL or SQLite file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DEFAULT_DB = "sqlite:///waypost.db"
console = Console(stderr=True)


def told(command: Callable[..., Result]) -> Callable[..., Result]:
    """Turn errors into one plain message (JSON with --json) and exit code 2."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Result:
        try:
            return command(*args, **kwargs)
        except FieldError as error:
            _refuse(kwargs, {"error": error.problem, "field": error.field, "remedy": error.remedy})
        except WaypostError as error:
            _refuse(kwargs, {"error": str(error)})
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            remedy = "Check --db, or run `waypost doctor`."
            _refuse(kwargs, {"error": f"The database refused: {reason}", "field": "db", "remedy": remedy})
        raise typer.Exit(2)

    return run


def show(found: Any, as_json: bool, words: Callable[[], None] | None = None) -> None:
    """Print a result as JSON, or in words."""
    if as_json or words is None:
        print(json.dumps(found, ensure_ascii=False, indent=None if as_json else 2))
    else:
        words()


def table(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Print a table for people."""
    found = Table(title=title, title_justify="left", header_style="bold")
    for name in columns:
        found.add_column(
            name, justify="right" if rows and isinstance(rows[0][columns.index(name)], int | float) else "left"
        )
    for row in rows:
        found.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(found)


@contextmanager
def progress(label: str, quiet: bool = False) -> Iterator[Callable[..., None]]:
    """A progress line on stderr; yields `update(done, total)`, which may name another label."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=quiet or not sys.stderr.isatty(),
        transient=False,
    ) as bar:
        task = bar.add_task(label, total=None)

        def update(done: int, total: int | None = None, of: str = label) -> None:
            bar.update(task, completed=done, total=total, description=of)

        yield update


def _refuse(kwargs: dict[str, Any], found: dict[str, str]) -> None:
    if kwargs.get("as_json"):
        print(json.dumps(found, ensure_ascii=False))
        return
    where = f" [{found['field']}]" if found.get("field") else ""
    print(f"Error{where}: {found['error']}", file=sys.stderr)
    if found.get("remedy"):
        print(f"Remedy: {found['remedy']}", file=sys.stderr)
    sys.stderr.flush()


def quiet_environment() -> bool:
    """Whether nobody watches: no terminal, or CI."""
    return bool(os.environ.get("CI")) or not sys.stderr.isatty()
