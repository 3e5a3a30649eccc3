"""The documents a dosing head is described by: XML in ISO-8859-1, a line an element (where they stand is assumed)."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape


def head_document(head: Mapping[str, Any], count: int) -> list[bytes]:
    """Return the lines of what `QRD 2 4 11` tells of a head."""
    return _document(
        "Dosing_head_data",
        {
            "Substance": head.get("substance", ""),
            "Lot_ID": head.get("lot", ""),
            "Rem._quantity": f"{float(head.get('left_mg') or 0.0):.1f}",
            "Dosing_counter": count,
        },
    )


def sample_document(head: Mapping[str, Any], target_mg: float, content_mg: float, count: int) -> list[bytes]:
    """Return the lines of what `QRD 2 4 12` tells of the last dosing."""
    return _document(
        "Sample_data",
        {
            "Substance": head.get("substance", ""),
            "Target_quantity": f"{target_mg:.2f}",
            "Content": f"{content_mg:.2f}",
            "Dosing_counter": count,
        },
    )


def _document(root: str, elements: Mapping[str, object]) -> list[bytes]:
    lines = [f"<{name}>{escape(str(text))}</{name}>" for name, text in elements.items()]
    whole = ['<?xml version="1.0" encoding="ISO-8859-1"?>', f"<{root}>", *lines, f"</{root}>"]
    return [line.encode("latin-1", "xmlcharrefreplace") for line in whole]
