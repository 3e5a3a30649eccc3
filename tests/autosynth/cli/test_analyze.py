"""`autosynth analyze`: the analyser on files."""

from pathlib import Path

import numpy as np
import pytest

from tests.autosynth.analysis.rendering import LIBRARY_PATH, current, pom_library, solutes, triangle
from tests.autosynth.cli.calling import call

RATE_V_S = 0.1


@pytest.fixture(name="sample")
def rendered(tmp_path: Path) -> Path:
    """A folder with two noisy scans of a solution of S1, as tables of t, E and I on a scale 0.1 V off."""
    potential_v = triangle(0.25, -1.25)
    clean_a = current(solutes(pom_library(), {"S1": 3e-3}), potential_v)
    t_s = np.arange(len(potential_v)) * 0.002 / RATE_V_S
    folder = tmp_path / "sample"
    folder.mkdir()
    for number in (1, 2):
        noise_a = np.random.default_rng(number).normal(0.0, 0.002 * np.abs(clean_a).max(), len(clean_a))
        rows = np.column_stack([t_s, potential_v + 0.1, clean_a + noise_a])
        lines = [f"{t:.6g},{e:.6g},{i:.6g}" for t, e, i in rows.tolist()]
        (folder / f"scan{number}.csv").write_text("t / s,E / V,I / A\n" + "\n".join(lines) + "\n")
    (folder / "fit1.tsv").write_text("curves that a run kept: no data\n")
    return folder


OPTIONS = ("--species", str(LIBRARY_PATH), "--offset", "0.1 V", "--expect", "manganese")


def test_files_of_a_folder_are_scans_of_one_sample(sample: Path) -> None:
    """Two scans are fitted together and tell what is dissolved; what a run has fitted is passed over."""
    found = call("analyze", sample, *OPTIONS, "--json")
    assert found.code == 0
    assert len(found.json["samples"]) == 1
    told = found.json["samples"][0]
    assert told["scans"] == 2
    assert [Path(file).name for file in told["files"]] == ["scan1.csv", "scan2.csv"]
    assert told["quantities"]["S1"]["value"] > 0.95
    assert {"value", "sd", "unit"} <= set(told["quantities"]["S1_confirmed_frac"])
    assert {"quantities", "waves", "goodness"} <= set(told)
    assert [wave["species"] for wave in told["waves"]] == ["S1"] * 4


def test_files_of_two_folders_are_two_samples(sample: Path, tmp_path: Path) -> None:
    """Each folder is a sample; in a series the second is told with its change."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.csv").write_text((sample / "scan1.csv").read_text())
    found = call("analyze", sample / "scan1.csv", other / "a.csv", *OPTIONS, "--series", "--json").json["samples"]
    assert [each["scans"] for each in found] == [1, 1]
    assert ["change S1" in each["quantities"] for each in found] == [False, True]


def test_the_table_for_people_fits_eighty_columns(sample: Path) -> None:
    """Quantities, waves and how good the fit is."""
    found = call("analyze", sample, *OPTIONS)
    assert found.code == 0
    assert {"S1", "E½", "charge"} <= set(found.out.split())
    assert "2 scans" in found.out
    assert max(len(line) for line in found.out.splitlines() if "/" not in line) <= 80


def test_without_a_library_it_says_what_is_missing(sample: Path) -> None:
    """The analyser needs to know which waves to look for."""
    found = call("analyze", sample)
    assert found.code == 2
    assert "--species" in found.err


def test_a_file_without_times_needs_the_rate(sample: Path) -> None:
    """A table of E and I alone is refused without --rate and read with it."""
    lines = (sample / "scan1.csv").read_text().splitlines()
    bare = sample.parent / "bare.csv"
    bare.write_text("\n".join(line.split(",", 1)[1] for line in lines) + "\n")
    refused = call("analyze", bare, *OPTIONS)
    assert refused.code == 2
    assert "--rate" in refused.err
    told = call("analyze", bare, *OPTIONS, "--rate", "100 mV/s", "--json").json["samples"][0]
    assert told["quantities"]["S1"]["value"] > 0.9


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--offset", "0.1"], "--offset 0.1: error"),
        (["--rate", "100 mV"], "--rate 100 mV: error"),
        (["--rate", "-1 V/s"], "above zero"),
        (["--temperature", "warm"], "--temperature warm: error"),
        (["--expect", "gold"], "gold"),
        (["--species", "none.yaml"], "there is no file none.yaml"),
    ],
)
def test_wrong_options_say_what_is_wrong(sample: Path, options: list[str], said: str) -> None:
    """Each is exit 2 with a sentence."""
    found = call("analyze", sample, "--species", LIBRARY_PATH, *options)
    assert found.code == 2
    assert said in found.err


def test_a_bad_file_does_not_hide_the_good_one(sample: Path, tmp_path: Path) -> None:
    """A binary file among the samples is told with its name, the other is analysed, and the exit code is 2."""
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\x7fELF\x00\x01\xff" * 20)
    found = call("analyze", bad, sample, *OPTIONS, "--json")
    assert found.code == 2
    assert "bad.txt" in found.json["samples"][0]["error"]
    assert found.json["samples"][1]["quantities"]["S1"]["value"] > 0.9
    assert "\x00" not in call("analyze", bad, *OPTIONS).err


def test_what_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """A missing file and a folder without data are told together."""
    empty = tmp_path / "empty"
    empty.mkdir()
    found = call("analyze", tmp_path / "none.csv", empty, "--species", LIBRARY_PATH)
    assert found.code == 2
    assert "none.csv" in found.err
    assert "holds no data file" in found.err
