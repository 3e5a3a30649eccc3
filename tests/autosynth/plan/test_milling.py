"""Plans that mill: what is weighed, wetted, milled and opened stays within what jar, mill, head and rules allow."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from autosynth.analysis.libraries import AnyLibrary, Shelf, parse_any_library
from autosynth.formula import parse_formula
from autosynth.plan.check import make_plan
from autosynth.plan.summary import plan_to_json
from autosynth.plan.tree import Plan, PlannedStep
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.model import Station
from autosynth.station.solids import Jar, Mass
from tests.autosynth.station.millbench import CU, MOF, RU, mill_bench

approx: Any = pytest.approx
HEAD = """\
autosynth: 1
title: milled
needs: {jar: jar, ir: infrared_spectrometer, xrd: powder_diffractometer}
reagents:
  Ru2: {species: Ru2(H2btc)4Cl, formula: C36H20O24Ru2Cl}
  Cu: {species: Cu(OAc)2.H2O, formula: Cu(OAc)2·H2O}
  MeOH: {}
parameters: {n: {default: 2, min: 1, max: 9}}
steps:
"""
CHARGE = """\
  - dose: {reagent: Ru2, to: jar, mass: 114.7 mg}
  - dose: {reagent: Cu, to: jar, mass: 85.3 mg}
"""
GRIND = "  - grind: {vessel: jar, frequency: 30 Hz, for: 15 min, liquid: MeOH, eta: 0.6 uL/mg, rate: 0.5 mL/min}\n"
OPENED = "  - vent: {vessel: jar}\n  - open: {vessel: jar}\n"
POT = "  pot: {kind: jar, capacity: 5 mL}\n"
NO_BALANCE = ("      dosed_by: balance\n", "")
SPECTRUM = "  - measure: {infrared: {}, in: ir, of: jar, aliquot: 2 mg, as: ir0}\n"


def library(name: str) -> AnyLibrary:
    return parse_any_library((MOF / "species" / f"{name}.yaml").read_text(encoding="utf-8"))


def planned(steps: str, station: Station | None = None, before: Jar | None = None, **more: Any) -> Plan:
    """Return the plan of steps on the milling bench, whose jar may hold something before."""
    bench = station or mill_bench()
    inventory = Inventory.full(bench)
    if before is not None:
        inventory.solids.jars["jar"] = before
    return make_plan(parse_recipe(HEAD + steps, "r.yaml"), bench, inventory, more.pop("settings", {}), **more)


def told(plan: Plan, text: str) -> list[tuple[str, int, str]]:
    """Return rule, column of the place within its step's line, and message of every finding."""
    lines = text.splitlines()
    return [
        (p.rule, lines[p.mark.line - 1][p.mark.column - 1 :][:12] if p.mark else "", p.message)  # type: ignore[misc]
        for p in plan.problems
    ]


def leaf(steps: Sequence[PlannedStep], path: str) -> PlannedStep:
    for step in steps:
        if step.path == path:
            return step
        for block in step.blocks.values():
            found = [each for each in block if path.startswith(each.path)]
            if found:
                return leaf(found, path)
    raise KeyError(path)


