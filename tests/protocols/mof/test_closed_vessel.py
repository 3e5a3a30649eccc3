"""A vessel that is heated closed: each limit of `check` at its place, kept and broken, and what a run does live."""

from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.machine import RunState
from autosynth.engine.run import start
from autosynth.errors import InputError
from autosynth.plan.closed import gauge_kpa
from autosynth.plan.rulebook import standing_rules
from autosynth.report.summary import summarise
from tests.protocols.mof.autoclaves import GAUGED, OPENED, STEP, bench_with, findings, written
from tests.protocols.mof.published import ATTESTED, AUTOCLAVE, FOLDER, Milled, run_milled
from tests.protocols.mof.variants import written as milling
from tests.protocols.running import prepared

Changes = tuple[tuple[str, str], ...]
LINE = 14
"""Of the step in the small recipes."""
DMF: Changes = (("  EtOH:\n    contains: {}\n    solvent: EtOH\n", "  DMF:\n    contains: {}\n    solvent: DMF\n"),)
BROKEN = {
    # name: the bench, what is changed in the step, the rule, what stands at the place, what is said, what mends it
    "too full": ((), ("4 mL", "6.3 mL"), "AUTOCLAVE-FILL", "- ^autoclave", "closed_fill is ", ("4 mL", "5.9 mL")),
    "too hot for it": ((), ("85 °C", "201 °C"), "LIMITS", "to: ^201", "the vessel bomb", ("85 °C", "120 °C")),
    "too hot for the solvent": (
        (),
        ("85 °C", "165 °C"),
        "AUTOCLAVE-P",
        "- ^auto",
        "hot_pressure is",
        ("85 °C", "145 °C"),
    ),
    "too weak a vessel": (
        (("rated_pressure: 3 MPa", "rated_pressure: 0.5 MPa"),),
        ("85 °C", "100 °C"),
        "AUTOCLAVE-P",
        "- ^auto",
        "rated_pressure is 500 kPa",
        ("85 °C", "75 °C"),
    ),
    "an unknown vapour": (
        DMF,
        ("liquid: MeOH", "liquid: DMF"),
        "LIMITS",
        "liquid: ^DMF",
        "vapour pressure of DMF is not tabled",
        ("85 °C", "85 °C"),
    ),
    "cold": ((), ("85 °C", "5 °C"), "LIMITS", "to: ^5 °C", "an oven only heats", ("85 °C", "25 °C")),
    "more than it holds": ((), ("4 mL", "11 mL"), "LIMITS", "volume: ^11 mL", "the vessel bomb", ("4 mL", "4 mL")),
    "no rating": (
        (("    rated_pressure: 3 MPa\n", ""),),
        ("4 mL", "4 mL"),
        "LIMITS",
        "vessel: ^bomb",
        "no rated_pressure",
        None,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_check_refuses_at_its_place_and_accepts_what_is_mended(name: str, tmp_path: Path) -> None:
    """One finding, its rule, its line and column, the number that is too much; within the limit there is none."""
    bench, (old, new), rule, at, words, mended = BROKEN[name]
    station = bench_with(tmp_path, *bench)
    step = STEP.replace(old, new)
    found = findings(written(tmp_path, step), station)
    column = ("  " + step.strip()).index(at.replace("^", "")) + at.index("^") + 1
    assert [(each, place) for each, place, _ in found] == [(rule, f"{LINE}:{column}")], found
    assert words in found[0][2]
    if mended is not None:
        assert findings(written(tmp_path, STEP.replace(*mended)), station) == []
    else:
        assert findings(written(tmp_path, step), AUTOCLAVE) == []


SECOND = OPENED + "  - wash: {vessel: bomb, with: MeOH, volume: 4 mL, times: 4}\n" + STEP


@pytest.mark.parametrize(
    ("steps", "rule", "at", "words", "mended"),
    [
        (STEP + "  - open: {vessel: bomb}\n", "JAR-OPEN", "15:5", "is vented before it is opened", STEP + OPENED),
        (STEP + SECOND.replace(OPENED, ""), "JAR", "15:20", "bomb may be closed here", STEP + SECOND),
        ("  - grind: {vessel: bomb, frequency: 30 Hz, for: 15 min}\n", "JAR", "14:21", "nothing mills bomb", STEP),
    ],
    ids=["not vented", "not opened", "milled"],
)
def test_it_comes_back_closed_and_is_not_milled(
    steps: str, rule: str, at: str, words: str, mended: str, tmp_path: Path
) -> None:
    """What is done next vents and opens it first; the same with what it wants is accepted."""
    found = findings(written(tmp_path, steps), AUTOCLAVE)
    assert [(each, place) for each, place, _ in found] == [(rule, at)]
    assert words in found[0][2]
    assert findings(written(tmp_path, mended), AUTOCLAVE) == []


def test_a_misspelt_solvent_is_told_where_it_stands(tmp_path: Path) -> None:
    """As for any reagent."""
    with pytest.raises(InputError, match=r"recipe\.yaml:14:39.*'EtOHH' is not a reagent"):
        findings(written(tmp_path, STEP.replace("liquid: MeOH", "liquid: EtOHH")), AUTOCLAVE)


def test_nobody_pours_out_of_a_syringe(tmp_path: Path) -> None:
    """The milling bench has its methanol in a pump: told at the liquid."""
    step = "  - autoclave: {vessel: jar, liquid: MeOH, volume: 2 mL, to: 55 °C, hold: 1 h}\n"
    found = findings(milling(tmp_path, step), FOLDER / "station.yaml")
    assert [(rule, place) for rule, place, _ in found] == [("PATH", "12:38")]
    assert "nobody pours MeOH out of the syringe of feed" in found[0][2]


def test_pressures_are_those_of_tables() -> None:
    """Methanol at 100 °C, ethanol at 120 °C and water at 150 °C: 353, 430 and 476 kPa [lit], within 4 %."""
    book = standing_rules()
    for solvent, hot_c, vapour_kpa in (("MeOH", 100.0, 353.0), ("EtOH", 120.0, 430.0), ("water", 150.0, 476.0)):
        assert book.solvents[solvent].saturation_kpa(hot_c) == pytest.approx(vapour_kpa, rel=0.04)
    empty = gauge_kpa(book, frozenset(), 10.0, 0.0, 22.0, 170.0)
    assert empty == pytest.approx(101.325 * (443.15 / 295.15 - 1.0))
    assert gauge_kpa(book, frozenset({"MeOH"}), 10.0, 9.5, 22.0, 100.0) == float("inf")


def pressed(folder: Path, gas_kpa: float) -> Milled:
    """Run the step on the bench with a gauge while so much gas comes into the hot autoclave."""
    faults = [f"gauge:jar_gas@by={gas_kpa:g},t=2400"] if gas_kpa else []
    station = bench_with(folder, *GAUGED)
    return run_milled(written(folder, STEP + OPENED), folder / "runs", station=station, faults=faults)


def test_a_gauged_autoclave_is_watched_and_opened_unattested(tmp_path: Path) -> None:
    """With a gauge JAR-P and JAR-OPEN are judged by what it reads: nothing trips, nobody attests anything."""
    run = pressed(tmp_path, 0.0)
    assert run.end.state is RunState.COMPLETE
    assert run.tripped() == []
    assert not run.jar["closed"]


def test_too_much_pressure_holds_the_run(tmp_path: Path) -> None:
    """Gas beyond half of the rated pressure: the run is held with the reason, the vessel stays closed."""
    run = pressed(tmp_path, 1600.0)
    assert run.tripped() == ["JAR-P"]
    assert run.end.state is RunState.HELD
    assert "rated_pressure is 3000 kPa" in run.summary["reason"]
    assert run.jar["closed"]


def test_taken_out_warm_it_stays_closed_and_the_run_is_held(tmp_path: Path) -> None:
    """A temperature above 30 °C that somebody enters is a deviation and holds the run; nothing is vented or opened."""
    recipe = written(tmp_path, STEP.replace("cooling: 80 min", "cooling: 10 min") + OPENED)
    run = run_milled(recipe, tmp_path / "runs", station=AUTOCLAVE, acknowledgements=ATTESTED)
    assert run.end.state is RunState.HELD
    assert "above 30 °C: leave it closed" in run.summary["reason"]
    assert [each["what"] for each in run.end.history.deviations] == ["autoclave warm"]
    assert run.jar["closed"]


def test_a_bottle_that_runs_out_holds_the_run(tmp_path: Path) -> None:
    """Less is poured than was checked: the number that is entered is not taken, and nothing is closed or heated."""
    asked = prepared(written(tmp_path, STEP + OPENED), AUTOCLAVE, tmp_path / "runs", 0, None, ATTESTED)
    assert asked.description is not None
    asked.description["vessels"]["MeOH"]["mixture"]["volumes_ml"]["MeOH"] = 2.0
    end = run_virtual(start(replace(asked, bench=open_simulated(asked.description, 0, ()))))
    assert end.state is RunState.HELD
    reason = summarise(end.history)["reason"]
    assert "pour 4.00 mL of MeOH" in reason
    assert "(not 2.0)" in reason
    assert end.truth is not None
    assert not end.truth["vessels"]["bomb"]["closed"]
