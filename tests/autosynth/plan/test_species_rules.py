"""Rules keyed on species and solvents: each trips on what it is about, whatever the bottle is called."""

import pytest

from autosynth.errors import Severity
from autosynth.plan.tree import Plan
from tests.autosynth.plan.benches import one_vessel, plan_of

RECIPE = """
autosynth: 1
title: something in a bottle called SiW9
needs: {reactor: stirred_vessel}
reagents: {SiW9: {}, acetone: {}}
steps:
  - stir: {vessel: reactor, speed: 300 rpm}
  - add: {reagent: SiW9, to: reactor, volume: 2 mL}
"""
ACETONE = "  - add: {reagent: acetone, to: reactor, volume: 2 mL}\n"
WARM = "  - heat: {vessel: reactor, to: 42 °C}\n"


HYDROGEN = {
    "H2-DOSE": Severity.REJECT,
    "H2-SWEEP": Severity.REJECT,
    "H2-VENT": Severity.ACKNOWLEDGE,
    "H2-STOCK": Severity.REJECT,
}
"""A millimole of borohydride a minute, neutral and at room temperature, into a vessel without a sweep."""


def found(plan: Plan) -> dict[str, Severity]:
    """Return the rules that a plan runs into."""
    return {each.rule: each.severity for each in plan.problems}


@pytest.mark.parametrize(
    ("contains", "solvent", "more", "expected"),
    [
        ("NaN3: 0.1 mol/L", "DCM", "", {"DCM-AZIDE": Severity.REJECT}),
        ("NaBH4: 0.1 mol/L", "water", "", HYDROGEN),
        ("NaBH4: 0.1 mol/L, HCl: 0.1 mol/L", "water", "", {**HYDROGEN, "H2-ACID": Severity.REJECT}),
        ("NEt3: 0.1 mol/L", "DCM", "", {"DCM-AMINE": Severity.ACKNOWLEDGE}),
        ("NaOH: 0.1 mol/L", "CHCl3", ACETONE, {"ACETONE-CHCL3-BASE": Severity.REJECT}),
        ("AgNO3: 0.1 mol/L, NH3: 1 mol/L", "water", "", {"AG-NH3": Severity.REJECT}),
        ("HAuCl4: 0.1 mol/L, NH4OH: 1 mol/L", "water", "", {"AG-NH3": Severity.REJECT}),
        ("TBAClO4: 0.1 mol/L", "acetone", WARM, {"PERCHLORATE": Severity.REJECT}),
        ("TBAPF6: 0.1 mol/L, HOAc: 0.1 mol/L", "MeCN", "", {"PF6": Severity.REJECT}),
        ("TBABF4: 0.1 mol/L", "DMA", "", {"DMA": Severity.ACKNOWLEDGE}),
        ("PW11: 5 mmol/L", "water", "", {"POM-PH": Severity.NOTE}),
        ("AgOTf: 5 mmol/L, TBACl: 5 mmol/L", "MeCN", "", {"AGCL": Severity.NOTE}),
        ("I2: 5 mmol/L", "THF", WARM, {"SOLV-T": Severity.REJECT}),
    ],
)
def test_a_rule_trips(contains: str, solvent: str, more: str, expected: dict[str, Severity]) -> None:
    """Exactly the rules that concern the mixture are reported."""
    assert found(plan_of(RECIPE + more, one_vessel(contains, solvent))) == expected


@pytest.mark.parametrize(
    ("contains", "solvent", "more"),
    [
        ("NaN3: 0.1 mol/L", "water", ""),
        ("NEt3: 0.1 mol/L", "MeCN", ""),
        ("NaOH: 0.1 mol/L", "water", ACETONE),
        ("AgNO3: 0.1 mol/L", "water", ""),
        ("TBAClO4: 0.1 mol/L", "acetone", ""),
        ("TBAPF6: 0.1 mol/L", "MeCN", WARM),
        ("SiW9: 10 mmol/L", "acetone", WARM),
    ],
)
def test_it_passes_what_it_is_not_about(contains: str, solvent: str, more: str) -> None:
    """The same bench without the offending partner has no finding."""
    assert found(plan_of(RECIPE + more, one_vessel(contains, solvent))) == {}


def test_an_operators_fact_is_attested_from_outside() -> None:
    """What only an operator knows passes with a reason given at the start, and never by the recipe itself."""
    bottle = one_vessel("NEt3: 0.1 mol/L", "DCM")
    attested = plan_of(RECIPE, bottle, **{"DCM-AMINE": "vented to the hood, seen by two"})
    by_recipe = RECIPE.replace("steps:", "overrides: [{rule: DCM-AMINE, reason: I say so}]\nsteps:")
    assert attested.accepted
    assert {each.rule for each in plan_of(by_recipe, bottle).blocking} == {"DCM-AMINE", "OVERRIDE"}


def test_a_decision_is_void_when_more_ligand_comes() -> None:
    """Manganese that was confirmed says nothing of ligand added later."""
    loop = """
  - repeat:
      name: taken up
      at_most: 2
      until: s1.S1_confirmed_frac >= 95 %
      steps:
        - measure:
            voltammetry: {begin: 0.25 V, vertex1: -0.5 V, vertex2: 0.25 V}
            of: reactor
            sample: 0.2 mL
            in: cell
            as: s1
"""
    head = RECIPE.replace("needs: {", "needs: {cell: measuring_cell, ").replace("acetone: {}", '"Fe(acac)3": {}')
    iron = "  - add: {reagent: Fe(acac)3, to: reactor, volume: 0.2 mL}\n"
    more = "  - add: {reagent: SiW9, to: reactor, volume: 2 mL}\n"
    assert found(plan_of(head + loop + iron)) == {}
    assert found(plan_of(head + loop + more + iron)) == {"ORDER": Severity.REJECT}


@pytest.mark.parametrize(("at_cap", "trusted"), [("hold", True), ("stop", True), ("accept", False)])
def test_a_cap_that_is_accepted_shows_nothing(at_cap: str, trusted: bool) -> None:
    """Only a loop that cannot be left with its condition unmet, but by a person, stands for a decision."""
    text = f"""
autosynth: 1
title: caps
needs: {{reactor: stirred_vessel, cell: measuring_cell}}
reagents: {{SiW9: {{}}, Fe(acac)3: {{}}}}
steps:
  - stir: {{vessel: reactor, speed: 300 rpm}}
  - add: {{reagent: SiW9, to: reactor, volume: 2 mL}}
  - repeat:
      name: taken up
      at_most: 2
      at_cap: {at_cap}
      until: s1.S1_confirmed_frac >= 96 % and s1.free_metal_frac < 5 %
      steps:
        - measure:
            voltammetry: {{begin: 0.25 V, vertex1: -0.5 V, vertex2: 0.25 V}}
            of: reactor
            sample: 0.2 mL
            in: cell
            as: s1
  - add: {{reagent: Fe(acac)3, to: reactor, volume: 0.2 mL}}
"""
    assert ("ORDER" not in found(plan_of(text))) is trusted
