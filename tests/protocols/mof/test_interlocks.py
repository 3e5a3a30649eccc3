"""Interlocks of milling as data: for every rule something that obeys it, and something that it refuses or stops."""

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from autosynth.engine.machine import RunState
from autosynth.plan.check import make_plan
from autosynth.plan.rulebook import Rulebook, standing_rules
from autosynth.recipe.load import load_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from tests.protocols.mof.published import ATTESTED, AUTOCLAVE, FOLDER, Milled, run_milled
from tests.protocols.mof.variants import station_with, written

Changes = tuple[tuple[str, str], ...]
GRIND = "  - grind: {vessel: jar, frequency: 30 Hz, for: 15 min, liquid: MeOH, eta: 0.6 uL/mg}\n"
OPENED = "  - wait: 20 min\n  - vent: {vessel: jar}\n  - open: {vessel: jar}\n"


def with_grind(old: str, new: str) -> str:
    assert old in GRIND
    return GRIND.replace(old, new)


TWO_HOURS = "  - grind: {vessel: jar, frequency: 30 Hz, for: 100 min}\n"
RULES = {
    "JAR-T",
    "JAR-P",
    "JAR-OPEN",
    "LAG",
    "MILL-DUTY",
    "MILL-FILL",
    "MILL-LID",
    "STEEL-ACID",
    "MILL-ENERGETIC",
    "OVEN",
}
STEEL_JAR = (("    material: ZrO2\n    jar:", "    material: stainless steel\n    jar:"),)
STEEL_BALL = (("ball_material: ZrO2", "ball_material: steel"),)
PERCHLORATE = (("  Cu3(btc)2: {", "  Cu(ClO4)2.6H2O: {"),)
DICHLOROMETHANE = (("    solvent: MeOH\n", "    solvent: DCM\n"),)
LITTLE_COPPER = (("mass: 85.3 mg", "mass: 15 mg"),)
SPICED = (("MeOH: {}\n", "MeOH: {}\n  salt: {species: Cu(ClO4)2.6H2O, formula: Cu(ClO4)2·6H2O}\n"),)
NITRATE = "  - dose: {reagent: CuNO3, to: jar, mass: MASS mg}\n" + with_grind("0.6", "0.4")
SALTED = "  - dose: {reagent: salt, to: jar, mass: 10 mg}\n" + GRIND


@dataclass(frozen=True, slots=True)
class Static:
    """A bad recipe on a bench, what its finding says, and what mends it: other steps, or another bench or charge."""

    rule: str
    steps: str
    words: str
    mended: str
    station: Changes = ()
    recipe: Changes = ()
    mended_station: Changes | None = None
    mended_recipe: Changes | None = None


STATICS = {
    "too wet": Static("LAG", with_grind("0.6", "1.3"), "liquid is", with_grind("0.6", "1.1")),
    "boils too low": Static("LAG", GRIND, "boiling_point is 39.6 °C", GRIND, DICHLOROMETHANE, mended_station=()),
    "too fast": Static("MILL-DUTY", with_grind("30 Hz", "31 Hz"), "frequency is 31 Hz", with_grind("30 Hz", "30 Hz")),
    "block too long": Static(
        "MILL-DUTY", with_grind("for: 15 min", "for: 16 min, block: 16 min"), "block is 16 min", GRIND
    ),
    "pause too short": Static(
        "MILL-DUTY",
        with_grind("for: 15 min", "for: 30 min, pause: 4 min"),
        "pause is 4 min",
        with_grind("for: 15 min", "for: 30 min, pause: 5 min"),
    ),
    "too long in all": Static("MILL-DUTY", TWO_HOURS, "milled is", TWO_HOURS.replace("100 min", "90 min")),
    "too much powder": Static(
        "MILL-FILL",
        GRIND.replace("0.6", "0.3"),
        "ball_to_powder is",
        GRIND,
        recipe=(("mass: 85.3 mg", "mass: 600 mg"),),
        mended_recipe=(),
    ),
    "too little powder": Static(
        "MILL-FILL",
        GRIND,
        "ball_to_powder is",
        GRIND,
        recipe=(("mass: 114.7 mg", "mass: 30 mg"), ("mass: 85.3 mg", "mass: 20 mg")),
        mended_recipe=(),
    ),
    "acid in a jar of steel": Static("STEEL-ACID", GRIND, "acid_release is", GRIND, STEEL_JAR, mended_station=()),
    "acid under a ball of steel": Static(
        "STEEL-ACID", GRIND, "acid_release is", GRIND, STEEL_BALL, mended_recipe=LITTLE_COPPER
    ),
    "perchlorate": Static(
        "MILL-ENERGETIC", SALTED, "perchlorates and azides are not milled", GRIND, PERCHLORATE, SPICED
    ),
    "too much nitrate": Static(
        "MILL-ENERGETIC",
        NITRATE.replace("MASS", "60"),
        "solid is",
        NITRATE.replace("MASS", "40"),
    ),
    "too hot an oven": Static(
        "OVEN",
        "  - activate: {vessel: jar, to: 190 °C, hold: 1 h, in: dish}\n",
        "activation_temperature is 190 °C",
        "  - activate: {vessel: jar, to: 180 °C, hold: 1 h, in: dish}\n",
    ),
    "too steep a ramp": Static(
        "OVEN",
        "  - activate: {vessel: jar, to: 150 °C, ramp: 6 K/min, hold: 1 h, in: dish}\n",
        "ramp is 6 K/min",
        "  - activate: {vessel: jar, to: 150 °C, ramp: 5 K/min, hold: 1 h, in: dish}\n",
    ),
    "not vented": Static(
        "JAR-OPEN", GRIND + "  - open: {vessel: jar}\n", "is vented before it is opened", GRIND + OPENED
    ),
}


