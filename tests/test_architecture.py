"""The import rules hold on the tree as it is, and each of them is shown to break when somebody breaks it."""

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("autosynth", "drivers", "protocols", "simulators")
LAYERS = "autosynth is built in layers"
PLATFORM = "the platform knows contracts, never devices"
DRIVERS = "drivers know contracts and wires only"
SIMULATORS = "what stands in for an instrument owns no house code"
PROTOCOLS = "protocols are data"
DRIVERS_MAY_IMPORT = {"contracts", "formula", "units", "clock", "errors", "wire"}

VIOLATIONS = {
    "a lower layer imports a higher one": ("autosynth/analysis/estimate.py", "import autosynth.station.model", LAYERS),
    "siblings that share a layer import each other": (
        "autosynth/recipe/step.py",
        "import autosynth.station.plug",
        LAYERS,
    ),
    "siblings at the bottom import each other": ("autosynth/journal/block.py", "import autosynth.wire.stream", LAYERS),
    "a package that no layer names": ("autosynth/stray.py", "", LAYERS),
    "the platform imports a driver": ("autosynth/cli/exits.py", "import drivers.tecan_cavro", PLATFORM),
    "the platform imports a simulator": ("autosynth/cli/exits.py", "import simulators.faults", PLATFORM),
    "the platform imports a protocol": ("autosynth/cli/exits.py", "import protocols", PLATFORM),
    "a driver imports the engine": ("drivers/ika_ret/codec.py", "import autosynth.engine.machine", DRIVERS),
    "a driver imports the journal": ("drivers/ika_ret/codec.py", "import autosynth.journal.event", DRIVERS),
    "a driver imports a simulator": ("drivers/ika_ret/codec.py", "import simulators.faults", DRIVERS),
    "a simulator imports the platform": ("simulators/options.py", "import autosynth.errors", SIMULATORS),
    "a simulator imports a driver": ("simulators/options.py", "import drivers.ika_ret.codec", SIMULATORS),
    "a protocol imports the platform": ("protocols/__init__.py", "import autosynth.errors", PROTOCOLS),
    "a protocol imports a simulator": ("protocols/__init__.py", "import simulators.faults", PROTOCOLS),
}


def verdicts(tree: Path) -> dict[str, bool]:
    """Run import-linter on a tree and return which contract is kept."""
    script = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run(
        [sys.executable, "-c", script, "--cache-dir", str(tree / ".import_linter_cache")],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {
        line.rpartition(" ")[0]: line.endswith(" KEPT")
        for line in result.stdout.splitlines()
        if line.endswith((" KEPT", " BROKEN"))
    }
    assert found, result.stdout + result.stderr
    assert (result.returncode == 0) == all(found.values()), result.stdout + result.stderr
    return found


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the four packages that may be spoilt."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tree / package, ignore=lambda _, names: [n for n in names if n == "__pycache__"]
        )
    return tree


def product_files() -> Iterator[Path]:
    return (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_import_rules_hold(copied: Path) -> None:
    """Every import contract of the project is kept by the tree as it is."""
    assert verdicts(copied) == {LAYERS: True, PLATFORM: True, DRIVERS: True, SIMULATORS: True, PROTOCOLS: True}


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_each_import_rule_breaks_when_violated(copied: Path, violation: str) -> None:
    """One forbidden import is reported as a breach of its own contract and of no other."""
    file, statement, contract = VIOLATIONS[violation]
    path = copied / file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{statement}\n", encoding="utf-8")
    try:
        broken = {name for name, kept in verdicts(copied).items() if not kept}
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
    assert {contract} == broken


def test_drivers_are_kept_from_all_they_may_not_know() -> None:
    """The drivers' contract forbids every part of the platform that is not on their short list."""
    contracts = settings()["tool"]["importlinter"]["contracts"]
    rule = next(each for each in contracts if each["id"] == "drivers")
    parts = {
        path.stem for path in (ROOT / "autosynth").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    forbidden = {name.removeprefix("autosynth.") for name in rule["forbidden_modules"] if name.startswith("autosynth.")}
    assert parts - DRIVERS_MAY_IMPORT - {"__init__"} == forbidden


def test_no_package_index_is_named_in_tracked_files() -> None:
    """No tracked file records where packages are downloaded from."""
    words = (
        "pypi" + ".org",
        "python" + "hosted",
        "index" + "-url",
        "extra-" + "index",
        "find" + "-links",
        "npm" + "js.org",
    )
    found = [
        (path.relative_to(ROOT).as_posix(), word)
        for path in tracked_files()
        for text in [path.read_bytes().decode("utf-8", "ignore").lower()]
        for word in words
        if word in text
    ]
    assert found == []


def test_dangerous_calls_are_linted() -> None:
    """The linter is set to refuse assert, exec, eval, pickle, unsafe YAML, and passwords in product code."""
    lint = settings()["tool"]["ruff"]["lint"]
    needed = {"S101", "S102", "S105", "S301", "S307", "S506", "TID", "PLC0415", "SLF"}
    assert needed <= set(lint["select"])
    assert set() == needed & set(lint["ignore"])
    assert not any(set(rules) & {"S102", "S301", "S307", "S506"} for rules in lint["per-file-ignores"].values())


def test_platform_specific_modules_stay_in_one_place() -> None:
    """In product code only the pseudo-terminal's own module imports what exists on POSIX alone."""
    banned = {"pty", "termios", "tty", "fcntl"}
    users = {
        path.relative_to(ROOT).as_posix()
        for path in product_files()
        if banned & {name.partition(".")[0] for name in imported(path)}
    }
    assert users <= {"simulators/pty_port.py"}


def test_only_the_clock_sleeps() -> None:
    """Nothing in product code but the clock calls the sleep of time or asyncio."""
    sleepers = {
        path.relative_to(ROOT).as_posix()
        for path in product_files()
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Attribute) and node.attr == "sleep" and isinstance(node.value, ast.Name)
        if node.value.id in {"time", "asyncio"}
    }
    assert sleepers <= {"autosynth/clock.py", "simulators/serve.py"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
