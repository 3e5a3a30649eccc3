"""The two commands that the README promises, and the others, exist and do what they are said to."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TARGETS = ("demo", "demo-all", "test", "lint", "bench", "soak", "install", "clean")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def dry(target: str) -> str:
    """Return what `make TARGET` would run from a shell that was not started by make, as this one may have been."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", "-n", target]
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_exists(target: str) -> None:
    """Make knows how to make each target, and has something to do for it or nothing left to do."""
    assert dry(target)


def test_every_phony_target_is_tested() -> None:
    """The targets above are those of the Makefile."""
    declared = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert declared is not None
    assert sorted(TARGETS) == sorted(declared[1].split())


def test_demo_runs_a_recipe_that_is_there_on_its_simulated_bench() -> None:
    """`make demo` runs the published recipe with --sim, from files that exist."""
    last = dry("demo").strip().splitlines()[-1]
    assert re.search(r"autosynth run \S+ --station \S+ --sim", last)
    files = re.findall(r"\S+\.yaml", last)
    assert len(files) == 2
    assert all((ROOT / file).exists() for file in files)


def test_demo_all_runs_a_recipe_of_every_system() -> None:
    """One of each folder of protocols, on its station."""
    runs = re.findall(
        r"autosynth run protocols/(\w+)/\w+\.yaml --station protocols/(\w+)/\w+\.yaml --sim", dry("demo-all")
    )
    systems = sorted(each.parent.name for each in (ROOT / "protocols").glob("*/rules.yaml"))
    assert sorted(runs) == [(system, system) for system in systems]


def test_test_runs_every_test_but_soaks_and_benchmarks() -> None:
    """`make test` leaves out what is marked as soak and the benchmarks, and nothing else."""
    last = dry("test").strip().splitlines()[-1]
    assert "pytest" in last
    assert re.findall(r'-m "([^"]*)"|--ignore=(\S+)|--deselect', last) == [("not soak", ""), ("", "tests/benchmarks")]


def test_ci_runs_lint_demo_and_test() -> None:
    """What CI runs are targets of the Makefile."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert re.findall(r"^make (\w+)$", script, re.MULTILINE) == ["lint", "demo", "test"]
