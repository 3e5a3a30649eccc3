"""The twin as bodies use it: paths, strokes, air, spills, temperature, measurement, determinism."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.twin.electrode import Electrode
from simulators.twin.twin import BenchTwin
from tests.simulators.twin.desk import desk

SWEEP_V = np.concatenate([np.arange(0.0, -1.0, -0.005), np.arange(-1.0, 0.0, 0.005)])


def twin(seed: int = 1, **changes: Any) -> BenchTwin:
    """Return the twin of the small desk."""
    return BenchTwin(desk(**changes), np.random.default_rng(seed))


def fill_reactor(made: BenchTwin, volume_ml: float, port: str = "1", start_s: float = 0.0) -> float:
    """Draw from a bottle and dispense to the reactor, lines primed by air; return the time it ended."""
    made.turn("pump", port, start_s)
    assert made.displace("pump", -volume_ml, start_s, start_s + 1.0)
    made.turn("pump", "9", start_s + 1.0)
    made.turn("selector", "1", start_s + 1.0)
    assert made.displace("pump", volume_ml, start_s + 1.0, start_s + 11.0)
    return start_s + 11.0


def fed(truth: dict[str, Any], species: str) -> float:
    """Return how much of a fed species is anywhere at all."""
    pieces = [v["charged_mol"] for v in truth["vessels"].values()] + [
        gone["charged_mol"] for kind in ("spilled", "lost") for gone in truth[kind].values()
    ]
    for plugs in (*truth["lines"].values(), *truth["syringes"].values()):
        pieces += [plug["charged_mol"] for plug in plugs]
    return float(sum(piece.get(species, 0.0) for piece in pieces))


def test_dead_volumes_delay_what_arrives() -> None:
    """0.5 mL drawn through 0.1 mL of air is 0.4 mL, and the air behind it pushes all of it into the reactor."""
    made = twin()
    end_s = fill_reactor(made, 0.5)
    reactor = made.truth(end_s)["vessels"]["reactor"]
    assert reactor["volume_ml"] == pytest.approx(0.4)
    assert reactor["charged_mol"]["SiW9"] == pytest.approx(0.4e-5)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("1239"), st.sampled_from(["1", "2", None]), st.floats(-0.9, 0.9)), max_size=25)
)
def test_no_sequence_of_strokes_makes_or_loses_anything(strokes: list[tuple[str, str | None, float]]) -> None:
    """Fed amounts are conserved over vessels, lines, syringe and spills, whatever is moved where."""
    made = twin()
    before = {species: fed(made.truth(0.0), species) for species in ("SiW9", "Mn(acac)3", "TBAPF6")}
    t_s = 0.0
    for port, selected, delta_ml in strokes:
        made.turn("pump", port, t_s)
        made.turn("selector", selected, t_s)
        made.displace("pump", delta_ml, t_s, t_s + 5.0)
        t_s += 6.0
    after = {species: fed(made.truth(t_s), species) for species in before}
    assert before == pytest.approx(after, rel=1e-9)


def test_a_closed_path_moves_nothing() -> None:
    """With the selector between ports a stroke is refused and the syringe keeps what it had."""
    made = twin()
    made.turn("pump", "9", 0.0)
    assert not made.path_open("pump", 0.0)
    assert not made.displace("pump", -0.5, 0.0, 1.0)
    made.turn("pump", "7", 2.0)
    assert not made.displace("pump", -0.5, 2.0, 3.0)
    assert made.truth(3.0)["syringes"]["pump"] == []


def test_a_selector_turned_on_the_way_splits_the_stroke() -> None:
    """The first half of a stroke goes where the selector stood, the second where it then stands."""
    made = twin()
    fill_reactor(made, 0.9, start_s=2.0)
    made.turn("pump", "1", 20.0)
    made.displace("pump", -0.6, 20.0, 21.0)
    made.turn("pump", "9", 21.0)
    made.turn("selector", "2", 26.0)
    before = made.truth(21.0)["vessels"]
    assert made.displace("pump", 0.6, 21.0, 31.0)
    after = made.truth(31.0)["vessels"]
    assert after["reactor"]["volume_ml"] - before["reactor"]["volume_ml"] == pytest.approx(0.3 - 0.07)
    assert after["cell"]["volume_ml"] - before["cell"]["volume_ml"] == pytest.approx(0.3 - 0.04)


def test_an_empty_vessel_gives_air() -> None:
    """Aspirating more than a vessel holds fills the rest of the stroke with gas."""
    made = twin(ambient_c=25.0)
    made.turn("pump", "9", 0.0)
    made.turn("selector", "2", 0.0)
    made.displace("pump", -0.9, 0.0, 10.0)
    truth = made.truth(10.0)
    held = truth["syringes"]["pump"]
    assert truth["vessels"]["cell"]["volume_ml"] == 0.0
    assert sum(plug["volumes_ml"].get("acetone", 0.0) for plug in held) == pytest.approx(0.5)
    assert sum(plug["volumes_ml"].get("gas", 0.0) for plug in held) == pytest.approx(0.4)


def test_what_does_not_fit_is_spilled() -> None:
    """A reactor of 2 mL overflows and the account shows by how much."""
    made = twin()
    end_s = 0.0
    for _ in range(3):
        end_s = fill_reactor(made, 0.9, start_s=end_s + 1.0)
    truth = made.truth(end_s)
    assert truth["vessels"]["reactor"]["volume_ml"] == pytest.approx(2.0)
    assert truth["spilled"]["reactor"]["volumes_ml"]["acetone"] == pytest.approx(2.7 - 0.17 - 2.0)
    assert truth["delivered_ml"]["reactor"] == pytest.approx(2.7 - 0.17)


def test_bottles_hold_mixtures_only_and_the_reactor_reacts() -> None:
    """Chemistry runs where a device is bound, and truth says where it does not."""
    made = twin(perturb=False)
    end_s = fill_reactor(made, 0.5)
    end_s = fill_reactor(made, 0.3, port="2", start_s=end_s + 1.0)
    vessels = made.truth(end_s + 600.0)["vessels"]
    assert vessels["bottle"]["chemistry"] == "mixture only"
    assert vessels["reactor"]["chemistry"] == "integrated"
    assert vessels["reactor"]["composition_mol"]["LMn"] > 1e-8


def test_looking_does_not_disturb() -> None:
    """Truth asked often in between ends in the same state as truth asked once."""
    often, once = twin(), twin()
    for made in (often, once):
        fill_reactor(made, 0.5)
        fill_reactor(made, 0.3, port="2", start_s=12.0)
    for t_s in np.linspace(30.0, 3000.0, 7):
        often.truth(float(t_s))
    assert once.truth(4000.0) == often.truth(4000.0)


def test_a_later_setpoint_does_not_rewrite_the_past() -> None:
    """A temperature bound later holds from its time on, although the chemistry is integrated later still."""
    plain, bound = twin(perturb=False), twin(perturb=False)
    for made in (plain, bound):
        end_s = fill_reactor(made, 0.5)
        fill_reactor(made, 0.3, port="2", start_s=end_s)
    expected = plain.truth(100.0)["vessels"]["reactor"]["composition_mol"]
    bound.bind_temperature("reactor", lambda _t_s: 60.0, 100.0)
    assert expected == pytest.approx(bound.truth(100.0)["vessels"]["reactor"]["composition_mol"], rel=1e-9)
    assert bound.temperature("reactor", 100.0) == 60.0


def test_the_same_seed_gives_the_same_currents() -> None:
    """Noise and perturbation come from the seed alone."""
    first, again, other = (twin(seed).voltammogram("cell", SWEEP_V, 0.05, Electrode(), 1.0) for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_the_reference_offset_moves_the_whole_voltammogram() -> None:
    """E on the instrument's scale is E vs ferrocene plus the offset."""
    cell = {"capacity_ml": 1.5, "mixture": {"volumes_ml": {"acetone": 1.0}, "amounts_mol": {"Mn(acac)3": 1e-6}}}
    made = twin(perturb=False, vessels={**desk()["vessels"], "cell": cell})
    shifted = made.voltammogram("cell", SWEEP_V + 0.4, 0.05, Electrode(reference_offset_v=0.4), 1.0)
    plain = made.voltammogram("cell", SWEEP_V, 0.05, Electrode(), 1.0)
    assert plain == pytest.approx(shifted, abs=0.03 * float(np.abs(plain).max()))
    assert SWEEP_V[plain.argmin()] == pytest.approx(-0.48, abs=0.02)


