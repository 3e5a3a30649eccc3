"""Options and limits of a balance and of a dosing head over it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits, OptionsError
from autosynth.contracts.options import OptionReader
from drivers.mettler_sics.codec import DOSE_RANGE_MG, TOLERANCE_RANGE

MG = 1000.0
"""Milligrams in a gram, in which options are read."""
ALGORITHMS = ("standard", "advanced")


@dataclass(frozen=True, slots=True)
class BalanceOptions:
    """How a balance is set up; masses in mg.

    `repeatability_mg` is the standard deviation of one reading, from the data sheet or a test of the balance.
    """

    capacity_mg: float
    readability_mg: float
    repeatability_mg: float
    stability_s: float
    reply_s: float
    retries: int
    simulated: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DoserOptions:
    """How a dosing head is set up; masses in mg.

    `dose_s` shapes expected durations, `dosing_s` is what a dosing may take at most. A pan that shows less than
    `zero_band_mg` may be one that was zeroed by a loss of power.
    """

    balance: BalanceOptions
    dose_min_mg: float
    dose_max_mg: float
    algorithm: str
    dose_s: float
    dosing_s: float
    door_s: float
    zero_band_mg: float


def read_balance_options(options: Mapping[str, Any]) -> BalanceOptions:
    """Return a balance's options.

    Raises:
        OptionsError: one is missing, unknown or outside its range.
    """
    reader = OptionReader(options)
    read = _balance(reader)
    reader.finish()
    return read


def read_doser_options(options: Mapping[str, Any]) -> DoserOptions:
    """Return a dosing head's options, with those of its balance.

    Raises:
        OptionsError: one is missing, unknown or outside its range, or nothing is between the doses.
    """
    reader = OptionReader(options)
    low_g, high_g = (limit_mg / MG for limit_mg in DOSE_RANGE_MG)
    read = DoserOptions(
        balance=_balance(reader),
        dose_min_mg=MG * reader.quantity("dose_min", "mass", low_g, high_g, 0.001),
        dose_max_mg=MG * reader.quantity("dose_max", "mass", low_g, high_g, 5.0),
        algorithm=reader.choice("algorithm", ALGORITHMS, "standard"),
        dose_s=reader.quantity("dose_time", "time", 1.0, 3600.0, 60.0),
        dosing_s=reader.quantity("dosing_time_max", "time", 10.0, 7200.0, 600.0),
        door_s=reader.quantity("door_time", "time", 1.0, 120.0, 20.0),
        zero_band_mg=MG * reader.quantity("zero_band", "mass", 0.0, 100.0, 0.1),
    )
    reader.finish()
    if read.dose_min_mg > read.dose_max_mg:
        raise OptionsError(f"dose_min: {read.dose_min_mg:g} mg is more than dose_max, {read.dose_max_mg:g} mg")
    return read


def _balance(reader: OptionReader) -> BalanceOptions:
    return BalanceOptions(
        capacity_mg=MG * reader.quantity("capacity", "mass", 1.0, 100000.0, 220.0),
        readability_mg=MG * reader.quantity("readability", "mass", 1e-7, 1.0, 1e-4),
        repeatability_mg=MG * reader.quantity("repeatability", "mass", 1e-7, 10.0, 1e-4),
        stability_s=reader.quantity("stability_time", "time", 1.0, 300.0, 60.0),
        reply_s=reader.quantity("reply_time", "time", 0.1, 10.0, 1.0),
        retries=reader.integer("retries", 0, 10, 2),
        simulated=reader.mapping("simulated"),
    )


def balance_limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of a balance.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_balance_options(settings.options)
    return Limits(readability_mg=options.readability_mg, capacity_mg=options.capacity_mg)


def doser_limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of a dosing head and its balance.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_doser_options(settings.options)
    return Limits(
        dose_min_mg=options.dose_min_mg,
        dose_max_mg=options.dose_max_mg,
        tolerance_min_frac=TOLERANCE_RANGE[0],
        tolerance_max_frac=TOLERANCE_RANGE[1],
        readability_mg=options.balance.readability_mg,
        capacity_mg=options.balance.capacity_mg,
    )


def simulated_balance(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated balance needs; what stands under `simulated` goes along as it is."""
    return _simulated(read_balance_options(settings.options))


def simulated_doser(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated dosing head needs; what stands under `simulated` goes along as it is."""
    return {"quantos": True, **_simulated(read_doser_options(settings.options).balance)}


def _simulated(options: BalanceOptions) -> Mapping[str, Any]:
    return {
        "capacity_mg": options.capacity_mg,
        "readability_mg": options.readability_mg,
        **options.simulated,
    }
