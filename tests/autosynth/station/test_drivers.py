"""Installed drivers and the limits of devices."""

from dataclasses import replace
from pathlib import Path

import pytest

from autosynth.contracts.driver import Limits
from autosynth.errors import InputError
from autosynth.station.drivers import device_kinds, device_limits, driver_entry, driver_names, narrowed
from autosynth.station.load import load_station
from tests.autosynth.station.fake_drivers import find_fake

ONE_VESSEL = Path(__file__).parents[3] / "tests" / "stations" / "one_vessel.yaml"


def test_unknown_driver_names_the_installed_ones() -> None:
    """A driver that is not installed is refused with those that are."""
    with pytest.raises(InputError, match="no driver 'abacus' is installed"):
        driver_entry("abacus")


def test_installed_drivers_load() -> None:
    """Every entry point of the group is a driver entry with kinds."""
    assert all(driver_entry(name).kinds for name in driver_names())


def test_station_narrows_and_never_widens() -> None:
    """Of two limits the tighter holds; what the station does not say is the driver's."""
    theirs = Limits(speed_max_rpm=1500.0, temperature_min_c=20.0, temperature_max_c=310.0, ports=("1",))
    own = Limits(speed_max_rpm=2000.0, temperature_min_c=25.0, temperature_max_c=60.0)
    assert narrowed(theirs, own) == replace(theirs, temperature_min_c=25.0, temperature_max_c=60.0)


def test_limits_and_kinds_of_a_stations_devices() -> None:
    """A device has its driver's limits and contracts."""
    station = load_station(ONE_VESSEL, find_fake)
    assert device_limits(station, "pump", find_fake).syringe_ml == 1.0
    assert device_limits(replace(station, limits={"hotplate": Limits(speed_max_rpm=800.0)}), "hotplate", find_fake) == (
        Limits(speed_max_rpm=800.0, temperature_max_c=310.0, temperature_min_c=20.0)
    )
    assert device_kinds(station, find_fake)["hotplate"] == ("stirrer", "thermostat")
