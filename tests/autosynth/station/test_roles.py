"""Which object plays which role."""

from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.station.load import load_station
from autosynth.station.model import Station
from autosynth.station.roles import bind
from tests.autosynth.station.fake_drivers import find_fake


@pytest.fixture(scope="module")
def pom() -> Station:
    return load_station(Path(__file__).parents[3] / "protocols" / "pom" / "station.yaml", find_fake)


def test_roles_are_filled_by_kind_and_name(pom: Station) -> None:
    """The only stirred vessel, the cell that the station names, and the vial of the role's name."""
    needs = {"pot": "stirred_vessel", "cell": "measuring_cell", "vial_s4": "vial", "bin": "waste"}
    expected = {"pot": "reactor", "cell": "cell", "vial_s4": "vial_s4", "bin": "organic"}
    assert bind(needs, pom, find_fake) == (expected, ())


def test_station_decides_among_devices(pom: Station) -> None:
    """Two pumps are ambiguous until the station names one."""
    bound, problems = bind({"liquids": "liquid_handler"}, pom, find_fake)
    assert bound == {}
    assert "could be played by pump, salt_pump" in problems[0].message
    chosen = replace(pom, roles={"liquids": "salt_pump"})
    assert bind({"liquids": "liquid_handler"}, chosen, find_fake) == ({"liquids": "salt_pump"}, ())


def test_potentiostat_is_the_cell_that_has_one(pom: Station) -> None:
    """A role of kind potentiostat is played by a vessel with a potentiostat."""
    assert bind({"cell": "potentiostat"}, pom, find_fake)[0] == {"cell": "cell"}


def test_missing_kind_and_wrong_choice_are_problems(pom: Station) -> None:
    """A kind that the station lacks, and a choice of another kind, are both told."""
    _, missing = bind({"jar": "milling_jar"}, pom, find_fake)
    assert "has no milling_jar for the role jar" in missing[0].message
    _, wrong = bind({"reactor": "stirred_vessel"}, replace(pom, roles={"reactor": "vial_s1"}), find_fake)
    assert "given to vial_s1, which is no stirred_vessel" in wrong[0].message


def test_a_kind_that_is_right_is_not_said_to_be_meant(pom: Station) -> None:
    """What the station lacks is told to be added; what is misspelt has a near word."""
    for kind, hint in (
        ("powder_diffractometer", "add an instrument to it whose techniques: have diffraction"),
        ("thermostat", "add one to it, or take another with --station"),
        ("powder_diffractometre", "did you mean powder_diffractometer?"),
    ):
        without = replace(pom, devices={name: each for name, each in pom.devices.items() if each.driver != "ika_ret"})
        _, (problem,) = bind({"xrd": kind}, without, find_fake)
        assert problem.message == f"the station has no {kind} for the role xrd"
        assert hint in problem.hint
