"""Which register of which drive says what: a table, so that another drive is another entry.

Sources: Delta manuals VFD-EL V1.02 page 4-96, VFD-EL-W page 4-84, MS300 page 790, VFD-ED pages 440-441 (registers from
0x2100 on, exceptions); published programs (bits of 0x2000). Fault numbers and Pr.09-03 are general knowledge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

_OLD = {1: "oc", 2: "ov", 3: "oH1", 4: "oH2", 5: "oL", 6: "oL1", 7: "oL2", 8: "EF", 14: "Lv", 24: "CE10"}
_NEW = {1: "ocA", 2: "ocd", 3: "ocn", 4: "GFF", 7: "ovA", 16: "oH1", 21: "oL", 49: "EF", 50: "EF1", 58: "CE10"}


class Motion(IntEnum):
    """What the lowest two bits of the status say."""

    STOPPED = 0
    STOPPING = 1
    STANDBY = 2
    RUNNING = 3


@dataclass(frozen=True, slots=True)
class DriveMap:
    """The registers of one kind of drive and what is written to them.

    `fault`, `target` and `output` lie in one block of `BLOCK` registers from `fault` on; `silence` is the parameter
    of the communication timeout, None where no page of it was read; `lost` is the fault that this timeout leaves.
    """

    status: int
    silence: int | None
    lost: int
    faults: Mapping[int, str]
    command: int = 0x2000
    setpoint: int = 0x2001
    control: int = 0x2002
    fault: int = 0x2100
    target: int = 0x2102
    output: int = 0x2103
    forward: int = 0x0012
    stop: int = 0x0001
    clear_fault: int = 0x0002
    hz_per_count: float = 0.01
    s_per_count: float = 0.1


BLOCK = 5
ADVICE = {
    "GFF": "An output phase has touched earth: look at the motor and its cable, then clear the fault.",
    "EF": "A lid, an emergency stop or another hard-wired contact was opened: see to the mill, then clear the fault.",
    "EF1": "The emergency stop was pressed: see to the mill, then clear the fault.",
    "CE10": "The drive heard nothing for its communication timeout and stopped.",
}
MAPS: Mapping[str, DriveMap] = {
    "delta_el": DriveMap(status=0x2101, silence=0x0903, lost=24, faults=_OLD),
    "delta_ms300": DriveMap(status=0x2101, silence=0x0903, lost=58, faults=_NEW),
    "delta_ed": DriveMap(status=0x2119, silence=None, lost=58, faults=_NEW),
}
"""Model, as the station names it -> its registers."""
