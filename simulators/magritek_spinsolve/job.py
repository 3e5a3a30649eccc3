"""One procedure under way: a block of scans, a shim, or somebody else's measurement at the instrument itself."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from simulators.magritek_spinsolve.files import Labels
from simulators.magritek_spinsolve.protocols import Scanning
from simulators.twin.receiver import Receiver

Complex = npt.NDArray[np.complex128]


@dataclass(slots=True)
class Job:
    """A procedure.

    Attributes:
        protocol: Its name in notifications.
        folder: Its data folder, "" for one without data.
        began_s, ends_s: When the procedure itself runs; the software is busy a little longer.
        scanning, labels: What a measurement for the host is.
        shim: The method of a shim.
        tell_s: When the next progress is due.
        taken: The decay, from the middle of the block on.
        ready_s: When the data were ready; None until then.
        stopping: Whether it is being aborted.
    """

    protocol: str
    folder: str
    began_s: float
    ends_s: float
    scanning: Scanning | None = None
    labels: Labels | None = None
    shim: str = ""
    tell_s: float = field(default=0.0)
    taken: tuple[Receiver, Complex] | None = None
    ready_s: float | None = None
    stopping: bool = False

    @property
    def middle_s(self) -> float:
        """When the sample is looked at."""
        return 0.5 * (self.began_s + self.ends_s)

    def percentage(self, t_s: float) -> int:
        """Return how far it has come; never all of it before its end."""
        share = (t_s - self.began_s) / (self.ends_s - self.began_s)
        return min(int(100.0 * share + 1e-9), 99)
