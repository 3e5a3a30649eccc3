"""The rules of hydrogen as data: for each something that obeys it, and something that it refuses or stops."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.plan.check import make_plan
from autosynth.recipe.load import load_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from tests.autosynth.engine.bench_run import Lab, Order, event_of
from tests.protocols.mof.test_interlocks import book_of
from tests.protocols.nanoparticles.bench import FOLDER, SAID, reduced, setup, written

SWEEP = "  - sweep: {vessel: pot, gas: N2, flow: 500 mL/min}\n"
STIR = "  - stir: {vessel: pot, speed: 800 rpm}\n"
WATER = "  - add: {reagent: water, to: pot, volume: 5 mL}\n"
DOSE = "  - add: {reagent: hydride, to: pot, volume: 1 mL, rate: 0.5 mL/min}\n"
WAIT = "  - wait: {for: 2 min, tolerance: 60 min}\n"
GOOD = SWEEP + STIR + WATER + DOSE + WAIT
ACID = "  - add: {reagent: AuCl, to: pot, volume: 1 mL}\n"


@dataclass(frozen=True, slots=True)
class Static:
    """Steps that break a rule on a bench, what its finding says, and how many millilitres a finding is about."""

    rule: str
    steps: str
    words: str
    station: tuple[tuple[str, str], ...] = ()


STATICS = {
    "too fast": Static("H2-DOSE", GOOD.replace("0.5 mL/min", "1.5 mL/min"), "hydrogen_flow is "),
    "no sweep": Static("H2-SWEEP", GOOD.replace(SWEEP, ""), "sweep is 0 mL/min"),
    "too little sweep": Static("H2-SWEEP", GOOD.replace("500 mL/min", "450 mL/min"), "sweep is 450 mL/min"),
    "closed before": Static("H2-SWEEP", GOOD.replace(STIR, SWEEP.replace("500", "0") + STIR), "sweep is 0 mL/min"),
    "closed after": Static("H2-SWEEP", GOOD + SWEEP.replace("500", "0"), "stays swept"),
    "too much": Static("H2-DOSE", GOOD, "hydride is ", (("NaBH4: 100.0 ± 1.0 mmol/L", "NaBH4: 6.0 ± 0.0 mol/L"),)),
    "neutral": Static("H2-STOCK", GOOD, "base is 1 mmol/L", (("NaOH: 10.0 ± 0.1", "NaOH: 1.0 ± 0.1"),)),
    "warm": Static("H2-STOCK", GOOD, "temperature is ", (("ambient: 4 °C", "ambient: 22 °C"),)),
    "acid": Static("H2-ACID", GOOD, "neither an acid", (("SiW11: 5.00 ± 0.05 mmol/L", "HOAc: 5.00 ± 0.05 mmol/L"),)),
    "ammonia": Static("AG-NH3", GOOD, "fulminate", (("SiW11: 5.00 ± 0.05", "NH3: 5.00 ± 0.05"),)),
}
EXTRA = {
    "acid": "  - add: {reagent: more, to: pot, volume: 1 mL}\n",
    "ammonia": "  - add: {reagent: Ag, to: pot, volume: 1 mL}\n  - add: {reagent: more, to: pot, volume: 1 mL}\n",
}
MORE = {"acid": "HOAc", "ammonia": "NH3"}


def findings(folder: Path, steps: str, station: tuple[tuple[str, str], ...] = (), more: str = "") -> dict[str, str]:
    """Return rule -> message of everything that stands in the way of a recipe, with what people know attested."""
    path = written(folder, steps)
    if more:
        path.write_text(path.read_text().replace("water: {}", f"water: {{}}, more: {{species: {more}}}"))
    text = (FOLDER / "station.yaml").read_text(encoding="utf-8")
    for old, new in station:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    bench = folder / "station.yaml"
    bench.write_text(text, encoding="utf-8")
    place = load_station(bench)
    today, full = date(2026, 11, 26), Inventory.full(place)
    plan = make_plan(load_recipe(path), place, full, acknowledgements=SAID, today=today, book=book_of())
    return {each.rule: each.message for each in plan.blocking}


@pytest.mark.parametrize("name", STATICS)
def test_check_refuses_what_breaks_a_rule(name: str, tmp_path: Path) -> None:
    """The rule is found by its name, with the number that is wrong."""
    case = STATICS[name]
    found = findings(tmp_path, case.steps + EXTRA.get(name, ""), case.station, MORE.get(name, ""))
    assert case.rule in found, found
    assert case.words in found[case.rule]


def test_check_accepts_what_keeps_them_all(tmp_path: Path) -> None:
    """Slowly, under a sweep, from a cold and basic stock; with silver but without ammonia."""
    assert findings(tmp_path, GOOD) == {}
    assert findings(tmp_path, GOOD + "  - add: {reagent: Ag, to: pot, volume: 1 mL}\n") == {}


def test_what_only_a_person_knows_is_asked_for(tmp_path: Path) -> None:
    """How old the hydride is; that bottle and quench stand open. The pot's vent is watched by a contact."""
    place = load_station(FOLDER / "station.yaml")
    plan = make_plan(
        load_recipe(written(tmp_path, GOOD)), place, Inventory.full(place), today=date(2026, 11, 26), book=book_of()
    )
    assert {each.rule for each in plan.blocking} == {"H2-DOSE", "H2-STOCK"}


