"""What a vessel's safe state asks of which device, and whether it still does so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from autosynth.contracts.device import State
from autosynth.contracts.stroke import SetFlow, SetSpeed, SetTemperature, setting
from autosynth.contracts.stroke_solid import StopMill
from autosynth.engine.settings import settings_left
from autosynth.engine.unsafe import may_go_on, trouble_text
from autosynth.errors import DeviceRefusedError, ExchangeError
from autosynth.station.model import Station, VesselSpec

type_command = SetFlow | SetSpeed | SetTemperature | StopMill


@dataclass(frozen=True, slots=True)
class Duty:
    """What one device has to do for a vessel's safe state."""

    vessel: str
    device: str
    command: type_command


def safe_duties(station: Station, cold: Collection[str] = ()) -> list[Duty]:
    """Return the duties of every vessel's safe state, those of one device in their order; `cold` ones unheated.

    What is safe for a device is so for all vessels that it serves: the lowest temperature, none at all before any, and
    the highest speed.
    """
    vessels = station.vessels.values()
    duties = [Duty(each.name, *duty) for each in vessels for duty in safe_commands(each, cold=each.name in cold)]
    return [replace(duty, command=_for_all(duty, duties)) for duty in duties]


def _for_all(duty: Duty, duties: list[Duty]) -> type_command:
    """Return what one of several duties of a device comes to, all of them together."""
    same = [each.command for each in duties if each.device == duty.device]
    if isinstance(duty.command, SetTemperature):
        asked_c = [each.temperature_c for each in same if isinstance(each, SetTemperature)]
        warm_c = [each for each in asked_c if each is not None]
        return SetTemperature(min(warm_c) if len(warm_c) == len(asked_c) else None)
    if isinstance(duty.command, SetSpeed):
        return SetSpeed(max(each.speed_rpm for each in same if isinstance(each, SetSpeed)))
    return duty.command


def safe_commands(vessel: VesselSpec, *, cold: bool = False) -> list[tuple[str, type_command]]:
    """Return the commands that bring a vessel to its safe state: mills, sweep, stirring, then heating unless `cold`."""
    commands: list[tuple[str, type_command]] = []
    if vessel.jar is not None and vessel.jar.milled_by is not None:
        commands.append((vessel.jar.milled_by, StopMill()))
    if vessel.swept_by is not None and vessel.safe.sweep_ml_min is not None:
        commands.append((vessel.swept_by, SetFlow(vessel.safe.sweep_ml_min)))
    if vessel.stirred_by is not None and vessel.safe.stir_rpm is not None:
        commands.append((vessel.stirred_by, SetSpeed(vessel.safe.stir_rpm)))
    if vessel.heated_by is not None:
        commands.append((vessel.heated_by, SetTemperature(None if cold else vessel.safe.temperature_c)))
    return commands


def duties_left(errors: Mapping[Duty, Exception | None], states: Mapping[str, State]) -> dict[Duty, DeviceRefusedError]:
    """Return what was done and is not so any more by what its device says last: it may have lost its power since."""
    found: dict[Duty, DeviceRefusedError] = {}
    for duty, error in errors.items():
        if error is None and not isinstance(duty.command, StopMill):
            wanted = {duty.command.VERB: setting(duty.command)}
            if left := settings_left(wanted, states.get(duty.device, {})):
                found[duty] = DeviceRefusedError(left, duty.device, advice="Look at it, its cable and power.")
    return found


def undone_text(duty: Duty, error: Exception) -> str:
    """Return what is not as a vessel's safe state says, what may go on, and why it could not be told."""
    why = error.message if isinstance(error, ExchangeError) else trouble_text(error)
    return f"{duty.device} could not be told; {may_go_on(duty.command.VERB)} ({why})"
