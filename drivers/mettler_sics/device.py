"""A balance as Balance: it weighs, and moves nothing.

A reading that was not recorded is simply made again. The balance zeroes itself when it is switched on, so readings
before and after a loss of power cannot be compared; it says that it was switched on once, unasked.
"""

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import Weigh
from autosynth.contracts.weighing import Balance
from autosynth.errors import ArgumentError
from autosynth.wire.lane import Wire
from drivers.mettler_sics.options import read_balance_options
from drivers.mettler_sics.talk import SicsTalk
from drivers.mettler_sics.weighing import Weighing

MEASURED = frozenset({"mass_mg", "stable"})
"""Keys of the state that change by themselves, so that no stroke is expected to leave them."""
WEIGH_S = 10.0


class MettlerBalance:
    """One balance on its wire; options are those of `read_balance_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_balance_options(settings.options)
        self.name = settings.name
        self.capacity_mg = self._options.capacity_mg
        self.readability_mg = self._options.readability_mg
        self._wire = wire
        talk = SicsTalk(settings.name, wire, clock, self._options)
        self._weighing = Weighing(settings.name, talk, self._options)

    async def connect(self) -> Identity:
        """Ask who is there; nothing is changed."""
        return await self._weighing.identify()

    async def read_state(self) -> State:
        """Ask for what it shows now."""
        reading = await self._weighing.now()
        return {"mass_mg": reading.mass_mg, "stable": reading.stable}

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave, without what is measured; see `Device.expect`."""
        if not isinstance(stroke, Weigh):
            raise ArgumentError(f"{stroke.VERB} is no stroke of a balance", self.name)
        return {key: value for key, value in state.items() if key not in MEASURED}

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long weighing takes when nothing disturbs; raises ArgumentError as `expect` does."""
        self.expect(state, stroke)
        return WEIGH_S

    async def weigh(self) -> Outcome:
        """Wait for a stable reading; see `Balance`."""
        mass_mg = await self._weighing.steady()
        return Outcome({"mass_mg": mass_mg, "stable": True}, mass_mg=mass_mg, mass_sd_mg=self._weighing.sd_mg)

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Say that weighing is to be done again: it changes nothing."""
        self.expect(intent.before, intent.stroke)
        return Reconciliation(
            Verdict.NOT_STARTED, await self.read_state(), "a reading that was not recorded is made again"
        )

    async def make_safe(self) -> None:
        """Do nothing: nothing of a balance moves."""

    async def aclose(self) -> None:
        """Give the wire up."""
        await self._wire.aclose()


_balance: type[Balance] = MettlerBalance
