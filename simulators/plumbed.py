"""Faults of whatever liquid passes: a seal that leaks, air in a line, a bottle that holds less than somebody believes.

A pump and a selector have them alike. Nothing of it is felt by their electronics.
"""

from collections.abc import Collection, Mapping

from simulators.device import Twin

PLUMBED = frozenset({"leak", "air_in_line", "stock_empty"})


class Plumbed:
    """The lines at one device's ports, as far as something may be wrong with them."""

    def __init__(self, name: str, twin: Twin, ports: Collection[str]) -> None:
        self._name = name
        self._twin = twin
        self._ports = ports

    def check(self, fault: str, values: Mapping[str, float]) -> None:
        """Refuse a fault that has nothing to befall.

        Raises:
            ValueError: no line ends at the port, or it does not lead to a vessel.
        """
        if fault not in PLUMBED or fault == "leak":
            return
        port = _port(values)
        known = [each for each in self._ports if self._there(fault, each)]
        if port not in known:
            what = "leads to a bottle" if fault == "stock_empty" else "has a line"
            others = ", ".join(known) or "none"
            message = f"{fault}: port {port} of {self._name} is none that {what}; those are {others}"
            raise ValueError(message)

    def inject(self, t_s: float, fault: str, values: Mapping[str, float]) -> None:
        """Suffer one of `PLUMBED`.

        Raises:
            ValueError: as `check` does.
        """
        self.check(fault, values)
        vessel = self._twin.tube(self._name, _port(values)) if fault == "stock_empty" else None
        if fault == "leak":
            self._twin.leak(self._name, values["share"])
        elif vessel is not None:
            self._twin.deplete(vessel, values.get("ml", 0.0), t_s)
        else:
            self._twin.admit(self._name, _port(values), values["ml"])

    def _there(self, fault: str, port: str) -> bool:
        if fault == "stock_empty":
            return self._twin.tube(self._name, port) is not None
        return self._twin.line_ml(self._name, port) is not None


def _port(values: Mapping[str, float]) -> str:
    return f"{values.get('position', 0.0):g}"
