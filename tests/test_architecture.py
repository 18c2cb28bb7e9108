"""The shape of the repository: layers, sizes, names, and documents that say what is there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import waypost
from tests.support import environment

ROOT = Path(__file__).resolve().parents[1]
CODE = ("app", "components", "connectors", "pages")
PAGE_LINES = 60
MODULE_LINES, MODULE_LIMIT = 300, 400
FUNCTION_LIMIT = 40


class SizeWarning(UserWarning):
    """A module has grown past the size that one thing needs."""


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a module imports, wherever the statement stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def test_imports_run_downwards_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_domain_knows_only_the_standard_library_and_pydantic() -> None:
    allowed = {*sys.stdlib_module_names, "pydantic"}
    foreign = {
        f"{name(path)}: {imported}"
        for path in modules("app/waypost/domain")
        for imported in imports(path)
        if imported.split(".")[0] not in allowed and not imported.startswith("waypost.domain")
    }
    assert not foreign


def test_the_http_client_is_imported_in_one_module() -> None:
    users = {name(path) for path in modules(*CODE) if "httpx2" in {i.split(".")[0] for i in imports(path)}}
    assert users <= {"app/waypost/connect/http.py"}


def test_the_mqtt_client_is_imported_in_one_module() -> None:
    users = {name(path) for path in modules(*CODE) if "paho" in {i.split(".")[0] for i in imports(path)}}
    assert users == {"app/waypost/connect/mqtt.py"}


@pytest.mark.parametrize("shadow", ["connectors", "components", "domain"])
def test_nothing_beside_the_entry_script_shadows_a_package(shadow: str) -> None:
    # Streamlit puts app/ first on the path, so such a module would win over the real package.
    assert not (ROOT / "app" / f"{shadow}.py").exists()
    assert not (ROOT / "app" / shadow).exists()


def test_no_pages_folder_stands_beside_the_entry_script() -> None:
    # Streamlit would serve its scripts without running the entry script, and with it the gate.
    assert not (ROOT / "app" / "pages").exists()
    assert not (ROOT / "main.py").exists()


def test_page_scripts_stay_thin() -> None:
    scripts = [*modules("pages"), *(ROOT / "app").glob("main.py")]
    assert {name(path): lines(path) for path in scripts if lines(path) > PAGE_LINES} == {}


def test_page_scripts_define_no_classes() -> None:
    # Each rerun would make the class anew, and isinstance would turn false.
    defined = [
        f"{name(path)}: {node.name}"
        for path in modules("pages")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert defined == []


@pytest.mark.filterwarnings("default::tests.test_architecture.SizeWarning")
def test_modules_hold_one_thing() -> None:
    sizes = {name(path): lines(path) for path in modules(*CODE, "tests", "scripts", "bench")}
    for module, size in sizes.items():
        if MODULE_LINES < size <= MODULE_LIMIT:
            warnings.warn(f"{module} has {size} lines, more than {MODULE_LINES}", SizeWarning, stacklevel=1)
    assert {module: size for module, size in sizes.items() if size > MODULE_LIMIT} == {}


def test_functions_can_be_read_at_a_glance() -> None:
    long = {
        f"{name(path)}:{node.lineno} {node.name}": size
        for path in modules(*CODE)
        if path.parent.name != "versions"  # a migration is a list of tables
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := _lines_without_docstring(node)) > FUNCTION_LIMIT
    }
    assert long == {}


def _lines_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    size = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        docstring = node.body[0]
        size -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return size


def tracked() -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for listed in done.stdout.split("\0") if listed and (path := ROOT / listed).is_file()]


def test_no_package_host_and_no_path_of_one_machine_is_written_down() -> None:
    # Each is broken up, so that this file does not find itself.
    hosts = r"py[p]i\.org|python[h]osted|registry\.[n]pmjs|deb\.[d]ebian|--[i]ndex-url"
    pattern = re.compile(hosts + r"|(?<![\w.])/(?:[w]ork|[f]arm|[r]oot|[U]sers)/")
    found = []
    for path in tracked():
        text = path.read_bytes()
        if b"\0" not in text:
            rows = enumerate(text.decode("utf-8", "replace").splitlines(), 1)
            found += [f"{name(path)}:{row}: {line.strip()[:120]}" for row, line in rows if pattern.search(line)]
    assert found == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_two_commands_stand_on_lines_of_their_own(readme: str, command: str) -> None:
    assert command in (ROOT / readme).read_text("utf-8").splitlines()


def test_the_changelog_is_at_the_version_of_the_package() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert released[0] == waypost.__version__


def test_every_dependency_has_its_reason() -> None:
    description = project()
    wanted = [*description["project"]["dependencies"], *description["build-system"]["requires"]]
    wanted += description["project"]["optional-dependencies"]["dev"]
    packages = {re.split(r"[\[<>=!~; ]", requirement)[0] for requirement in wanted}
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    assert packages == set(re.findall(r"^\| `([a-z0-9-]+)` \| \S", text, re.MULTILINE))


def test_the_lock_pins_every_dependency_and_names_no_index() -> None:
    locked = (ROOT / "requirements.lock").read_text("utf-8")
    rows = [row for row in locked.splitlines() if row and not row.startswith("#")]
    assert [row for row in rows if not re.match(r"^[A-Za-z0-9._-]+==[^ ]+(; .+)?$", row)] == []
    pinned = {row.split("==")[0].lower().replace("_", "-") for row in rows}
    description = project()["project"]
    wanted = [*description["dependencies"], *description["optional-dependencies"]["dev"]]
    assert {re.split(r"[\[<>=!~; ]", requirement)[0] for requirement in wanted} <= pinned


def test_links_between_documents_lead_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{name(document)}: {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\]\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text("utf-8")))
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}
