"""The command line: `waypost --help`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from waypost.cli.app import app

    app()
