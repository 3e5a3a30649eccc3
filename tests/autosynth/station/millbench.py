"""The milling bench that is shipped, with one thing changed, for tests of stations, ledgers and plans."""

from functools import cache
from pathlib import Path

from autosynth.station.load import parse_station
from autosynth.station.model import Station

ROOT = Path(__file__).parents[3]
MOF = ROOT / "protocols" / "mof"
TEXT = (MOF / "station.yaml").read_text(encoding="utf-8")
RU, CU = "Ru2(H2btc)4Cl", "Cu(OAc)2.H2O"


@cache
def mill_bench(*changes: tuple[str, str]) -> Station:
    """Return the shipped bench with each first text replaced once by its second."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return parse_station(text, "s.yaml")
