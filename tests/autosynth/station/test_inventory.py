"""What strokes do to the inventory: nothing is lost, and every number knows how sure it is."""

import json
from collections.abc import Callable
from math import sqrt
from random import Random
from statistics import mean, stdev
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autosynth.errors import InputError, StateError
from autosynth.station.content import STROKES_KEPT
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_from_json, inventory_to_json
from autosynth.station.mixture import GAS, Mixture
from tests.autosynth.station.small_bench import GAIN_SD, PUMP_SD_ML, small_bench

SPECIES = ("SiW9", "AgOTf", "TBAPF6")


class Turn(NamedTuple):
    device: str
    port: str | None


class Move(NamedTuple):
    volume_ml: float


pump_turns = st.builds(Turn, st.just("pump"), st.sampled_from("12345"))
selector_turns = st.builds(Turn, st.just("selector"), st.sampled_from(["1", "2", None]))
moves = st.builds(Move, st.floats(-1.0, 1.0))
histories = st.lists(pump_turns | selector_turns | moves | moves, max_size=60)


def lived(history: list[Turn | Move], inventory: Inventory) -> Inventory:
    """Apply a history, leaving out strokes against a closed path."""
    for event in history:
        if isinstance(event, Turn):
            inventory.turn(event.device, event.port)
        elif inventory.open_path("pump") is not None:
            inventory.displace("pump", event.volume_ml, PUMP_SD_ML, GAIN_SD)
    return inventory


def dose(inventory: Inventory, stock: str, ml: float, push_ml: float = 0.09, gain: float = GAIN_SD) -> Mixture:
    """Aspirate push gas, then liquid, then push all of it to the reactor; return what entered."""
    inventory.turn("pump", "3")
    inventory.displace("pump", -push_ml, PUMP_SD_ML, gain)
    inventory.turn("pump", {"A": "1", "B": "2"}[stock])
    inventory.displace("pump", -ml, PUMP_SD_ML, gain)
    inventory.turn("pump", "5")
    inventory.turn("selector", "1")
    return inventory.displace("pump", ml + push_ml, PUMP_SD_ML, gain).entered


@settings(deadline=None)
@given(histories, st.sampled_from([0.0, 0.001, 0.2]))
def test_nothing_is_lost(history: list[Turn | Move], carry_over: float) -> None:
    """Whatever the strokes, the station holds what it held, to 1e-12."""
    inventory = Inventory.full(small_bench(carry_over))
    before = {species: inventory.total_mol(species) for species in SPECIES}
    lived(history, inventory)
    assert before == pytest.approx({species: inventory.total_mol(species) for species in SPECIES}, rel=1e-12)


@settings(deadline=None)
@given(histories)
def test_lines_stay_full(history: list[Turn | Move]) -> None:
    """A line holds its volume at any time, of liquid or gas."""
    station = small_bench()
    inventory = lived(history, Inventory.full(station))
    expected = {line.name: line.volume_ml for line in station.lines}
    assert expected == pytest.approx({name: tube.volume_ml for name, tube in inventory.lines.items()}, abs=1e-8)


@settings(deadline=None)
@given(histories, histories)
def test_json_round_trip_lives_on_alike(before: list[Turn | Move], after: list[Turn | Move]) -> None:
    """An inventory read from JSON is the same to the last bit, and stays so through later strokes."""
    station = small_bench()
    inventory = lived(before, Inventory.full(station))
    text = json.dumps(inventory_to_json(inventory))
    again = inventory_from_json(json.loads(text), station)
    assert text == json.dumps(inventory_to_json(again))
    lived(after, inventory)
    lived(after, again)
    assert contents(inventory) == contents(again)


@settings(deadline=None)
@given(histories)
def test_copy_is_independent(history: list[Turn | Move]) -> None:
    """Strokes on a copy leave the original as it was."""
    inventory = Inventory.full(small_bench())
    before = inventory_to_json(inventory)
    lived(history, inventory.copy())
    assert before == inventory_to_json(inventory)


