"""Runs shared by the report's tests; each is made once and never changed."""

import shutil
from pathlib import Path

import pytest

from autosynth.engine.folder import RunFolder
from tests.autosynth.report.runs import run_small


@pytest.fixture(scope="session")
def complete(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that came to its end."""
    return run_small(tmp_path_factory.mktemp("complete"))


@pytest.fixture
def own(complete: RunFolder, tmp_path: Path) -> RunFolder:
    """A copy of the complete run that a test may spoil."""
    return RunFolder(Path(shutil.copytree(complete.path, tmp_path / "run")))
