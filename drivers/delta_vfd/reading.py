"""What a drive's registers say at one moment, in the jar's terms."""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.delta_vfd.registers import BLOCK, DriveMap, Motion

_FAULT = 0xFF
"""The low byte; newer drives have a warning in the high one."""
_MOTION = 0b11


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a drive; `target` is in the drive's own counts, `output_hz` its output's frequency."""

    fault: int
    motion: Motion
    target: int
    output_hz: float

    @property
    def at_rest(self) -> bool:
        """Return whether nothing turns and nothing was told to."""
        return self.motion is Motion.STOPPED and self.output_hz == 0.0


def status_apart(drive: DriveMap) -> bool:
    """Tell whether the status has to be asked for by itself."""
    return not drive.fault <= drive.status < drive.fault + BLOCK


def parse(drive: DriveMap, block: Sequence[int], status: int | None = None) -> Reading:
    """Return what a block of registers says, and the status when it came apart."""
    word = block[drive.status - drive.fault] if status is None else status
    return Reading(
        fault=block[0] & _FAULT,
        motion=Motion(word & _MOTION),
        target=block[drive.target - drive.fault],
        output_hz=block[drive.output - drive.fault] * drive.hz_per_count,
    )


def fault_text(drive: DriveMap, fault: int) -> str:
    """Return a fault as its number and name, nothing for none."""
    return f"fault {fault} ({drive.faults.get(fault, 'see the manual')})" if fault else ""
