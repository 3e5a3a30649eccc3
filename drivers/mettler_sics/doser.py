"""A Quantos as Balance and Doser: one dosing is one command, said once, its end awaited on the free line.

The instrument does the dosing by itself and goes on when the host dies. Before it the door is closed, the head's pin
locked, and both asked for or answered; then the steady pan is read, and read again after it. Nothing is dosed twice:
what became of a dosing whose end was not heard is told by `reconcile`, from the pan and the head's count.
"""

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import DosePowder, Weigh
from autosynth.contracts.weighing import Balance, Doser
from autosynth.errors import ArgumentError, DeviceBusyError, DeviceRefusedError, GarbledReplyError
from autosynth.wire.lane import Wire
from drivers.mettler_sics.codec import (
    CLOSE_DOOR,
    DOOR,
    DOOR_CLOSED,
    HEAD,
    LOCK_PIN,
    START,
    TOLERANCE_RANGE,
    Answer,
    rounded,
    target_command,
    target_told_mg,
    tolerance_command,
    tolerance_told_frac,
)
from drivers.mettler_sics.device import MEASURED, WEIGH_S
from drivers.mettler_sics.document import Head, parse_head
from drivers.mettler_sics.faults import JOB_RUNNING, NOT_MOUNTED, advice, meaning
from drivers.mettler_sics.options import ALGORITHMS, read_doser_options
from drivers.mettler_sics.settle import COVERAGE, Scales, settle_dose
from drivers.mettler_sics.talk import SicsTalk
from drivers.mettler_sics.weighing import Weighing
from drivers.mettler_sics.witness import Witness, Zero

_IDLE_LOOK_S = 2.0
_CONFIRMATIONS = 4


