"""The generated pages of the documentation are what the program says today (`make docs` writes them)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support import environment

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ["waypost.cli.app", "utils", "docs", "--name", "waypost", "--title", "Command line"]


def test_the_page_of_commands_is_current(tmp_path: Path) -> None:
    page = tmp_path / "commands.md"
    typer = Path(sys.executable).with_name("typer")
    command = [str(typer), *COMMANDS, "--output", str(page)]
    subprocess.run(command, env=environment(), check=True, timeout=60, capture_output=True)
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == page.read_text("utf-8")
