"""A mass spectrum as mzML 1.1 (Martens et al., Mol. Cell. Proteomics 2011, 10, R110.000133), written by psims.

One MS1 spectrum of positive ions, as a profile or, as an instrument's own software would list them, as centroids: the
local maxima of the smoothed profile that stand out, each with its centre of mass and area. Numbers are 64-bit m/z and
32-bit intensities, compressed. Vocabularies are those that psims brings along; nothing is fetched.
"""

import functools
import io
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
VOCABULARIES = (
    "https://raw.githubusercontent.com/HUPO-PSI/psi-ms-CV/master/psi-ms.obo",
    "http://ontologies.berkeleybop.org/uo.obo",
)
STANDING = 4.0
"""A maximum is listed when it is so many times the root of what counting makes of the points around it."""
COUNTS = "number of detector counts"


def spectrum(name: str, mz: Array, intensity: Array, mode: str, instrument: str, at: datetime) -> bytes:
    """Return the file of a spectrum: m/z and counts of a profile, both of shape (points,), m/z ascending.

    Raises:
        ValueError: `mode` is neither "profile" nor "centroid".
    """
    if mode not in {"profile", "centroid"}:
        message = f"a mass spectrum is written as profile or centroid, not as {mode!r}"
        raise ValueError(message)
    shown = centroids(mz, intensity) if mode == "centroid" else (mz, intensity)
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # psims leaves its vocabularies' files to the collector
        _write(file, name, shown, mode, instrument, at)
    return file.getvalue()


def centroids(mz: Array, intensity: Array) -> tuple[Array, Array]:
    """Return centre of mass and area of every peak of a profile that stands out of its neighbourhood."""
    if not len(mz) or not float(np.ptp(intensity)) > 0.0:
        return mz[:0], intensity[:0]
    reach = max(round(0.7 * _peak_points(np.convolve(intensity, np.ones(3) / 3.0, "same"))), 1)
    kernel = np.ones(2 * reach + 1)
    area = np.convolve(intensity, kernel, "same")
    moment = np.convolve(intensity * mz, kernel, "same")
    highest = np.array([area[max(i - reach, 0) : i + reach + 1].max() for i in range(len(area))])
    floor = float(np.median(area))
    found = np.flatnonzero((area >= highest) & (area - floor > STANDING * np.sqrt(np.maximum(floor, 1.0))))
    apart = np.concatenate(([True], np.diff(found) > reach)) if len(found) else np.zeros(0, dtype=bool)
    kept = found[apart]
    return moment[kept] / area[kept], area[kept]


def _peak_points(intensity: Array) -> int:
    """Return how many points the strongest peak has above half its height."""
    top = int(np.argmax(intensity))
    half = intensity > 0.5 * intensity[top]
    low = top - int(np.argmin(half[top::-1])) if not half[: top + 1].all() else 0
    high = top + int(np.argmin(half[top:])) if not half[top:].all() else len(half)
    return max(high - low, 3)


@functools.lru_cache(maxsize=1)
def _vocabularies() -> Any:
    """Return psims' own copies of the vocabularies, read once."""
    from psims.controlled_vocabulary import OBOCache  # noqa: PLC0415  # reads slowly, and only mass spectra need it

    cache: Any = OBOCache(enabled=False, use_remote=False)
    for uri in VOCABULARIES:
        cache.set_resolver(uri, _known(cache.load(uri)))
    return cache


def _known(vocabulary: Any) -> Callable[[Any], Any]:
    return lambda cache: vocabulary


def _write(file: io.BytesIO, name: str, shown: tuple[Array, Array], mode: str, instrument: str, at: datetime) -> None:
    from psims.mzml import MzMLWriter  # noqa: PLC0415  # reads slowly, and only mass spectra need it

    mz, intensity = shown
    with MzMLWriter(file, close=False, vocabulary_resolver=_vocabularies()) as writer:
        writer.controlled_vocabularies()
        writer.file_description(["MS1 spectrum", f"{mode} spectrum"])
        writer.software_list([{"id": "simulator", "version": "1", "params": [{"acquisition software": instrument}]}])
        writer.instrument_configuration_list(
            [
                writer.InstrumentConfiguration(
                    id="IC1",
                    component_list=[
                        writer.Source(1, ["electrospray ionization"]),
                        writer.Analyzer(2, ["time-of-flight"]),
                        writer.Detector(3, ["microchannel plate detector"]),
                    ],
                )
            ]
        )
        method = writer.ProcessingMethod(order=1, software_reference="simulator", params=["Conversion to mzML"])
        writer.data_processing_list([writer.DataProcessing([method], id="DP1")])
        began = at.isoformat(timespec="seconds")
        run = writer.run(id=_identifier(name), instrument_configuration="IC1", start_time=began)
        with run, writer.spectrum_list(count=1):
            writer.write_spectrum(
                mz,
                intensity,
                id="scan=1",
                centroided=mode == "centroid",
                scan_start_time=0.0,
                polarity="positive scan",
                params=_parameters(mz, intensity),
                encoding={"m/z array": np.float64, "intensity array": np.float32},
            )


def _parameters(mz: Array, intensity: Array) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = [{"ms level": 1}]
    if len(mz):
        total = {"name": "total ion current", "value": float(intensity.sum()), "unit_name": COUNTS}
        found += [
            total,
            {"name": "lowest observed m/z", "value": float(mz[0]), "unit_name": "m/z"},
            {"name": "highest observed m/z", "value": float(mz[-1]), "unit_name": "m/z"},
        ]
    return found


def _identifier(name: str) -> str:
    """Return a name as an XML identifier may be."""
    kept = "".join(one if one.isascii() and (one.isalnum() or one in "_.-") else "_" for one in name)
    return f"run_{kept}"
