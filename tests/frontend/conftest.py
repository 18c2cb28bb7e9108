"""The packages of frontend/, put in place from their lock once for all tests here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import absent

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def node() -> str:
    """Return Node's program."""
    found = shutil.which("node")
    if found is None:
        absent("no Node: install nodejs and npm")
    return found


@pytest.fixture(scope="session")
def packages(node: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of frontend/ with its packages, as the lock names them."""
    npm = shutil.which("npm")
    if npm is None:
        absent("no npm: install nodejs and npm")
    folder = tmp_path_factory.mktemp("frontend")
    for file in (ROOT / "frontend").iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    got = subprocess.run([npm, "ci"], cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    if got.returncode:
        absent(f"npm cannot get the packages: {got.stderr.strip()[-200:]}")
    return folder
