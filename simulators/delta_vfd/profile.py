"""What is particular to a drive: where its status is, how it numbers faults, and the options of the bench."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of drive.

    Attributes:
        status: Register of the status word.
        external: Fault that an opened contact leaves.
        lost: Fault that the communication timeout leaves (general knowledge).
        parameters: Whether the parameters of the line (group 9) can be read over it.
    """

    status: int
    external: int
    lost: int
    parameters: bool = True


PROFILES: Mapping[str, Profile] = {
    "delta_el": Profile(0x2101, 8, 24),
    "delta_ms300": Profile(0x2101, 49, 58),
    "delta_ed": Profile(0x2119, 49, 58, parameters=False),
}
ACTIONS = ("warn", "ramp", "coast", "ignore")
"""Pr.09-02: what a drive does when nothing was heard for its communication timeout, by its number."""
SOURCES = ("rs485", "keypad")


@dataclass(frozen=True, slots=True)
class Options:
    """The device's options in the bench description.

    Attributes:
        model: A kind of drive.
        ratio: The jar's frequency in the output's.
        highest_hz: Highest output frequency; more is refused.
        ramp_s, coast_s: From the highest frequency to rest, by the drive and without it.
        silence_s: Communication timeout; 0 for none.
        action: What happens then.
        frequency_source, command_source: Whether the drive obeys the line at all.
        keeps_target: Whether the frequency that was set survives a loss of power.
        guard: The device whose contacts are wired to the drive; "" for none.
        lock_s: So long must the jar have stood before its door opens.
    """

    model: str = "delta_el"
    address: int = 1
    baud: int = 9600
    ratio: float = 1.0
    highest_hz: float = 50.0
    ramp_s: float = 10.0
    coast_s: float = 6.0
    silence_s: float = 10.0
    action: str = "coast"
    frequency_source: str = "rs485"
    command_source: str = "rs485"
    keeps_target: bool = False
    guard: str = ""
    lock_s: float = 5.0
    reply_delay_s: float = 0.006
    boot_s: float = 1.5


def check(options: Options) -> None:
    """Refuse options that no drive has.

    Raises:
        ValueError: a word is not known, or a number cannot be.
    """
    for word, known in (
        (options.model, tuple(PROFILES)),
        (options.action, ACTIONS),
        (options.frequency_source, SOURCES),
        (options.command_source, SOURCES),
    ):
        if word not in known:
            raise ValueError(f"{word!r} is none of {', '.join(known)}")
    if min(options.ratio, options.highest_hz, options.ramp_s, options.coast_s) <= 0.0:
        raise ValueError("ratio, highest_hz, ramp_s and coast_s have to be above zero")
