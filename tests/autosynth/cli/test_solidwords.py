"""What is done to jars, in words: plans, lines of a log, summaries."""

import io
from typing import Any

import pytest
from rich.console import Console

from autosynth.cli.solidwords import done_text
from autosynth.cli.stepwords import step_text
from autosynth.cli.summary import print_summary
from autosynth.cli.words import arguments_text, describe, measured_text
from autosynth.engine.inputs import read_inputs
from autosynth.journal.event import Event
from autosynth.plan.tree import PlannedStep
from autosynth.recipe.steps import walk
from tests.autosynth.report.milled import MOF

GRIND: dict[str, Any] = {"verb": "grind", "vessel": "jar", "frequency_hz": 30.0, "milled_s": 900.0}
WET = {"reagent": "MeOH", "stock": "MeOH", "volume_ml": 0.1188, "eta_ml_g": 0.6}


def event(kind: str, payload: dict[str, Any]) -> Event:
    return Event(seq=1, t_s=1.0, kind=kind, action="3", schema=1, payload=payload, prev="")


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({"verb": "dose", "reagent": "Ru2", "mass_mg": 114.7, "vessel": "jar"}, "dose Ru2 114.7 mg into jar"),
        (GRIND, "grind jar at 30 Hz for 15 min"),
        ({**GRIND, **WET}, "grind jar at 30 Hz for 15 min, 119 µL MeOH to 0.6 µL/mg"),
        ({"verb": "vent", "line": 3, "vessel": "jar"}, "vent jar"),
        ({"verb": "weigh", "vessel": "jar", "as": "m"}, "weigh jar"),
        ({"verb": "centrifuge", "vessel": "jar", "wait_s": 600.0}, "centrifuge jar for 10 min"),
        (
            {"verb": "wash", "vessel": "jar", "with": "MeOH", "volume_ml": 5.0, "times": 3},
            "wash jar 3 times with 5 mL MeOH",
        ),
        (
            {"verb": "activate", "vessel": "jar", "temperature_c": 150.0, "hold_s": 43200.0, "atmosphere": "vacuum"},
            "activate jar at 150 °C for 12 h in vacuum",
        ),
        (
            {"verb": "autoclave", "vessel": "bomb", "volume_ml": 4.0, "reagent": "MeOH", "temperature_c": 85.0}
            | {"hold_s": 86400.0},
            "autoclave bomb with 4 mL MeOH at 85 °C for 24 h",
        ),
        (
            {"verb": "measure", "as": "ir", "vessel": "jar", "cell": "infrared", "aliquot_mg": 2.0},
            "measure ir 2 mg of jar on infrared",
        ),
    ],
)
def test_started_actions_in_words(payload: dict[str, Any], text: str) -> None:
    """Each verb says what it does, with the numbers that matter."""
    assert arguments_text(payload) == text


@pytest.mark.parametrize(
    ("kind", "payload", "text"),
    [
        ("handled", {"do": "place", "vessel": "jar", "at": "mill", "who": "Ann"}, "3  jar moved to mill, by Ann"),
        (
            "handled",
            {"do": "pour", "vessel": "bomb", "source": "MeOH", "volume_ml": 4.0, "who": "Ann"},
            "3  4 mL of MeOH poured into bomb, by Ann",
        ),
        (
            "handled",
            {"do": "unload", "vessel": "bomb", "temperature_c": 22.04, "who": "Ann"},
            "3  bomb taken out of the oven at 22.0 °C, by Ann",
        ),
        ("handled", {"do": "vent", "vessel": "jar", "who": "Ann"}, ""),
        (
            "milled",
            {"vessel": "jar", "ran_s": 900.0, "frequency_hz": 30.0, "energy_j_g": 1521.4},
            "3  jar milled 15.0 min at 30 Hz, 1521 J/g",
        ),
        ("action.done", {"mass_mg": 114.9, "asked_mg": 114.7}, "3  weighed in 114.9 mg (+0.17 %)"),
        ("action.done", {"volume_ml": 1.0}, ""),
        ("beat", {"mill": "mill", "ran_s": 10.0}, ""),
        (
            "measured",
            {"as": "icp", "quantities": {}, "verdict": "", "reason": "no line of Ru"},
            "3  icp: no result (no line of Ru)",
        ),
    ],
)
def test_events_in_words(kind: str, payload: dict[str, Any], text: str) -> None:
    """A line for what is worth one, nothing for the others, and never an empty value."""
    assert describe(event(kind, payload), {}) == text


