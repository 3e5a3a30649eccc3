"""The exchange recipes from first dose to last decision, and what the check refuses of them."""

from pathlib import Path
from typing import Any

import pytest

from autosynth.engine.folder import RunFolder
from autosynth.engine.inputs import read_inputs
from autosynth.engine.machine import RunState
from autosynth.engine.run import RunEnd
from autosynth.errors import Problem
from autosynth.plan.check import make_plan
from autosynth.plan.rulebook import Rulebook
from autosynth.recipe.load import parse_recipe
from autosynth.report.page import render
from autosynth.report.record import read_record
from autosynth.station.inventory import Inventory
from autosynth.station.load import parse_station
from tests.protocols.exchange.rendering import FOLDER, NAMES
from tests.protocols.running import run_recipe

STATION = FOLDER / "station.yaml"
SINGLE = (FOLDER / "single_tube.yaml").read_text(encoding="utf-8")
CLAIM = "spectra: {of: [p31_end, h1_end]}"


def run(recipe: str, runs: Path, seed: int, settings: dict[str, str] | None = None) -> RunEnd:
    """Run a recipe of the exchange system to its end in virtual time."""
    return run_recipe(FOLDER / recipe, STATION, runs, seed, settings).end


def parts(end: RunEnd, tube: str, series: str = "Se") -> dict[str, float]:
    """Return the mole fractions that are really in a tube."""
    assert end.truth is not None
    held = end.truth["vessels"][tube]["composition_mol"]
    return {name: held.get(f"{name}({series})", 0.0) / sum(held.values()) for name in NAMES}


def last(end: RunEnd, name: str) -> dict[str, Any]:
    return dict(end.history.measurements[name][-1])


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> RunEnd:
    return run("single_tube.yaml", tmp_path_factory.mktemp("single"), 5, {"ratio": "2"})


def test_a_tube_settles_and_tells_all_eight_clusters(single: RunEnd) -> None:
    """Two copper clusters a silver one: every part within a point and four standard uncertainties of the truth."""
    assert single.state is RunState.COMPLETE
    found, truth = last(single, "final"), parts(single, "tubes_1")
    for name in NAMES:
        off, sd = found["quantities"][name]["value"] - truth[name], found["quantities"][name]["sd"]
        assert abs(off) < min(0.01, 4.0 * sd), name
    assert found["quantities"]["mean_Ag"]["value"] == pytest.approx(7 / 3, abs=0.03)
    assert (found["technique"], found["of"], len(found["fits"])) == ("spectra", ["p31_end", "h1_end"], 2)
    assert len(found["correlation"]) == len(NAMES)


def test_equilibrium_is_found_by_two_spectra_that_are_alike(single: RunEnd) -> None:
    """The rule needs a second spectrum and is met by it; a change is surer than the parts themselves."""
    rounds = single.history.measurements["p31"]
    verdicts = [each["verdict"] for each in single.history.decisions if each["name"] == "equilibrated"]
    assert verdicts == ["undecided", "true"]
    assert not any(name.startswith("change ") for name in rounds[0]["quantities"])
    changed = rounds[1]["quantities"]["change Cu5Ag2"]
    assert abs(changed["value"]) < 0.01
    assert changed["sd"] < 0.5 * rounds[1]["quantities"]["Cu5Ag2"]["sd"]


def test_the_report_tells_the_joint_fit(single: RunEnd) -> None:
    """Parts and pictures of both nuclei have a chapter, and all files that were kept are as they were."""
    page = render(read_record(RunFolder(single.folder.path)))
    assert "Spectra together" in page
    assert page.count("with the joint fit") == 2
    assert "all as the journal says" in page
    assert "could not be made" not in page


def test_the_later_spectrum_is_no_change_of_the_earlier_name(single: RunEnd) -> None:
    """A measurement of another name has nothing before it."""
    assert not any(name.startswith("change ") for name in last(single, "p31_later")["quantities"])


def test_the_sulfur_series_is_told_by_phosphorus_alone(tmp_path: Path) -> None:
    """All eight lines are apart: the run completes, with the mean of the feed and every part near the truth."""
    end = run("single_tube_sulfur.yaml", tmp_path, 3, {"ratio": "0.5"})
    assert end.state is RunState.COMPLETE
    found, truth = last(end, "p31_end")["quantities"], parts(end, "tubes_1", "S")
    assert found["mean_Ag"]["value"] == pytest.approx(14 / 3, abs=0.06)
    assert max(abs(found[name]["value"] - truth[name]) for name in NAMES) < 0.02