def book_of(*more: str) -> Rulebook:
    """Return the safety rules and solvents alone, and what further texts of rules say: what is installed varies."""
    book = Rulebook()
    rules = files("autosynth.plan") / "rules"
    book.read_solvents((rules / "solvents.yaml").read_text(encoding="utf-8"), "solvents.yaml")
    for text in ((rules / "safety.yaml").read_text(encoding="utf-8"), *more):
        book.read_rules(text, "rules.yaml")
    return book


def findings(
    folder: Path, steps: str, station: Changes, recipe: Changes, chemistry: str = ""
) -> list[tuple[str, str, int]]:
    """Return rule, message and line of everything that `check` has against a recipe on a changed bench."""
    path = written(folder, steps)
    text = path.read_text(encoding="utf-8")
    for old, new in recipe:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    place = load_station(station_with(folder, *station))
    book = book_of(chemistry) if chemistry else book_of()
    plan = make_plan(load_recipe(path), place, Inventory.full(place), today=date(2026, 11, 26), book=book)
    shown = plan.problems if chemistry else plan.blocking
    return [(each.rule, each.message, each.mark.line if each.mark else 0) for each in shown]


@pytest.mark.parametrize("name", STATICS)
def test_check_refuses_what_breaks_a_rule(name: str, tmp_path: Path) -> None:
    """Nothing but the rule is found, by its name and with the number that is too much, at a step."""
    case = STATICS[name]
    found = findings(tmp_path, case.steps, case.station, case.recipe)
    assert {rule for rule, _, _ in found} == {case.rule}, found
    assert any(case.words in message for _, message, _ in found), found
    assert all(line > len((tmp_path / "recipe.yaml").read_text().splitlines()) - 5 for _, _, line in found)


@pytest.mark.parametrize("name", STATICS)
def test_check_accepts_what_keeps_it(name: str, tmp_path: Path) -> None:
    """The same within the limit passes."""
    case = STATICS[name]
    station = case.station if case.mended_station is None else case.mended_station
    recipe = case.recipe if case.mended_recipe is None else case.mended_recipe
    assert findings(tmp_path, case.mended, station, recipe) == []


MILLED = GRIND + OPENED
EARLY = "  - grind: {vessel: jar, frequency: 30 Hz, for: 75 min, liquid: MeOH, eta: 0.6 uL/mg}\n" + OPENED.replace(
    "20 min", "1 min"
)


@dataclass(frozen=True, slots=True)
class Live:
    """What happens on the bench (while the jar is milled at 600 s, is closed and at rest at 1500 s), and what then."""

    rule: str
    faults: tuple[str, ...]
    state: RunState
    words: str
    steps: str = MILLED
    closed: bool = True


LIVES = {
    "hot": Live("JAR-T", ("guard:jar_hot@by=30,t=600",), RunState.HELD, "jar_temperature is 5"),
    "gas": Live("JAR-P", ("guard:jar_gas@by=320,t=600",), RunState.HELD, "rated_pressure is 600 kPa"),
    "gas at rest": Live("JAR-P", ("guard:jar_gas@by=320,t=1500",), RunState.HELD, "jar_pressure is 3"),
    "lid": Live("MILL-LID", ("guard:contact_open@position=1,t=600",), RunState.ABORTED, "; here lid_closed is open"),
    "clamp": Live("MILL-LID", ("guard:contact_open@position=2,t=600",), RunState.ABORTED, "; here clamp_ok is open"),
    "balance": Live("MILL-LID", ("guard:contact_open@position=4,t=600",), RunState.ABORTED, "; here balanced is open"),
    "lid before": Live(
        "MILL-LID", ("guard:contact_open@position=1,t=100",), RunState.ABORTED, "; here lid_closed is open"
    ),
    "opened too early": Live("JAR-OPEN", (), RunState.HELD, "jar_temperature is 3", EARLY),
    "opened under gas": Live(
        "JAR-OPEN",
        ("guard:jar_gas@by=20,t={before open}",),
        RunState.HELD,
        "jar_pressure is ",
    ),
}


