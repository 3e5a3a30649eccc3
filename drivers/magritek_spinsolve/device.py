"""A Spinsolve as an Nmr: one block of scans a stroke, never started twice, judged by the files that it leaves.

Nothing can be asked about a measurement, so what runs is known from notifications alone and the folder decides: a block
whose files are whole is done, whoever started it. A lost connection ends no measurement. What another program measures
is never aborted. Widths are known from the last shim of this host and None before; it has no watchdog.
"""

import contextlib
from collections.abc import Mapping
from functools import partial
from xml.etree.ElementTree import Element

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.nmr import Acquisition, Nmr, ShimMethod, check_acquisition
from autosynth.contracts.stroke import Acquire, AnyStroke, Shim
from autosynth.errors import (
    ArgumentError,
    DeviceBusyError,
    DeviceRefusedError,
    ExchangeError,
    GarbledReplyError,
    NoReplyError,
)
from autosynth.wire.lane import Wire
from drivers.magritek_spinsolve import codec
from drivers.magritek_spinsolve.course import parse_notification
from drivers.magritek_spinsolve.document import body
from drivers.magritek_spinsolve.looking import Looker
from drivers.magritek_spinsolve.options import read_options
from drivers.magritek_spinsolve.protocols import check_offered
from drivers.magritek_spinsolve.setup import Setup, setup
from drivers.magritek_spinsolve.talk import Talk
from drivers.magritek_spinsolve.waiting import Waiting

_WIDTHS = ("shim_ready", "line_width_hz", "base_width_hz")


