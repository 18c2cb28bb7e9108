"""Passwords: argon2id hashes (argon2-cffi's defaults, RFC 9106) and one rule that helps, length."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from waypost.access.errors import AccessError

MIN_LENGTH = 12
MAX_LENGTH = 200  # hashing is work: nobody may hand us a novel

_HASHER = PasswordHasher()


def check_password(password: str, name: str) -> None:
    """Refuse a password that is too short, too long, or as good as the account's name.

    Errors: AccessError naming `password`, codes password_short | password_long | password_weak.
    """
    length = len(_normal(password))
    if length < MIN_LENGTH:
        raise AccessError(
            "password_short",
            "password",
            f"The password has {length} characters; it needs {MIN_LENGTH}.",
            "Take three or four words that do not belong together.",
        )
    if length > MAX_LENGTH:
        raise AccessError(
            "password_long",
            "password",
            f"The password has {length} characters.",
            f"Use at most {MAX_LENGTH}.",
        )
    simple = _normal(password).casefold()
    if len(set(simple)) < 4 or simple.replace(name.casefold(), "").strip("0123456789!.-_") == "":
        raise AccessError(
            "password_weak",
            "password",
            "The password is easy to guess.",
            "Do not repeat one character and do not use the account's name.",
        )


def hash_password(password: str) -> str:
    """The argon2id hash to store. Takes tens of milliseconds on purpose: call it in a thread."""
    return _HASHER.hash(_normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password fits the stored hash.

    Without a stored hash it does the same work and says no, so that the time taken does not
    tell whether an account exists.
    """
    try:
        _HASHER.verify(stored or _nobody(), _normal(password)[: MAX_LENGTH + 1])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with older parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


def _normal(password: str) -> str:
    # The same characters typed on another keyboard or system must be the same password.
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _HASHER.hash("the password of nobody")
