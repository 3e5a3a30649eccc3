"""Benches for tests of plans: the shipped one, the smallest one, and both with one thing changed."""

from functools import cache
from pathlib import Path

from autosynth.plan.check import make_plan
from autosynth.plan.tree import Plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station, parse_station
from autosynth.station.model import Station

ROOT = Path(__file__).parents[3]
POM = ROOT / "protocols" / "pom"
ONE_VESSEL = ROOT / "tests" / "stations" / "one_vessel.yaml"

_FLASK = """vessels:
  flask: {kind: flask, capacity: 50 mL}"""
_FLASK_LINE = """  lines:
    - {name: flask_line, from: "pump:5", to: flask, volume: 40 uL, filled: argon}"""
_CHANGES: dict[str, tuple[tuple[str, str], ...]] = {
    "pom": (),
    "pom_with_flask": (("vessels:", _FLASK), ("  lines:", _FLASK_LINE)),
    "hasty": (("time: 20 s}", "time: 5 s}"),),
    "dry_line": (("volume: 0.10 mL, filled: SiW9", "volume: 0.10 mL, filled: argon"),),
    "large_rinse": (("rinse: {with: acetone, volume: 0.2 mL", "rinse: {with: acetone, volume: 1.2 mL"),),
    "mecn": (("solvent: acetone\n    volume: 100 mL", "solvent: MeCN\n    volume: 100 mL"),),
    "reactor_to_80": (("rated_temperature: 60 °C", "rated_temperature: 80 °C"),),
    "mof": (),
    "mof_no_balance": (("      dosed_by: balance\n", ""),),
    "mof_no_dead_man": (("silence: 10 s", "silence: 0 s"),),
    "mof_other_jar": (("vessels:", "vessels:\n  pot: {kind: pot, capacity: 5 mL}"),),
    "mof_slow": (("frequency_max: 35 Hz", "frequency_max: 25 Hz"),),
    "mof_steel": (("    material: ZrO2", "    material: steel"),),
    "nanoparticles": (),
    "reactor_to_50": (("rated_temperature: 60 °C", "rated_temperature: 50 °C"),),
}


@cache
def bench(name: str = "pom") -> Station:
    """Return the shipped station of POM-A, the mill, the autoclave or the nanoparticles, changed as the name says."""
    if name == "autoclave":
        return load_station(POM.with_name("mof") / "station_autoclave.yaml")
    folder = POM.with_name(name.partition("_")[0]) if name.startswith(("mof", "nanoparticles")) else POM
    text = folder.joinpath("station.yaml").read_text(encoding="utf-8")
    for old, new in _CHANGES[name]:
        assert old in text
        text = text.replace(old, new, 1)
    return parse_station(text, "station.yaml")


def one_vessel(contains: str = "SiW9: 10.0 ± 0.1 mmol/L, TBAPF6: 0.1 mol/L", solvent: str = "acetone") -> Station:
    """Return the smallest bench with this in its reagent bottle."""
    text = ONE_VESSEL.read_text(encoding="utf-8")
    text = text.replace("SiW9: 10.0 ± 0.1 mmol/L, TBAPF6: 0.1 mol/L", contains)
    text = text.replace("solvent: acetone\n    volume: 50 mL", f"solvent: {solvent}\n    volume: 50 mL")
    text = text.replace("accepts: [acetone]", "accepts: []")
    return parse_station(text, "one_vessel.yaml")


def plan_of(text: str, station: Station | None = None, **reasons: str) -> Plan:
    """Return the plan of a recipe on a fresh full bench."""
    place = station or bench()
    return make_plan(parse_recipe(text), place, Inventory.full(place), {}, reasons)