class QuantosDoser:
    """One Quantos on its wire; options are those of `read_doser_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_doser_options(settings.options)
        self.name = settings.name
        self.capacity_mg = self._options.balance.capacity_mg
        self.readability_mg = self._options.balance.readability_mg
        self.dose_min_mg = self._options.dose_min_mg
        self.dose_max_mg = self._options.dose_max_mg
        self._wire = wire
        self._clock = clock
        self._talk = SicsTalk(settings.name, wire, clock, self._options.balance)
        self._weighing = Weighing(settings.name, self._talk, self._options.balance)
        self._head = Head()
        self._witness = Witness()

    async def connect(self) -> Identity:
        """Ask who is there; nothing is changed."""
        return await self._weighing.identify()

    async def read_state(self) -> State:
        """Ask for what it shows now, for the door and for the head; while it doses, the head is as before."""
        restarts, reading = self._talk.restarts, await self._weighing.now()
        state: State = {"mass_mg": reading.mass_mg, "stable": reading.stable, **await self._standing()}
        self._witness.show(state, restarts)
        return state

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave, without what is measured; see `Device.expect`."""
        kept = {key: value for key, value in state.items() if key not in MEASURED}
        match stroke:
            case Weigh():
                return kept
            case DosePowder(target_mg, tolerance_frac):
                self._check(target_mg, tolerance_frac)
                dosed = state.get("dosed")
                return {**kept, "door_closed": True, "dosed": None if dosed is None else int(dosed) + 1}
            case other:
                raise ArgumentError(f"{other.VERB} is no stroke of a dosing head", self.name)

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` takes when nothing disturbs; raises ArgumentError as `expect` does."""
        self.expect(state, stroke)
        return WEIGH_S if isinstance(stroke, Weigh) else self._options.dose_s + 2 * WEIGH_S

    async def weigh(self) -> Outcome:
        """Wait for a stable reading; see `Balance`."""
        state = await self._steady_state()
        return Outcome(state, mass_mg=float(state["mass_mg"] or 0.0), mass_sd_mg=self._weighing.sd_mg)

    async def dose_powder(self, target_mg: float, tolerance_frac: float) -> Outcome:
        """Let powder fall, and return how much by the balance; see `Doser`.

        The target is told to the nearest 0.01 mg, the tolerance to the next lower 0.1 %, and the note says so.
        """
        self._check(target_mg, tolerance_frac)
        halts, restarts = self._talk.halts, self._talk.restarts
        self._witness.begin(DosePowder(target_mg, tolerance_frac))
        await self._make_ready(halts)
        before_mg = await self._weighing.steady()
        told_mg, told_frac = target_told_mg(target_mg), tolerance_told_frac(tolerance_frac)
        for command in (target_command(told_mg), tolerance_command(told_frac), *self._manner()):
            self._refuse_unless(await self._talk.settle(command), command)
        self._witness.tell()
        answer = await self._talk.order(START, self._options.dosing_s, halts)
        self._witness.end()
        self._refuse_unless(answer, START)
        state = await self._steady_state()
        if self._talk.restarts != restarts:
            raise DeviceRefusedError("it lost its power, and its zero with it", self.name)
        fell_mg = float(state["mass_mg"] or 0.0) - before_mg
        sd_mg = self._scales().difference_sd_mg
        notes = rounded(target_mg, tolerance_frac)
        if abs(fell_mg - target_mg) > tolerance_frac * target_mg + COVERAGE * sd_mg:
            notes = (*notes, f"it says done, and {fell_mg:.6g} mg of {target_mg:g} mg fell")
        return Outcome(state, mass_mg=fell_mg, mass_sd_mg=sd_mg, note="; ".join(notes))

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Wait until it doses no longer and judge the intent by pan and head; see `settle_dose`."""
        self.expect(intent.before, intent.stroke)
        if not isinstance(intent.stroke, DosePowder):
            state = await self.read_state()
            return Reconciliation(Verdict.NOT_STARTED, state, "a reading that was not recorded is made again")
        await self._until_idle()
        state = await self._steady_state()
        zero = self._witness.zero(intent, self._talk.restarts)
        return settle_dose(intent, intent.stroke, state, self._scales(zero))

    async def make_safe(self) -> None:
        """Stop dosing at once, ahead of all else; when it does not dose, nothing happens."""
        await self._talk.stop()

    async def aclose(self) -> None:
        """Give the wire up; a dosing that is under way goes on to its end."""
        await self._wire.aclose()

    async def _make_ready(self, halts: int) -> None:
        """Close the door and lock the pin, with a head mounted, unless it was stopped; the door is asked for then."""
        if not (await self._read_head()).substance:
            message = "no dosing head is mounted"
            raise DeviceRefusedError(message, self.name, advice=advice(Answer((), "I", NOT_MOUNTED)))
        for command in (CLOSE_DOOR, LOCK_PIN):
            self._refuse_unless(await self._talk.order(command, self._options.door_s, halts), command)
        if not await self._door_closed():
            raise DeviceRefusedError("the door does not close", self.name, advice="Look for what is in its way.")

    def _manner(self) -> tuple[str, ...]:
        """Return the settings that make a dosing one about its target, by the algorithm of the options."""
        return ("QRD 1 1 7 0", f"QRD 1 1 14 {ALGORITHMS.index(self._options.algorithm)}")

    async def _standing(self) -> State:
        head = await self._read_head()
        named = " / ".join(part for part in (head.substance, head.lot) if part)
        return {"head": named, "dosed": head.dosed, "door_closed": await self._door_closed()}

    async def _door_closed(self) -> bool:
        """Ask for the door; while a job runs it may not be told, and is closed."""
        answer = await self._talk.settle(DOOR)
        return answer.error == JOB_RUNNING or answer.values[:1] == (DOOR_CLOSED,)

    async def _read_head(self) -> Head:
        """Ask for the head until it says the same twice; while a job runs it cannot say, and is the one that was there.

        Raises:
            GarbledReplyError: no two answers running agree: the line has no checksums.
        """
        last = await self._ask_head()
        for _ in range(_CONFIRMATIONS):
            before, last = last, await self._ask_head()
            if before == last:
                self._head = last
                return last
        raise GarbledReplyError("its answers about the head contradict each other", self.name, HEAD.encode())

    async def _ask_head(self) -> Head:
        answer, head = await self._talk.document(HEAD, parse_head)
        if answer.error == NOT_MOUNTED:
            return Head()
        if answer.error == JOB_RUNNING or head is None:
            self._refuse_unless(answer, HEAD, JOB_RUNNING)
            return self._head
        return head

    async def _steady_state(self) -> State:
        mass_mg = await self._weighing.steady()
        return {"mass_mg": mass_mg, "stable": True, **await self._standing()}

    async def _until_idle(self) -> None:
        """Wait until no job runs; a dosing goes on without its host."""
        until_s = self._clock.now() + self._options.dosing_s
        while (await self._talk.document(HEAD, parse_head))[0].error == JOB_RUNNING:
            if self._clock.now() >= until_s:
                raise DeviceBusyError("it is still dosing", self.name, advice="Look at the balance; stop it if needed.")
            await self._clock.sleep(_IDLE_LOOK_S)

    def _scales(self, zero: Zero = Zero.UNKNOWN) -> Scales:
        return Scales(self._weighing.sd_mg, self._options.zero_band_mg, zero)

    def _check(self, target_mg: float, tolerance_frac: float) -> None:
        if not self.dose_min_mg <= target_mg <= self.dose_max_mg:
            message = f"{target_mg} mg is outside {self.dose_min_mg:g} to {self.dose_max_mg:g} mg"
            raise ArgumentError(message, self.name)
        low, high = TOLERANCE_RANGE
        if not low <= tolerance_frac <= high:
            raise ArgumentError(f"a tolerance of {tolerance_frac} is outside {low:g} to {high:g}", self.name)

    def _refuse_unless(self, answer: Answer, command: str, ignored: int = 0) -> None:
        if answer.code != "A" and not (answer.error and answer.error == ignored):
            raise DeviceRefusedError(meaning(answer), self.name, command.encode(), advice=advice(answer))


_balance: type[Balance] = QuantosDoser
_doser: type[Doser] = QuantosDoser
