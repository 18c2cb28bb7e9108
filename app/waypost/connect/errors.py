"""What can go wrong with a connector, sorted by what the caller must do.

    ConnectorError
    ├── Fatal              stop; a person must change something first
    │   ├── BadCredentials the partner refuses the login or key
    │   ├── Forbidden      the login works, but may not read this
    │   ├── NotThere       the address does not exist
    │   ├── Untrusted      the certificate does not prove who answers
    │   ├── UnsafeAddress  the address, or where it redirects to, must not be called
    │   ├── TooLarge       the answer is larger than the budget allows
    │   └── NotUsable      the connector is broken, or does not fit this version of Waypost or of the partner
    ├── Retriable          call again later, unchanged
    │   ├── CannotConnect  the partner does not answer
    │   │   └── TimedOut   the partner answers too slowly
    │   ├── Unavailable    the partner answers that it is out of order
    │   ├── RateLimited    the partner asks for patience
    │   └── NotUnderstood  the answer is not what the partner's protocol promises
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
    """Base of the tree: `code` is stable for forms, `problem` and `remedy` are plain words without secrets."""

    code = "unknown"
    usual_remedy = "Try again; if it stays, look into the log of Waypost and of the partner."

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem, self.remedy = problem, remedy or self.usual_remedy
        super().__init__(problem)

    def as_dict(self) -> dict[str, str]:
        """The error as forms and tables show it."""
        return {"code": self.code, "problem": self.problem, "remedy": self.remedy}


class Fatal(ConnectorError):
    """Stop; a person must change something first."""


class BadCredentials(Fatal):
    """The partner refuses the login or key."""

    code = "bad_credentials"
    usual_remedy = "Enter the key or password again; make a new one at the partner if it was revoked."


class Forbidden(Fatal):
    """The login works, but may not read this."""

    code = "forbidden"
    usual_remedy = "Give the account or key the right to read orders at the partner."


class NotThere(Fatal):
    """The address does not exist."""

    code = "not_found"
    usual_remedy = "Check the address, and the version of the partner's interface."


class Untrusted(Fatal):
    """The certificate does not prove who answers."""

    code = "tls"
    usual_remedy = (
        "Check the address; renew the certificate there, or install the company's certificate authority here."
    )


class UnsafeAddress(Fatal):
    """The address, or where it redirects to, must not be called."""

    code = "unsafe_address"
    usual_remedy = "Enter the partner's own address, starting with https://."


class TooLarge(Fatal):
    """The answer is larger than the budget allows."""

    code = "too_large"
    usual_remedy = "Ask for smaller pages in the settings of the connection."


class NotUsable(Fatal):
    """The connector is broken, or does not fit this version of Waypost or of the partner."""

    code = "not_usable"
    usual_remedy = "Update the connector, or choose a version of the partner's interface that it knows."


class Retriable(ConnectorError):
    """Call again later, unchanged; `retry_after` in seconds, None when the partner did not say."""

    usual_remedy = "Nothing to do: Waypost tries again by itself."

    def __init__(self, problem: str, retry_after: float | None = None, remedy: str = "") -> None:
        super().__init__(problem, remedy)
        self.retry_after = retry_after


class CannotConnect(Retriable):
    """The partner does not answer."""

    code = "cannot_connect"
    usual_remedy = "Check the address and that this machine may reach it; Waypost tries again by itself."


class TimedOut(CannotConnect):
    """The partner answers too slowly."""

    code = "timeout"


class Unavailable(Retriable):
    """The partner answers that it is out of order."""

    code = "unavailable"


class RateLimited(Retriable):
    """The partner asks for patience."""

    code = "rate_limited"
    usual_remedy = "Nothing to do: Waypost waits and tries again. If it stays, pull less often."


class NotUnderstood(Retriable):
    """The answer is not what the partner's protocol promises."""

    code = "protocol"
    usual_remedy = "Check that the address is that of the interface, not of a web page; Waypost tries again by itself."


class Skippable(ConnectorError):
    """Leave this one item, go on with the next."""


class Unreadable(Skippable):
    """The item is not what the partner's documentation promises."""

    code = "unreadable"
    usual_remedy = "Keep the item and report it; the other items went on."


class Forged(Skippable):
    """The signature does not fit the bytes; nothing of it may be read."""

    code = "forged"
    usual_remedy = "Check that the secret of the connection is the one that the partner signs with."


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
