"""Accounted strokes: intent durable, then bytes, then outcome; what went wrong is asked of the instrument.

This is the one place where the platform makes anything move. The order is the promise autosynth is built on: the
intent, with the state read just before and the state expected after, is synced to disk before the first byte leaves.
An error never repeats a stroke: the driver reconciles the intent with the instrument (done, not started, partly,
unknown) and only what has demonstrably not happened is asked for again. Unknown always goes to a person.
"""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import cast

from autosynth.contracts.device import Reconciliation, State, Verdict
from autosynth.contracts.stroke import (
    AnyStroke,
    HomePlunger,
    HomeSampler,
    MovePlunger,
    stroke_to_json,
)
from autosynth.contracts.stroke_solid import ClearCounter, StopMill
from autosynth.engine.bench import Connections
from autosynth.engine.choices import CHOICES, between_ends, bounds_text, choose
from autosynth.engine.control import Gate
from autosynth.engine.entries import failure_entry, outcome_entry, settlement
from autosynth.engine.history import History, OpenIntent
from autosynth.engine.recorder import Recorder
from autosynth.engine.strokekinds import HOMING, ON_THE_WAY, STILL
from autosynth.errors import ExchangeError, JournalError, NotConnectedError, WireError

DISK_PATIENCE_S = 10.0
"""A disk that does not confirm an intent for so long holds the run: nothing is sent, and no hold waits for it."""
AUTOMATIC_ATTEMPTS = 3
"""How often one stroke is tried before a person is asked, when each failure was reconciled as not (fully) made."""

Permit = Callable[[str, AnyStroke], Awaitable[bool]]
"""Says whether a stroke of a device may begin; when not, the run has been held."""
Attempt = Callable[[], AnyStroke]
"""Makes the next attempt at a stroke, such as a block of scans that needs a folder of its own each time."""