def problems(text: str, settings: dict[str, str] | None = None, folder: Path | None = None) -> tuple[Problem, ...]:
    """Return what the check finds in a text that stands beside the shipped recipes' libraries."""
    assert folder is not None
    path = folder / "recipe.yaml"
    library = (FOLDER / "species" / "clusters_se.yaml").read_text(encoding="utf-8")
    (folder / "species").mkdir(exist_ok=True)
    (folder / "species" / "clusters_se.yaml").write_text(library, encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    return read_inputs(path, STATION, settings).plan.problems


@pytest.mark.parametrize(("target", "purity", "most"), [("Cu6Ag", "66 %", "65 %"), ("Cu3Ag4", "30 %", "27 %")])
def test_a_purity_that_mixing_cannot_reach_is_refused_with_the_ceiling(
    target: str, purity: str, most: str, tmp_path: Path
) -> None:
    """At the purity's place, with the most there can be and the feed that gives it."""
    claim = f"spectra: {{of: [p31_end, h1_end], target: {target}, purity: {purity}}}"
    (found,) = problems(SINGLE.replace(CLAIM, claim), folder=tmp_path)
    assert found.rule == "CEILING"
    assert f"no mixture has more than {most} {target}" in found.message
    assert found.hint is not None
    assert "Cu:Ag = " in found.hint
    assert found.mark is not None
    line = SINGLE.replace(CLAIM, claim).splitlines()[found.mark.line - 1]
    assert line[found.mark.column - 1 :].startswith(purity)


def test_a_purity_that_can_be_had_or_a_parameter_is_judged_by_its_value(tmp_path: Path) -> None:
    """Below the ceiling nothing is said; a parameter is looked at as it is set."""
    claim = "spectra: {of: [p31_end, h1_end], target: Cu6Ag, purity: wanted}"
    text = SINGLE.replace(CLAIM, claim).replace(
        "parameters:\n", "parameters:\n  wanted: {default: 60 %, min: 10 %, max: 100 %}\n"
    )
    assert problems(text, folder=tmp_path) == ()
    (found,) = problems(text, {"wanted": "80 %"}, tmp_path)
    assert found.rule == "CEILING"


@pytest.mark.parametrize(
    ("claim", "complaint"),
    [
        ("spectra: {of: [p31_end, p31_later]}", "both of 31P"),
        ("spectra: {of: [p31_end, h1_end], target: Cu8, purity: 10 %}", "Cu8: not in the library"),
        ("spectra: {of: [p31_end, h1_end], species: [Cu9]}", "Cu9: not in the library"),
    ],
)
def test_conclusions_that_cannot_be_drawn_are_refused(claim: str, complaint: str, tmp_path: Path) -> None:
    """Two spectra of one nucleus, a species nobody lists."""
    assert any(complaint in each.message for each in problems(SINGLE.replace(CLAIM, claim), folder=tmp_path))


def test_spectra_of_two_tubes_are_not_one_sample(tmp_path: Path) -> None:
    """31P of one tube and 1H of another are not fitted together."""
    text = SINGLE.replace("needs: {tube: nmr_tube}", "needs: {tube: nmr_tube, r4_1: nmr_tube}")
    text = text.replace("      in: tube\n      as: h1_end", "      in: r4_1\n      as: h1_end")
    assert any("of different samples" in each.message for each in problems(text, folder=tmp_path))


def test_the_two_series_are_not_mixed() -> None:
    """The protocol's own rule refuses a tube with both ligands."""
    book = Rulebook()
    rules = Path(__file__).parents[3] / "autosynth" / "plan" / "rules"
    book.read_solvents((rules / "solvents.yaml").read_text(encoding="utf-8"), "solvents.yaml")
    for path in (rules / "safety.yaml", FOLDER / "rules.yaml"):
        book.read_rules(path.read_text(encoding="utf-8"), path.name)
    text = SINGLE.replace("Ag7H(Se2P(OiPr)2)6", "Ag7H(S2P(OiPr)2)6")
    station = parse_station(STATION.read_text(encoding="utf-8"), "station.yaml")
    plan = make_plan(parse_recipe(text), station, Inventory.full(station), book=book)
    assert [each.rule for each in plan.problems] == ["ONE-SERIES"]


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_seven_ratios(tmp_path: Path) -> None:
    """The published table mixed anew: each of 56 parts within a point of what is in its tube."""
    end = run("seven_ratios.yaml", tmp_path, 3)
    assert end.state is RunState.COMPLETE
    worst = 0.0
    for number, ratio in enumerate(("6_1", "4_1", "2_1", "1_1", "1_2", "1_4", "1_6"), start=1):
        found, truth = last(end, f"final_{ratio}")["quantities"], parts(end, f"tubes_{number}")
        worst = max(worst, *(abs(found[name]["value"] - truth[name]) for name in NAMES))
    print(f"the worst of 56 parts is {100 * worst:.2f} points off")
    assert worst < 0.01
