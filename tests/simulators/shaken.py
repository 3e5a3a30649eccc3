"""What the bench's twin cannot say yet of mills and jars, for tests: nothing is milled, and no jar holds pressure.

Only what is missing is put in, so that this file may go when the twin has jars of its own.
"""

from typing import Any

from simulators.twin.twin import BenchTwin


def _shake(twin: Any, mill: str, from_hz: float, to_hz: float, t0_s: float, t1_s: float) -> None:
    twin.__dict__.setdefault("shaken", []).append((mill, from_hz, to_hz, t0_s, t1_s))


STAND_INS = {"shake": _shake, "jar_at": lambda twin, place, t_s: None, "pressure_kpa": lambda twin, vessel, t_s: 0.0}
for name, stand_in in STAND_INS.items():
    if not hasattr(BenchTwin, name):
        setattr(BenchTwin, name, stand_in)
