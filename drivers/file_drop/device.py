"""An instrument as a Spectrometer that is never spoken to: somebody measures, and its file is waited for.

There is nothing to start, to stop or to ask, so nothing happens twice: what became of a measurement is a look into the
folder, by whichever host. A file that is there before it is waited for is taken, so names must not be used again.
"""

from collections.abc import Mapping

from autosynth.clock import Clock
from autosynth.contracts.device import Identity, Intent, Outcome, Reconciliation, State, Verdict
from autosynth.contracts.driver import DriverSettings, OptionsError
from autosynth.contracts.spectrometer import Exposure, Spectrometer
from autosynth.contracts.stroke import AnyStroke
from autosynth.contracts.stroke_solid import Collect
from autosynth.errors import ArgumentError, NotConnectedError
from drivers.file_drop.looking import Looker
from drivers.file_drop.options import read_options

LONGEST_NAME = 120
_NO_NAME = frozenset('/\\<>:"|?*')
"""What no file can have in its name, on one system or another."""


class FileDrop:
    """One instrument and its folder; options are those of `read_options`, and `wire` is None."""

    def __init__(self, settings: DriverSettings, wire: None, clock: Clock) -> None:
        self._options = read_options(settings.options)
        if settings.folder is None:
            message = "the folder that the instrument writes into is not known here; it is its address: "
            raise OptionsError(message + "address: {folder: /mnt/ir}")
        self.name = settings.name
        self.techniques = self._options.techniques
        self._look = Looker(settings.name, settings.folder, clock, self._options)

    async def connect(self) -> Identity:
        """Look into the folder; the instrument itself cannot say who it is, so the station's word for it is given.

        Raises:
            NotConnectedError: the folder cannot be looked into.
        """
        await self._look.seen()
        return Identity(self._options.instrument)

    async def read_state(self) -> State:
        """Return whether the folder can be looked into."""
        try:
            await self._look.seen()
        except NotConnectedError:
            return {"folder_seen": False}
        return {"folder_seen": True}

    def expect(self, state: State, stroke: AnyStroke) -> State:
        """Return the state that `stroke` should leave; see `Device`.

        Raises:
            ArgumentError: another stroke, a technique that is not the instrument's, or a name that no file can have.
        """
        if not isinstance(stroke, Collect):
            raise ArgumentError(f"{stroke.VERB} is no stroke of an instrument that writes files", self.name)
        self._check(stroke.exposure)
        return {**state, "folder_seen": True}

    def duration_s(self, state: State, stroke: AnyStroke) -> float:
        """Return how long `stroke` should take, in seconds: what the station calls likely, at most what is waited."""
        self.expect(state, stroke)
        return min(self._options.likely_s, stroke.exposure.wait_s) if isinstance(stroke, Collect) else 0.0

    async def collect(self, exposure: Exposure) -> Outcome:
        """Wait for the file of a measurement; see `Spectrometer`.

        Raises:
            ArgumentError: as `expect`.
            DeviceBusyError: no file of that name has come in time, or it still grows.
            GarbledReplyError: there are several, or it stays as it is and is not whole; they are named.
            NotConnectedError: the folder cannot be looked into.
        """
        self._check(exposure)
        file = await self._look.until_whole(exposure.name, exposure.wait_s)
        return Outcome({"folder_seen": True}, note=file)

    async def data(self, name: str) -> Mapping[str, bytes]:
        """Return a measurement's file as it was written; see `Spectrometer`."""
        self._check_name(name)
        file, content = await self._look.content(name)
        return {file: content}

    async def reconcile(self, intent: Intent) -> Reconciliation:
        """Look into the folder: a measurement whose file is there and whole is done, whoever waited for it.

        Raises:
            ArgumentError: as `expect`.
            NotConnectedError: the folder cannot be looked into.
        """
        self.expect(intent.before, intent.stroke)
        if not isinstance(intent.stroke, Collect):
            raise ArgumentError(f"{intent.stroke.VERB} is no stroke of an instrument that writes files", self.name)
        file, wrong = await self._look.whole(intent.stroke.exposure.name)
        state: State = {"folder_seen": True}
        if file:
            return Reconciliation(Verdict.DONE, state, f"{file} is there and whole")
        return Reconciliation(Verdict.NOT_STARTED, state, f"{wrong}; it is waited for again")

    async def make_safe(self) -> None:
        """Do nothing: nothing moves, and what the instrument measures is its operator's."""

    async def aclose(self) -> None:
        """Do nothing: nobody was spoken to."""

    def _check(self, exposure: Exposure) -> None:
        if exposure.technique not in self.techniques:
            raise ArgumentError(f"{exposure.technique} is none of its {', '.join(self.techniques)}", self.name)
        if not 0.0 < exposure.wait_s < float("inf"):
            raise ArgumentError(f"{exposure.wait_s} s is no time that could be waited", self.name)
        self._check_name(exposure.name)

    def _check_name(self, name: str) -> None:
        plain = name.isprintable() and not set(name) & _NO_NAME and name == name.strip(" .")
        if not name or not plain or len(name) > LONGEST_NAME:
            message = f"{name!r} is no file's name: letters, digits, - and _, at most {LONGEST_NAME}"
            raise ArgumentError(message, self.name)


_: type[Spectrometer] = FileDrop
