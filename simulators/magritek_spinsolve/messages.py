"""XML documents on a byte stream: cut at `</Message>`, read without entities, written pretty-printed.

What cannot be read is said, not guessed at; a document that never ends is dropped.
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

from defusedxml.ElementTree import fromstring

END = b"</Message>"
LONGEST = 1 << 20
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


class Documents:
    """Cuts a stream into documents."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; return the documents that are complete."""
        self._buffer += data
        found: list[bytes] = []
        while (end := self._buffer.find(END)) >= 0:
            found.append(bytes(self._buffer[: end + len(END)]))
            del self._buffer[: end + len(END)]
        if len(self._buffer) > LONGEST:
            self._buffer.clear()
        return found

    def forget(self) -> None:
        """Drop what is incomplete."""
        self._buffer.clear()


def read(document: bytes) -> Element | None:
    """Return the message, or None when the bytes are no message of any kind."""
    try:
        root = fromstring(document.strip())
    except (ParseError, ValueError, LookupError):
        return None
    return root if root.tag == "Message" else None


def message(name: str, attributes: Mapping[str, str] | None = None) -> tuple[Element, Element]:
    """Return a message and its one child, to be filled."""
    root = Element("Message")
    return root, SubElement(root, name, dict(attributes or {}))


def written(root: Element) -> bytes:
    """Return a message as it goes out; nothing stands between one and the next."""
    indent(root, "  ")
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=False)
    return DECLARATION + body
