"""The committed base map is what its packages give: built anew, it has the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from tests.support import absent

ROOT = Path(__file__).resolve().parents[2]
LAND = ROOT / "app" / "waypost" / "web" / "assets" / "land.geojson"


def test_the_base_map_is_built_from_its_packages(tmp_path: Path) -> None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        absent("no Node to build the base map with: install nodejs and npm")
    for file in (ROOT / "frontend").iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    got = subprocess.run([npm, "ci"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    if got.returncode:
        absent(f"npm cannot get the packages: {got.stderr.strip()[-200:]}")
    subprocess.run([node, "build-land.mjs", "land.geojson"], cwd=tmp_path, timeout=60, check=True, capture_output=True)
    assert (tmp_path / "land.geojson").read_bytes() == LAND.read_bytes(), "run `make frontend`"


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in package and package["integrity"] for package in packages.values())
