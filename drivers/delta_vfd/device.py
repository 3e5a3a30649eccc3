"""A mill on a variable-frequency drive as a Mill: set running, looked after, and brought to rest.

The frequency is written and read back before the order to run, which is never repeated: after silence the drive is
asked whether it runs. A drive whose sources are not the line takes what is written and does nothing; it is noticed by
not following. The frequency that was set lives in the drive's volatile memory [assumed]: gone, the drive has lost its
power. The dead-man's switch is the drive's own communication timeout, fed by every exchange; where the map has its
register, connecting compares it with the station, else what the station states is assumed. Lids and emergency stops
are hard-wired to the drive; here they are seen as its faults only.
"""

import math

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.milling import Mill
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import StartMill, StopMill
from autosynth.errors import ArgumentError, DeviceBusyError, DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from drivers.delta_vfd.options import read_options
from drivers.delta_vfd.reading import Reading, fault_text, parse, status_apart
from drivers.delta_vfd.registers import ADVICE, BLOCK, Motion
from drivers.delta_vfd.settle import settle
from drivers.modbus.station import Line, Station

_POLL_S = 0.1
_COMMAND_S = 0.5
_SOURCES = "Set the drive's sources of frequency and of commands to RS-485 (Pr.02-00 and Pr.02-01)."