REFUSED = [
    # steps, rule, what stands at the place, part of the message
    (
        "  - dose: {reagent: Ru2, to: jar, mass: 0.5 mg}\n",
        "DOSE",
        "jar",
        "500 µg is below the smallest dose of balance, 1 mg",
    ),
    ("  - dose: {reagent: Ru2, to: jar, mass: 6 g}\n", "DOSE", "jar", "6 g is above the largest dose of balance, 5 g"),
    ("  - dose: {reagent: Ru2, to: jar, mass: 2.1 g}\n", "MATERIALS", "dose", f"{RU} can run out here"),
    ("  - dose: {reagent: MeOH, to: jar, mass: 5 mg}\n", "REAGENT", "dose", "the station has no powder of MeOH"),
    (CHARGE + "  - vent: {vessel: jar}\n", "JAR", "jar", "jar may be open here"),
    (CHARGE + "  - open: {vessel: jar}\n", "JAR", "jar", "jar may be open here"),
    (CHARGE + "  - close: {vessel: jar}\n  - close: {vessel: jar}\n", "JAR", "jar", "jar may be closed here"),
    (CHARGE + GRIND + CHARGE, "JAR", "jar", "jar may be closed here"),
    (CHARGE + GRIND + GRIND, "JAR", "jar", "jar may be closed here"),
    (CHARGE + GRIND + SPECTRUM, "JAR", "jar", "jar may be closed here"),
    (CHARGE + GRIND + "  - wash: {vessel: jar, with: MeOH, volume: 4 mL}\n", "JAR", "jar", "jar may be closed here"),
    (CHARGE + GRIND + "  - open: {vessel: jar}\n", "JAR-OPEN", "open", "is vented before it is opened"),
    (SPECTRUM, "VOLUME", "2 mg", "jar may hold only 0 g, 2 mg are taken"),
    (CHARGE + SPECTRUM.replace("2 mg", "1 g"), "VOLUME", "1 g", "jar may hold only 198 mg, 1 g are taken"),
    (CHARGE + GRIND.replace("30 Hz", "36 Hz"), "LIMITS", "36 Hz", "above the 35 Hz of mill"),
    (CHARGE + GRIND.replace("30 Hz", "34 Hz"), "MILL-DUTY", "grind", "a mill runs at 3 to 30 Hz"),
    (CHARGE + GRIND.replace("for: 15 min", "for: 15 min, block: 20 min"), "MILL-DUTY", "grind", "block is 20 min"),
    (CHARGE + GRIND.replace("0.6 uL/mg", "1.3 uL/mg"), "LAG", "grind", "liquid for milling is at most 1.2"),
    (CHARGE + GRIND.replace("liquid: MeOH", "liquid: Ru2"), "REAGENT", "Ru2", "Ru2"),
    (CHARGE + GRIND.replace("0.5 mL/min", "50 mL/min"), "LIMITS", "50 mL/min", "feed"),
    ("  - grind: {vessel: jar, frequency: 30 Hz, for: 15 min}\n", "MILL-FILL", "grind", "5 to 40 times as many balls"),
    (
        CHARGE + "  - activate: {vessel: jar, to: 200 °C, hold: 1 h, in: dish}\n",
        "OVEN",
        "activate",
        "at 180 °C at most",
    ),
    (
        "  - operator: {prompt: x, likely: 1 min, enter: {name: a, unit: g, min: 0 g, max: 1 g}}\n"
        f"  - when: {{condition: a > 0.5 g, then: [{{dose: {{reagent: Ru2, to: jar, mass: 114.7 mg}}}}]}}\n{SPECTRUM}",
        "VOLUME",
        "2 mg",
        "jar may hold only 0 g",
    ),
    (
        CHARGE
        + "  - operator: {prompt: x, likely: 1 min, enter: {name: a, unit: g, min: 0 g, max: 1 g}}\n"
        + f"  - when: {{condition: a > 0.5 g, then: [{SPECTRUM.strip()[2:].join('{}')}]}}\n"
        + SPECTRUM.replace("{}", "{relative_to: ir0}").replace("as: ir0", "as: ir1"),
        "DOMINANCE",
        "ir0}",
        "ir0 is not measured on every way that leads here",
    ),
]


@pytest.mark.parametrize(("steps", "rule", "at", "message"), REFUSED, ids=[f"{row[1]} {row[3]}" for row in REFUSED])
def test_what_cannot_be_is_refused_at_its_place(steps: str, rule: str, at: str, message: str) -> None:
    """Each with its rule, at the field or the step that asks for it."""
    found = told(planned(steps), HEAD + steps)
    assert any(
        (each, message in words) == (rule, True) and str(place).startswith(at) for each, place, words in found
    ), found


