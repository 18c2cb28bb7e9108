"""Numbers as tables write them, with a declared decimal sign."""

from __future__ import annotations

import re
from decimal import Decimal

_WRITTEN = {
    ".": re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?"),
    ",": re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?"),
}


def read_number(text: str, decimal: str) -> Decimal:
    """Read `1,234.50` or, with a decimal comma, `1.234,50`. Errors: ValueError for anything else."""
    bare = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if not _WRITTEN[decimal].fullmatch(bare):
        other = "," if decimal == "." else "."
        hint = f" with the decimal sign '{decimal}'" if other in bare else ""
        raise ValueError(f"'{text[:40]}' is no number{hint}")
    grouping = "," if decimal == "." else "."
    return Decimal(bare.replace(grouping, "").replace(decimal, "."))
