"""Which drivers are installed, and what a device of a station can do, before anything is connected.

Drivers are found by entry point; nothing here imports one by name. Limits are the driver's, narrowed by the
station's own, never widened.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from autosynth.contracts.driver import DriverEntry, DriverSettings, Limits
from autosynth.errors import InputError, Problem
from autosynth.language.validation import closest
from autosynth.station.model import DeviceSpec, Station

GROUP = "autosynth.drivers"
FindDriver = Callable[[str], DriverEntry]


@cache
def _installed() -> Mapping[str, EntryPoint]:
    """Return the entry points of drivers: every look reads the metadata of all that is installed, so one is made."""
    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def _loaded(name: str) -> DriverEntry:
    entry: DriverEntry = _installed()[name].load()
    return entry


def driver_names() -> tuple[str, ...]:
    """Return the names of the installed drivers."""
    return tuple(sorted(_installed()))


def driver_entry(name: str) -> DriverEntry:
    """Return the installed driver of this name.

    Raises:
        InputError: there is none; the message names those that are installed.
    """
    if name not in _installed():
        raise InputError(
            Problem(f"no driver {name!r} is installed", hint=closest(name, driver_names()), rule="station")
        )
    return _loaded(name)


def settings_of(spec: DeviceSpec) -> DriverSettings:
    """Return what the driver's constructor receives of the station."""
    return DriverSettings(spec.name, spec.options, spec.calibration)


def device_limits(station: Station, device: str, find: FindDriver = driver_entry) -> Limits:
    """Return what a device can do here: its driver's limits, narrowed by the station's.

    Raises:
        InputError: its driver is not installed.
        OptionsError: an option of the device is wrong.
    """
    spec = station.devices[device]
    limits = find(spec.driver).limits(settings_of(spec))
    own = station.limits.get(device)
    return limits if own is None else narrowed(limits, own)


def narrowed(limits: Limits, own: Limits) -> Limits:
    """Return the tighter of two limits, each by each."""
    tighter: dict[str, Any] = {}
    for entry in fields(Limits):
        theirs, ours = getattr(limits, entry.name), getattr(own, entry.name)
        if ours is None or not isinstance(ours, float):
            continue
        choose = max if "_min_" in entry.name else min
        tighter[entry.name] = ours if theirs is None else choose(theirs, ours)
    return replace(limits, **tighter)


def device_kinds(station: Station, find: FindDriver = driver_entry) -> Mapping[str, tuple[str, ...]]:
    """Return the contract names of every device.

    Raises:
        InputError: a driver is not installed.
    """
    return {name: find(spec.driver).kinds for name, spec in station.devices.items()}