@pytest.mark.parametrize(
    ("changes", "steps", "rule", "message"),
    [
        ([("  jar:\n    kind: jar", POT + "  jar:\n    kind: mill_jar")], CHARGE, "JAR", "pot is no jar"),
        (
            [("to: jar, volume: 20 uL", "to: pot, volume: 20 uL"), ("vessels:\n", "vessels:\n" + POT)],
            CHARGE + GRIND,
            "PATH",
            "no syringe of MeOH leads into jar",
        ),
        ([NO_BALANCE], CHARGE + "  - weigh: {vessel: jar, as: w}\n", "JAR", "nothing weighs jar"),
        ([("      mass: 63.14 g\n", "")], CHARGE + "  - weigh: {vessel: jar, as: w}\n", "JAR", "what jar weighs empty"),
        ([("solvent: MeOH", "solvent: DCM")], CHARGE + GRIND, "LAG", "boils at 55 °C or above"),
        ([("    material: ZrO2", "    material: steel")], CHARGE + GRIND, "STEEL-ACID", "0.2 mmol of acid"),
        ([("techniques: infrared", "techniques: uv_vis")], CHARGE, "ROLE", "infrared_spectrometer"),
        ([("silence: 10 s", "silence: 0 s")], CHARGE + GRIND, "HOST-DEATH", "mill could mill on for as long as nobody"),
        ([("silence: 10 s", "silence: 100 s")], CHARGE + GRIND, "HOST-DEATH", "mill could mill on for 105 s"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 12 else "",
)
def test_what_the_bench_cannot_is_refused(changes: list[tuple[str, str]], steps: str, rule: str, message: str) -> None:
    """The same recipe on a bench that lacks something."""
    found = told(planned(steps, mill_bench(*changes)), HEAD + steps)
    assert any(each == rule and message in words for each, _, words in found), found


def test_a_small_dose_by_hand_is_no_dose_of_the_head() -> None:
    """A lot without a head is weighed by a person, whatever the head on the balance can."""
    steps = "  - dose: {reagent: Ru2, to: jar, mass: 0.5 mg}\n"
    assert planned(steps, mill_bench(("head: RU-2611, ", ""))).problems == ()


def test_a_dose_is_as_wide_as_its_tolerance() -> None:
    """1 % of 114.7 mg either way; amounts allow for the purity of 99 %."""
    plan = planned("  - dose: {reagent: Ru2, to: jar, mass: 114.7 mg}\n")
    (need,) = plan.powders
    assert (need.powder, need.needed_mg.low, need.needed_mg.high) == (RU, approx(113.553), approx(115.847))
    assert plan.steps[0].bounds["mass_mg"].high == approx(114.7)


def test_equivalents_are_of_what_is_in_the_jar() -> None:
    """Four of copper acetate for each of what was weighed in, tolerances of both allowed for."""
    steps = "  - dose: {reagent: Ru2, to: jar, mass: 114.7 mg}\n"
    steps += "  - dose: {reagent: Cu, to: jar, equivalents: 4, of: Ru2 in jar}\n"
    mass = planned(steps).steps[1].bounds["mass_mg"]
    ru, cu = (parse_formula(each).molar_mass_g_mol for each in ("C36H20O24Ru2Cl", "Cu(OAc)2·H2O"))
    copper_mg = 4.0 * 114.7 * 0.99 / ru * cu / 0.995
    assert (mass.low, mass.high) == approx((0.99 * copper_mg, 1.01 * copper_mg))


def test_an_aliquot_takes_from_what_equivalents_are_of() -> None:
    """After half of it was taken, there is half as much to count."""
    dose = "  - dose: {reagent: Ru2, to: jar, mass: 114.7 mg}\n"
    copper = "  - dose: {reagent: Cu, to: jar, equivalents: 4, of: Ru2 in jar}\n"
    whole = planned(dose + copper).steps[1].bounds["mass_mg"]
    half = planned(dose + SPECTRUM.replace("2 mg", "57.35 mg") + copper).steps[2].bounds["mass_mg"]
    assert half.low < 0.5 * whole.high < half.high
    assert half.high < 0.52 * whole.high


def test_the_liquid_is_eta_times_what_was_weighed() -> None:
    """0.6 µL for each of 200 mg, a percent either way."""
    volume = planned(CHARGE + GRIND).steps[2].bounds["volume_ml"]
    assert (volume.low, volume.high) == approx((0.1188, 0.1212))


def test_a_second_milling_adds_only_what_was_lost() -> None:
    """Vapour of one venting at most, and the tolerances; the level is again that of eta."""
    plan = planned(CHARGE + GRIND + OPENED + GRIND)
    again = plan.steps[5].bounds["volume_ml"]
    assert again.low == 0.0
    assert 1.2e-3 < again.high < 0.013
    jar = max(point.volume_ml.high for point in plan.volumes if point.vessel == "jar")
    assert jar < 0.1263


def test_a_loop_does_not_run_away() -> None:
    """Nine rounds of wetting, milling, venting and an aliquot: each brings the level back to the same."""
    loop = "  - repeat:\n      name: l\n      at_most: n\n      steps:\n"
    body = "".join(f"      {line}\n" for line in (GRIND.replace("15 min", "9 min") + OPENED + SPECTRUM).splitlines())
    plan = planned(CHARGE + loop + body, settings={"n": "9"})
    assert plan.problems == ()
    assert max(point.volume_ml.high for point in plan.volumes if point.vessel == "jar") < 0.135
    (material,) = [each for each in plan.materials if each.stock == "MeOH"]
    assert material.reagent == "MeOH"
    assert 0.12 < material.needed_ml.high < 0.25


def test_time_in_the_mill_is_counted_over_rounds_and_runs() -> None:
    """Six quarters of an hour are as much as is allowed; seven are not, nor one more in a jar milled before."""
    loop = "  - repeat:\n      name: l\n      at_most: n\n      steps:\n"
    body = "".join(f"      {line}\n" for line in (GRIND + OPENED).splitlines())
    assert planned(CHARGE + loop + body, settings={"n": "6"}).problems == ()
    (duty,) = planned(CHARGE + loop + body, settings={"n": "7"}).problems
    assert (duty.rule, "milled is 1 h 45 min" in duty.message or "105 min" in duty.message) == ("MILL-DUTY", True)
    solids = {RU: Mass(114.7), CU: Mass(85.3)}
    before = planned(GRIND, before=Jar(milled_s=5000.0, solids=solids))
    assert "MILL-DUTY" in {each.rule for each in before.problems}
    after = planned(GRIND, before=Jar(milled_s=4000.0, solids=solids))
    assert "MILL-DUTY" not in {each.rule for each in after.problems}


def test_an_energy_is_a_time_that_depends_on_what_was_weighed() -> None:
    """1500 J/g for 200 mg at 30 Hz: 896 s, a percent either way."""
    milled = planned(CHARGE + GRIND.replace("for: 15 min", "energy: 1500 J/g")).steps[2].bounds["milled_s"]
    assert (milled.low, milled.high) == approx((0.99 * 896.4, 1.01 * 896.4), rel=1e-3)


def test_durations_have_pauses_between_blocks() -> None:
    """45 min in three blocks have two pauses of 5 min."""
    grind = planned(CHARGE + GRIND.replace("for: 15 min", "for: 45 min")).steps[2]
    assert grind.duration.low_s == approx(2700.0, rel=1e-6)
    assert 2700.0 + 600.0 <= grind.duration.likely_s <= 2700.0 + 600.0 + 60.0


def test_a_closed_jar_vented_before_may_be_opened() -> None:
    """The ledger knows from the run before that it was vented."""
    vented = Jar("bench", closed=True, vented=True, solids={RU: Mass(100.0)})
    assert planned("  - open: {vessel: jar}\n", before=vented).problems == ()
    closed = Jar("bench", closed=True, vented=False, solids={RU: Mass(100.0)})
    assert [each.rule for each in planned("  - open: {vessel: jar}\n", before=closed).blocking] == ["JAR-OPEN"]


def test_powder_without_a_formula_is_there_for_the_rules() -> None:
    """A perchlorate is one by its name, though nobody said what it weighs."""
    station = mill_bench((f"  {CU}: {{", "  Cu(ClO4)2: {"))
    steps = "  - dose: {reagent: Ru2, to: jar, mass: 114.7 mg}\n  - dose: {reagent: Cu, to: jar, mass: 85.3 mg}\n"
    text = (HEAD + steps + GRIND).replace("{species: Cu(OAc)2.H2O, formula: Cu(OAc)2·H2O}", "{species: Cu(ClO4)2}")
    plan = make_plan(parse_recipe(text), station, Inventory.full(station))
    assert "MILL-ENERGETIC" in {each.rule for each in plan.blocking}


def test_an_expired_powder_or_liquid_is_to_be_acknowledged() -> None:
    """As with any stock, where a date of today is given."""
    late = planned(CHARGE + GRIND, today=date(2028, 1, 1))
    found = sorted(each.message.partition(" (")[0] for each in late.problems)
    assert found == [f"powder {CU}", f"powder {RU}", "stock MeOH"]
    assert planned(CHARGE + GRIND, today=date(2027, 1, 1)).problems == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("phases", "bands (autosynth_bands: 1)"), ("adsorbates", "bands (autosynth_bands: 1)")],
)
def test_a_spectrum_needs_bands(name: str, kind: str) -> None:
    """A library of another technique is refused, at the technique."""
    (problem,) = planned(CHARGE + SPECTRUM, library=Shelf({"infrared": library(name)})).problems
    assert (problem.rule, f"a library of {kind}" in problem.message) == ("SPECIES", True)