def test_a_dry_cell_shows_noise_only() -> None:
    """Without liquid there is neither wave nor double layer."""
    made = twin(vessels={**desk()["vessels"], "cell": {"capacity_ml": 1.5}})
    assert float(np.abs(made.voltammogram("cell", SWEEP_V, 0.05, Electrode(), 1.0)).max()) < 1.5e-7


def test_truth_is_plain_json() -> None:
    """Everything truth says survives JSON, the perturbed parameters included."""
    truth = twin().truth(10.0)
    assert json.loads(json.dumps(truth)) == truth
    assert truth["parameters"]["ru_factor"] != 1.0


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"lines": [{"name": "x", "a": "nowhere:1", "b": "reactor", "volume_ml": 0.1}]}, "neither a vessel"),
        ({"lines": [{"name": "x", "a": "pump:1", "b": "reactor", "volume_ml": 0.1}] * 2}, "both end"),
        (
            {
                "lines": [
                    {"name": "x", "a": "pump:1", "b": "cell", "volume_ml": 1, "plugs": [{"volumes_ml": {"gas": 2}}]}
                ]
            },
            "sum to",
        ),
        ({"devices": {"hotplate": {"vessel": "nowhere"}}, "lines": []}, "do not exist"),
        ({"vessels": {"a": {"mixture": {"volumes_ml": {"acetone": -1}}}}, "lines": [], "devices": {}}, "negative"),
    ],
)
def test_a_contradictory_bench_is_refused(changes: dict[str, Any], complaint: str) -> None:
    """What the description gets wrong is said when the bench is opened."""
    with pytest.raises(ValueError, match=complaint):
        twin(**changes)


def test_unknown_vessels_and_pumps_are_named() -> None:
    """A body bound to something that is not there is told what is."""
    with pytest.raises(ValueError, match="reactor"):
        twin().stirring("pot", 100.0, 0.0)
    with pytest.raises(ValueError, match="valve"):
        twin().turn("tap", "1", 0.0)
