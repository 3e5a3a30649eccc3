"""A host on the board's line, without a bench: what it says at once, and what comes of it."""

from typing import Any

import numpy as np

from simulators.grbl_carousel.face import build
from tests.simulators.recording_twin import RecordingTwin

BANNER = b"\r\nGrbl 1.1h ['$' for help]\r\n"
LOCKED = BANNER + b"[MSG:'$H'|'$X' to unlock]\r\n"


class Host:
    """Sends bytes at `t_s` and returns what the board has said by then; every place holds a tube."""

    def __init__(self, **options: Any) -> None:
        self.twin = RecordingTwin(tubes={str(n): f"tube_{n}" for n in range(1, 25)})
        self.face = build("carousel", {"options": options}, self.twin, np.random.default_rng(7))
        self.t_s = 10.0
        self.face.advance(self.t_s)

    def send(self, data: bytes) -> bytes:
        self.face.receive(self.t_s, data)
        return self._heard()

    def wait(self, seconds: float) -> bytes:
        """Let time pass, looking only at its end."""
        self.t_s += seconds
        self.face.advance(self.t_s)
        return self._heard()

    def rest(self) -> bytes:
        """Let everything end; return what was said meanwhile."""
        heard = b""
        while (wake_s := self.face.advance(self.t_s)) is not None:
            self.t_s = wake_s
            heard += self._heard()
        return heard + self._heard()

    def homed(self) -> "Host":
        assert self.send(b"$H\n") + self.rest() == b"ok\r\n"
        return self

    def say(self, data: bytes) -> bytes:
        """Send and let everything end."""
        return self.send(data) + self.rest()

    def status(self) -> dict[str, str]:
        """Return the fields of a status report, the state under ""."""
        report = self.send(b"?").decode()
        assert report.startswith("<")
        assert report.endswith(">\r\n")
        state, *fields = report[1:-3].split("|")
        return {"": state, **dict(field.split(":", 1) for field in fields)}

    def at(self) -> tuple[float, float]:
        """Return where the carousel and the lift really are."""
        state = self.face.state()
        return state["x"], state["z"]

    def _heard(self) -> bytes:
        return b"".join(frame for _, frame in self.face.collect(self.t_s))
