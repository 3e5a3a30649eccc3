"""Natural nuclides of the elements that mass spectra are rendered of: mass in Da and abundance (IUPAC), lightest first.

The twin's own table: the analyser has another.
"""

from collections.abc import Mapping
from types import MappingProxyType

NUCLIDES: Mapping[str, tuple[tuple[float, float], ...]] = MappingProxyType(
    {
        "H": ((1.00782503, 0.999885), (2.01410178, 0.000115)),
        "C": ((12.0, 0.9893), (13.00335484, 0.0107)),
        "O": ((15.99491462, 0.99757), (16.99913170, 0.00038), (17.99916100, 0.00205)),
        "Na": ((22.98976928, 1.0),),
        "Cl": ((34.96885268, 0.7576), (36.96590259, 0.2424)),
        "Cu": ((62.92959772, 0.6915), (64.92778970, 0.3085)),
        "Ru": (
            (95.90759025, 0.0554), (97.90528680, 0.0187), (98.90593410, 0.1276), (99.90421430, 0.1260),
            (100.90557690, 0.1706), (101.90434410, 0.3155), (103.90542750, 0.1862),
        ),
        "Rh": ((102.90549800, 1.0),),
        "I": ((126.90447190, 1.0),),
        "Cs": ((132.90545196, 1.0),),
    }
)  # fmt: skip
ELECTRON_DA = 5.48579909e-4
