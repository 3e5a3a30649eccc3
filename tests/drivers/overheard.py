"""A tap that notes what a driver says, for what may not be said any more."""

from autosynth.testing import Tap


class Overheard(Tap):
    """Notes the commands that go over the line, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Note and pass on."""
        self.said.append(data)
        super().write(data)
