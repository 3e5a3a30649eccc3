"""The protocols that the software offers, trimmed: names exactly as listed, options with the values that are allowed.

Proton, shim and WALTZ protocols are as published for one instrument of 2019; that a newer one has `1D PHOSPHORUS` with
the options of `1D EXTENDED+` and a finer choice of repetition times is assumed. Times may be anything between the least
and the greatest listed value [assumed]; everything else must be a listed value. A number of 0 scans, until stopped, is
listed and not simulated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log2
from xml.etree.ElementTree import Element, SubElement

NUMBERS = ("0", *(str(2**n) for n in range(15)))
TIMES = ("0.4", "0.8", "1.6", "3.2", "4.1", "6.4")
REPETITIONS = ("1", "2", "4", "7", "10", "15", "30", "60", "120")
FINE_REPETITIONS = ("1", "2", "3", "4", "5", "6", "7", "8", "10", "12", "15", "20", "30", "45", "60", "90", "120")
LONG_REPETITIONS = ("2", "5", "10", "15", "30", *(str(60 * n) for n in range(1, 11)))
ANGLES = ("30", "45", "60", "90")
SMALL_ANGLES = ("5", "10", "30", "45", "90")
DECOUPLING = ("Off", "Low", "Medium", "High")
UNSAID = {"Number": "1", "AcquisitionTime": "1.6", "RepetitionTime": "2", "PulseAngle": "90"}
"""What holds for an option that a protocol has not or a host leaves out [assumed]."""
SHIMS = ("CheckShim", "QuickShim", "QuickShimAll", "PowerShim")
SAMPLE_SHIMS = ("CheckShim", "LockAndCalibrateOnly", "QuickShim1", "QuickShim2", "QuickShimAll", "PowerShim")
SCANS = {"QuickScan": (1, 10.0), "StandardScan": (4, 15.0), "PowerScan": (16, 15.0)}
"""Scan -> scans and repetition time of the proton protocol [assumed]."""
BETWEEN = frozenset({"AcquisitionTime", "RepetitionTime"})
LONG_ENTRIES, LONG_VALUES = 160, 12


class RefusedError(Exception):
    """A protocol or option that the software does not take; the text is what it says."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """One protocol: its options with their values (none: free text).

    `nucleus` is "" for one that measures nothing (a shim, or an experiment that is listed and not licensed).
    """

    name: str
    options: Mapping[str, tuple[str, ...]]
    nucleus: str = ""


@dataclass(frozen=True, slots=True)
class Scanning:
    """What a protocol with its options does: scans of a nucleus."""

    nucleus: str
    scans: int
    acquisition_s: float
    repetition_s: float
    pulse_deg: float

    @property
    def duration_s(self) -> float:
        """All scans."""
        return self.scans * self.repetition_s

    def points(self, bandwidth_khz: float) -> int:
        """Return the complex points: the power of two next to what the bandwidth asks for."""
        return int(2 ** round(log2(self.acquisition_s * bandwidth_khz * 1e3)))


_EXTENDED = {"Number": NUMBERS, "AcquisitionTime": TIMES, "RepetitionTime": REPETITIONS, "PulseAngle": ANGLES}
_WALTZ = {"Number": NUMBERS, "RepetitionTime": LONG_REPETITIONS}
PROTOCOLS: Mapping[str, Protocol] = {
    each.name: each
    for each in (
        Protocol("1D PROTON", {"Scan": tuple(SCANS)}, "1H"),
        Protocol("1D EXTENDED+", _EXTENDED, "1H"),
        Protocol("1D PHOSPHORUS", {**_EXTENDED, "RepetitionTime": FINE_REPETITIONS}, "31P"),
        Protocol("1D PHOSPHORUS WALTZ", _WALTZ, "31P"),
        Protocol("1D PHOSPHORUS+ WALTZ", {**_WALTZ, "PulseAngle": SMALL_ANGLES, "Decouple": DECOUPLING}, "31P"),
        Protocol("SHIM", {"Shim": SHIMS}),
        Protocol("SHIM 1H SAMPLE", {"SampleReference": (), "Shim": SAMPLE_SHIMS}),
    )
}


def offered(*, long: bool) -> Iterator[Protocol]:
    """Yield what is listed; a `long` list is some 64 kB, most of it experiments that are not licensed."""
    yield from PROTOCOLS.values()
    for number in range(LONG_ENTRIES if long else 0):
        values = tuple(f"value {number}.{n}" for n in range(LONG_VALUES))
        yield Protocol(f"EXPERIMENT {number:03}", {"Variant": values})


def listed(parent: Element, *, long: bool) -> None:
    """Write the protocols as elements."""
    for protocol in offered(long=long):
        element = SubElement(parent, "Protocol", {"protocol": protocol.name})
        for name, values in protocol.options.items():
            option = SubElement(element, "Option", {"name": name})
            for value in values:
                SubElement(option, "Value").text = value


def checked(name: str, options: Mapping[str, str]) -> Protocol:
    """Return a protocol whose options are all right.

    Raises:
        RefusedError: the protocol is not listed or not licensed, or an option or its value is not one of its own.
    """
    protocol = PROTOCOLS.get(name)
    if protocol is None:
        raise RefusedError(f"Protocol {name} is not available")
    for option, value in options.items():
        if option not in protocol.options:
            raise RefusedError(f"{name} has no option {option}")
        if not _allowed(option, value, protocol.options[option]):
            raise RefusedError(f"{value} is not a valid value for {option} of {name}")
    return protocol


def scanning(protocol: Protocol, options: Mapping[str, str]) -> Scanning:
    """Return what a measuring protocol does.

    Raises:
        RefusedError: the acquisition does not fit into the repetition time, or would go on until it is stopped.
    """
    if "Scan" in protocol.options:
        scans, repetition_s = SCANS[options.get("Scan", "QuickScan")]
        return Scanning(protocol.nucleus, scans, 6.4, repetition_s, 90.0)
    chosen = {name: float(options.get(name, value)) for name, value in UNSAID.items()}
    if chosen["Number"] == 0:
        raise RefusedError("Measuring until stopped is not simulated")
    if chosen["AcquisitionTime"] > chosen["RepetitionTime"]:
        raise RefusedError("RepetitionTime is shorter than AcquisitionTime")
    return Scanning(
        protocol.nucleus,
        int(chosen["Number"]),
        chosen["AcquisitionTime"],
        chosen["RepetitionTime"],
        chosen["PulseAngle"],
    )


def _allowed(option: str, value: str, values: tuple[str, ...]) -> bool:
    if not values or value in values:
        return True
    try:
        number, numbers = float(value), [float(each) for each in values]
    except ValueError:
        return False
    return min(numbers) <= number <= max(numbers) if option in BETWEEN else number in numbers
