"""NE-1000 pumps on a twin of the test's own, with an open path."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from drivers.new_era_ne1000 import DRIVER
from tests.drivers.simulated import SimulatedRig
from tests.simulators.recording_twin import RecordingTwin

TEN_ML: Mapping[str, Any] = {"syringe": "10 mL", "diameter": "14.57 mm"}
ONE_ML: Mapping[str, Any] = {"syringe": "1 mL", "diameter": "4.699 mm"}


class InfuserRig(SimulatedRig):
    """A simulated pump on its own twin; `options` are those of the driver."""

    def __init__(self, options: Mapping[str, Any] = TEN_ML, **more: Any) -> None:
        self.twin = RecordingTwin()
        super().__init__(DRIVER, options, twin=self.twin, **more)

    def pushed_ml(self) -> float:
        """Return what has left the syringe."""
        return sum(stroke[1] for stroke in self.twin.strokes)


INFUSER = partial(InfuserRig)
