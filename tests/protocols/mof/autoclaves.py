"""A bench with an autoclave with something changed, and small solvothermal recipes on it."""

from datetime import date
from pathlib import Path

from autosynth.errors import Severity
from autosynth.plan.check import make_plan
from autosynth.recipe.load import load_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from tests.protocols.mof.published import AUTOCLAVE

HEAD = """autosynth: 1
title: A test in an autoclave
libraries: {diffraction: SPECIES/phases.yaml}
needs: {bomb: autoclave, xrd: powder_diffractometer}
reagents:
  H3btc: {formula: C9H6O6}
  Cu: {species: Cu(OAc)2.H2O, formula: Cu(OAc)2·H2O}
  MeOH: {}
  EtOH: {}
  DMF: {}
steps:
  - dose: {reagent: H3btc, to: bomb, mass: 82.5 mg}
  - dose: {reagent: Cu, to: bomb, equivalents: 1.5, of: H3btc in bomb}
"""
STEP = (
    "  - autoclave: {vessel: bomb, liquid: MeOH, volume: 4 mL, to: 85 °C, ramp: 10 K/min, hold: 10 min,"
    " cooling: 80 min}\n"
)
OPENED = "  - vent: {vessel: bomb}\n  - open: {vessel: bomb}\n"
FOUND = """  - centrifuge: {vessel: bomb, for: 10 min}
  - measure: {diffraction: {}, in: xrd, of: bomb, aliquot: 5 mg, as: xrd}
  - when:
      condition: 26.34 angstrom <= xrd.Cu3btc2.a <= 26.40 angstrom
      then: [{note: "[Cu3(btc)2] has formed"}]
      else: [{stop: no copper framework}]
      undecided: [{note: the pattern does not tell}]
"""
GAUGED = (
    ("      dosed_by: balance\n", "      dosed_by: balance\n      guarded_by: gauge\n"),
    (
        "devices:\n",
        "devices:\n  gauge:\n    driver: modbus_block\n    address: {serial: /dev/ttyUSB3, baud: 9600, framing: 8N1}\n"
        "    options: {address: 3, inputs: {}, simulated: {vessel: bomb}}\n",
    ),
)
"""A bench that reads its autoclave's temperature and pressure."""


def written(folder: Path, steps: str) -> Path:
    """Write a recipe that charges the autoclave with free acid and copper acetate and goes on with these steps."""
    path = folder / "recipe.yaml"
    path.write_text(HEAD.replace("SPECIES", str(AUTOCLAVE.parent / "species")) + steps, encoding="utf-8")
    return path


def bench_with(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the shipped bench with something changed, which must occur once."""
    text = AUTOCLAVE.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "station.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def findings(recipe: Path, station: Path) -> list[tuple[str, str, str]]:
    """Return the rule, the place as "line:column" and the message with its hint of all that a plan is refused for."""
    place = load_station(station)
    plan = make_plan(load_recipe(recipe), place, Inventory.full(place), today=date(2026, 11, 26))
    return [
        (each.rule, f"{each.mark.line}:{each.mark.column}" if each.mark else "", f"{each.message} {each.hint}")
        for each in plan.blocking
        if each.severity is Severity.REJECT
    ]
