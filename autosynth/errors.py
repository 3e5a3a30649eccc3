"""Every error autosynth raises on purpose, as one tree.

- AutosynthError
  - InputError: a recipe, station, option or file is wrong; nothing was changed (exit 2)
  - StateError: the command is not allowed in the present state of the run
  - LockedError: another process owns the run, the station or the device
  - JournalError: the record of a run cannot be written or read
    - JournalCorruptError: it was written and does not verify
  - AnalysisError: data cannot be turned into the numbers that were asked for
  - ExchangeError: a conversation with a device failed
    - WireError: bytes did not get through
      - NotConnectedError: the port cannot be opened or was lost
      - NoReplyError: the deadline passed without a reply
      - GarbledReplyError: bytes came that the framing cannot accept (the device is to blame)
    - DeviceError: the device answered, and the answer is the trouble
      - DeviceRefusedError: it reported an error code
      - DeviceBusyError: it stayed busy beyond its deadline
      - IdentityError: it is not the instrument that the station pinned
      - ArgumentError: we asked for what the device cannot do (we are to blame)

Libraries' exceptions are translated once, where they enter, with `raise ... from`.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How a problem is treated by `check`: a reject stops, an acknowledge needs a reason, a note informs."""

    REJECT = "reject"
    ACKNOWLEDGE = "acknowledge"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; line and column count from 1, as editors do."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: where, what, and what would be right."""

    message: str
    mark: Mark | None = None
    hint: str = ""
    rule: str = "input"
    severity: Severity = Severity.REJECT

    def __str__(self) -> str:
        where = f"{self.mark}: " if self.mark else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint} [{self.rule}]"


class AutosynthError(Exception):
    """The root: everything autosynth raises on purpose."""


class InputError(AutosynthError):
    """A recipe, station, option or data file is wrong; all problems found are inside, nothing was changed."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class StateError(AutosynthError):
    """The command is not allowed in the present state; the message names both."""


class LockedError(AutosynthError):
    """Another live process owns the run, station or device; the message names it."""


class JournalError(AutosynthError):
    """The journal cannot be written or read (disk full, read-only, network file system)."""


class JournalCorruptError(JournalError):
    """The journal's chain does not verify; the message names the first bad event."""


class AnalysisError(AutosynthError):
    """Data do not allow the numbers that were asked for; the message says why."""


@dataclass(eq=False)
class ExchangeError(AutosynthError):
    """A conversation with a device failed; carries the device, the bytes both ways and what to do."""

    message: str
    device: str = ""
    sent: bytes = b""
    received: bytes = b""
    advice: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        AutosynthError.__init__(self, self.message)

    @property
    def told(self) -> str:
        """Return what a person is told: the device, what is wrong, what to do; the bytes are for the journal."""
        said = f"{self.device}: {self.message}" if self.device else self.message
        if not self.advice or said.removesuffix(".").endswith(self.advice.removesuffix(".")):
            return said
        return f"{said.removesuffix('.')}. {self.advice}"

    def __str__(self) -> str:
        bytes_ = [f"sent {self.sent!r}"] if self.sent else []
        if self.sent or self.received:
            bytes_.append(f"received {self.received!r}" if self.received else "received nothing")
        return f"{self.told} ({', '.join(bytes_)})" if bytes_ else self.told


class WireError(ExchangeError):
    """Bytes did not get through; carries the device, what was sent, what came back and what to do."""


class NotConnectedError(WireError):
    """The port could not be opened, or was lost while in use (cable, power, another program)."""


class NoReplyError(WireError):
    """No complete reply came before the deadline; whether the command was carried out is unknown.

    Without `sent` nothing was said at all: the line was never silent.
    """


class GarbledReplyError(WireError):
    """The device sent bytes that its own protocol does not allow; whether it acted is unknown."""


class DeviceError(ExchangeError):
    """The device answered and the answer is the trouble; carries device, bytes both ways and advice."""


class DeviceRefusedError(DeviceError):
    """The device reported an error code; the message gives its meaning."""


class DeviceBusyError(DeviceError):
    """The device stayed busy beyond the time the movement can take."""


class IdentityError(DeviceError):
    """The instrument at this address is not the one the station names (model, serial number, firmware)."""


class ArgumentError(DeviceError):
    """The driver was asked for what the device cannot do; nothing was sent."""
