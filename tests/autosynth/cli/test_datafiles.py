from pathlib import Path

import pytest

from autosynth.cli.datafiles import data_files
from autosynth.errors import InputError


def test_a_folder_stands_for_its_data_files_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """Hidden files and others are passed over, none is told twice, a file itself needs no suffix."""
    for name in ("b10.csv", "b2.CSV", ".b1.csv", "notes.md"):
        (tmp_path / name).write_text("", encoding="utf-8")
    found = data_files([tmp_path / "notes.md", tmp_path, tmp_path / "b2.CSV"], {".csv"})
    assert [path.name for path in found] == ["notes.md", "b2.CSV", "b10.csv"]


def test_every_path_that_is_wrong_is_told(tmp_path: Path) -> None:
    """All at once."""
    with pytest.raises(InputError, match=r"none\.csv") as caught:
        data_files([tmp_path / "none.csv", tmp_path], {".csv"})
    assert "holds no data file" in str(caught.value)