def contents(inventory: Inventory) -> list[object]:
    """Return everything that can be asked, for comparison."""
    return [
        {name: inventory.content(name) for name in inventory.vessels},
        {name: (inventory.line(name), inventory.film(name)) for name in inventory.lines},
        inventory.syringe("pump"),
        inventory.positions,
    ]


def test_pushed_dose_arrives_whole() -> None:
    """A dose followed by more gas than the dead volume is all in the reactor."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    entered = dose(inventory, "A", 0.5)
    assert entered.amounts_mol["SiW9"] == pytest.approx(5e-6, rel=1e-12)
    assert inventory.amount("reactor", "SiW9")[0] == pytest.approx(5e-6, rel=1e-12)
    assert inventory.volume_ml("reactor") == pytest.approx(0.5, rel=1e-12)


def test_pushed_dose_carries_the_error_of_its_aspiration() -> None:
    """With gas at both ends of the path, lot, gain and one stroke make the uncertainty."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    dose(inventory, "A", 0.5)
    expected = 5e-6 * sqrt(0.01**2 + GAIN_SD**2 + (PUMP_SD_ML / 0.5) ** 2)
    assert inventory.amount("reactor", "SiW9")[1] == pytest.approx(expected, rel=1e-9)


def test_shared_errors_of_doses_do_not_average_out() -> None:
    """Ten doses have ten times the gain error of one, and only sqrt(10) times its stroke error."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    for _ in range(10):
        dose(inventory, "B", 0.025)
    expected = 25e-6 * sqrt(0.01**2 + GAIN_SD**2 + 10 * (PUMP_SD_ML / 0.25) ** 2)
    assert inventory.amount("reactor", "AgOTf")[1] == pytest.approx(expected, rel=1e-9)


def test_liquid_left_in_the_line_is_not_in_the_vessel() -> None:
    """Without a push the dead volume of the path stays in it."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    entered = dose(inventory, "A", 0.5, push_ml=0.0)
    assert entered.volumes_ml == pytest.approx({GAS: 0.07, "acetone": 0.43})
    assert inventory.line("reactor_line")[0].volumes_ml == pytest.approx({"acetone": 0.04})


def preparation(
    inventory: Inventory, gain: float, error: Callable[[], float], random_sd_ml: float = 0.0, gain_rel_sd: float = 0.0
) -> None:
    """Two doses in several strokes each, a push, a sample taken and partly given back, as `error` says they went."""

    def stroke(port: str, volume_ml: float) -> None:
        inventory.turn("pump", port)
        empties = volume_ml > 0 and volume_ml > inventory.syringe_ml("pump") - 0.01
        true_ml = inventory.syringe_ml("pump") if empties else volume_ml * (1 + gain) + error()
        inventory.displace("pump", true_ml, random_sd_ml, gain_rel_sd)

    inventory.turn("selector", "1")
    for port, dose_ml, parts in (("1", 0.8, 4), ("2", 0.3, 2)):
        stroke(port, -dose_ml)
        for _ in range(parts):
            stroke("5", dose_ml / parts)
        stroke("3", -0.09)
        stroke("5", 0.09)
    stroke("5", -0.3)
    stroke("4", 0.1)
    stroke("5", 0.2)


def test_uncertainties_are_those_of_repeated_preparations() -> None:
    """What the ledger says of one preparation is the scatter of many in which gain and strokes really vary."""
    random = Random(7)
    nominal = Inventory.full(small_bench(carry_over=0.0))
    preparation(nominal, 0.0, lambda: 0.0, random_sd_ml=5 * PUMP_SD_ML, gain_rel_sd=GAIN_SD)
    found: dict[str, list[float]] = {"SiW9": [], "AgOTf": []}
    for _ in range(400):
        true = Inventory.full(small_bench(carry_over=0.0))
        preparation(true, random.gauss(0, GAIN_SD), lambda: random.gauss(0, 5 * PUMP_SD_ML))
        for species, amounts in found.items():
            amounts.append(true.amount("reactor", species)[0])
    for species, amounts in found.items():
        spread = nominal.content("reactor").amount_spread[species]
        assert sqrt(spread.gain**2 + spread.var) == pytest.approx(stdev(amounts), rel=0.15)
        assert nominal.amount("reactor", species)[0] == pytest.approx(mean(amounts), rel=0.002)


