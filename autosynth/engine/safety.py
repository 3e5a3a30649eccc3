"""Safe states: each vessel's own declaration, not "everything off".

Safe-state commands are the one exception to intent-first: they are sent at once, recorded afterwards, and work with
no disk. The way back is made of strokes like all others. A device that cannot be reached, or a defect of ours in
serving it, is recorded and the others are still served; what is not known to be safe is remembered until it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from autosynth.contracts.device import State
from autosynth.contracts.stroke import SETTINGS, SetFlow, SetSpeed, SetTemperature, setting
from autosynth.contracts.stroke_solid import StopMill
from autosynth.engine.accounting import Accounting
from autosynth.engine.bench import Connections
from autosynth.engine.control import RunEndedError
from autosynth.engine.entries import failure_entry
from autosynth.engine.history import History
from autosynth.engine.milltime import book_left
from autosynth.engine.recorder import Recorder
from autosynth.engine.settings import settings_left
from autosynth.engine.unsafe import may_go_on, trouble_text
from autosynth.errors import DeviceRefusedError, ExchangeError, JournalError, StateError
from autosynth.station.model import Station, VesselSpec

RESTORING = "restart"
"""The action that the strokes of a restart belong to; no path of a plan is called so."""
ATTEMPTS = 3
"""How often one device is told its safe state before the others and the record go on without it."""

type_command = SetFlow | SetSpeed | SetTemperature | StopMill


@dataclass(frozen=True, slots=True)
class Duty:
    """What one device has to do for a vessel's safe state."""

    vessel: str
    device: str
    command: type_command


class Safety:
    """Brings vessels to their declared safe states, and back to what the run had set.

    `restoring` makes the strokes of the way back: it passes while the run is RESTARTING.
    """

    def __init__(
        self,
        station: Station,
        connections: Connections,
        journal: Recorder,
        history: History,
        restoring: Accounting,
    ) -> None:
        self._station = station
        self._connections = connections
        self._devices = connections.devices
        self._journal = journal
        self._history = history
        self._restoring = restoring
        self._undone: dict[Duty, str] = {}
        self._unstopped: set[str] = set()

    @property
    def undone(self) -> bool:
        """Return whether something could not be made safe."""
        return bool(self._undone)

    async def make_safe(self, reason: str) -> list[str]:
        """Apply every vessel's safe state, again where it failed, and return what could not be done.

        Raises:
            Exception: a defect of ours, when everything else has been served.
        """
        return await self._serve(self._duties(), reason)

    async def keep_safe(self, reason: str) -> list[str]:
        """Ask devices whether they are still as is safe, tell again who is not, and return what could not be done.

        Raises:
            Exception: as `make_safe`.
        """
        duties, states = self._duties(), dict[str, State]()
        for device in dict.fromkeys(duty.device for duty in duties):
            with suppress(ExchangeError):
                states[device] = await self._devices[device].read_state()
        left = _left(dict.fromkeys(duties), states)
        return await self._serve([duty for duty in duties if duty in left or duty.device not in states], reason)

    def _duties(self) -> list[Duty]:
        vessels = self._station.vessels.values()
        return [Duty(each.name, *duty) for each in vessels for duty in safe_commands(each)]

    async def stop_mills(self, reason: str) -> list[str]:
        """Bring to rest the mills that run, and return what could not be done; raises as `make_safe` does."""
        running = {name for name, told in self._history.milling.items() if told["stopped_s"] is None}
        jars = self._station.jars.items()
        mills = [(name, jar.milled_by) for name, jar in jars if jar.milled_by is not None]
        duties = [Duty(name, mill, StopMill()) for name, mill in mills if mill in running]
        return await self._serve(duties, reason)

    def book_milling(self) -> None:
        """Book what mills have done of which nothing is booked yet: all are at rest now, and nobody mills on."""
        book_left(self._journal, self._station, self._devices)

    async def make_safe_again(self, reason: str) -> list[str]:
        """Apply what could not be done the last time, and return what still cannot; raises as `make_safe` does."""
        return await self._serve(list(self._undone), reason)

    async def _serve(self, duties: list[Duty], reason: str) -> list[str]:
        errors: dict[Duty, Exception | None] = dict.fromkeys(duties)
        states: dict[str, State] = {}
        for attempt in range(ATTEMPTS):
            if attempt > 0:
                await self._reconnect_lost()
            for duty in [each for each in duties if attempt == 0 or errors[each] is not None]:
                errors[duty] = await self._try(duty, states)
            errors |= _left(errors, states)
        for duty, error in errors.items():
            self._note(duty, error, reason)
        raise_defects([error for error in errors.values() if error is not None])
        return [_undone_text(duty, error) for duty, error in errors.items() if error is not None]

    async def _try(self, duty: Duty, states: dict[str, State]) -> Exception | None:
        """Do it, and keep what state its device is in afterwards; return what was in the way."""
        try:
            outcome = await duty.command.on(self._devices[duty.device])  # type: ignore[arg-type]
            states[duty.device] = outcome.state
        except Exception as error:  # whatever it is: the other devices are waiting
            return error
        return None

    async def _reconnect_lost(self) -> list[Exception]:
        """Open lost ports again as far as possible, and return what was in the way."""
        errors: list[Exception] = []
        for device in self._connections.lost:
            try:
                await self._connections.reconnect(device)
            except Exception as error:  # whatever it is: the other devices are waiting
                errors.append(error)
        return errors

    def _note(self, duty: Duty, error: Exception | None, reason: str) -> None:
        """Record what became of a duty; that it could not be done is a deviation once, until it was done."""
        trouble = "" if error is None else trouble_text(error)
        if error is None:
            self._undone.pop(duty, None)
        elif duty not in self._undone:
            self._failed(duty.device, error)
            where = {"vessel": duty.vessel, "device": duty.device}
            self._record("deviation", {"what": "not safe", **where, "reason": _undone_text(duty, error)})
        else:
            return
        if error is not None:
            self._undone[duty] = trouble
        self._record_command(duty, reason, trouble)

    def _record_command(self, duty: Duty, reason: str, trouble: str) -> None:
        command = duty.command
        value = None if isinstance(command, StopMill) else setting(command)
        details = {"vessel": duty.vessel, "device": duty.device, "verb": command.VERB, "value": value}
        self._record("safe", {**details, "reason": reason, "trouble": trouble})

    def _failed(self, device: str, error: BaseException) -> None:
        """Record an instrument's failure with its bytes, a defect of ours as such."""
        if isinstance(error, ExchangeError):
            error.device = error.device or device
            self._record("failure", failure_entry(None, error))
        else:
            self._record("fault", {"error": type(error).__name__, "message": str(error)})

    async def stop_devices(self, reason: str, only: Sequence[str] | None = None) -> list[str]:
        """Stop all movement, dosing, heating and cell current at once, on the urgent lanes; axes become untrusted.

        Of all devices, or of those in `only`.

        Raises:
            Exception: a defect of ours, when every device has been told.
        """
        names = sorted(self._devices if only is None else only)
        results = await asyncio.gather(*(self._devices[name].make_safe() for name in names), return_exceptions=True)
        troubles: list[str] = []
        for name, result in zip(names, results, strict=True):
            if isinstance(result, Exception):
                troubles.append(f"{name}: {trouble_text(result)}")
                self._not_stopped(name, result)
            else:
                self._unstopped.discard(name)
            self._record("untrusted", {"device": name, "reason": reason})
        raise_defects([result for result in results if isinstance(result, Exception)])
        return troubles

    def _not_stopped(self, device: str, error: Exception) -> None:
        """Record that a device could not be told to stop: once, until it could."""
        if device not in self._unstopped:
            self._unstopped.add(device)
            self._failed(device, error)
            self._record("deviation", {"what": "not stopped", "device": device, "reason": trouble_text(error)})

    async def restore(self) -> list[str]:
        """Connect again what was lost, and set what the run had set before it was held: sweeps, stirring, temperatures.

        Every setting is a stroke with its intent; one that fails has held the run. Returns what could not be connected.
        """
        troubles: list[str] = []
        for device in self._connections.lost:
            try:
                await self._connections.reconnect(device)
            except ExchangeError as error:
                troubles.append(f"{device}: {trouble_text(error)}")
        if troubles:
            return troubles
        for device in sorted({device for device, _ in self._history.setpoints}):
            try:
                await self._connections.arm(device)  # a watchdog that tripped, or lost its power, takes no setpoints
            except ExchangeError as error:
                return [f"{device}: {trouble_text(error)}"]
        with suppress(RunEndedError):  # held again, or ended: whoever did it has said why
            for (device, verb), value in sorted(self._history.setpoints.items(), key=lambda item: item[0][1]):
                command = SETTINGS[verb](value)
                while not await self._restoring.stroke(RESTORING, "restore", device, command):
                    pass
        return []

    def _record(self, kind: str, payload: Mapping[str, object]) -> None:
        try:
            self._journal.record(kind, payload)
        except (JournalError, StateError):
            return  # no disk: the command has been sent, and that is what counts here


