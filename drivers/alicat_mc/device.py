"""An Alicat controller as GasFlow: every set-point is read back in the frames that follow it.

Lines carry no sum and every answer is a data frame, so nothing is believed that only one frame says: two running have
to agree in unit, set-point, gas and status, and of their two flows the lower one counts, since a sweep may be more but
not less. Setting is absolute and may be repeated. There is no watchdog: without its host a controller goes on with its
last set-point, which is what a sweep needs, and `make_safe` sends nothing for the same reason.
"""

from dataclasses import replace

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverSettings
from autosynth.contracts.gas import GasFlow
from autosynth.contracts.stroke import AnyStroke, SetFlow
from autosynth.errors import ArgumentError, DeviceRefusedError, GarbledReplyError, NoReplyError
from autosynth.wire.lane import Wire
from autosynth.wire.silence import Silence
from drivers.alicat_mc.codec import (
    UNCONTROLLED,
    UNITS_ML_MIN,
    UNMEASURED,
    Frame,
    decode,
    decode_version,
    poll,
    refused,
    set_point,
    version,
)
from drivers.alicat_mc.options import read_options

_GAP_S = 0.06
"""Silence before a command: a frame of 50 characters, said twice, has gone by after 52 ms at 19200 baud."""
_CONFIRMATIONS = 4
"""How many further times it is polled until two frames running agree."""
_SET_S = 0.5
_ADVICE = "Is its set-point source the serial line, and its display's units those of the station file?"


