"""A host of the spectrometer's remote control, without a bench: sends documents, returns what has come, parsed."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import numpy as np

from simulators.magritek_spinsolve.face import build
from tests.simulators.recording_twin import RecordingTwin

HEAD = '<?xml version="1.0" encoding="utf-8"?>'
PHOSPHORUS = {"Number": "64", "RepetitionTime": "3", "AcquisitionTime": "1.6", "PulseAngle": "90"}
BLOCK_S = 2.0 + 64 * 3.0


class Host:
    """Sends at `t_s`; what the share has shown is in `share`."""

    def __init__(self, vessel: str | None = "tube", **options: Any) -> None:
        self.twin = RecordingTwin()
        spec = {"options": options, "vessel": vessel}
        self.face = build("spinsolve", spec, self.twin, np.random.default_rng(7))
        self.t_s = 10.0
        self.face.advance(self.t_s)
        self.share: dict[str, bytes] = {}

    def raw(self, data: bytes) -> bytes:
        self.face.receive(self.t_s, data)
        return self._heard()

    def send(self, body: str) -> list[Element]:
        """Send one message and return the children of what comes at once."""
        return children(self.raw(f"{HEAD}<Message>{body}</Message>".encode()))

    def wait(self, seconds: float) -> list[Element]:
        """Let time pass, looking at nothing meanwhile."""
        self.t_s += seconds
        self.face.advance(self.t_s)
        return children(self._heard())

    def rest(self) -> list[Element]:
        """Let everything end."""
        heard = self._heard()
        while (wake_s := self.face.advance(self.t_s)) is not None:
            self.t_s = wake_s
            heard += self._heard()
        return children(heard + self._heard())

    def put_into(self, folder: str) -> None:
        assert self.send(f"<Set><DataFolder><UserFolder>{folder}</UserFolder></DataFolder></Set>") == []

    def _heard(self) -> bytes:
        self.share |= dict(self.face.dropped(self.t_s))
        return b"".join(frame for _, frame in self.face.collect(self.t_s))


def start(protocol: str = "1D PHOSPHORUS", **options: str) -> str:
    """Return a Start, for the phosphorus protocol with its usual options."""
    chosen = (PHOSPHORUS if protocol.startswith("1D PHOSPHORUS") else {}) | options
    inner = "".join(f'<Option name="{name}" value="{value}"/>' for name, value in chosen.items())
    return f'<Start protocol="{protocol}">{inner}</Start>'


def children(data: bytes) -> list[Element]:
    """Return the one child of each message in a stream."""
    text = data.decode()
    documents = [part for part in text.split(HEAD) if part.strip()]
    roots = [fromstring(part.strip()) for part in documents]
    assert all(root.tag == "Message" and len(root) == 1 for root in roots)
    return [root[0] for root in roots]


def told(elements: list[Element]) -> list[str]:
    """Return what notifications say, shortly, and the names of replies."""
    return [_short(each) for each in elements]


def _short(element: Element) -> str:
    if element.tag != "StatusNotification":
        return element.tag
    assert len(element) == 1
    what = element[0]
    result = what.get("percentage", what.get("successful"))
    return str(what.get("status") or what.get("error") or f"{what.tag} {result}")