class VfdMill:
    """One mill on its wire; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_options(settings.options)
        self._map = self._options.map
        self.name = settings.name
        self.frequency_min_hz = self._options.frequency_min_hz
        self.frequency_max_hz = self._options.frequency_max_hz
        self.ramp_s = self._options.ramp_s
        self.silence_s = self._options.silence_s
        self.ratio_rel_sd = self._options.ratio_rel_sd
        line = Line(self._options.address, self._options.reply_s, self._options.retries)
        self._station = Station(settings.name, line, wire, clock)
        self._clock = clock
        self._marked = False
        self._unheard = False

    async def connect(self) -> Identity:
        """Ask for state and communication timeout; nothing is changed. The drive does not say its model here.

        Raises:
            DeviceRefusedError: its communication timeout is not what the station states.
        """
        await self._look()
        if self._map.silence is not None:
            (counts,) = await self._station.holding(self._map.silence, 1)
            found_s = counts * self._map.s_per_count
            stated_s = self.silence_s if math.isfinite(self.silence_s) else 0.0
            if abs(found_s - stated_s) > self._map.s_per_count / 2:
                message = f"its communication timeout is {found_s:g} s, the station says {stated_s:g} s"
                raise DeviceRefusedError(message, self.name, advice="Set Pr.09-03, or `silence` in the station.")
        return Identity(model="", details={"map": self._options.model})

    async def read_state(self) -> State:
        """Ask for fault, status, target and output."""
        return self._state(await self._look())

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave, without what is measured; see `Device.expect`."""
        kept = {key: value for key, value in state.items() if key != "frequency_hz"}
        match stroke:
            case StartMill(frequency_hz):
                target_hz = self._jar_hz(self._counts(frequency_hz))
                return {**kept, "running": True, "target_hz": target_hz, "fault": "", "remembers": True}
            case StopMill():
                return {**kept, "running": False}
            case other:
                raise ArgumentError(f"{other.VERB} is no stroke of a mill", self.name)

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take: a start until it runs, a stop until it rests; see `expect`."""
        self.expect(state, stroke)
        if isinstance(stroke, StartMill) or not state.get("running"):
            return _COMMAND_S
        now = [state.get("frequency_hz"), state.get("target_hz")]
        top_hz = max((float(each) for each in now if isinstance(each, int | float)), default=self.frequency_max_hz)
        return _COMMAND_S + self.ramp_s * min(top_hz / self.frequency_max_hz, 1.0)

    async def start_mill(self, frequency_hz: float) -> Outcome:
        """Run at a frequency of the jar, Hz; see `Mill`. The fault of a past communication timeout is cleared first."""
        counts, halts = self._counts(frequency_hz), self._station.halts
        self._unheard = True
        await self._clear_lost()
        await self._station.set(self._map.setpoint, counts)
        reading = await self._look()
        if reading.target != counts:
            message = f"it was told {counts} counts of frequency and says {reading.target}"
            raise DeviceRefusedError(message, self.name, advice=_SOURCES)
        self._unheard, taken = False, True
        try:
            await self._station.order(self._map.command, self._map.forward, halts)
        except (NoReplyError, GarbledReplyError):
            taken = False
        except DeviceRefusedError:
            self._unheard = True
            raise
        return Outcome(self._state(await self._running(halts, taken=taken)), gain_rel_sd=self.ratio_rel_sd)

    async def stop_mill(self) -> Outcome:
        """Bring the jar to rest; see `Mill`. The order is absolute and is repeated until it is confirmed."""
        await self._station.set(self._map.command, self._map.stop)
        began_s = self._clock.now()
        while not (reading := await self._look()).at_rest:
            if self._clock.now() - began_s > 1.5 * self.ramp_s + 2.0:
                message = f"still turning {self._clock.now() - began_s:.1f} s after it was told to stop"
                raise DeviceBusyError(message, self.name, advice="Press the emergency stop.")
            await self._clock.sleep(_POLL_S)
        return Outcome(self._state(reading), gain_rel_sd=self.ratio_rel_sd)

    async def read_frequency(self) -> float:
        """Return what the jar does by the drive's output, Hz."""
        return (await self._look()).output_hz * self._options.ratio

    async def feed(self) -> None:
        """Show that the host lives; any exchange does."""
        await self._station.holding(self._map.fault, 1)

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Compare the drive with the intent; see `settle`."""
        self.expect(intent.before, intent.stroke)
        now = await self.read_state()
        return settle(intent, now, silence_s=self.silence_s, ramp_s=self.ramp_s, unheard=self._unheard)

    async def make_safe(self) -> None:
        """Stop at once, ahead of all else; returns when the drive has confirmed, it then coasts or ramps to rest."""
        await self._station.urge(self._map.command, self._map.stop)

    async def aclose(self) -> None:
        """Give the wire up. Nothing is sent: a drive that runs stops by its communication timeout."""
        await self._station.aclose()

    async def _look(self) -> Reading:
        block = await self._station.holding(self._map.fault, BLOCK)
        status = (await self._station.holding(self._map.status, 1))[0] if status_apart(self._map) else None
        return parse(self._map, block, status)

    def _state(self, reading: Reading) -> State:
        self._marked = self._marked or reading.target > 0
        return {
            "running": not reading.at_rest,
            "frequency_hz": reading.output_hz * self._options.ratio,
            "target_hz": self._jar_hz(reading.target),
            "fault": fault_text(self._map, reading.fault),
            "remembers": True if reading.target > 0 else (False if self._marked else None),
        }

    async def _clear_lost(self) -> None:
        """Clear the fault that the host's own silence has left; any other is the operator's."""
        reading = await self._look()
        if reading.fault == self._map.lost:
            await self._station.set(self._map.control, self._map.clear_fault)
            reading = await self._look()
        self._refuse_fault(reading)

    async def _running(self, halts: int, *, taken: bool) -> Reading:
        """Wait until the drive says that it runs; one that was stopped meanwhile is stopped again."""
        began_s = self._clock.now()
        while True:
            if halts != self._station.halts:
                await self.make_safe()
                raise DeviceRefusedError("it was made safe meanwhile", self.name)
            reading = await self._look()
            self._refuse_fault(reading)
            if reading.motion is Motion.RUNNING:
                return reading
            if self._clock.now() - began_s > self._options.follow_s:
                break
            await self._clock.sleep(_POLL_S)
        await self.make_safe()  # it may follow later
        self._unheard = True
        if not taken:
            raise NoReplyError("it did not confirm the order to run and does not run", self.name)
        raise DeviceRefusedError("it took the order to run and does not follow it", self.name, advice=_SOURCES)

    def _refuse_fault(self, reading: Reading) -> None:
        if reading.fault:
            advice = ADVICE.get(self._map.faults.get(reading.fault, ""), "Look it up in the drive's manual.")
            raise DeviceRefusedError(fault_text(self._map, reading.fault), self.name, advice=advice)

    def _counts(self, frequency_hz: float) -> int:
        """Return a frequency of the jar as the drive counts it."""
        low, high = self.frequency_min_hz, self.frequency_max_hz
        if not low <= frequency_hz <= high:
            raise ArgumentError(f"{frequency_hz} Hz is not from {low:g} to {high:g} Hz", self.name)
        return round(frequency_hz / self._options.ratio / self._map.hz_per_count)

    def _jar_hz(self, counts: int) -> float:
        return counts * self._map.hz_per_count * self._options.ratio


_: type[Mill] = VfdMill
