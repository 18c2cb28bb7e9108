"""A connector whose import fails."""

raise RuntimeError("the library of this partner is not installed")
