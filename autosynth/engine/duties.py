"""What a vessel's safe state asks of which device, and whether it still does so."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

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
    """Return the duties of every vessel's safe state, those of one device in their order; `cold` ones unheated."""
    vessels = station.vessels.values()
    return [Duty(each.name, *duty) for each in vessels for duty in safe_commands(each, cold=each.name in cold)]


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
