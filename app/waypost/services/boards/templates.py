"""Board templates: documents that ship with Waypost, and those of a company's own folder."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from waypost.domain.errors import DocumentError, NotFound
from waypost.journeys.boards.document import Board
from waypost.journeys.customer import EventCode
from waypost.journeys.document import Duration, Milestone
from waypost.journeys.labels import Id, Labels, Model, document_error
from waypost.services.settings import read_settings

MAX_BYTES = 1024 * 1024
MAX_SAMPLES, MAX_EVENTS = 100, 100
_ENDING = ".json"


def _past(us: int) -> int:
    if us > 0:
        raise ValueError("what a sample tells lies in the past; write for instance -2d 4h, or 0s for now")
    return us


Ago = Annotated[Duration, AfterValidator(_past)]
Word = Annotated[str, Field(min_length=1, max_length=60)]


class Story(Labels):
    """A few sentences in both languages."""

    en: str = Field(min_length=1, max_length=1200)
    zh: str = Field(min_length=1, max_length=1200)


class SampleEvent(Model):
    """One thing that happened to a sample order, `at` so long before now (us, 0 or negative)."""

    at: Ago
    code: EventCode
    parcel: str = Field(default="", max_length=60)  # of this parcel; empty: of the order, or of the return
    attributes: dict[str, Any] = Field(default_factory=dict)


class Sample(Model):
    """A sample order (or return): what is known of it, and what happened to it so far.

    `lines` are quantities ordered, `parcels` what each of them carries; an empty parcel carries the
    whole order. `promised` are offsets from now to the promised time of a milestone, in us.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$")]
    says: Labels
    attributes: dict[str, Any] = Field(default_factory=dict)
    lines: dict[Word, float] = Field(default_factory=dict, max_length=50)
    parcels: dict[Word, dict[Word, float]] = Field(default_factory=dict, max_length=50)
    promised: dict[Milestone, Duration] = Field(default_factory=dict)
    events: tuple[SampleEvent, ...] = Field(min_length=1, max_length=MAX_EVENTS)

    @model_validator(mode="after")
    def _sound(self) -> Sample:
        loose = [event.parcel for event in self.events if event.parcel and event.parcel not in self.parcels]
        if loose:
            raise ValueError(f"events: '{loose[0]}' is no parcel of this sample")
        strange = [line for load in self.parcels.values() for line in load if line not in self.lines]
        if strange:
            raise ValueError(f"parcels: '{strange[0]}' is no line of this sample")
        return self


def _trade(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class Template(Model):
    """A template: for which trade and why, the board, and sample orders that show it at work."""

    format: Literal[1]
    id: Id
    industry: Annotated[Id, BeforeValidator(_trade)]
    name: Labels
    purpose: Labels
    story: Story
    board: Board
    samples: tuple[Sample, ...] = Field(default=(), max_length=MAX_SAMPLES)

    @model_validator(mode="after")
    def _apart(self) -> Template:
        if len({sample.id for sample in self.samples}) != len(self.samples):
            raise ValueError("samples: every sample needs an id of its own")
        return self


class Broken(NamedTuple):
    """A file that is no template: which field of it, what is wrong, and what to do."""

    file: str
    field: str
    problem: str
    remedy: str


class Shelf(NamedTuple):
    """All templates by id, and the files that could not be read."""

    templates: list[Template]
    broken: list[Broken]


def templates() -> list[Template]:
    """The templates that can be used, by id: the shipped ones and those of the company's folder."""
    return shelf().templates


def template(template_id: str) -> Template:
    """One template. Errors: NotFound."""
    found = next((each for each in templates() if each.id == template_id), None)
    if found is None:
        raise NotFound(f"There is no template '{template_id}'.")
    return found


def board_from(template_id: str, name: str = "") -> Board:
    """The board of a template under a name of its own, or under the template's. Errors: NotFound, DocumentError."""
    board = template(template_id).board
    wanted = name.strip()
    if not wanted or wanted in (board.name.en, board.name.zh):
        return board
    try:
        return board.model_copy(update={"name": Labels(en=wanted, zh=wanted)})
    except ValidationError:
        raise DocumentError("name", "it is too long.", "Choose a name of at most 200 characters.") from None


def shelf(folder: str | Path | None = None) -> Shelf:
    """Everything on the shelf; `folder` is the company's, by default the one of WAYPOST_TEMPLATES.

    A file that cannot be read is told and hides no other. Shipped ids cannot be taken by other files.
    """
    own = folder if folder is not None else read_settings().templates
    found = {each.id: each for each in shipped()}
    broken: list[Broken] = []
    for path in _listing(Path(own), broken) if own else ():
        try:
            each = _read_file(str(path), path.stat().st_mtime_ns)
            if each.id in found:
                raise DocumentError("id", f"there is a template '{each.id}' already.", "Give this one another id.")
            found[each.id] = each
        except DocumentError as error:
            broken.append(Broken(path.name, error.field, error.problem, error.remedy))
        except OSError as error:
            broken.append(Broken(path.name, "file", f"it cannot be opened ({error.strerror}).", "Check its rights."))
    return Shelf(sorted(found.values(), key=lambda each: each.id), broken)


@cache
def shipped() -> tuple[Template, ...]:
    """The templates that come with Waypost, by id. Errors: DocumentError."""
    found = (entry for entry in files("waypost").joinpath("templates").iterdir() if entry.name.endswith(_ENDING))
    return tuple(sorted((read_template(entry.read_bytes()) for entry in found), key=lambda each: each.id))


def read_template(body: bytes) -> Template:
    """Read a template document. Errors: DocumentError naming the path inside it."""
    if len(body) > MAX_BYTES:
        raise DocumentError("file", f"it has {len(body)} bytes.", f"A template has at most {MAX_BYTES} bytes.")
    try:
        return Template.model_validate(json.loads(body.decode("utf-8-sig")))
    except ValidationError as error:
        raise document_error(error, "document", "Correct this entry; docs/templates.md has the format.") from None
    except (ValueError, RecursionError) as error:
        raise DocumentError("file", f"it is no JSON in UTF-8 ({error}).", "Save it as JSON in UTF-8.") from None


def _listing(folder: Path, broken: list[Broken]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(_ENDING))
    except OSError as error:
        remedy = "Set WAYPOST_TEMPLATES to a folder that this process may read."
        broken.append(Broken(str(folder), "WAYPOST_TEMPLATES", f"it cannot be listed ({error.strerror}).", remedy))
        return []


@cache
def _read_file(path: str, changed: int) -> Template:
    """A file as it was at `changed`: the time is part of the key, so that an edited file is read again."""
    return read_template(Path(path).read_bytes())
