"""Whether an mzML file is whole: XML to its end, without entities, with a spectrum whose arrays are not empty.

It is read by defusedxml: a document type or entities, which no instrument writes, are refused before they are expanded.
"""

import io
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

ROOTS = ("mzML", "indexedmzML")


def mzml_fault(text: str) -> str:
    """Return what is wrong with a text, read byte by byte as Latin-1, as an mzML file."""
    roots: list[str] = []
    spectra = filled = 0
    try:
        for event, element in iterparse(io.BytesIO(_bytes(text)), events=("start", "end"), forbid_dtd=True):
            name = str(element.tag).rpartition("}")[2]
            if event == "start":
                roots = roots or [name]
            elif name == "binary":
                filled += bool((element.text or "").strip())
            elif name == "spectrum":
                spectra += 1
                element.clear()
    except DefusedXmlException:
        return "holds a document type or entities, which no instrument writes"
    except (ParseError, LookupError, ValueError) as error:
        if roots and roots[0] not in ROOTS:
            return f"is no mzML file: it begins with <{roots[0][:40]}>"
        return f"is no whole XML: {error}"
    if roots[0] not in ROOTS:
        return f"is no mzML file: it begins with <{roots[0][:40]}>"
    if not spectra:
        return "has no spectrum"
    return "" if filled else "has spectra without data"


def _bytes(text: str) -> bytes:
    """Return the bytes that a text was read of; a mark of byte order in front of them is gone."""
    return text.encode("latin-1", "replace")