class Spinsolve:
    """One spectrometer on its wire and with its folder; options are those of `read_options`."""

    def __init__(self, settings: DriverSettings, wire: Wire, clock: Clock) -> None:
        self._options = read_options(settings.options)
        if settings.folder is None:
            message = "the folder that the spectrometer writes into is not known here; write it into the address: "
            raise OptionsError(message + 'address: {tcp: "host:13000", folder: /mnt/spinsolve}')
        self.name = settings.name
        self.nuclei = tuple(self._options.protocols)
        self.scans_max = self._options.scans_max
        self.line_width_max_hz = self._options.line_width_max_hz
        self._wire = wire
        self._talk = Talk(settings.name, wire, clock, self._options)
        self._look = Looker(settings.name, settings.folder, clock, self._options.look_s)
        self._waiting = Waiting(settings.name, self._talk, clock, self._options)
        self._offered: codec.Offered = {}
        self._widths: codec.Widths | None = None
        self._answers: dict[str, Element] = {}
        wire.on_event(self._take)

    async def connect(self) -> Identity:
        """Ask who is there and see that its software has the protocols of the station; nothing is measured."""
        self._waiting.forget()
        hardware = await self._talk.hardware()
        offered = await self._talk.protocols()
        check_offered(self._options.protocols, offered, self.name)
        self._offered = offered
        return Identity(model=hardware.model, firmware=hardware.software)

    async def read_state(self) -> State:
        """Ask whether the hardware is there; the rest is known from what has been heard."""
        return self._state(await self._talk.hardware())

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave; widths after a shim nobody knows before. See `Device`."""
        after = {**state, "ready": True, "running": ""}
        match stroke:
            case Acquire(block):
                self._setup(block)
                return after
            case Shim():
                return {key: value for key, value in after.items() if key not in _WIDTHS}
            case other:
                raise ArgumentError(f"{other.VERB} is no stroke of a spectrometer", self.name)

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take at most; raises ArgumentError as `expect` does."""
        self.expect(state, stroke)
        if isinstance(stroke, Shim):
            return self._options.shim_s[stroke.method]
        return stroke.block.duration_s + self._options.overhead_s if isinstance(stroke, Acquire) else 0.0

    async def acquire(self, acquisition: Acquisition) -> Outcome:
        """Measure a block; see `Nmr`.

        Raises:
            ArgumentError: it is outside what the spectrometer can do, or its folder is there already.
            DeviceBusyError: another measurement is being made, the message says which; or this one does not end.
            DeviceRefusedError: it was refused, stopped, or ended without success.
            NoReplyError: it never started, or its files did not come in time.
            GarbledReplyError: its files are not whole.
        """
        block, requests = acquisition, self._setup(acquisition)
        if await self._look.there(block.folder):
            raise ArgumentError(f"the folder {block.folder} is there already", self.name)
        halts = self._waiting.halts
        await self._need_idle()
        expected_s = await self._expected_s(block, requests.question)
        await self._talk.say(*requests.prepared)
        heard = await self._talk.text("Sample")
        if heard != block.sample.strip():
            raise DeviceRefusedError(f"it took {heard!r} for the sample {block.sample!r}", self.name)
        self._begin(block, halts)
        await self._talk.say(requests.start)
        note = await self._waiting.until_end(expected_s, requests.start, partial(self._look.fault, block.folder))
        await self._need_whole(block)
        self._waiting.over()
        return Outcome(await self.read_state(), note=note)

    async def shim(self, method: ShimMethod) -> Outcome:
        """Look at, touch up or make the shim; see `Nmr`.

        Raises:
            DeviceBusyError: a measurement is being made; the message says which.
            DeviceRefusedError: it was refused or stopped, or gives an error and no widths.
            NoReplyError: it does not end.
        """
        halts = self._waiting.halts
        await self._need_idle()
        name, request = codec.shim_answer(method), codec.shim(method)
        self._answers.pop(name, None)
        self._waiting.begin("", "SHIM", halts)
        await self._talk.say(request)
        await self._waiting.until(lambda: name in self._answers, self._options.shim_s[method], request)
        widths = codec.parse_widths(self._answers.pop(name))
        if widths.error and widths.line_width_hz is None:
            raise DeviceRefusedError(f"the shim failed: {widths.error}", self.name, request)
        self._widths = widths
        return Outcome(await self.read_state(), note=widths.error)

    async def data(self, folder: str) -> Mapping[str, bytes]:
        """Return a finished block's files as they were written; see `Nmr`."""
        return await self._look.data(folder)

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Look into the block's folder, and wait where it is still being measured. A shim is simply made again."""
        if not isinstance(intent.stroke, Acquire):
            self.expect(intent.before, intent.stroke)
            await self._waiting.listen()
            return Reconciliation(Verdict.NOT_STARTED, await self.read_state(), "what a shim did is seen by making one")
        block = intent.stroke.block
        found = await self._look.fault(block.folder)
        if found:
            self._begin(block, self._waiting.halts)
            expected_s = block.duration_s + self._options.overhead_s
            found = await self._waiting.until_found(partial(self._look.fault, block.folder), expected_s)
        state = await self.read_state()
        if not found:
            return Reconciliation(Verdict.DONE, state, f"all files of {block.folder} are whole")
        other = f"; it is measuring {state['running']}" if state["running"] else ""
        reason = f"{block.folder}: {found}{other}; it is measured again into a new folder"
        return Reconciliation(Verdict.NOT_STARTED, state, reason)

    async def make_safe(self) -> None:
        """Abort what this host or one before it has started, ahead of all else; another program's is left alone."""
        self._waiting.stop()
        if not self._waiting.course.may_be_stopped(self._options.data_folder):
            await self._talk.hardware()
            return
        try:
            await self._talk.abort()
        except (NoReplyError, GarbledReplyError):
            await self._talk.abort()

    async def aclose(self) -> None:
        """Abort a measurement of ours, as far as the instrument can still be reached, and give the wire back."""
        if self._waiting.course.running:
            with contextlib.suppress(ExchangeError):
                await self.make_safe()
        await self._wire.aclose()

    def _setup(self, block: Acquisition) -> Setup:
        check_acquisition(block, self)
        return setup(block, self._options, self._offered, self.name)

    def _begin(self, block: Acquisition, halts: int) -> None:
        """Wait from now on for notifications of a block."""
        protocol = self._options.protocols.get(block.nucleus)
        self._waiting.begin(self._options.path(block.folder), protocol.name if protocol else "", halts)

    async def _expected_s(self, block: Acquisition, question: bytes) -> float:
        seconds, error = await self._talk.estimate(question)
        if error:
            raise DeviceRefusedError(f"it would not measure this: {error}", self.name, question)
        return max(seconds, block.duration_s + self._options.overhead_s)

    async def _need_idle(self) -> None:
        hardware = await self._talk.hardware()
        if not hardware.connected:
            message = "its software has no connection to the magnet"
            raise DeviceRefusedError(message, self.name, advice="See to the spectrometer and its software.")
        await self._waiting.need_idle()

    async def _need_whole(self, block: Acquisition) -> None:
        found = await self._look.fault(block.folder, self._options.files_s)
        if not found:
            return
        if self._waiting.course.running:
            message = f"it is still measuring {block.folder} long after that should have ended"
            raise DeviceBusyError(message, self.name, advice="Look at the spectrometer.")
        path = self._options.path(block.folder)
        advice = f"Is {path} what this computer sees as {block.folder} in the folder of the address?"
        message = f"{self._options.files_s:g} s after the end, {found}"
        kind = GarbledReplyError if await self._look.there(block.folder) else NoReplyError
        raise kind(message, self.name, advice=advice)

    def _take(self, frame: bytes) -> None:
        """Take what came by itself; a notification that cannot be read is as good as lost, and deadlines notice."""
        with contextlib.suppress(GarbledReplyError):
            element = body(frame)
            if element.tag == "StatusNotification":
                self._waiting.course.hear(parse_notification(element))
            else:
                self._answers[element.tag] = element
        self._waiting.news.set()

    def _state(self, hardware: codec.Hardware) -> State:
        running, widths = self._waiting.course.running, self._widths
        line_hz = widths.line_width_hz if widths else None
        narrow = line_hz is not None and line_hz <= self.line_width_max_hz
        return {
            "ready": hardware.connected and not running,
            "running": self._options.folder(running),
            "shim_ready": widths.ready and narrow if widths else None,
            "line_width_hz": line_hz,
            "base_width_hz": widths.base_width_hz if widths else None,
        }


_: type[Nmr] = Spinsolve
