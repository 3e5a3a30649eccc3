"""What stirrers and thermostats must do: take a setpoint, say that they did, and stop heating when told."""

from collections.abc import Sequence

from autosynth.contracts.stroke import AnyStroke, SetSpeed, SetTemperature
from autosynth.contracts.thermal import Stirrer, Thermostat
from autosynth.testing.device import check_device
from autosynth.testing.rig import MakeRig, require
from autosynth.testing.tap import Tap

_MEASURED = frozenset({"temperature_c", "turning_rpm"})


async def check_stirrer(make: MakeRig[Stirrer]) -> None:
    """Check all that a Stirrer promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_device(make, lambda stirrer: (SetSpeed(0.0),), _speeds, _wrong_speeds, _MEASURED)


async def check_thermostat(make: MakeRig[Thermostat]) -> None:
    """Check all that a Thermostat promises.

    Raises:
        NonConformanceError: a promise is broken.
    """
    await check_device(make, lambda thermostat: (SetTemperature(None),), _temperatures, _wrong_temperatures, _MEASURED)
    await check_off(make)


async def check_off(make: MakeRig[Thermostat]) -> None:
    """Made safe, it no longer heats; a new host sees that."""
    rig = make()
    async with rig.connect(Tap()) as thermostat:
        await thermostat.connect()
        await thermostat.set_temperature(_within(thermostat, 0.4))
        await rig.clock.sleep(600.0)
        warm_c = await thermostat.read_temperature()
        await thermostat.make_safe()
        require((await thermostat.read_state())["target_c"] is None, "made safe, it controls no temperature")
    async with rig.connect(Tap()) as thermostat:
        await thermostat.connect()
        require((await thermostat.read_state())["target_c"] is None, "a new host sees that it is off")
        await rig.clock.sleep(3600.0)
        require(await thermostat.read_temperature() < warm_c, "what is off cools down")


def _within(thermostat: Thermostat, share: float) -> float:
    low_c, high_c = thermostat.temperature_min_c, thermostat.temperature_max_c
    return float(round(low_c + share * (high_c - low_c)))


def _speeds(stirrer: Stirrer) -> Sequence[AnyStroke]:
    return tuple(SetSpeed(float(round(share * stirrer.speed_max_rpm))) for share in (0.3, 0.7, 0.0))


def _wrong_speeds(stirrer: Stirrer) -> Sequence[AnyStroke]:
    return (SetSpeed(-1.0), SetSpeed(1.01 * stirrer.speed_max_rpm), SetSpeed(float("nan")))


def _temperatures(thermostat: Thermostat) -> Sequence[AnyStroke]:
    return (SetTemperature(_within(thermostat, 0.2)), SetTemperature(_within(thermostat, 0.1)), SetTemperature(None))


def _wrong_temperatures(thermostat: Thermostat) -> Sequence[AnyStroke]:
    low_c, high_c = thermostat.temperature_min_c, thermostat.temperature_max_c
    return (SetTemperature(low_c - 1.0), SetTemperature(high_c + 1.0), SetTemperature(float("nan")))
