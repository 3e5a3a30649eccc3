"""Milling runs for tests: a short recipe on the small milling bench, and what has to agree at its end."""

from pathlib import Path
from typing import Any

import pytest

from autosynth.engine.history import History
from tests.autosynth.engine.bench_run import Lab, prepare

MILLING = Path(__file__).parents[2] / "stations" / "milling.yaml"
HEAD = """needs: {jar: jar, ir: infrared_spectrometer}
reagents:
  Ru2: {species: Ru2(H2btc)4Cl, formula: C36H20O24Ru2Cl}
  Cu: {species: Cu(OAc)2.H2O, formula: Cu(OAc)2·H2O}
  MeOH: {}"""
DOSE = "- dose: {reagent: Ru2, to: jar, mass: 100 mg, tolerance: 2 %}\n"
DOSES = DOSE + "- dose: {reagent: Cu, to: jar, mass: 50 mg, tolerance: 2 %}\n"
WET = "liquid: MeOH, eta: 0.6 uL/mg, rate: 0.5 mL/min"
GRIND = f"- grind: {{vessel: jar, frequency: 30 Hz, for: 40 s, block: 30 s, pause: 5 min, {WET}}}\n"
SHORT = GRIND.replace("for: 40 s", "for: 20 s")
"""One block."""
DRY = GRIND.replace(f", {WET}", "")
OPEN = "- vent: {vessel: jar}\n- open: {vessel: jar}\n"
MEASURE = "- measure: {infrared: {}, in: ir, of: jar, aliquot: 2 mg, as: ir}\n"
POWDERS = ("Ru2(H2btc)4Cl", "Cu(OAc)2.H2O")
SIGMAS = 4.0


def milling(folder: Path, steps: str, *faults: str, seed: int = 0) -> Lab:
    """Return a lab on the milling bench."""
    return prepare(folder, steps, station=MILLING, head=HEAD, faults=faults, seed=seed)


def twin_of(bench: Any) -> Any:
    """Return the twin of a simulated bench."""
    return bench._twin


def shaken_s(bench: Any, t_s: float, frequency_hz: float = 30.0) -> float:
    """Return how long the mill has really run, at its frequency."""
    mills = twin_of(bench).solids.mills
    return float(mills["mill"].shaking.delivered(1.0, 0.0, t_s)) / frequency_hz if "mill" in mills else 0.0


def fallen_mg(bench: Any) -> float:
    """Return what has really left the powders' heads and bottles."""
    full_mg = {"Ru2(H2btc)4Cl": 2000.0, "Cu(OAc)2.H2O": 5000.0}
    powders = twin_of(bench).solids.powders
    return sum(mg - float(powders[name].left_mg) for name, mg in full_mg.items())


def at_rest(bench: Any) -> bool:
    """Tell whether the mill stands in truth."""
    drive = bench.truth()["devices"]["mill"]
    return bool(not drive["running"] and drive["jar_hz"] == 0.0)


def accounts(history: History, bench: Any, t_s: float) -> None:
    """Check that powder, liquid and milled time of the ledger are what the bench has really done."""
    milled_s = sum(record.milled_s for record in history.actions.values())
    sd_s = sum(record.milled_var_s2 for record in history.actions.values()) ** 0.5
    assert history.milling == {}
    assert shaken_s(bench, t_s) == pytest.approx(milled_s, abs=2.0 * sd_s + 1.0)
    jar = history.inventory.solids.jars["jar"]
    got_mg, sd_mg = charged(history)
    assert fallen_mg(bench) == pytest.approx(got_mg, abs=SIGMAS * sd_mg + 0.2)
    liquid = history.inventory.content("jar")
    really_ml = float(bench.truth()["vessels"]["jar"]["volume_ml"])
    assert really_ml == pytest.approx(liquid.liquid_ml, abs=SIGMAS * liquid.liquid_sd_ml + 2e-3)
    assert jar.milled_s == pytest.approx(milled_s)
    assert at_rest(bench)


def charged(history: History) -> tuple[float, float]:
    """Return what the ledger has let fall in all, and how surely; aliquots have left the jar since."""
    solids = history.inventory.solids.jars["jar"].solids
    var_mg2 = sum(each.var_mg2 for each in solids.values())
    return sum(record.dosed_mg for record in history.actions.values()), var_mg2**0.5
