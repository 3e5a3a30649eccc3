"""Autosamplers: a carousel of tubes that turns under a filling needle and over a magnet, and a lift.

Turning is a valve's business: the port is the tube under the needle, so plumbing reaches each tube through it. The
tube over the magnet's bore is `magnet_offset` positions further on; the lift puts it in and takes it out.
"""

from typing import Protocol

from autosynth.contracts.device import Outcome
from autosynth.contracts.liquid import Valve


class Sampler(Valve, Protocol):
    """A carousel with a lift.

    State keys: `port` (tube under the needle, None between positions), `at_magnet` (position over the bore or None),
    `inserted` (the lift is down), `tube_present` (what the sensor over the bore says; None without one), `trusted`
    (the position is known since the last homing).
    """

    positions: int
    magnet_offset: int

    async def move_lift(self, inserted: bool) -> Outcome:
        """Put the tube over the bore in, or take it out.

        Raises:
            DeviceRefusedError: no tube is seen where one is to be put in, or the position is not trusted.
        """
        ...

    async def home_sampler(self) -> Outcome:
        """Raise the lift, then find the carousel's zero; afterwards the position is trusted."""
        ...


def port_over_needle(position: int, positions: int, magnet_offset: int) -> str:
    """Return the port (tube under the needle) at which the tube of `position` stands over the bore."""
    return str((position - magnet_offset - 1) % positions + 1)


def position_over_bore(port: str, positions: int, magnet_offset: int) -> int:
    """Return the position of the tube over the bore while `port` is under the needle."""
    return (int(port) + magnet_offset - 1) % positions + 1
