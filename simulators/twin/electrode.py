"""The electrode a potentiostat's body describes when it asks the twin for a voltammogram.

It holds the nominal cell as the station states it; the twin alone knows by how much the real one differs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Electrode:
    """A working electrode and its cell, nominal values; all defaults are assumed and configurable.

    Attributes:
        area_cm2: Geometric area; 0.0707 cm2 is a 3 mm disc.
        ru_ohm: Uncompensated resistance.
        cdl_f: Double-layer capacitance; 20 uF/cm2 of that disc.
        reference_offset_v: E on the instrument's scale minus E on the ferrocene scale.
    """

    area_cm2: float = 0.0707
    ru_ohm: float = 200.0
    cdl_f: float = 1.4e-6
    reference_offset_v: float = 0.0

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> "Electrode":
        """Read the electrode keys among a device's options; absent keys keep their defaults."""
        return cls(
            area_cm2=float(options.get("area_cm2", 0.0707)),
            ru_ohm=float(options.get("ru_ohm", 200.0)),
            cdl_f=float(options.get("cdl_f", 1.4e-6)),
            reference_offset_v=float(options.get("reference_offset_v", 0.0)),
        )