@pytest.mark.parametrize("strokes", [1, 2, 7])
def test_dose_in_strokes_and_a_push_later_has_the_error_of_its_aspiration(strokes: int) -> None:
    """Errors of cuts made on the way are gone when both sides of the cut have arrived in the same vessel."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    inventory.turn("pump", "1")
    inventory.displace("pump", -0.7, PUMP_SD_ML, GAIN_SD)
    inventory.turn("pump", "5")
    inventory.turn("selector", "1")
    for _ in range(strokes):
        inventory.displace("pump", 0.7 / strokes, PUMP_SD_ML, GAIN_SD)
    inventory.turn("pump", "3")
    inventory.displace("pump", -0.09, PUMP_SD_ML, GAIN_SD)
    inventory.turn("pump", "5")
    inventory.displace("pump", 0.09, PUMP_SD_ML, GAIN_SD)
    spread = inventory.content("reactor").volume_spread["acetone"]
    assert (spread.gain, spread.var) == pytest.approx((0.7 * GAIN_SD, PUMP_SD_ML**2), rel=1e-9)


def test_many_strokes_errors_stay_bounded_in_memory_and_sum_up() -> None:
    """Old strokes' errors become variance; their sum is that of all aspirations."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    for _ in range(200):
        dose(inventory, "B", 0.025)
    assert inventory.content("reactor").volume_spread["acetone"].var == pytest.approx(200 * PUMP_SD_ML**2, rel=1e-9)
    assert sum(len(errors) for _, errors in inventory.vessels["reactor"].cuts.values()) <= STROKES_KEPT


def test_sample_given_back_makes_its_vessel_no_less_certain() -> None:
    """Liquid drawn and given back to its vessel takes its stroke's error back with it."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    dose(inventory, "A", 2.0)
    before = inventory.content("reactor").volume_spread["acetone"].var
    inventory.displace("pump", -0.5, PUMP_SD_ML)
    inventory.displace("pump", 0.5, PUMP_SD_ML)
    assert inventory.content("reactor").volume_spread["acetone"].var <= before * (1.0 + 1e-9)


def test_continuous_delivery_has_no_gain_error_twice() -> None:
    """Liquid cut off by strokes at both ends of a filled path has the gain error of its volume, once."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    dose(inventory, "A", 0.5, push_ml=0.0)
    inventory.turn("pump", "1")
    inventory.displace("pump", -0.8, PUMP_SD_ML, GAIN_SD)
    inventory.turn("pump", "5")
    entered = inventory.displace("pump", 0.2, PUMP_SD_ML, GAIN_SD).entered
    assert entered.volume_spread["acetone"].gain == pytest.approx(0.2 * GAIN_SD, rel=1e-9)
    assert entered.volume_spread["acetone"].var == pytest.approx(PUMP_SD_ML**2, rel=1e-9)


def test_sample_takes_its_share_and_leaves_the_rest() -> None:
    """A sample of a fifth of the volume carries a fifth of the amounts, and stays uncertain as they were."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    dose(inventory, "A", 0.5)
    before = inventory.content("reactor")
    left = inventory.displace("pump", -0.1).left
    assert left.amounts_mol["SiW9"] == pytest.approx(1e-6, rel=1e-12)
    assert inventory.amount("reactor", "SiW9")[0] == pytest.approx(4e-6, rel=1e-12)
    lot = before.amount_spread["SiW9"].lot
    assert inventory.content("reactor").amount_spread["SiW9"].lot == pytest.approx(0.8 * lot, rel=1e-12)


def test_gain_error_of_a_single_stock_does_not_reach_its_concentration() -> None:
    """A vessel filled from one stock has that stock's concentration, however wrong the pump's gain."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    dose(inventory, "A", 0.5)
    left = inventory.displace("pump", -0.1).left
    assert left.amount_spread["SiW9"].gain == pytest.approx(0.0, abs=1e-20)


