"""A file-drop instrument's options and limits: what it measures, how its files are called, when one is looked at.

`pattern` is what stands before the suffix, `{name}` in it the measurement's own. What another suffix follows is not
this measurement's file, and so is a passing name (`.tmp`, `.part`, `~`) that software gives a file until it is whole:
such a rename is the surest sign of all, and `stable_for` may then be short.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import DriverSettings, Limits, OptionsError
from autosynth.contracts.options import OptionReader
from autosynth.contracts.spectrometer import TECHNIQUES
from drivers.file_drop.wholeness import KINDS

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "infrared": (".dx", ".jdx", ".csv"),
    "diffraction": (".xye", ".xy"),
    "uv_vis": (".csv",),
    "sorption": (".aif", ".csv"),
    "composition": (".csv",),
    "mass": (".mzml",),
}
"""What a technique's files end with, unless the station says otherwise."""


@dataclass(frozen=True, slots=True)
class DropOptions:
    """How the instrument's files are found and judged; times in seconds."""

    techniques: tuple[str, ...]
    suffixes: tuple[str, ...]
    pattern: str
    stable_s: float
    poll_s: float
    patience_s: float
    likely_s: float
    ended: bool
    instrument: str
    simulated: Mapping[str, Any]

    def stem(self, name: str) -> str:
        """Return what the file of a measurement is called, without its suffix."""
        return self.pattern.replace("{name}", name)


def read_options(options: Mapping[str, Any]) -> DropOptions:
    """Return the options of a station file.

    Raises:
        OptionsError: one is missing, unknown or outside its range.
    """
    reader = OptionReader(options)
    techniques = reader.texts("techniques")
    _each_known("techniques", techniques, TECHNIQUES)
    suffixes = reader.texts("suffixes", tuple(dict.fromkeys(each for one in techniques for each in SUFFIXES[one])))
    suffixes = tuple(each.lower() for each in suffixes)
    _each_known("suffixes", suffixes, tuple(KINDS))
    read = DropOptions(
        techniques=techniques,
        suffixes=suffixes,
        pattern=reader.text("pattern", "{name}"),
        stable_s=reader.quantity("stable_for", "time", 0.1, 3600.0, 2.0),
        poll_s=reader.quantity("poll", "time", 0.1, 600.0, 1.0),
        patience_s=reader.quantity("patience", "time", 0.1, 86400.0, 30.0),
        likely_s=reader.quantity("likely", "time", 1.0, 30 * 86400.0, 900.0),
        ended=reader.choice("last_line", ("ended", "open"), "ended") == "ended",
        instrument=reader.text("instrument", "file drop"),
        simulated=reader.mapping("simulated"),
    )
    reader.finish()
    if read.pattern.count("{name}") != 1 or set(read.pattern.replace("{name}", "")) & set('/\\{}<>:"|?*'):
        raise OptionsError(f"pattern: {read.pattern!r} is not a file's name with {{name}} in it once, suffix left out")
    return read


def _each_known(key: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    if unknown := [each for each in given if each not in known]:
        raise OptionsError(f"{key}: {unknown[0]!r} is none of {', '.join(known)}")


def limits(settings: DriverSettings) -> Limits:
    """Return what the plan must know of the instrument.

    Raises:
        OptionsError: an option is missing, unknown or outside its range.
    """
    options = read_options(settings.options)
    return Limits(techniques=options.techniques, likely_s=options.likely_s)


def simulator_options(settings: DriverSettings) -> Mapping[str, Any]:
    """Return what the simulated instrument needs; what stands under `simulated` goes along as it is."""
    options = read_options(settings.options)
    return {
        "techniques": " ".join(options.techniques),
        "suffixes": " ".join(options.suffixes),
        "pattern": options.pattern,
        "acquisition_s": options.likely_s,
        **options.simulated,
    }
