"""Live rules over one vessel: what the ledger, the settings and the sensors say decides, and silence is no consent."""

import math
from collections.abc import Callable

import pytest

from autosynth.contracts.potentiostat import Voltammetry
from autosynth.errors import InputError
from autosynth.language.logic import Truth
from autosynth.plan.families import Families
from autosynth.plan.live import Present, Situation, broken, concerns, unwatched
from autosynth.plan.rulebook import Rule, Rulebook, standing_rules
from autosynth.station.load import load_station
from autosynth.station.mixture import GAS, Mixture
from tests.autosynth.engine.bench_run import BRANCHED, prepare

STATION = load_station(BRANCHED)
REACTOR, CELL = STATION.vessels["reactor"], STATION.vessels["cell"]


def of(volumes_ml: dict[str, float], **amounts_mol: float) -> Callable[[], Mixture]:
    """Return what tells the contents of a vessel."""
    return lambda: Mixture(volumes_ml, amounts_mol)


ACETONE = of({"acetone": 5.0}, SiW9=5e-5)
SCAN = Voltammetry(0.1, -0.4, 0.1, 0.005, 0.1, 1e-3)


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> Families:
    """The species of a small recipe."""
    lab = prepare(tmp_path_factory.mktemp("live"), "- wait: {for: 1 s, tolerance: 1 s}\n", station=BRANCHED)
    return Families(lab.plan, standing_rules())


def standing(rule: str) -> Rule:
    """Return a live rule of those that stand."""
    return next(each for each in standing_rules().rules if each.id == rule and each.phase == "live")


def scope(families: Families, situation: Situation, vessel: str = "reactor") -> Present:
    return Present(STATION, standing_rules(), families, STATION.vessels[vessel], situation)


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        (Situation(ACETONE, target_c=40.0, sensed={"vessel_temperature": 46.0}), ""),
        (Situation(ACETONE, target_c=40.0, sensed={"vessel_temperature": 46.2}), "vessel_temperature is 46.2 °C"),
        (Situation(ACETONE, target_c=40.0), "no sensor tells vessel_temperature now"),
        (Situation(of({"brine": 5.0}), target_c=40.0, sensed={"vessel_temperature": 20.0}), "stays"),
        (Situation(of({GAS: 20.0}), target_c=40.0, sensed={"vessel_temperature": 300.0}), ""),
        (Situation(of({"water": 5.0, "acetone": 5e-4}), target_c=80.0, sensed={"vessel_temperature": 80.0}), ""),
    ],
    ids=["below", "above", "silent", "unknown solvent", "empty", "a trace"],
)
def test_a_vessel_against_the_boiling_point(families: Families, situation: Situation, said: str) -> None:
    """10 K below is the limit; what nobody knows fails, an empty vessel does not boil, a trace is no solvent."""
    rule = standing("SOLV-T")
    found = scope(families, situation)
    assert concerns(rule, found)
    assert (broken(rule, found, frozenset()) == "") == (said == "")
    assert said in broken(rule, found, frozenset())


def test_a_vessel_that_is_not_heated_is_of_no_concern(families: Families) -> None:
    """Nothing is judged where `when` certainly does not hold."""
    assert not concerns(standing("SOLV-T"), scope(families, Situation(ACETONE)))
    assert not concerns(standing("CV-I"), scope(families, Situation(ACETONE), "cell"))


def test_what_somebody_attested_is_taken_as_given(families: Families) -> None:
    """A silent sensor whose fact is attested, or not due yet, breaks no rule."""
    found = scope(families, Situation(ACETONE, target_c=40.0))
    assert broken(standing("SOLV-T"), found, frozenset({"vessel_temperature"})) == ""


def test_a_scan_has_a_current_and_potentials(families: Families) -> None:
    """The current is that of the sensor; potentials are on the Fc scale."""
    found = scope(families, Situation(ACETONE, scan=SCAN, sensed={"cell_current": 2.5e-3}), "cell")
    assert "cell_current is 2.5 mA" in broken(standing("CV-I"), found, frozenset())
    offset_v = 0.1
    assert found.number("e_low").low == pytest.approx(-0.4 - offset_v)
    assert found.number("e_high").high == pytest.approx(0.1 - offset_v)
    assert found.number("scan_rate").low == pytest.approx(0.1)
    assert math.isinf(scope(families, Situation(ACETONE), "cell").number("e_low").high)


def test_what_is_added_is_told_from_what_is_held(families: Families) -> None:
    """`adds` and `held` are known only while something is added."""
    quiet, adding = Situation(ACETONE), Situation(ACETONE, adds=Mixture({"acetone": 1.0}, {"AgOTf": 1e-5}))
    assert scope(families, quiet).among("adds", ("silver",)) is Truth.FALSE
    assert scope(families, quiet).among("held", ("lacunary",)) is Truth.FALSE
    assert scope(families, adding).among("adds", ("silver",)) is Truth.TRUE
    assert scope(families, adding).among("held", ("lacunary",)) is Truth.TRUE
    assert scope(families, adding).among("holds", ("silver",)) is Truth.FALSE


def test_facts_without_a_sensor_or_of_people_are_unwatched() -> None:
    """They have to be attested before a run."""
    assert unwatched(standing("SOLV-T"), REACTOR) == ()
    assert unwatched(standing("SOLV-T"), CELL) == ("vessel_temperature",)
    assert unwatched(standing("CV-I"), REACTOR) == ("cell_current",)


@pytest.mark.parametrize(("phase", "action"), [("live", "reject"), ("live", "acknowledge"), ("static", "heater_off")])
def test_an_action_belongs_to_its_phase(phase: str, action: str) -> None:
    """A rule that asks for what its phase cannot do is an error of the file."""
    text = (
        f"rules: 1\nlist:\n  - {{id: T, class: safety, phase: {phase}, says: t, when: heated, "
        f"check: temperature <= 30 °C, facts: {{heated: plan, temperature: plan}}, action: {action}}}\n"
    )
    with pytest.raises(InputError, match=f"a {phase} rule cannot {action}"):
        Rulebook().read_rules(text, "rules.yaml")
