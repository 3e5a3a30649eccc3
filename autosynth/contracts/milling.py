"""Ball mills: started at a frequency and stopped; the time between is the engine's to keep and to book.

A mill has no stroke of its own length: it is set running by one stroke and brought to rest by another, so that a hold
stops it at once and what it did is known from when it ran. Its communication timeout is its dead-man's switch.
"""

from typing import Protocol, runtime_checkable

from autosynth.contracts.device import Device, Outcome


@runtime_checkable
class Mill(Device, Protocol):
    """A mill that shakes or turns one jar.

    State keys: `running` (told to run, or not yet at rest), `frequency_hz` (what the jar does now, by the drive's
    output), `target_hz` (what was set), `fault` (text, "" for none), `remembers` (a mark left since the drive had
    power is still there; False after a power cycle; None before the first start).
    """

    frequency_min_hz: float
    frequency_max_hz: float
    ramp_s: float
    """From rest to the highest frequency, and back, at most."""
    silence_s: float
    """The drive stops by itself when nothing is heard for so long; infinite when it does not."""

    async def start_mill(self, frequency_hz: float) -> Outcome:
        """Run at a frequency of the jar; returns when the drive says that it runs.

        Raises:
            DeviceRefusedError: the drive reports a fault, or does not follow its command.
        """
        ...

    async def stop_mill(self) -> Outcome:
        """Bring the jar to rest; returns when the drive's output is at rest."""
        ...

    async def read_frequency(self) -> float:
        """Return what the jar does now, in Hz."""
        ...
