"""Tables as files through the API: streamed, so that their length does not matter."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from waypost.api.context import caller_of
from waypost.domain.errors import FieldError
from waypost.domain.instants import from_us, now_us, read_moment
from waypost.services import personal
from waypost.services.app import Waypost
from waypost.services.export import Sheet, csv_parts, excel, parquet_parts
from waypost.services.export.formats import CSV_TYPE, EXCEL_TYPE, PARQUET_TYPE
from waypost.services.export.orders import EventQuery, events_sheet

FORMATS = ("json", "csv", "parquet", "xlsx")
MAX_EVENTS = 5_000


def asked_format(request: Request) -> str:
    """The format asked for, json unless said otherwise. Errors: FieldError naming `format`."""
    found = request.query_params.get("format", "json")
    if found not in FORMATS:
        raise FieldError("format", f"'{found[:20]}' is not known.", f"Use one of: {', '.join(FORMATS)}.")
    return found


def file_of(sheet: Sheet, kind: str) -> Response:
    """A sheet as a download; its name says what it is and when it was made."""
    name = f"{sheet.name}-{from_us(now_us()):%Y%m%dT%H%M}Z.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    if kind == "xlsx":
        titles = [f"{c.name} (UTC)" if c.kind == "instant" else c.name for c in sheet.columns]
        return Response(excel(sheet, titles, "UTC"), headers=headers, media_type=EXCEL_TYPE)
    parts: Iterator[bytes] = csv_parts(sheet) if kind == "csv" else parquet_parts(sheet)
    return StreamingResponse(parts, headers=headers, media_type=CSV_TYPE if kind == "csv" else PARQUET_TYPE)


def sees_all(request: Request) -> bool:
    """Whether who asks may see personal data: people by their role, keys only with the scope admin."""
    caller = caller_of(request.scope)
    if caller is None:
        return False
    if caller.identity is not None:
        return personal.sees_all(caller.identity.role)
    return caller.key is not None and caller.key.grants("admin")


def events(request: Request) -> Response:
    """Stored events in the order they were recorded; `after` an id goes on where a page ended."""
    waypost: Waypost = request.state.waypost
    asked, kind = request.query_params, asked_format(request)
    limit = _number(asked.get("limit"), "limit", MAX_EVENTS if kind == "json" else None)
    query = EventQuery(
        _number(asked.get("after"), "after") or 0,
        _instant(asked.get("from"), "from"),
        _instant(asked.get("to"), "to"),
        asked.get("code"),
        asked.get("source"),
        min(limit or 1_000, MAX_EVENTS) if kind == "json" else limit,
    )
    sheet = events_sheet(waypost.engine, query, show=sees_all(request))
    if kind != "json":
        return file_of(sheet, kind)
    names = [column.name for column in sheet.columns]
    timed = {column.name for column in sheet.columns if column.kind == "instant"}
    found = [
        {name: _iso(value) if name in timed else value for name, value in zip(names, row, strict=True)}
        for row in sheet.rows()
    ]
    return JSONResponse({"events": found, "after": found[-1]["id"] if found else query.after})


def _number(text: str | None, field: str, most: int | None = None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18) or (most is not None and int(text) > most):
        raise FieldError(field, f"'{text[:40]}' is no number{f' from 0 to {most}' if most else ''}.", "Correct it.")
    return int(text)


def _instant(text: str | None, field: str) -> int | None:
    return None if text is None else read_moment(text, "UTC", field).at


def _iso(us: object) -> str | None:
    return from_us(us).isoformat().replace("+00:00", "Z") if isinstance(us, int) else None
