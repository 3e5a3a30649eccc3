"""Driver entries without drivers: kinds and limits only, so that stations can be checked where nothing is installed."""

from dataclasses import replace
from typing import Any

from autosynth.clock import Clock
from autosynth.contracts.device import Device
from autosynth.contracts.driver import DriverEntry, DriverSettings, Limits, LineSettings, OptionsError
from autosynth.errors import InputError, Problem


def _pump_limits(settings: DriverSettings) -> Limits:
    if "syringe" not in settings.options:
        raise OptionsError("syringe is missing")
    ports = tuple(str(number) for number in range(1, int(settings.options.get("ports", 9)) + 1))
    return Limits(syringe_ml=1.0, rate_max_ml_min=48.0, ports=ports)


def _valve_limits(settings: DriverSettings) -> Limits:
    count = int(settings.options.get("ports", settings.options.get("positions", 6)))
    return Limits(ports=tuple(str(number) for number in range(1, count + 1)))


def _build(settings: DriverSettings, wire: Any, clock: Clock) -> Device:
    raise OptionsError(f"{settings.name}: a fake driver builds nothing")


def _entry(simulator: str, kinds: tuple[str, ...], limits: Any) -> DriverEntry:
    return DriverEntry(
        kinds, simulator, LineSettings(), limits, lambda options: None, _build, "never", "none", "nothing"
    )


ENTRIES = {
    "tecan_cavro": _entry("tecan_cavro", ("pump", "valve"), _pump_limits),
    "runze_sv06": _entry("runze_sv06", ("valve",), _valve_limits),
    "ika_ret": _entry(
        "ika_ret",
        ("stirrer", "thermostat"),
        lambda settings: Limits(speed_max_rpm=1500.0, temperature_max_c=310.0, temperature_min_c=20.0),
    ),
    "palmsens_emstat_pico": _entry("palmsens_emstat_pico", ("potentiostat",), lambda settings: Limits()),
    "keithley_2450": _entry("keithley_2450", ("potentiostat",), lambda settings: Limits()),
    "magritek_spinsolve": _entry(
        "magritek_spinsolve", ("nmr",), lambda settings: Limits(nuclei=("1H", "31P"), scans_max=1024)
    ),
    "grbl_carousel": _entry(
        "grbl_carousel",
        ("valve", "sampler"),
        lambda settings: replace(_valve_limits(settings), positions=24, magnet_offset=12),
    ),
}


def find_fake(name: str) -> DriverEntry:
    """Return the fake entry of this name.

    Raises:
        InputError: there is none.
    """
    if name not in ENTRIES:
        raise InputError(Problem(f"no driver {name!r} is installed", hint=f"installed: {', '.join(ENTRIES)}"))
    return ENTRIES[name]