def _left(errors: Mapping[Duty, Exception | None], states: Mapping[str, State]) -> dict[Duty, Exception | None]:
    """Return what was done and is not so any more by what its device says last: it may have lost its power since."""
    found: dict[Duty, Exception | None] = {}
    for duty, error in errors.items():
        if error is None and not isinstance(duty.command, StopMill):
            wanted = {duty.command.VERB: setting(duty.command)}
            if left := settings_left(wanted, states.get(duty.device, {})):
                found[duty] = DeviceRefusedError(left, duty.device, advice="Look at it, its cable and power.")
    return found


def _undone_text(duty: Duty, error: Exception) -> str:
    """Return what is not as a vessel's safe state says, what may go on, and why it could not be told."""
    why = error.message if isinstance(error, ExchangeError) else trouble_text(error)
    return f"{duty.device} could not be told; {may_go_on(duty.command.VERB)} ({why})"


def raise_defects(errors: list[Exception]) -> None:
    """Raise the first error that is not an instrument's."""
    for error in errors:
        if not isinstance(error, ExchangeError):
            raise error


def safe_commands(vessel: VesselSpec) -> list[tuple[str, type_command]]:
    """Return the commands that bring a vessel to its declared safe state: mills, sweep, stirring, then heating."""
    commands: list[tuple[str, type_command]] = []
    if vessel.jar is not None and vessel.jar.milled_by is not None:
        commands.append((vessel.jar.milled_by, StopMill()))
    if vessel.swept_by is not None and vessel.safe.sweep_ml_min is not None:
        commands.append((vessel.swept_by, SetFlow(vessel.safe.sweep_ml_min)))
    if vessel.stirred_by is not None and vessel.safe.stir_rpm is not None:
        commands.append((vessel.stirred_by, SetSpeed(vessel.safe.stir_rpm)))
    if vessel.heated_by is not None:
        commands.append((vessel.heated_by, SetTemperature(vessel.safe.temperature_c)))
    return commands
