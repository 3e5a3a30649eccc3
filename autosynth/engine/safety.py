"""Safe states: each vessel's own declaration, not "everything off".

Safe-state commands are the one exception to intent-first: they are sent at once, recorded afterwards, and work with
no disk. The way back is made of strokes like all others. A device that cannot be reached, or a defect of ours in
serving it, is recorded and the others are still served; what is not known to be safe is remembered until it is.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from autosynth.contracts.device import State
from autosynth.contracts.stroke import SETTINGS, SetTemperature, setting
from autosynth.contracts.stroke_solid import StopMill
from autosynth.engine.accounting import Accounting
from autosynth.engine.bench import Connections
from autosynth.engine.control import RunEndedError
from autosynth.engine.duties import Duty, duties_left, safe_duties, undone_text
from autosynth.engine.entries import failure_entry
from autosynth.engine.history import History
from autosynth.engine.milltime import book_left
from autosynth.engine.recorder import Recorder
from autosynth.engine.unsafe import trouble_text
from autosynth.errors import ExchangeError, JournalError, StateError
from autosynth.station.model import Station

RESTORING = "restart"
"""The action that the strokes of a restart belong to; no path of a plan is called so."""
OFF = SetTemperature(None)
ATTEMPTS = 3
"""How often one device is told its safe state before the others and the record go on without it."""


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
        self.kept_cold: Callable[[], Collection[str]] = tuple
        """Tells the vessels that a live rule keeps from being heated: their safe state is off."""
        self._undone: dict[Duty, str] = {}
        self._unstopped: set[str] = set()

    @property
    def undone(self) -> bool:
        """Return whether something could not be made safe."""
        return bool(self._undone)

    async def make_safe(self, reason: str) -> list[str]:
        """Apply every vessel's safe state, again where it failed, and return what could not be done.

        Cancelled, it leaves what it had not come to as it was: who cancels makes safe anew.

        Raises:
            Exception: a defect of ours, when everything else has been served.
        """
        return await self._serve(self._duties(), reason)

    async def keep_safe(self, reason: str) -> list[str]:
        """Ask devices whether they are still as is safe, and return what could not be done.

        Who is not is told again, and a deviation says so; so is who cannot be asked, and who could not be told before.

        Raises:
            Exception: as `make_safe`.
        """
        duties = self._duties()
        told = dict.fromkeys(duty for duty in duties if duty not in self._undone)
        names = list(dict.fromkeys(duty.device for duty in told))
        answers = await asyncio.gather(*(self._devices[name].read_state() for name in names), return_exceptions=True)
        found = zip(names, answers, strict=True)
        states = {name: state for name, state in found if not isinstance(state, BaseException)}
        left = duties_left(told, states)
        for duty, error in left.items():
            where = {"vessel": duty.vessel, "device": duty.device}
            self._record("deviation", {"what": "safe state lost", **where, "reason": error.message})
        again = [each for each in duties if each in self._undone or each in left or each.device not in states]
        troubles = await self._serve(again, reason) if again else []
        raise_defects([each for each in answers if isinstance(each, Exception)])
        return troubles

    def _duties(self) -> list[Duty]:
        """Return what is safe now, and forget what could not be done of what was safe before a rule tripped."""
        duties = safe_duties(self._station, self.kept_cold())
        for other in [each for each in self._undone if each not in duties]:
            del self._undone[other]
        return duties

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

    async def _serve(self, duties: list[Duty], reason: str) -> list[str]:
        """Serve all ports at once, so that nobody waits for who is silent; return what could not be done."""
        ports = self._connections.by_port([*(duty.device for duty in duties), *self._connections.lost])
        parts = [self._serve_port(port, [each for each in duties if each.device in port], reason) for port in ports]
        errors: dict[Duty, Exception] = {}
        defects: list[Exception] = []
        for part in await asyncio.gather(*parts, return_exceptions=True):
            if isinstance(part, Exception):
                defects.append(part)
            elif not isinstance(part, BaseException):
                errors |= part
        raise_defects([*errors.values(), *defects])
        now = [self._now(duty) for duty in duties]
        if now != duties and any(duty not in duties and duty not in errors for duty in now):
            return await self._serve(now, reason)  # a rule has tripped while others were served
        return [undone_text(duty, errors[duty]) for duty in dict.fromkeys([*duties, *now]) if duty in errors]

    def _now(self, duty: Duty) -> Duty:
        """Return what a duty has become: a live rule may have switched off since what it would heat."""
        if not isinstance(duty.command, SetTemperature) or duty.command.temperature_c is None:
            return duty
        return duty if duty in safe_duties(self._station, self.kept_cold()) else replace(duty, command=OFF)

    async def _serve_port(self, port: Sequence[str], duties: list[Duty], reason: str) -> dict[Duty, Exception]:
        """Serve the devices of one port, note what became of it, and return what was in the way of what was not done.

        They are served at once, the duties of each in their order. Who failed is tried again when all have been tried:
        a port that is opened anew interrupts everybody on it.
        """
        errors: dict[Duty, Exception | None] = dict.fromkeys(duties)
        states: dict[str, State] = {}
        for attempt in range(ATTEMPTS):
            if attempt > 0:
                await self._reconnect_lost(port)
            due = [each for each, error in errors.items() if attempt == 0 or error is not None]
            turns = [[duty for duty in due if duty.device == device] for device in port]
            for found in await asyncio.gather(*(self._in_turn(each, states) for each in turns)):
                errors |= found
            errors = {self._now(duty): error for duty, error in errors.items()}
            errors |= duties_left(errors, states)
        for duty, error in errors.items():
            self._note(duty, error, reason)
        return {duty: error for duty, error in errors.items() if error is not None}

    async def _in_turn(self, duties: Sequence[Duty], states: dict[str, State]) -> dict[Duty, Exception | None]:
        """Do the duties of one device one after the other, and return what was in the way of each."""
        return {duty: await self._try(duty, states) for duty in duties}

    async def _try(self, duty: Duty, states: dict[str, State]) -> Exception | None:
        """Do it, and keep what state its device is in afterwards; return what was in the way."""
        try:
            outcome = await self._now(duty).command.on(self._devices[duty.device])  # type: ignore[arg-type]
            states[duty.device] = outcome.state
        except Exception as error:  # whatever it is: the other devices are waiting
            return error
        return None

    async def _reconnect_lost(self, port: Sequence[str]) -> None:
        """Open a port again that was lost, as far as possible, and stop first who could not be told before."""
        for device in self._connections.lost:
            if device in port:
                with suppress(Exception):  # whatever it is: the others are waiting, and its next duty says so
                    await self._connections.reconnect(device)
        await self.stop_unstopped("connected again", port)

    async def stop_unstopped(self, reason: str, among: Collection[str] | None = None) -> None:
        """Stop the devices, all or those `among`, that could not be told to when all were."""
        if due := [name for name in sorted(self._unstopped) if among is None or name in among]:
            with suppress(Exception):  # a defect of ours is on record: the others are waiting
                await self.stop_devices(reason, due)

    def _note(self, duty: Duty, error: Exception | None, reason: str) -> None:
        """Record what became of a duty; that it could not be done is a deviation once, until it was done."""
        trouble = "" if error is None else trouble_text(error)
        if error is None:
            self._undone.pop(duty, None)
        elif duty not in self._undone:
            self._failed(duty.device, error)
            where = {"vessel": duty.vessel, "device": duty.device}
            self._record("deviation", {"what": "not safe", **where, "reason": undone_text(duty, error)})
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


def raise_defects(errors: list[Exception]) -> None:
    """Raise the first error that is not an instrument's."""
    for error in errors:
        if not isinstance(error, ExchangeError):
            raise error