class AlicatController:
    """One controller on its wire; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_options(settings.options)
        self.name = settings.name
        self.flow_max_ml_min = self._options.full_scale_ml_min
        self._scale = UNITS_ML_MIN[self._options.units]
        self._wire = wire
        self._silence = Silence(clock, _GAP_S)

    async def connect(self) -> Identity:
        """Ask for a frame and the firmware; nothing is changed. Old firmware refuses to name itself."""
        await self._agreed()
        request = version(self._options.unit)
        for attempt in range(self._options.retries + 1):
            try:
                answer = await self._exchange(request)
                return Identity("", firmware="" if refused(answer) else decode_version(answer, self._options.unit))
            except (NoReplyError, GarbledReplyError):
                if attempt == self._options.retries:
                    raise
        raise NoReplyError("it does not say its firmware", self.name, request)

    async def read_state(self) -> State:
        """Ask for set-point, flow, gas and what it complains of."""
        return self._state(await self._agreed())

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave, without what is measured; see `Device.expect`."""
        target = self._target(stroke)
        return {**{key: value for key, value in state.items() if key != "flow_ml_min"}, "flow_target_ml_min": target}

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long the commands take; raises ArgumentError as `expect` does."""
        self._target(stroke)
        return _SET_S

    async def set_flow(self, flow_ml_min: float) -> Outcome:
        """Set and read back, again when it was not taken; see `GasFlow`."""
        target = self._target(SetFlow(flow_ml_min))
        request = set_point(self._options.unit, target / self._scale, self._options.decimals)
        frame = await self._agreed()
        self._refuse_set_for(frame, target)
        state = self._state(frame)
        for _ in range(self._options.retries + 1):
            try:
                answer = await self._exchange(request)
            except (NoReplyError, GarbledReplyError):
                answer = b""  # whether it was heard the frames say
            state = self._state(await self._agreed())
            if state["flow_target_ml_min"] == target:
                return Outcome(state)
            if refused(answer):
                raise DeviceRefusedError(f"it does not take {target:g} mL/min", self.name, advice=_ADVICE)
        message = f"its set-point is {state['flow_target_ml_min']} mL/min instead of {target:g}"
        raise DeviceRefusedError(message, self.name, advice=_ADVICE)

    async def read_flow(self) -> float:
        """Return the lower of two readings; see `GasFlow`."""
        frame = await self._agreed()
        for word in sorted(frame.status & UNMEASURED.keys()):
            raise DeviceRefusedError(f"{word}: {UNMEASURED[word]}", self.name, advice="Look at its display and supply.")
        return frame.flow * self._scale

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Compare the set-point with the intent."""
        target = self._target(intent.stroke)
        state = await self.read_state()
        at = state["flow_target_ml_min"]
        if at == target:
            return Reconciliation(Verdict.DONE, state, f"the set-point is {at} mL/min")
        if at == intent.before.get("flow_target_ml_min"):
            return Reconciliation(Verdict.NOT_STARTED, state, f"the set-point is still {at} mL/min")
        return Reconciliation(Verdict.PARTLY, state, f"the set-point is {at} mL/min; setting it again is harmless")

    async def make_safe(self) -> None:
        """Send nothing: the sweep goes on, and what else is safe its vessel says."""

    async def aclose(self) -> None:
        """Give the wire up; the gas goes on."""
        await self._wire.aclose()

    def _state(self, frame: Frame) -> State:
        faults = {**UNMEASURED, **UNCONTROLLED}
        return {
            "flow_target_ml_min": round(frame.target * self._scale, 6),
            "flow_ml_min": frame.flow * self._scale,
            "gas": frame.gas,
            "fault": "; ".join(faults[word] for word in sorted(frame.status & faults.keys())),
        }

    async def _agreed(self) -> Frame:
        """Return a frame that two polls running agree in, with the lower of their flows.

        Raises:
            GarbledReplyError: no two frames running agree.
        """
        last = await self._frame()
        for _ in range(_CONFIRMATIONS):
            frame = await self._frame()
            if replace(frame, flow=last.flow) == last:
                return frame if frame.flow <= last.flow else last
            last = frame
        raise GarbledReplyError("its data frames contradict each other", self.name, poll(self._options.unit))

    async def _frame(self) -> Frame:
        """Poll, again when nothing usable comes."""
        for _ in range(self._options.retries):
            try:
                return await self._polled()
            except (NoReplyError, GarbledReplyError):
                continue
        return await self._polled()

    async def _polled(self) -> Frame:
        request = poll(self._options.unit)
        answer = await self._exchange(request)
        try:
            frame = decode(answer)
        except GarbledReplyError as error:
            raise GarbledReplyError(error.message, self.name, request, answer) from error
        if frame.unit != self._options.unit:
            raise GarbledReplyError(f"unit {frame.unit} answered", self.name, request, answer)
        return frame

    async def _exchange(self, request: bytes) -> bytes:
        async with self._silence:
            return await self._wire.exchange(request, deadline_s=self._options.reply_s)

    def _refuse_set_for(self, frame: Frame, target: float) -> None:
        """Refuse to let another gas flow than the station says, or to set what is not controlled; closing is free."""
        if target == 0.0:
            return
        if frame.gas != self._options.gas:
            message = f"it is set for {frame.gas}, and the station file says {self._options.gas}"
            raise DeviceRefusedError(message, self.name, advice="Choose the gas on its display, or correct the file.")
        for word in sorted(frame.status & UNCONTROLLED.keys()):
            raise DeviceRefusedError(f"{word}: {UNCONTROLLED[word]}", self.name, advice="Cancel it on its display.")

    def _target(self, stroke: AnyStroke) -> float:
        if not isinstance(stroke, SetFlow):
            raise ArgumentError(f"{stroke.VERB} is no stroke of a flow controller", self.name)
        flow, step = stroke.flow_ml_min, self._options.resolution_ml_min
        if not 0.0 <= flow <= self.flow_max_ml_min:
            raise ArgumentError(f"{flow} mL/min is not between 0 and {self.flow_max_ml_min:g} mL/min", self.name)
        if abs(flow / step - round(flow / step)) > 1e-6:
            raise ArgumentError(f"{flow} mL/min is finer than {step:g} mL/min", self.name)
        return round(float(flow), 6)


_: type[GasFlow] = AlicatController
