"""A connector whose import tries to end the program."""

raise SystemExit(3)
