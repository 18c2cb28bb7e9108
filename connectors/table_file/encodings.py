"""How a text file is encoded: by its mark, else by a strict reading of the whole file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from waypost.domain.errors import FieldError

_BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# GB2312 symbols and the 3,755 characters of daily use; two bytes each.
_EVERYDAY = re.compile(rb"[\xa1-\xa9\xb0-\xd7][\xa1-\xfe]")
_EVERYDAY_SHARE = 0.9


def detect(name: str, file: BinaryIO, declared: str) -> str:
    """The encoding of the file, read to its end with it. Errors: FieldError naming the file.

    Chinese of mainland systems (GB18030) is believed only when nearly all of it are everyday
    characters, because texts of western systems can often be read as rare ones.
    """
    head = file.read(_BLOCK)
    if declared != "auto":
        # The same as UTF-8, and without the mark when there is one.
        encoding = "utf-8-sig" if codecs.lookup(declared).name == "utf-8" else declared
        return encoding if _reads(file, encoding) else _fail(name, f"the file is not {declared}.")
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding if _reads(file, encoding) else _fail(name, f"the file is marked as {encoding}, but is not.")
    if b"\0" in head:
        if (wide := _wide(head)) and _reads(file, wide):
            return wide
        return _fail(name, "the file is no text.")
    if _reads(file, "utf-8"):
        return "utf-8"
    if _everyday_chinese(file) and _reads(file, "gb18030"):
        return "gb18030"
    return _fail(name, "the encoding is neither UTF-8 nor GB18030.")


def _fail(name: str, problem: str) -> str:
    remedy = 'Save it as UTF-8, or set "encoding" in its file entry of the mapping, for instance "cp1252".'
    raise FieldError(name, problem, remedy)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of its Latin letters is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 8 or min(even, odd) * 8 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(_BLOCK):
        yield block


def _reads(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _everyday_chinese(file: BinaryIO) -> bool:
    high = everyday = 0
    for block in _blocks(file):
        high += sum(map(len, re.findall(rb"[\x80-\xff]+", block)))
        everyday += 2 * len(_EVERYDAY.findall(block))
    return everyday >= high * _EVERYDAY_SHARE