class Accounting:
    """Makes strokes for one run, each with its intent and outcome in the journal."""

    def __init__(self, journal: Recorder, history: History, control: Gate, connections: Connections) -> None:
        self._journal = journal
        self._history = history
        self._control = control
        self._connections = connections
        self._devices = connections.devices
        self._said: dict[str, str] = {}
        """What each device's last failure was."""
        self.permit: Permit | None = None
        """Asked before every stroke whether a live rule stands against it."""

    async def stroke(
        self,
        action: str,
        phase: str,
        device_name: str,
        stroke: AnyStroke | Attempt,
        enough: Callable[[], bool] | None = None,
    ) -> bool:
        """Make one stroke, held and reconciled as often as it takes; False: the axis lost its place, look again.

        A stroke that must not be the same twice is given as what makes the next attempt; `enough` ends partial ones.
        False comes without the stroke having been made: the axis was re-initialised (its syringe went to waste and
        its valve stands at the waste port), its valve was found elsewhere, or hands may have been at the bench while
        the stroke waited, so the caller must decide anew from the history what is missing.
        A stroke that the device cannot do (the plan should have refused it) sends nothing and holds.

        Raises:
            RunEndedError: the run was stopped before the stroke could begin.
        """
        failures, attempt = 0, stroke if callable(stroke) else None
        while True:
            waited = not self._control.passing
            await self._control.pass_gate()
            if failures and enough is not None and enough():
                return True
            stroke = attempt() if attempt is not None else cast("AnyStroke", stroke)
            if waited and isinstance(stroke, ON_THE_WAY):
                return False
            with self._control.stroke():  # from here on a hold waits, so that nothing begins once it is Held
                if not await self._permitted(device_name, stroke):
                    continue
                state = await self._read(action, device_name)
                if state is None or self._shut():
                    continue
                if isinstance(stroke, MovePlunger) and self._valve_elsewhere(action, device_name, state):
                    return False
                homes = isinstance(stroke, HOMING)
                homing = not homes and self._needs_home(device_name, state)
                seq = None if homing else await self._begin(action, phase, device_name, stroke, state)
                if seq is not None and self._shut():
                    self._not_sent(seq, state, "the run was held or ended before it was sent")
                    continue
                still = isinstance(stroke, STILL)  # takes long and moves nothing: no hold waits for its end
                if seq is not None and not still and await self._sent(seq, action, device_name, stroke):
                    return True
            if seq is not None and still and await self._sent(seq, action, device_name, stroke):
                return True
            if homing:
                await self._home(action, device_name, state)
                return False
            if seq is not None and await self._settled(seq):
                return True
            failures += 1
            if failures >= AUTOMATIC_ATTEMPTS:
                why = self._said.get(device_name, "")
                what = f"{stroke.VERB} did not succeed in {failures} attempts; last {why}"
                self._control.hold(f"{device_name}: {what}. Look at it, then restart")
                failures = 0

    def _shut(self) -> bool:
        """Return whether the gate has closed since it was passed."""
        return not self._control.passing

    async def _permitted(self, device_name: str, stroke: AnyStroke) -> bool:
        """Ask the live rules; nothing stands against a mill's coming to rest, and it waits for no sensor."""
        return self.permit is None or isinstance(stroke, StopMill) or await self.permit(device_name, stroke)

    async def observe(self, action: str, device_name: str) -> None:
        """Ask a device where it stands and take its word: valves are turned by hands and by other programs too.

        Raises:
            RunEndedError: the run was stopped while the device did not answer.
        """
        while True:
            await self._control.pass_gate()
            with self._control.stroke():
                state = await self._read(action, device_name)
            if state is not None:
                break
        known = self._history.device_states.get(device_name)
        told = not state.keys().isdisjoint({"inserted", "infused_ml", "head"})
        changed = known is None or (told and dict(known) != dict(state))
        if not self._valve_elsewhere(action, device_name, state) and changed:
            self._journal.record("observed", {"device": device_name, "state": dict(state)}, action)

    def _valve_elsewhere(self, action: str, device_name: str, state: State) -> bool:
        """Correct the ledger when a valve does not stand where the ledger says; True: it did not."""
        ledger, found = self._history.inventory.positions.get(device_name), state.get("port")
        if "port" not in state or ledger is None or found == ledger:
            return False
        what = {"what": "valve found elsewhere", "device": device_name, "ledger": ledger, "found": found}
        self._journal.record("deviation", what, action)
        self._journal.record("observed", {"device": device_name, "state": dict(state)}, action)
        return True

    async def _read(self, action: str, device_name: str) -> State | None:
        """Read the state before a stroke, once more after a failure; None: held."""
        for attempt in (1, 2):
            try:
                return await self._devices[device_name].read_state()
            except ExchangeError as error:
                error.device = error.device or device_name
                self.failed(None, action, error)
                if attempt == 2 or not await self._reconnected(action, device_name, error):
                    self._control.hold(error.told)
                    return None
        return None

    async def _reconnected(self, action: str, device_name: str, error: ExchangeError) -> bool:
        """After a lost port, try to open it again; True: worth another try."""
        if not isinstance(error, NotConnectedError):
            return True
        try:
            await self._connections.reconnect(device_name)
        except ExchangeError as again:
            again.device = again.device or device_name
            self.failed(None, action, again)
            return False
        return True

    async def _begin(self, action: str, phase: str, device_name: str, stroke: AnyStroke, before: State) -> int | None:
        """Write the intent and return when it is durable; None: refused and held."""
        try:
            expected = self._devices[device_name].expect(before, stroke)
        except ExchangeError as error:
            self.failed(None, action, error)
            self._control.hold(error.told)
            return None
        event = self._journal.record(
            "intent",
            {
                "device": device_name,
                "stroke": stroke_to_json(stroke),
                "phase": phase,
                "before": dict(before),
                "expected": dict(expected),
            },
            action,
        )
        try:
            await self._journal.durable(DISK_PATIENCE_S)
        except JournalError as error:
            reason = f"nothing was sent, the journal cannot be written: {error}"
            self._not_sent(event.seq, before, reason)
            self._control.hold(reason)
            return None
        return event.seq

    def _not_sent(self, seq: int, state: State, reason: str) -> None:
        """Close an intent whose stroke never left."""
        found = Reconciliation(Verdict.NOT_STARTED, state, reason)
        self._record_settled(self._history.open_intents[seq], found, by="engine")

    def _needs_home(self, device_name: str, state: State) -> bool:
        lost = state.get("initialised") is False or state.get("trusted") is False
        return lost or (device_name in self._history.untrusted and "plunger_ml" in state)

    async def _home(self, action: str, device_name: str, before: State) -> None:
        """Re-initialise an axis that lost its position; what the ledger says is in the syringe goes to waste."""
        is_pump = "plunger_ml" in before
        held_ml = self._history.inventory.syringe_ml(device_name) if is_pump else 0.0
        known = self._history.device_states.get(device_name, {})
        if held_ml > 0 or (not is_pump and known.get("trusted")):
            lost = {"what": "re-initialised", "device": device_name, "to_waste_ml": held_ml, "state": dict(before)}
            self._journal.record("deviation", lost, action)
        counts = ClearCounter() if "infused_ml" in before else HomeSampler()
        await self.stroke(action, "home", device_name, HomePlunger() if is_pump else counts)

    async def _sent(self, seq: int, action: str, device_name: str, stroke: AnyStroke) -> bool:
        """Send the stroke; False: what became of it must be asked before anything else."""
        try:
            outcome = await stroke.on(self._devices[device_name])  # type: ignore[arg-type]
        except ExchangeError as error:
            error.device = error.device or device_name
            self.failed(seq, action, error)
            if not isinstance(error, WireError):
                self._control.hold(error.told)
            return False
        self._journal.record("outcome", outcome_entry(seq, outcome), action)
        return True

    async def _settled(self, seq: int) -> bool:
        """Reconcile a stroke that failed, asking a person where the instrument cannot say. True: fully made."""
        opened = self._history.open_intents[seq]
        still = isinstance(opened.intent.stroke, STILL)
        while opened.seq in self._history.open_intents:
            with nullcontext() if still else self._control.stroke():
                await self.settle_reconnecting(opened)
            await self._control.pass_gate()
            self.book_choice(opened)
        return self._history.verdicts[seq] == Verdict.DONE.value

    async def settle(self, opened: OpenIntent) -> None:
        """Reconcile one open intent with its instrument and record the answer; unknown holds for a person.

        Raises:
            WireError, DeviceError: the instrument does not answer; the intent stays open.
        """
        found = await self._devices[opened.intent.device].reconcile(opened.intent)
        self._record_settled(opened, found, by="instrument")
        if opened.seq in self._history.unknown:
            bounds = bounds_text(self._history.unknown[opened.seq])
            choices = ", ".join(CHOICES)
            reason = f"{found.reason}; {bounds}; what to book for stroke {opened.seq} is a person's to say: {choices}"
            self._control.hold(f"{opened.intent.device}: {reason}")

    def write_off(self, opened: OpenIntent, reason: str) -> None:
        """Note that nobody could be asked what became of a stroke: anything between its two ends."""
        self._record_settled(opened, between_ends(opened, reason), by="engine")

    async def settle_reconnecting(self, opened: OpenIntent) -> bool:
        """Settle an open intent, opening a lost port anew; False (and held): the instrument does not answer."""
        for attempt in (1, 2):
            try:
                await self.settle(opened)
            except ExchangeError as error:
                error.device = error.device or opened.intent.device
                self.failed(opened.seq, opened.action, error)
                again = await self._reconnected(opened.action, opened.intent.device, error)
                if attempt == 2 or not again:
                    self._control.hold(error.told)
                    return False
            else:
                return True
        return False

    def book_choice(self, opened: OpenIntent, otherwise: str = "") -> None:
        """Book an unknown stroke as the person who gave the last command chose; without any choice it stays open."""
        unknown = self._history.unknown.get(opened.seq)
        choice = self._control.last.settle.get(opened.seq, otherwise)
        if unknown is not None and choice in CHOICES:
            self._record_settled(opened, choose(unknown, choice), by=self._control.last.who)

    def _record_settled(self, opened: OpenIntent, found: Reconciliation, by: str) -> None:
        self._journal.record("settled", settlement(opened, found, by), opened.action)

    def failed(self, seq: int | None, action: str, error: ExchangeError) -> None:
        """Record a failed exchange with its bytes; where the driver gave none, with the last that it went by."""
        if not error.sent and not error.received:
            error.sent, error.received = self._connections.last_exchange(error.device)
        self._said[error.device] = error.message
        self._journal.record("failure", failure_entry(seq, error), action)
