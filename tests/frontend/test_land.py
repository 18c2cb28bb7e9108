"""The committed base map is what its packages give: built anew, it has the same bytes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAND = ROOT / "app" / "waypost" / "web" / "assets" / "land.geojson"


def test_the_base_map_is_built_from_its_packages(node: str, packages: Path) -> None:
    subprocess.run([node, "build-land.mjs", "land.geojson"], cwd=packages, timeout=60, check=True, capture_output=True)
    assert (packages / "land.geojson").read_bytes() == LAND.read_bytes(), "run `make frontend`"


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in package and package["integrity"] for package in packages.values())
