"""A Geno/Grinder's options: all that its one source leaves open."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits, OptionsError
from autosynth.contracts.options import OptionReader
from drivers.genogrinder_2010.codec import LONGEST_S, WORDS


@dataclass(frozen=True, slots=True)
class GrinderOptions:
    """How a mill is set up; a stroke up and down is a turn of its motor times `ratio`.

    `run_s` is the time it is given with every start, after which it stops by itself, spoken to or not.
    """

    speed_min_rpm: float
    speed_max_rpm: float
    ratio: float
    run_s: int
    ramp_s: float
    lock_s: float
    reply_s: float
    retries: int
    words: Mapping[str, str]
    simulated: Mapping[str, Any]

    def hz(self, rpm: float) -> float:
        """Return the jar's frequency of a speed."""
        return rpm / 60.0 * self.ratio


def read_options(options: Mapping[str, Any]) -> GrinderOptions:
    """Return a mill's options.

    Raises:
        OptionsError: one is missing, unknown or outside its range, or cannot be said as it is.
    """
    reader = OptionReader(options)
    words, run_s = reader.mapping("words"), reader.quantity("run_time", "time", 1.0, LONGEST_S, LONGEST_S)
    read = GrinderOptions(
        speed_min_rpm=reader.quantity("min_speed", "speed", 1.0, 9999.0, 500.0),
        speed_max_rpm=reader.quantity("max_speed", "speed", 1.0, 9999.0, 1750.0),
        ratio=reader.quantity("ratio", "ratio", 0.01, 100.0, 1.0),
        run_s=round(run_s),
        ramp_s=reader.quantity("ramp", "time", 0.1, 60.0, 5.0),
        lock_s=reader.quantity("lock_time", "time", 0.0, 60.0, 10.0),
        reply_s=reader.quantity("reply_time", "time", 0.1, 10.0, 1.0),
        retries=reader.integer("retries", 0, 10, 2),
        words={**WORDS, **{name: str(word) for name, word in words.items()}},
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    unknown = sorted(set(words) - set(WORDS))
    if unknown:
        raise OptionsError(f"words: {', '.join(unknown)} is no status; those are {', '.join(WORDS)}")
    empty = sorted(name for name, word in words.items() if not isinstance(word, str) or not word.strip())
    if empty:
        raise OptionsError(f"words: {empty[0]} has no word, {words[empty[0]]!r}, that a text could be known by")
    if run_s != read.run_s:
        raise OptionsError(f"run_time: {run_s:g} s is no whole number of seconds, and it is told nothing else")
    if read.speed_min_rpm >= read.speed_max_rpm:
        raise OptionsError(f"min_speed: {read.speed_min_rpm:g} rpm is not below max_speed")
    return read


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the mill.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return Limits(
        frequency_min_hz=options.hz(options.speed_min_rpm),
        frequency_max_hz=options.hz(options.speed_max_rpm),
        ramp_s=options.ramp_s,
        silence_s=float(options.run_s),
    )


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated mill needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    told = {"highest_rpm": options.speed_max_rpm, "ratio": options.ratio, "ramp_s": options.ramp_s}
    return {**told, "words": dict(options.words), **options.simulated}
