"""What a host has set since the software began: sample, solvent, user data, and where the next data go.

Elements are taken wherever they stand; one that is no setting changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement

from simulators.magritek_spinsolve.files import Labels
from simulators.magritek_spinsolve.folders import Naming, Target
from simulators.magritek_spinsolve.messages import message

TEXTS = ("Sample", "Solvent")
NAMINGS: tuple[Naming, ...] = ("UserFolder", "TimeStamp", "TimeStampTree")
SETTABLE = (*TEXTS, "UserData", "DataFolder", *NAMINGS)
"""Elements that set something, inside `Set` or without it."""


class Remembered:
    """Settings of one run of the software."""

    def __init__(self, data_folder: str) -> None:
        self.target = Target("TimeStamp", data_folder)
        self._data_folder = data_folder
        self._texts = dict.fromkeys(TEXTS, "")
        self._user_data: dict[str, str] = {}

    def labels(self, protocol: str, options: dict[str, str], now: datetime) -> Labels:
        """Return what goes into the data of a measurement."""
        return Labels(self._texts["Sample"], self._texts["Solvent"], dict(self._user_data), protocol, options, now)

    def put(self, element: Element) -> None:
        """Take one setting; what was set before is replaced."""
        if element.tag in TEXTS:
            self._texts[element.tag] = (element.text or "").strip()
        elif element.tag == "UserData":
            self._user_data = {child.get("key", ""): child.get("value", "") for child in element.iter("Data")}
        elif element.tag in NAMINGS:
            path = (element.text or "").strip() or self._data_folder
            self.target = Target(element.tag, path)
        else:
            inner = NAMINGS if element.tag == "DataFolder" else SETTABLE
            for child in element:
                if child.tag in inner:
                    self.put(child)

    def response(self, asked: Iterable[Element]) -> Element:
        """Return the answer to a `GetRequest`; what is not known is left out."""
        root, response = message("GetResponse")
        for child in asked:
            if child.tag in TEXTS:
                SubElement(response, child.tag).text = self._texts[child.tag]
            elif child.tag == "UserData":
                data = SubElement(response, "UserData")
                for key, value in self._user_data.items():
                    SubElement(data, "Data", {"key": key, "value": value})
        return root
