"""What a spectrometer's notifications have said: what runs, how ours goes, and how it ended.

Notifications name a folder only when a measurement starts and when its data are written; progress and completion name
the protocol alone. So what completes counts as ours unless another's folder was named last. Asks nothing of the wire.
"""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from autosynth.errors import GarbledReplyError
from drivers.magritek_spinsolve.codec import TRUTHS

_RUNNING = frozenset({"running", "stopping"})
_OTHERS = ("busy", "running", "in progress")
"""Words of an error that mean that a measurement is being made already [assumed]."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One status notification: its kind (State, Progress, Completed or Error) and what it says."""

    kind: str
    protocol: str = ""
    status: str = ""
    folder: str = ""
    successful: bool = True
    error: str = ""


def parse_notification(element: Element) -> Notification:
    """Return what a `<StatusNotification>` says.

    Raises:
        GarbledReplyError: it has not exactly one child, or one of a kind that does not exist.
    """
    child = element[0] if len(element) == 1 else None
    if child is None or child.tag not in {"State", "Progress", "Completed", "Error"}:
        what = f"a notification of {[each.tag for each in element]} does not exist"
        raise GarbledReplyError(what)
    verdicts = (TRUTHS.get(child.get(name, "true").strip().lower(), False) for name in ("completed", "successful"))
    return Notification(
        kind=child.tag,
        protocol=child.get("protocol", "").strip(),
        status=child.get("status", "").strip().lower(),
        folder=child.get("dataFolder", "").strip(),
        successful=all(verdicts),
        error=child.get("error", "").strip() or (child.text or "").strip(),
    )


def same_place(one: str, other: str) -> bool:
    """Tell whether two paths of the spectrometer's computer are one, in spite of case and kinds of slash."""
    return _plain(one) == _plain(other)


class Course:
    """Hears notifications; `running` is the folder or protocol that is being measured, or "".

    `closing`: something was stopped or is ready, and that it is completed has still to come; it is busy until then.
    `errors` are remarks on a measurement that goes on, `refusals` those that stand for themselves.
    """

    def __init__(self) -> None:
        self.running = ""
        self.closing = False
        self.begin("", "")

    def begin(self, path: str, protocol: str) -> None:
        """Take what comes from now on for the measurement of `protocol` into `path`."""
        self._path, self._protocol = path, protocol
        self.started = False
        self.written = False
        self.completed = False
        self.successful = False
        self.errors: list[str] = []
        self.refusals: list[str] = []

    @property
    def ours(self) -> bool:
        """Return whether what runs is the measurement begun, or may be: its folder has not been named."""
        return bool(self.running) and (same_place(self.running, self._path) or self.running == self._protocol)

    @property
    def busy(self) -> bool:
        """Return whether a refusal means that something else is being measured."""
        return any(word in refusal.lower() for refusal in self.refusals for word in _OTHERS)

    def may_be_stopped(self, root: str) -> bool:
        """Return whether what runs is ours for sure: begun here and not ended, or named by a folder below `root`.

        A protocol's name alone is anybody's: what a host hears of in its middle may be another program's.
        """
        begun = bool(self._protocol) and not self.completed and (not self.running or self.ours)
        return begun or _plain(self.running).startswith(_plain(root) + "/")

    def hear(self, said: Notification) -> None:
        """Take a notification."""
        if said.error and said.kind != "Error":
            self.errors.append(said.error)
        match said.kind:
            case "State":
                self._state(said)
            case "Progress":
                self.running = self.running or said.protocol
            case "Completed":
                if said.protocol in {"", self._protocol} and (self.started or self.written or self.ours):
                    self.completed, self.successful = True, said.successful
                self.running, self.closing = "", False
            case _:
                self.refusals.append(said.error or "an error without words")

    def _state(self, said: Notification) -> None:
        ours = same_place(said.folder, self._path) if said.folder else said.protocol == self._protocol
        if said.status in _RUNNING:
            self.running = said.folder or self.running or said.protocol
            self.started = self.started or ours
            self.closing = said.status == "stopping"
        else:
            self.running = ""
            self.closing = True
            self.written = self.written or (ours and bool(said.folder))


def _plain(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").lower()
