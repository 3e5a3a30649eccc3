"""The files of one measurement, as the software writes them: `data.1d`, `spectrum.1d`, `acqu.par`, `protocol.par`.

A `.1d` file is eight little-endian words (owner, format, version, type, four dimensions) and float32 numbers: N
abscissae (s or ppm, ascending), then N complex values. The words' values, and names in `acqu.par` beyond those known to
be read, are assumed. So is the sense of the decay: programs in use transform it without turning it round and draw the
result against a falling scale of shifts, so positive frequencies are taken as lower shifts. Left out: processed and
enhanced spectra, JCAMP and CSV copies, shim folders.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from simulators.magritek_spinsolve.protocols import Scanning
from simulators.twin.receiver import Receiver

Complex = npt.NDArray[np.complex128]
Array = npt.NDArray[np.float64]
OWNER, FORMAT, VERSION, COMPLEX_XY = 0x50524F53, 0x44415441, 0x56312E31, 504
"""Three tags and the type of a file with an abscissa and complex ordinates."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What the host has set and what belongs to the whole measurement."""

    sample: str
    solvent: str
    user_data: Mapping[str, str]
    protocol: str
    options: Mapping[str, str]
    ended: datetime


def written(
    labels: Labels, scanning: Scanning, receiver: Receiver, decay: Complex, *, falling: bool
) -> dict[str, bytes]:
    """Return all files by name; `falling`: positive frequencies of the decay are lower shifts."""
    times_s: Array = receiver.dwell_s * np.arange(receiver.points, dtype=np.float64)
    hertz: Array = np.fft.fftshift(np.fft.fftfreq(receiver.points, receiver.dwell_s)).astype(np.float64)
    ppm = receiver.carrier_ppm + hertz / receiver.frequency_mhz
    spectrum = np.asarray(np.fft.fftshift(np.fft.fft(decay)))
    return {
        "data.1d": one_dimensional(times_s, np.conj(decay) if falling else decay),
        "spectrum.1d": one_dimensional(ppm, spectrum),
        "acqu.par": _lines(_acquisition(labels, scanning, receiver)),
        "protocol.par": _lines({"Protocol": labels.protocol, **labels.options}),
    }


def one_dimensional(abscissae: Array, values: Complex) -> bytes:
    """Return a `.1d` file."""
    pairs = np.column_stack((values.real, values.imag)).ravel()
    numbers = np.concatenate((abscissae, pairs)).astype("<f4")
    return struct.pack("<8I", OWNER, FORMAT, VERSION, COMPLEX_XY, len(abscissae), 1, 1, 1) + numbers.tobytes()


def _acquisition(labels: Labels, scanning: Scanning, receiver: Receiver) -> dict[str, str | int | float]:
    bandwidth_hz = 1.0 / receiver.dwell_s
    return {
        "Protocol": labels.protocol,
        "Sample": labels.sample,
        "Solvent": labels.solvent,
        "CurrentTime": labels.ended.isoformat(timespec="microseconds"),
        "rxChannel": scanning.nucleus,
        "b1Freq": receiver.frequency_mhz,
        "bandwidth": bandwidth_hz * 1e-3,
        "lowestFrequency": receiver.carrier_ppm * receiver.frequency_mhz - 0.5 * bandwidth_hz,
        "dwellTime": receiver.dwell_s * 1e6,
        "acqDelay": receiver.dead_time_s * 1e6,
        "nrPnts": receiver.points,
        "nrScans": scanning.scans,
        "repTime": scanning.repetition_s * 1e3,
        "pulseAngle": scanning.pulse_deg,
        "userData": ";".join(f"{key}={value}" for key, value in labels.user_data.items()),
    }


def _lines(values: Mapping[str, str | int | float]) -> bytes:
    return "".join(f"{name} = {_shown(value)}\n" for name, value in values.items()).encode("utf-8")


def _shown(value: str | int | float) -> str:
    return f'"{" ".join(value.splitlines())}"' if isinstance(value, str) else repr(value)
