"""What a dosing head says of itself: an XML document in ISO-8859-1, read without entities, types or inclusions.

Names of elements are those of the Quantos command set (Substance, Lot_ID, Rem._quantity, Dosing_counter); where in the
document they stand is not relied on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from autosynth.errors import GarbledReplyError

LONGEST = 65536
_MOST_ELEMENTS = 500
_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Head:
    """A dosing head: the substance it names ("" for no head), its lot, and its count of dosings (None: it has none)."""

    substance: str = ""
    lot: str = ""
    dosed: int | None = None


def parse_head(document: bytes) -> Head:
    """Return the head that a document describes.

    Raises:
        GarbledReplyError: it is no XML, too long, or declares types or entities.
    """
    if len(document) > LONGEST:
        raise GarbledReplyError(f"the document is longer than {LONGEST} bytes", received=document[:200])
    if not document.lstrip().startswith(b"<?xml"):
        document = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + document.lstrip()
    try:
        root: Element = fromstring(document, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise GarbledReplyError(f"this is not the XML of a dosing head: {error}", received=document[:200]) from error
    found = dict(_texts(root))
    counter = re.match(r"[0-9]{1,9}(?![0-9])", found.get("dosing_counter", ""))
    substance = found.get("substance", "")[:_NAME_LENGTH]
    return Head(substance or "unnamed", found.get("lot_id", "")[:_NAME_LENGTH], int(counter[0]) if counter else None)


def _texts(root: Element) -> Iterator[tuple[str, str]]:
    """Return the text of each element under its name in small letters, without its namespace."""
    for number, element in enumerate(root.iter()):
        if number >= _MOST_ELEMENTS:
            raise GarbledReplyError(f"the document has more than {_MOST_ELEMENTS} elements")
        yield element.tag.rpartition("}")[2].lower(), (element.text or "").strip()
