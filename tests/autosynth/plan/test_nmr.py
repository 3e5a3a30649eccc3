"""Plans with NMR: tubes are counted over all rounds, the spectrometer's limits hold, libraries are of the technique."""

from pathlib import Path

import pytest

from autosynth.analysis.libraries import parse_any_library
from autosynth.plan.check import make_plan
from autosynth.plan.tree import Plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station, parse_station
from tests.autosynth.station.fake_drivers import find_fake

POM = Path(__file__).parents[3] / "protocols" / "pom"
LU = (POM / "pom_b_lu.yaml").read_text(encoding="utf-8")
LINES = (POM / "species" / "pom_b.yaml").read_text(encoding="utf-8")
WAVES = (POM / "species" / "pom_a.yaml").read_text(encoding="utf-8")


def planned(text: str = LU, library: str = LINES, used: int = 0) -> Plan:
    """Return the plan of a recipe on the bench with NMR, with the first tubes used already."""
    station = load_station(POM / "station_nmr.yaml", find_fake)
    inventory = Inventory.full(station)
    for number in range(1, used + 1):
        inventory.put(f"tubes_{number}", inventory.content("P2W17").scaled(0.002))
    return make_plan(parse_recipe(text), station, inventory, library=parse_any_library(library), find=find_fake)


def told(plan: Plan) -> list[tuple[str, str]]:
    return [(problem.rule, problem.message) for problem in plan.problems]


def test_the_published_titrations_are_accepted() -> None:
    """Both recipes are proven on their station; of the pH, which only a person knows, is remarked once."""
    zn = (POM / "pom_b_zn.yaml").read_text(encoding="utf-8")
    for plan in (planned(), planned(zn)):
        assert [(rule.rule, rule.hint[:9]) for rule in plan.problems] == [("POM-PH", "accepted:")]


def test_tubes_are_counted_over_all_rounds() -> None:
    """Fourteen rounds need fourteen empty tubes: with ten of 24 used it fits, with eleven it is refused before."""
    assert planned(used=10).accepted
    (problem,) = planned(used=11).blocking
    assert (problem.rule, problem.mark is not None) == ("RACK", True)
    assert "no empty tube left here (round 14 of titrate lutetium); it has 24" in problem.message


def test_time_is_that_of_the_blocks() -> None:
    """A measurement takes one to four blocks of 384 s besides what tubes, shims and liquids take."""
    measure = planned().steps[3].blocks["steps"][2]
    assert measure.duration.low_s > 384.0
    assert 2 * 384.0 < measure.duration.likely_s < 2000.0
    assert {"sample_ml", "repetition_s", "acquisition_s"} <= measure.bounds.keys()
    assert {"carousel", "spinsolve", "tubes", "pump", "reactor"} <= measure.claims


@pytest.mark.parametrize(
    ("old", "new", "rule", "message"),
    [
        ("nucleus: 31P", "nucleus: 19F", "LIMITS", "spinsolve does not see 19F"),
        ("scans: 64,", "scans: 2048,", "LIMITS", "2048 scans are more than spinsolve makes in one block, 1024"),
        ("acquisition: 1.6 s", "acquisition: 6.2 s", "LIMITS", "does not fit between two pulses"),
        ("species: [lanthanide]", "species: [lanthanides]", "SPECIES", "lanthanides: not in the library"),
        ("sample: 0.6 mL", "sample: 0.8 mL", "VOLUME", "tubes_1"),
        ("in: tubes", "in: reactor", "ROLE", "reactor is in no rack of a spectrometer"),
        ("of: p31, added", "of: p13, added", "names", "'p13' is not a measurement made before"),
    ],
)
def test_what_cannot_be_done_is_refused(old: str, new: str, rule: str, message: str) -> None:
    """Limits of the spectrometer, tubes and libraries are found by the check, each under its rule."""
    assert old in LU
    text = LU.replace(old, new).replace(
        "scans_at_most: 256", "scans_at_most: 2048" if "2048" in new else "scans_at_most: 256"
    )
    try:
        found = told(planned(text))
    except Exception as error:  # names are found by the loader
        found = [(each.rule, each.message) for each in error.problems]  # type: ignore[attr-defined]
    assert any(each == rule and message in words for each, words in found), found


def test_lines_are_not_looked_up_among_waves() -> None:
    """A library of waves or of phases cannot analyse NMR, and one of another nucleus neither."""
    assert any("library of lines" in message for rule, message in told(planned(library=WAVES)) if rule == "SPECIES")
    phases = (POM.parent / "mof" / "species" / "phases.yaml").read_text(encoding="utf-8")
    assert any("library of lines" in message for rule, message in told(planned(library=phases)) if rule == "SPECIES")
    protons = LINES.replace("nucleus: 31P", "nucleus: 1H")
    assert ("SPECIES", "the library 'POM-B, K salts in acetate buffer' is of 1H, 31P is measured") in told(
        planned(library=protons)
    )


def test_a_conclusion_needs_what_it_is_drawn_from() -> None:
    """A titration that may not have been measured at all cannot be evaluated."""
    head, _, tail = LU.partition("  - repeat:\n")
    loop, _, end = tail.partition("  - evaluate:")
    indented = "".join(f"      {line}\n" if line else "\n" for line in ("  - repeat:\n" + loop).splitlines())
    text = head + "  - operator: {prompt: weigh, likely: 1 min, enter: {name: mass, unit: mg}}\n"
    text += "  - when:\n      condition: mass > 1 mg\n      then:\n" + indented + "  - evaluate:" + end
    assert any(rule == "DOMINANCE" and "p31" in message for rule, message in told(planned(text)))


def test_no_borohydride_goes_into_a_tube() -> None:
    """Hydrogen would burst it: a sample that may hold borohydride is refused, whatever else is asked for."""
    station = (POM / "station_nmr.yaml").read_text(encoding="utf-8")
    fed = station.replace("contains: {Zn(OAc)2: 50.0 ± 0.3 mmol/L}", "contains: {NaBH4: 50.0 ± 0.3 mmol/L}")
    parsed = parse_station(fed, "s.yaml", find_fake)
    text = (POM / "pom_b_zn.yaml").read_text(encoding="utf-8").replace("Zn(OAc)2", "NaBH4")
    plan = make_plan(parse_recipe(text), parsed, Inventory.full(parsed), find=find_fake)
    assert "NMR-TUBE" in {each.rule for each in plan.blocking}


def test_a_tube_is_filled_to_a_limit_whatever_the_station_allows() -> None:
    """A rack that allows more than 0.7 mL does not make a tube hold it."""
    roomy = (POM / "station_nmr.yaml").read_text(encoding="utf-8").replace("fill: 0 to 0.7 mL}", "fill: 0 to 1 mL}")
    parsed = parse_station(roomy, "s.yaml", find_fake)
    plan = make_plan(
        parse_recipe(LU.replace("sample: 0.6 mL", "sample: 0.8 mL")), parsed, Inventory.full(parsed), find=find_fake
    )
    assert "NMR-TUBE" in {each.rule for each in plan.blocking}
