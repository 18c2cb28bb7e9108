"""What access refuses, with a stable code so that pages can say it in the reader's language."""

from __future__ import annotations

from waypost.domain.errors import FieldError


class AccessError(FieldError):
    """A change to accounts, keys or links that is refused; `code` never changes with the wording."""

    def __init__(self, code: str, field: str, problem: str, remedy: str) -> None:
        super().__init__(field, problem, remedy)
        self.code = code
