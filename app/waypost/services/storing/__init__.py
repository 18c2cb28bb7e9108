"""Storing in a process of its own, beside the one that answers requests (docs/decisions/0023)."""