def test_a_run_that_keeps_every_rule_is_not_disturbed(tmp_path: Path) -> None:
    """All of the hydride arrives, and the sweep goes on when the run has ended."""
    run = reduced(written(tmp_path, GOOD), tmp_path / "runs")
    assert (run.end.state, run.tripped()) == (RunState.COMPLETE, [])
    assert run.truth["vessels"]["pot"]["charged_mol"]["NaBH4"] == pytest.approx(1e-4, rel=0.01)
    assert run.truth["devices"]["sweep"]["target_ml_min"] == 500.0


LIVES = {
    "supply": ("H2-SWEEP", "sweep:supply_lost@t=140"),
    "vent": ("H2-VENT", "guard:contact_open@position=1,t=140"),
}


@pytest.mark.parametrize("name", LIVES)
def test_dosing_stops_and_the_sweep_goes_on(name: str, tmp_path: Path) -> None:
    """Within two seconds of the fault, in the middle of a stroke; the pot is stirred and swept on Hold."""
    rule, fault = LIVES[name]
    run = reduced(written(tmp_path, GOOD), tmp_path / "runs", faults=[fault])
    assert (run.end.state, run.tripped()) == (RunState.HELD, [rule])
    assert run.summary["reason"].startswith(f"{rule}: pot: ")
    (tripped,) = [each for each in run.end.history.deviations if each["what"] == "interlock"]
    assert 140.0 <= tripped["t_s"] <= 142.0
    dosed_mol = run.truth["vessels"]["pot"]["charged_mol"]["NaBH4"]
    assert 1e-6 < dosed_mol < 9e-5
    devices = run.truth["devices"]
    assert (devices["sweep"]["target_ml_min"], devices["stirrer"]["target_rpm"]) == (500.0, 600.0)
    assert devices["stirrer"]["stirring"]


def test_a_silent_controller_holds_the_run(tmp_path: Path) -> None:
    """A sweep that nobody measures is none: the rule trips on what is not known, and the contact alone is no help."""
    run = reduced(written(tmp_path, GOOD), tmp_path / "runs", faults=["sweep:silent@t=140"])
    assert run.end.state is RunState.HELD
    assert "sweep does not answer, nothing tells the sweep of pot" in run.summary["reason"]
    assert run.tripped() == ["H2-SWEEP"]
    assert run.truth["devices"]["sweep"]["target_ml_min"] == 500.0


def test_a_sweep_that_never_flows_begins_nothing(tmp_path: Path) -> None:
    """The step that sets it waits for the measured flow, and holds."""
    run = reduced(written(tmp_path, GOOD), tmp_path / "runs", faults=["sweep:supply_lost@t=0"])
    assert (run.end.state, run.tripped()) == (RunState.HELD, [])
    assert "of 500 mL/min after 60 s: look at sweep and its gas supply" in run.summary["reason"]
    assert "NaBH4" not in run.truth["vessels"]["pot"]["charged_mol"]


def test_a_restart_waits_for_the_sweep_and_goes_on(tmp_path: Path) -> None:
    """Refused while no gas comes; afterwards the rest is dosed, and no more than all of it."""
    prepared = setup(written(tmp_path, GOOD), tmp_path / "runs", faults=["sweep:supply_lost@t=140,for=100"])
    lab = Lab(prepared.plan, prepared)
    held = event_of("state", to="HELD")
    end = lab.run(Order("restart", 20.0, after=held), Order("restart", 150.0, after=held))
    assert end.state is RunState.COMPLETE
    assert "H2-SWEEP" in lab.replies[0]
    assert end.truth is not None
    assert end.truth["vessels"]["pot"]["charged_mol"]["NaBH4"] == pytest.approx(1e-4, rel=0.02)
