"""Mass spectra from mzML, read by pyteomics after the XML was found to be whole and harmless.

A file is looked through by defusedxml first: entities and document types are refused, which no instrument writes. What
arrays hold is inflated by ourselves, no further than the file says there are points. One MS1 spectrum is wanted, or
several profiles over the same m/z, whose intensities are added.
"""

import base64
import binascii
import functools
import io
import warnings
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from autosynth.analysis.arrays import Array
from autosynth.analysis.mass.spectrum import MassSpectrum, Mode
from autosynth.errors import AnalysisError, InputError, Problem
from autosynth.files import read_within

LARGEST = 64 * 1024 * 1024
"""Bytes of a file."""
MOST_POINTS = 1 << 22
"""Of one spectrum."""
MOST_SPECTRA = 2000
MZ, INTENSITY = "m/z array", "intensity array"
VOCABULARY = "http://purl.obolibrary.org/obo/ms/psi-ms.obo"
PACKED = {"no compression": False, "zlib compression": True}


def read_mass_spectrum(path: Path) -> MassSpectrum:
    """Read the MS1 spectrum of an mzML file.

    Raises:
        InputError: the file cannot be read, is no regular file, or has more than 64 MB.
        AnalysisError: it is no whole mzML file, holds entities, no MS1 spectrum or several that cannot be added, or
            arrays that are damaged or packed in an unknown way; the message names it.
    """
    try:
        content = read_within(path, LARGEST)
    except OSError as error:
        raise InputError(Problem(f"cannot read {path}: {error.strerror}", rule="file")) from error
    return spectrum_of(content, str(path))


def spectrum_of(content: bytes, file: str) -> MassSpectrum:
    """Return the MS1 spectrum of a file's content; `file` is what messages call it.

    Raises:
        AnalysisError: as `read_mass_spectrum`.
    """
    _check_xml(content, file)
    found = [each for each in _spectra(content, file) if int(each.get("ms level", 1)) == 1]
    if not found:
        raise AnalysisError(f"{file} holds no MS1 spectrum")
    mode = _mode(found[0], file)
    if any(_mode(each, file) != mode for each in found):
        raise AnalysisError(f"{file} holds profiles and lists of centroids: export one of them")
    arrays = [(_array(each, MZ, file), _array(each, INTENSITY, file)) for each in found]
    mz = arrays[0][0]
    if any(len(where) != len(seen) for where, seen in arrays):
        raise AnalysisError(f"{file} has not as many intensities as m/z values")
    if any(not np.array_equal(where, mz) for where, _ in arrays[1:]):
        raise AnalysisError(f"{file} holds {len(found)} spectra over different m/z: export their average")
    order = np.argsort(mz, kind="stable")
    total = np.sum([seen for _, seen in arrays], axis=0)
    return MassSpectrum(mz[order], np.asarray(total[order]), mode, str(found[0].get("id", "")), file)


def _check_xml(content: bytes, file: str) -> None:
    """Look through a file: whole XML, without entities, whose root is that of mzML, of not too many spectra."""
    seen = spectra = 0
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            name = str(element.tag).rpartition("}")[2]
            if event == "start":
                if not seen and name not in {"mzML", "indexedmzML"}:
                    raise AnalysisError(f"{file} is no mzML file: it begins with <{name[:40]}>")
                seen += 1
            elif name == "cvParam" and "Numpress" in element.get("name", ""):
                raise AnalysisError(f"{file} is packed as {element.get('name')}: export it with zlib or without")
            elif name == "spectrum":
                spectra += 1
                element.clear()
            if spectra > MOST_SPECTRA:
                raise AnalysisError(f"{file} holds more than {MOST_SPECTRA} spectra: export their average")
    except DefusedXmlException as error:
        raise AnalysisError(f"{file} holds a document type or entities, which no instrument writes") from error
    except (ParseError, LookupError, ValueError) as error:
        raise AnalysisError(f"{file} is no whole mzML file: {error}") from error


def _spectra(content: bytes, file: str) -> list[Mapping[str, Any]]:
    from pyteomics import mzml  # noqa: PLC0415  # loads slowly

    try:
        with (
            warnings.catch_warnings(),
            mzml.MzML(io.BytesIO(content), decode_binary=False, use_index=False, cv=_vocabulary()) as reader,
        ):
            warnings.simplefilter("ignore")  # of what is strange in a file; what is missing is found out below
            return list(reader)
    except Exception as error:  # pyteomics lets whatever it stumbles over through
        raise AnalysisError(f"{file} cannot be read as mzML: {type(error).__name__}: {error}") from error


@functools.lru_cache(maxsize=1)
def _vocabulary() -> Any:
    """Return the vocabulary that psims brings along; left alone, pyteomics would fetch it from the network."""
    from psims.controlled_vocabulary import OBOCache  # noqa: PLC0415  # loads slowly

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves the vocabulary's file to the collector
        return OBOCache(enabled=False, use_remote=False).load(VOCABULARY)


def _mode(spectrum: Mapping[str, Any], file: str) -> Mode:
    if "profile spectrum" in spectrum:
        return "profile"
    if "centroid spectrum" in spectrum:
        return "centroid"
    raise AnalysisError(f"{file} does not say whether its spectrum is a profile or a list of centroids")


def _array(spectrum: Mapping[str, Any], name: str, file: str) -> Array:
    """Return an array as numbers, inflated no further than to as many as the spectrum says it has."""
    record = spectrum.get(name)
    if record is None:
        raise AnalysisError(f"{file} has a spectrum without {name}")
    count = int(spectrum.get("defaultArrayLength", -1))
    if not 0 <= count <= MOST_POINTS:
        raise AnalysisError(f"{file} has a spectrum of {count} points, at most {MOST_POINTS} are read")
    packed = PACKED.get(str(record.compression))
    kind = np.dtype(record.dtype)
    if packed is None or kind.kind not in "fi":
        raise AnalysisError(f"{file} has a {name} packed as {record.compression}: export it with zlib or without")
    size = count * kind.itemsize
    try:
        plain = base64.b64decode(record.data or b"", validate=False)
        if packed and plain:
            inflating = zlib.decompressobj()
            plain = inflating.decompress(plain, size + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise AnalysisError(f"{file} has a damaged {name}: {error}") from error
    if len(plain) != size:
        raise AnalysisError(f"{file} has a {name} of other than the {count} points that it says")
    return np.frombuffer(plain, kind.newbyteorder("<")).astype(np.float64)