def test_every_technique_needs_a_library_and_knows_its_phases() -> None:
    """One that has none is told so; so is a phase that the library does not have."""
    pattern = "  - measure: {diffraction: {candidates: [Ru2Cu5]}, in: xrd, of: jar, aliquot: 5 mg, as: x}\n"
    shelf = Shelf({"infrared": library("bands"), "diffraction": library("phases")})
    (unknown,) = planned(CHARGE + SPECTRUM + pattern, library=shelf).problems
    assert (unknown.rule, "Ru2Cu5" in unknown.message) == ("SPECIES", True)
    (missing,) = planned(CHARGE + SPECTRUM, library=Shelf({"diffraction": library("phases")})).problems
    assert missing.message == "no library says what infrared can find"
    assert planned(CHARGE + SPECTRUM, library=library("bands")).problems == ()


def test_what_hands_pour_is_in_the_bill() -> None:
    """Washes come out of a bottle, not out of the syringe; those of all rounds are needed, of a branch perhaps none."""
    wash = "{wash: {vessel: jar, with: MeOH, volume: 4 mL, times: 2}}"
    loop = f"  - repeat: {{name: l, at_most: 3, steps: [{wash}]}}\n"
    (poured,) = planned(CHARGE + loop).poured
    assert (poured.reagent, poured.needed_ml.low, poured.needed_ml.high) == ("MeOH", approx(24.0), approx(24.0))
    asked = "  - operator: {prompt: x, likely: 1 min, enter: {name: a, unit: g, min: 0 g, max: 1 g}}\n"
    (poured,) = planned(CHARGE + asked + f"  - when: {{condition: a > 0.5 g, then: [{wash}]}}\n").poured
    assert (poured.needed_ml.low, poured.needed_ml.high) == (0.0, approx(8.0))
    plan = planned(CHARGE + f"  - {wash}\n")
    assert [each.stock for each in plan.materials] == []
    assert plan_to_json(plan)["poured"] == [{"reagent": "MeOH", "needed_ml": [approx(8.0), approx(8.0)]}]
    assert planned(CHARGE).poured == ()


def test_a_file_takes_what_hands_and_the_instrument_take() -> None:
    """Ten minutes of the recipe and five of the spectrometer, as its station says; a loop, so many rounds."""
    assert planned(CHARGE + SPECTRUM).steps[2].duration.likely_s == approx(15 * 60.0)
    slow = mill_bench(("suffixes: [.dx], likely: 5 min", "suffixes: [.dx], likely: 50 min"))
    assert planned(CHARGE + SPECTRUM, slow).steps[2].duration.likely_s == approx(60 * 60.0)
    loop = "  - repeat: {name: l, at_most: n, until: ir0.residual_frac < 2 %, LIKELYsteps: [BODY]}\n"
    loop = CHARGE + loop.replace("BODY", "{" + SPECTRUM.strip()[2:] + "}")
    for likely, rounds in (("", 1), ("likely: 3, ", 3), ("likely: 20, ", 9)):
        plan = planned(loop.replace("LIKELY", likely), settings={"n": "9"})
        assert plan.steps[2].duration.likely_s == approx(rounds * 900.0)
