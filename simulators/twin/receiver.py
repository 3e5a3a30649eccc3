"""The receiver that a spectrometer's body describes when it asks the twin for a free induction decay.

It holds what the instrument knows of itself; phase, reference and noise are the twin's to know.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receiver:
    """How one nucleus is received; all defaults are assumed and configurable.

    Attributes:
        frequency_mhz: Larmor frequency of the nucleus.
        carrier_ppm: Where zero frequency is.
        points: Complex points; dwell_s: the time between two.
        dead_time_s: From the middle of the pulse to the first point.
        field_width_hz: What the magnet's inhomogeneity adds to every line's width (full width at half height).
        sensitivity: 1 for the nominal probe; noise is divided by it.
        coil_ml: How much liquid the coil sees; less gives less signal in proportion.
    """

    frequency_mhz: float
    carrier_ppm: float
    points: int
    dwell_s: float
    dead_time_s: float = 2e-4
    field_width_hz: float = 0.4
    sensitivity: float = 1.0
    coil_ml: float = 0.35
