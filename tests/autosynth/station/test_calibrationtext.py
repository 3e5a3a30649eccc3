"""A calibration in the text of a station file: the rest of the text stays as it is, to the character."""

import difflib
from pathlib import Path

import pytest

from autosynth.contracts.calibration import PumpCalibration
from autosynth.errors import InputError
from autosynth.station.calibrationtext import with_calibration
from autosynth.station.load import parse_station

ROOT = Path(__file__).parents[3]
FRESH = PumpCalibration(1.00312, 0.0007, 0.00042, "2026-11-27", 10, "gravimetric")
STYLES = """\
station: 1
devices:
  block:   # mine
    driver: x
    calibration:   # old
      gain: 1.0
      gain_sd: 1 %   # measured in spring
    # a remark
    options: {a: 1}
  flow: {driver: y, options: {}}
  last:
    driver: z   # it hums
    options:
      a: 1   # one
      # two

# end
"""


def changes(before: str, after: str) -> list[str]:
    """Return the lines that are gone and the lines that are new."""
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in found if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize("path", ["docs/examples/station.yaml", "protocols/pom/station.yaml"])
def test_one_line_changes_and_reads_back(path: str) -> None:
    """Comments and order survive, and the station that is read again has the new calibration."""
    before = (ROOT / path).read_text(encoding="utf-8")
    after = with_calibration(before, path, "pump", FRESH)
    assert len(changes(before, after)) == 2
    read = parse_station(after, path).devices["pump"].calibration
    assert (read.gain, read.date, read.replicates, read.method) == (1.00312, "2026-11-27", 10, "gravimetric")
    assert (read.gain_rel_sd, read.stroke_sd_ml) == pytest.approx((0.0007, 0.00042))


def test_values_are_replaced_in_place_and_missing_ones_added() -> None:
    """A block keeps its comments; what it lacked follows its last entry."""
    after = with_calibration(STYLES, "s", "block", FRESH)
    assert changes(STYLES, after) == [
        "-      gain: 1.0",
        "-      gain_sd: 1 %   # measured in spring",
        "+      gain: 1.00312",
        "+      gain_sd: 0.07 %   # measured in spring",
        "+      stroke_sd: 0.42 uL",
        "+      date: 2026-11-27",
        "+      replicates: 10",
        "+      method: gravimetric",
    ]


@pytest.mark.parametrize("device", ["flow", "last"])
def test_a_device_without_a_calibration_gets_one(device: str) -> None:
    """It is added in the device's own style, after its last entry."""
    added = [line for line in changes(STYLES, with_calibration(STYLES, "s", device, FRESH)) if line.startswith("+")]
    assert len(added) == 1
    assert "calibration: {gain: 1.00312, gain_sd: 0.07 %" in added[0]


NO_MAPPING = "station: 1\ndevices:\n  block: {driver: x, calibration: none}\n"


@pytest.mark.parametrize(("text", "device"), [(STYLES, "none"), ("station: 1\n", "pump"), (NO_MAPPING, "block")])
def test_what_cannot_be_edited_is_refused(text: str, device: str) -> None:
    """No such device, no devices, a calibration that is no mapping."""
    with pytest.raises(InputError, match="cannot be written"):
        with_calibration(text, "s", device, FRESH)