def live(folder: Path, case: Live) -> Milled:
    """Run a case; the moment between venting and opening is found on the same bench undisturbed."""
    recipe = written(folder, case.steps)
    faults = list(case.faults)
    if any("{before open}" in fault for fault in faults):
        undisturbed = run_milled(recipe, folder / "before")
        vented_s = undisturbed.end.history.actions["5"].done_s
        assert vented_s is not None
        faults = [fault.replace("{before open}", f"{vented_s + 1.0:.1f}") for fault in faults]
    return run_milled(recipe, folder / "runs", faults=faults)


@pytest.mark.parametrize("name", LIVES)
def test_a_run_ends_where_a_live_rule_says(name: str, tmp_path: Path) -> None:
    """The rule trips by its name, the run is held or aborted with the reason; the mill rests, nothing is thrown out."""
    case = LIVES[name]
    run = live(tmp_path, case)
    assert run.tripped() == [case.rule]
    assert run.end.state is case.state
    assert run.summary["reason"].startswith(f"{case.rule}: jar: ")
    assert case.words in run.summary["reason"]
    mill = run.truth["devices"]["mill"]
    assert (mill["running"], mill["jar_hz"]) == (False, 0.0)
    assert run.jar["closed"] is case.closed
    assert run.jar["spilled_mg"] == {}


def test_a_run_that_keeps_every_live_rule_is_not_disturbed(tmp_path: Path) -> None:
    """Milled cool, tight and closed, vented and opened at rest: nothing trips."""
    run = run_milled(written(tmp_path, MILLED), tmp_path / "runs")
    assert run.end.state is RunState.COMPLETE
    assert run.tripped() == []
    assert not run.jar["closed"]


def test_an_emergency_stop_holds_the_run(tmp_path: Path) -> None:
    """It is hard-wired: the mill stands by itself, the run sees that and is held."""
    run = run_milled(written(tmp_path, MILLED), tmp_path / "runs", faults=["guard:contact_open@position=3,t=600"])
    assert run.end.state is RunState.HELD
    assert "mill slows down by itself" in run.summary["reason"]
    assert run.truth["devices"]["mill"]["jar_hz"] == 0.0


def test_every_rule_of_milling_is_tested_here() -> None:
    """No rule that speaks of milling, opening or activating is left out."""
    tested = {case.rule for case in STATICS.values()} | {case.rule for case in LIVES.values()}
    assert tested == RULES
    flags = {"milling", "opens", "activating"}
    assert {rule.id for rule in standing_rules().rules if not flags.isdisjoint(rule.facts)} >= RULES


@pytest.mark.parametrize(
    ("rule", "steps", "station", "recipe"),
    [
        ("RU-CU-RATIO", GRIND, (), (("mass: 85.3 mg", "mass: 80 mg"),)),
        ("BTC-STEEL", GRIND, STEEL_JAR, LITTLE_COPPER),
    ],
)
def test_rules_of_this_chemistry(rule: str, steps: str, station: Changes, recipe: Changes, tmp_path: Path) -> None:
    """Each is tripped by its name, and the product's own charge on the product's bench trips none."""
    chemistry = (FOLDER / "rules.yaml").read_text(encoding="utf-8")
    assert rule in {name for name, _, _ in findings(tmp_path, steps, station, recipe, chemistry)}
    assert findings(tmp_path, GRIND, (), (), chemistry) == []


def test_the_shipped_recipes_keep_the_rules_of_their_chemistry() -> None:
    """Nothing is noted of the product or a control, whether their rules are installed or not."""
    book = book_of((FOLDER / "rules.yaml").read_text(encoding="utf-8"))
    place = load_station(FOLDER / "station.yaml")
    for path in (FOLDER / f"{name}.yaml" for name in ("product", "c1", "c2", "c3", "c4", "c_plus")):
        plan = make_plan(load_recipe(path), place, Inventory.full(place), today=date(2026, 11, 26), book=book)
        assert plan.problems == (), path.name
    bench = load_station(AUTOCLAVE)
    plan = make_plan(load_recipe(FOLDER / "c5.yaml"), bench, Inventory.full(bench), today=date(2026, 11, 26), book=book)
    assert [each.rule for each in plan.problems] == list(ATTESTED)
