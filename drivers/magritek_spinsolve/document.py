"""Spinsolve messages as XML documents: one element inside `<Message>`; read without entities, types or inclusions."""

from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from autosynth.errors import GarbledReplyError

_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


def message(element: Element) -> bytes:
    """Return the bytes of a request.

    Raises:
        ValueError: a text holds what XML cannot.
    """
    root = Element("Message")
    root.append(element)
    try:
        data = _DECLARATION + tostring(root, encoding="unicode").encode()
        fromstring(data, forbid_dtd=True)
    except (ParseError, UnicodeEncodeError) as error:
        raise ValueError(f"this cannot be said in XML: {error}") from error
    return data


def body(frame: bytes) -> Element:
    """Return the only element inside a message.

    Raises:
        GarbledReplyError: it is not XML, declares types or entities, is no `<Message>`, or has not one element.
    """
    try:
        root = fromstring(frame, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise GarbledReplyError(f"this is not the XML of a Spinsolve: {error}", received=frame[:200]) from error
    if root.tag != "Message" or len(root) != 1:
        what = f"a <{root.tag}> of {len(root)} elements is no Spinsolve message"
        raise GarbledReplyError(what, received=frame[:200])
    element: Element = root[0]
    return element