def test_a_ratio_is_a_number_and_a_verdict_comes_first() -> None:
    """1.97 and not 197 %; a fraction stays a percentage."""
    ratio = {"ratio": {"value": 1.97, "sd": 0.03, "unit": "1"}}
    assert measured_text({"as": "icp", "quantities": ratio}, {}) == "ratio 1.97 ± 0.03"
    told = {"as": "x", "verdict": "neither", "quantities": {"part": {"value": 0.5, "sd": 0.01, "unit": "1"}}}
    assert measured_text(told, {}) == "neither, part 50.0 ± 1.0 %"


def test_a_dose_of_nothing_is_off_by_nothing() -> None:
    """No division by what was not asked for."""
    assert done_text({"mass_mg": 0.0, "asked_mg": 0.0}) == "weighed in 0 mg (+0.00 %)"


def test_steps_are_listed_with_the_values_of_parameters() -> None:
    """A parameter is told as its value; every step of the product's recipe has words of its own."""
    plan = read_inputs(MOF / "product.yaml").plan
    words = {path: step_text(step, plan.parameters) for path, step in walk(plan.recipe.steps)}
    assert words["1"] == "dose 114.7 mg Ru2 into jar"
    assert words["4.1"] == "grind jar at 30 Hz for 15 min, MeOH to 0.6 µL/mg"
    assert words["4.3"] == "vent jar"
    assert not any(text in {"dose", "grind", "wash", "activate"} for text in words.values())
    assert isinstance(plan.steps[0], PlannedStep)


def test_a_summary_tells_masses_and_milling_in_eighty_columns() -> None:
    """Powders by mass and liquids by volume in one table, the milling in a line, verdicts among the results."""
    liquid = {"amount": 0.119, "unit": "mL", "sd": 7e-4, "volume_ml": 0.119, "sd_ml": 7e-4, "planned_ml": 0.1188}
    powder = {"amount": 1.059e-4, "unit": "mol", "sd": 6e-7, "mass_mg": 114.9, "mass_sd_mg": 0.15, "planned_mg": 114.7}
    milled = {"milled_s": 3600.1, "sd_s": 1.0, "energy_j_g": 6030.4}
    summary = {
        "state": "COMPLETE", "title": "Milled", "run": "s1", "simulated": True, "simulated_s": 3600.0, "reason": "",
        "unsettled": [], "not_safe": [], "decisions": [], "outcomes": {}, "deviations": [], "chain_head": "0" * 64,
        "delivered": {"Ru2": {**powder, "doses": 1}, "MeOH": {**liquid, "doses": 1}},
        "milling": {"jar": {**milled, "blocks": 4, "frequency_hz": [30.0, 30.0]}},
        "results": {"xrd": {}, "icp": {"ratio": {"value": 1.97, "sd": 0.03, "unit": "1"}}},
        "verdicts": {"xrd": {"verdict": "neither", "reason": ""}},
    }  # fmt: skip
    out = Console(file=io.StringIO(), width=80, highlight=False)
    with out.capture() as captured:
        print_summary(summary, out)
    text = captured.get()
    assert max(map(len, text.splitlines())) <= 80
    for words in ("114.90 ± 0.15 mg", "119.0 ± 0.7 µL", "jar: milled 60.0 min at 30 Hz, 6030 J/g", "neither"):
        assert words in text
    assert "ratio     1.97 ± 0.03" in text
