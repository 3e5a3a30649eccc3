"""Which of the software's protocols measures a nucleus, and how a block of scans is written as its options.

Both differ from instrument to instrument, so both are options of the station. The defaults are assumed: `1D EXTENDED+`
stands in the list of an instrument of 2019; for phosphorus that one has `1D PHOSPHORUS+ WALTZ`, with other options.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autosynth.contracts.driver import OptionsError
from autosynth.contracts.nmr import Acquisition
from autosynth.errors import ArgumentError, IdentityError
from drivers.magritek_spinsolve.codec import Offered

_EXTENDED = {
    "Number": "scans",
    "RepetitionTime": "repetition",
    "AcquisitionTime": "acquisition",
    "PulseAngle": "pulse",
}
ASSUMED: Mapping[str, Any] = {
    "1H": {"name": "1D EXTENDED+", "options": _EXTENDED},
    "31P": {"name": "1D PHOSPHORUS", "options": _EXTENDED},
}
WORDS = ("scans", "repetition", "acquisition", "pulse")
"""What a block is made of; any other value of an option is sent as it is written."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol as the software names it; `options` are its options' names with a word or a fixed value each."""

    name: str
    options: Mapping[str, str]


def read_protocols(given: Mapping[str, Any]) -> dict[str, Protocol]:
    """Return the protocols by nucleus, as a station has them or as assumed when it has none.

    Raises:
        OptionsError: one has no name or no options, or does not say how many scans are made.
    """
    return {nucleus: _protocol(nucleus, entry) for nucleus, entry in (given or ASSUMED).items()}


def settings(protocol: Protocol, block: Acquisition, offered: Offered, device: str) -> dict[str, str]:
    """Return the options of a protocol for a block; against what is `offered` once that is known.

    Raises:
        ArgumentError: the software does not offer a value; the message says which it does.
    """
    values = {
        "scans": float(block.scans),
        "repetition": block.repetition_s,
        "acquisition": block.acquisition_s,
        "pulse": block.pulse_deg,
    }
    known = offered.get(protocol.name, {})
    return {
        option: _offered(option, values[word], known.get(option, ()), device) if word in values else word
        for option, word in protocol.options.items()
    }


def check_offered(protocols: Mapping[str, Protocol], offered: Offered, device: str) -> None:
    """See that the software has the protocols that the station names, with their options and fixed values.

    Raises:
        IdentityError: one is missing; the message says what there is.
    """
    for nucleus, protocol in protocols.items():
        advice = f"Write what the software has under `protocols: {{{nucleus}: ...}}`."
        if protocol.name not in offered:
            has = ", ".join(sorted(offered)) or "none"
            raise IdentityError(
                f"it has no protocol {protocol.name!r} for {nucleus}, only {has}", device, advice=advice
            )
        known = offered[protocol.name]
        for option, word in protocol.options.items():
            if option not in known:
                has = ", ".join(sorted(known)) or "none"
                message = f"{protocol.name} has no option {option!r}, only {has}"
                raise IdentityError(message, device, advice=advice)
            if word not in WORDS and known[option] and word not in known[option]:
                message = f"{option} of {protocol.name} is none of {', '.join(known[option])} with {word!r}"
                raise IdentityError(message, device, advice=advice)


def _offered(option: str, value: float, texts: tuple[str, ...], device: str) -> str:
    """Return a value as the software writes it."""
    if not texts:
        return f"{value:.10g}"
    for text in texts:
        try:
            equal = abs(float(text) - value) <= 1e-9 * max(abs(value), 1.0)
        except ValueError:
            continue
        if equal:
            return text
    message = f"its {option} may be {', '.join(texts)}, not {value:g}"
    raise ArgumentError(message, device, advice="Ask for one of these.")


def _protocol(nucleus: str, entry: object) -> Protocol:
    name, options = (entry.get("name"), entry.get("options")) if isinstance(entry, Mapping) else (None, None)
    if not isinstance(name, str) or not isinstance(options, Mapping) or set(entry) - {"name", "options"}:  # type: ignore[call-overload]
        example = '{name: "1D EXTENDED+", options: {Number: scans}}'
        raise OptionsError(f"protocols: {nucleus} needs a name and options, such as {example}")
    read = {str(option): str(word) for option, word in options.items()}
    if "scans" not in read.values():
        raise OptionsError(f"protocols: no option of {nucleus} says the number of scans; write {{Number: scans}}")
    return Protocol(name, read)