def test_empty_vessel_gives_gas_and_says_so() -> None:
    """Aspirating more than a vessel holds draws gas for the difference."""
    inventory = Inventory.full(small_bench(carry_over=0.0))
    dose(inventory, "A", 0.05)
    drawn = inventory.displace("pump", -0.2)
    assert drawn.shortfall_ml == pytest.approx(0.15)
    assert drawn.left.volumes_ml == pytest.approx({"acetone": 0.05, GAS: 0.15})
    assert inventory.volume_ml("reactor") == 0.0


def test_syringe_that_is_empty_gives_gas_and_says_so() -> None:
    """A stroke out of a syringe that the ledger knows empty moves gas, and reports it."""
    inventory = Inventory.full(small_bench())
    inventory.turn("pump", "4")
    moved = inventory.displace("pump", 0.3)
    assert moved.shortfall_ml == pytest.approx(0.3)
    assert moved.entered.volumes_ml == pytest.approx({GAS: 0.3})


def test_closed_path_moves_nothing() -> None:
    """A stroke against closed valves cannot have happened."""
    inventory = Inventory.full(small_bench())
    inventory.turn("pump", "5")
    with pytest.raises(StateError, match="no open path"):
        inventory.displace("pump", 0.1)


def test_film_goes_into_the_next_different_liquid() -> None:
    """The share of the line that clings to its wall arrives with the next liquid, not with gas."""
    inventory = Inventory.full(small_bench(carry_over=0.01))
    dose(inventory, "A", 0.5)
    missing = 5e-6 - inventory.amount("reactor", "SiW9")[0]
    assert missing == pytest.approx(0.01 * 0.07 * 1e-5, rel=0.02)
    entered = dose(inventory, "B", 0.5)
    assert entered.amounts_mol["SiW9"] == pytest.approx(missing, rel=0.02)
    assert inventory.amount("reactor", "SiW9")[0] == pytest.approx(5e-6, rel=1e-3)


def test_hand_operations_change_one_vessel() -> None:
    """What people add, remove and correct is in the vessel, and nowhere else."""
    inventory = Inventory.full(small_bench())
    inventory.put("cell", Mixture({"acetone": 1.0}, {"Fc": 1e-6}))
    assert inventory.take("cell", 0.5).amounts_mol == pytest.approx({"Fc": 5e-7})
    inventory.set_content("cell", Mixture({"water": 0.2}))
    assert inventory.content("cell") == Mixture({"water": 0.2})


def test_solid_charged_dry_stays_when_gas_is_drawn() -> None:
    """Amounts without volume cannot be aspirated."""
    inventory = Inventory.full(small_bench())
    inventory.put("reactor", Mixture({}, {"SiW9": 1e-5}))
    inventory.turn("pump", "5")
    inventory.turn("selector", "1")
    inventory.displace("pump", -0.1)
    assert inventory.amount("reactor", "SiW9")[0] == 1e-5


def test_ledger_of_another_bench_is_refused() -> None:
    """Liquid in a vessel that the station no longer has, and a line of another volume, are both named."""
    station = small_bench()
    data = inventory_to_json(Inventory.full(station))
    data["vessels"]["C"] = data["vessels"]["A"]
    data["lines"]["trunk"]["volume_ml"] = 0.05
    with pytest.raises(InputError) as caught:
        inventory_from_json(data, station)
    assert len(caught.value.problems) == 2
