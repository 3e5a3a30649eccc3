"""Jars on the command line: a bench that mills is checked with exit codes, and a jar is emptied in the ledger."""

import shutil
from pathlib import Path

import pytest

from autosynth.engine.inputs import utc_now
from autosynth.station.inventory import Inventory
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import load_station
from autosynth.station.solids import Jar
from tests.autosynth.cli.calling import call
from tests.autosynth.station.millbench import MOF, RU

BAD = Path(__file__).parents[2] / "recipes_bad"
MILLING = sorted(path for path in BAD.glob("*.yaml") if path.read_text(encoding="utf-8").startswith("# station: mof\n"))


@pytest.mark.parametrize("path", MILLING, ids=lambda path: path.stem)
def test_a_bad_recipe_ends_with_two_at_its_place(path: Path) -> None:
    """`check` tells file, line and column, and refuses."""
    place = path.read_text(encoding="utf-8").splitlines()[1].split()[4]
    found = call("check", path, "--station", MOF / "station.yaml")
    assert found.code == 2
    assert f"{path.name}:{place}: " in found.err


def test_the_recipe_that_is_shipped_is_accepted() -> None:
    """Exit 0, on the bench beside it, with its powders in the bill."""
    found = call("check", MOF / "product.yaml", "--json")
    assert (found.code, found.json["ok"]) == (0, True)
    assert {each["powder"] for each in found.json["powders"]} >= {RU}


def test_a_jar_that_was_emptied_is_empty_for_the_next_run(tmp_path: Path) -> None:
    """Powder, liquid and time in the mill are gone, and what was in it stays on record."""
    station = tmp_path / "station.yaml"
    shutil.copy(MOF / "station.yaml", station)
    inventory = Inventory.full(load_station(station))
    inventory.solids.charge("jar", RU, 100.0, 0.1)
    inventory.solids.jars["jar"].milled_s = 3600.0
    with Ledger(ledger_path(station), utc_now) as ledger:
        ledger.opening_balance(inventory, "me")
    assert call("ledger", station, "set", "jar", "0 mL", "--reason", "product taken out").code == 0
    with Ledger(ledger_path(station), utc_now) as ledger:
        now = ledger.load(load_station(station))
        entry = ledger.entries()[-1]
    assert now is not None
    assert now.solids.jars["jar"] == Jar()
    assert entry.detail["solids"]["solids"][RU][0] == pytest.approx(100.0)
