"""Secrets of connections, sealed at rest with AES-256-GCM.

The key comes from WAYPOST_SECRET_KEY (several, separated by spaces: the first one seals, all of them open), else
from a file beside the SQLite database, made at first use and readable by its owner only. Each sealed value names
the key it was sealed with, and is bound to the place it stands in, so that it cannot be moved to another.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.engine import Engine

from waypost.domain.errors import FieldError
from waypost.services.settings import Settings

_VERSION = "v1"
_NONCE = 12
_SHORTEST = 32
VARIABLE = "WAYPOST_SECRET_KEY"


class VaultError(FieldError):
    """A secret cannot be sealed or opened; the remedy says with which key it could."""


class _Key:
    """One key; its text never shows."""

    __slots__ = ("_cipher", "id")

    def __init__(self, text: str) -> None:
        raw = hashlib.sha256(b"waypost vault\0" + text.encode()).digest()
        self.id = hashlib.sha256(b"id\0" + raw).hexdigest()[:12]
        self._cipher = AESGCM(raw)

    def __repr__(self) -> str:
        return f"_Key({self.id})"

    def seal(self, plain: str, place: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode()).decode()


class Vault:
    """Seals and opens secrets. `file` is where its keys are kept, None when the environment gives them."""

    def __init__(self, keys: Sequence[str], file: Path | None = None) -> None:
        for text in keys:
            if len(text) < _SHORTEST:
                problem = f"a key of {len(text)} characters is too short."
                raise VaultError(VARIABLE, problem, f"Give at least {_SHORTEST} random characters.")
        self._keys = [_Key(text) for text in keys]
        self.file = file

    @classmethod
    def of(cls, engine: Engine, settings: Settings | None = None) -> Vault:
        """The vault of a database: the keys of the environment, else those of the file beside it."""
        given = (settings or Settings()).secret_key
        if given is not None and given.get_secret_value().split():
            return cls(given.get_secret_value().split())
        file = key_file(engine)
        if file is None:
            problem = "no key is set, so secrets cannot be kept."
            remedy = f"Set {VARIABLE} to the same {_SHORTEST} or more random characters in every process."
            raise VaultError(VARIABLE, problem, remedy)
        return cls(_kept(file), file)

    def __repr__(self) -> str:
        return f"Vault({', '.join(key.id for key in self._keys)})"

    @property
    def key_id(self) -> str:
        """The id of the key that seals; says nothing about the key itself."""
        return self._keys[0].id

    def seal(self, plain: str, place: str) -> str:
        """A secret as it may be stored; `place` says what it belongs to."""
        sealed = base64.urlsafe_b64encode(self._keys[0].seal(plain, place)).decode()
        return f"{_VERSION}:{self.key_id}:{sealed}"

    def open(self, sealed: str, place: str) -> str:
        """The secret again. Errors: VaultError when no key fits, or the value was moved or changed."""
        version, _, rest = sealed.partition(":")
        key_id, _, body = rest.partition(":")
        key = next((key for key in self._keys if key.id == key_id), None)
        if version != _VERSION or key is None:
            raise VaultError(VARIABLE, f"'{place}' was sealed with the key {key_id[:12] or '?'}, {self._have()}.", _FIX)
        try:
            return key.open(base64.urlsafe_b64decode(body), place)
        except (InvalidTag, ValueError):
            raise VaultError(place, "the stored secret was changed or belongs elsewhere.", "Enter it again.") from None

    def is_current(self, sealed: str) -> bool:
        """Whether a value is sealed with the key that seals today."""
        return sealed.startswith(f"{_VERSION}:{self.key_id}:")

    def _have(self) -> str:
        return "this process has " + (", ".join(key.id for key in self._keys) or "none")


_FIX = (
    f"Start it with the key that sealed it ({VARIABLE}, or the .key file beside the database), "
    "or enter the secrets of this connection again."
)


def key_file(engine: Engine) -> Path | None:
    """Where the keys of a SQLite database are kept; None for servers and for memory."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database == ":memory:":
        return None
    path = Path(database).expanduser()
    return path.with_name(path.name + ".key")


def add_key(file: Path) -> None:
    """Put a new key before those in the file; the older ones still open what they sealed."""
    _replace(file, [secrets.token_urlsafe(48), *_read(file)])


def keep_newest_key(file: Path) -> None:
    """Forget the older keys, once nothing is sealed with them any more."""
    _replace(file, _read(file)[:1])


def _kept(file: Path) -> list[str]:
    if not file.exists():
        _first(file)
    return _read(file)


def _first(file: Path) -> None:
    """Make the file with its first key; of two processes at once one wins, and both use its key."""
    part = _written(file, [secrets.token_urlsafe(48)])
    try:
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _replace(file: Path, keys: list[str]) -> None:
    _written(file, keys).replace(file)


def _written(file: Path, keys: list[str]) -> Path:
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write("\n".join(keys) + "\n")
        out.flush()
        os.fsync(out.fileno())
    return part


def _read(file: Path) -> list[str]:
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise VaultError(str(file), "others than its owner may read this key.", f"Run: chmod 600 {file}")
        keys = file.read_text("utf-8").split()
    except OSError as error:
        raise VaultError(str(file), f"it cannot be read ({error.strerror}).", "Correct its owner.") from None
    if not keys:
        raise VaultError(str(file), "there is no key in it.", "Put back the key file that belongs to this database.")
    return keys
