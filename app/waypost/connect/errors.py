"""What can go wrong with a connector, sorted by what the caller must do.

    ConnectorError
    ├── Fatal              stop; a person must change something first
    │   ├── BadCredentials the partner refuses the login or key
    │   └── NotUsable      the connector is broken, or does not fit this version of Waypost
    ├── Retriable          call again later, unchanged
    │   ├── CannotConnect  the partner does not answer
    │   └── RateLimited    the partner asks for patience
    └── Skippable          leave this one item, go on with the next
        ├── Unreadable     the item is not what the partner's documentation promises
        └── Forged         the signature does not fit the bytes; nothing of it may be read

A wrong setting or mapping is no ConnectorError but a DocumentError (domain), which names the
path inside the document; a wrong input file is a FieldError.
"""

from __future__ import annotations

from pydantic import ValidationError

from waypost.domain.errors import DocumentError, WaypostError


class ConnectorError(WaypostError):
    """Base of the tree; `code` is stable and is what a form shows after testing a connection."""

    code = "unknown"


class Fatal(ConnectorError):
    """Stop; a person must change something first."""


class BadCredentials(Fatal):
    """The partner refuses the login or key."""

    code = "bad_credentials"


class NotUsable(Fatal):
    """The connector is broken, or does not fit this version of Waypost."""


class Retriable(ConnectorError):
    """Call again later, unchanged; `retry_after` in seconds, None when the partner did not say."""

    def __init__(self, problem: str, retry_after: float | None = None) -> None:
        super().__init__(problem)
        self.retry_after = retry_after


class CannotConnect(Retriable):
    """The partner does not answer."""

    code = "cannot_connect"


class RateLimited(Retriable):
    """The partner asks for patience."""


class Skippable(ConnectorError):
    """Leave this one item, go on with the next."""


class Unreadable(Skippable):
    """The item is not what the partner's documentation promises."""


class Forged(Skippable):
    """The signature does not fit the bytes; nothing of it may be read."""


def document_error(error: ValidationError, document: str) -> DocumentError:
    """The first complaint of pydantic as an error that names the path, such as `tables[0].subject.kind`.

    The value that was refused is not repeated: it may be a secret.
    """
    first = error.errors(include_input=False, include_url=False)[0]
    path = ""
    for part in first["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    problem = first["msg"].removeprefix("Value error, ").rstrip(".")
    if first["type"] == "extra_forbidden":
        problem = "this key is not known"
    return DocumentError(path.lstrip(".") or document, f"{problem}.", f"Correct this entry of the {document}.")
