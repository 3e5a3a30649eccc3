"""What a person finds in a vessel has a composition that the station knows, and never more than fits."""

import pytest

from autosynth.errors import InputError
from autosynth.station.found import found_content, fresh_content
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from autosynth.station.mixture import Mixture
from tests.autosynth.engine.bench_run import ONE_VESSEL

STATION = load_station(ONE_VESSEL)


def test_a_volume_keeps_the_composition_of_what_is_there() -> None:
    """Half the bottle is half of everything in it, with the concentrations' own uncertainty and an exact volume."""
    found = found_content(STATION, Inventory.full(STATION), "SiW9", 25.0)
    assert found.volumes_ml == {"acetone": 25.0}
    assert found.amount("SiW9") == pytest.approx((2.5e-4, 2.5e-6))
    assert found.liquid_sd_ml == 0.0


def test_an_emptied_vessel_is_empty() -> None:
    """Nothing is of no liquid in particular."""
    assert found_content(STATION, Inventory.full(STATION), "reactor", 0.0) == Mixture()


def test_an_empty_vessel_needs_a_name_for_what_is_in_it_now() -> None:
    """A composition is never made up; a declared one can be named."""
    held = Inventory.full(STATION)
    with pytest.raises(InputError, match="reactor was empty"):
        found_content(STATION, held, "reactor", 3.0)
    assert found_content(STATION, held, "reactor", 3.0, "SiW9").amounts_mol["SiW9"] == pytest.approx(3e-5)


def test_an_empty_bottle_is_filled_with_its_own() -> None:
    """A stock that ran dry and has liquid again holds what the station file declares for it."""
    held = Inventory.full(STATION)
    held.set_content("SiW9", Mixture())
    assert found_content(STATION, held, "SiW9", 10.0).amounts_mol["SiW9"] == pytest.approx(1e-4)


def test_a_refill_is_what_the_file_declares() -> None:
    """As much as declared, or as much of it as was filled in."""
    assert fresh_content(STATION, "SiW9") == STATION.vessels["SiW9"].declared()
    assert fresh_content(STATION, "SiW9", 20.0).liquid_ml == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("vessel", "volume_ml", "of", "said"),
    [
        ("reaktor", 1.0, "", "has no vessel 'reaktor'"),
        ("reactor", 26.0, "", "26 mL is not from 0 to reactor's capacity, 25 mL"),
        ("reactor", -1.0, "", "-1 mL is not from 0"),
        ("reactor", float("nan"), "", "nan mL is not from 0"),
        ("argon", 1.0, "", "argon is a gas"),
        ("reactor", 1.0, "reactor", "declares no filling for reactor"),
        ("reactor", 1.0, "SiW", "has no vessel 'SiW'"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(vessel: str, volume_ml: float, of: str, said: str) -> None:
    """The error names the vessel, the limit, and where the station file speaks of it."""
    with pytest.raises(InputError) as refused:
        found_content(STATION, Inventory.full(STATION), vessel, volume_ml, of)
    (problem,) = refused.value.problems
    assert said in problem.message
    assert problem.mark is not None or "has no vessel" in said


@pytest.mark.parametrize(("vessel", "volume_ml"), [("reactor", None), ("SiW9", 0.0), ("SiW9", 51.0), ("argon", 1.0)])
def test_a_refill_that_cannot_be_is_refused(vessel: str, volume_ml: float | None) -> None:
    """A vessel without a declared filling, nothing, and more than fits."""
    with pytest.raises(InputError):
        fresh_content(STATION, vessel, volume_ml)
