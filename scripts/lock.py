"""Write requirements.lock: every package of `waypost[dev]`, pinned as a fresh environment resolves it."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
HEADER = """\
# Every package that Waypost and its tests run with. Written by `make lock`; do not edit.
# It names no index, so that your own settings (a mirror, a proxy) decide where packages come from.
"""
# These have no build for Windows.
NOT_ON_WINDOWS = {"httptools", "uvloop"}
ONLY_ON_LINUX = {"pylibseekdb"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--keep", type=Path, metavar="FILE", help="hold the versions in FILE; only add and drop packages"
    )
    lines = resolve(parser.parse_args().keep)
    LOCK.write_text(HEADER + "".join(f"{line}\n" for line in lines), "utf-8")
    print(f"{LOCK.name}: {len(lines)} packages")


def resolve(keep: Path | None) -> list[str]:
    """Install the project in a scratch environment and list what is there, the project left out."""
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    constraints = ["--constraint", str(keep.resolve())] if keep else []
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [str(Path(folder, "bin", "python")), "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", *constraints, f"{ROOT}[dev]", *backend], check=True)
        frozen = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout
    return sorted((marked(line) for line in frozen.splitlines() if wanted(line)), key=str.lower)


def wanted(line: str) -> bool:
    """Say whether a line of `pip freeze` is a pinned package that is not Waypost itself."""
    return "==" in line and not line.startswith("waypost")


def marked(line: str) -> str:
    """Add the condition under which a package can be installed at all."""
    package, _, _ = line.partition("==")
    if package.lower() in ONLY_ON_LINUX:
        return f'{line}; sys_platform == "linux"'
    return f'{line}; sys_platform != "win32"' if package.lower() in NOT_ON_WINDOWS else line


if __name__ == "__main__":
    main()
