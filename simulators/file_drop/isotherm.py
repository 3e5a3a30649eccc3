"""A sorption isotherm as an Adsorption Information File.

The format is a dictionary of names in the grammar of crystallographers' files: Evans, Bon, Senkovska and Kaskel, "A
Universal Standard Archive File for Adsorption Data", Langmuir 2021, 37, 4222, doi 10.1021/acs.langmuir.1c00122.
Written here: adsorption alone, of nitrogen at 77 K unless the twin says otherwise. Left out: desorption.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from simulators.file_drop.exposure import Exposed


def isotherm(sample: Exposed, p0_kpa: float, instrument: str, at: datetime) -> bytes:
    """Return the file of an isotherm of p/p0 and cm3(STP)/g."""
    rows = (f"{ratio * p0_kpa:.6g} {p0_kpa:.6g} {amount:.6g}" for ratio, amount in zip(sample.x, sample.y, strict=True))
    block = f"data_{re.sub(r'[^A-Za-z0-9_.-]', '_', sample.name)}"
    pairs = (f"{tag} {value}" for tag, value in _pairs(sample, p0_kpa, instrument, at).items())
    loop = ("loop_", "_adsorp_pressure", "_adsorp_p0", "_adsorp_amount")
    return "".join(f"{line}\n" for line in (block, *pairs, "", *loop, *rows)).encode("ascii", "replace")


def _pairs(sample: Exposed, p0_kpa: float, instrument: str, at: datetime) -> Mapping[str, str]:
    more = sample.more
    return {
        "_exptl_operator": "'simulated bench'",
        "_exptl_date": at.isoformat(timespec="seconds"),
        "_exptl_instrument": _quoted(instrument),
        "_exptl_adsorptive": _quoted(str(more.get("adsorptive", "N2"))),
        "_exptl_temperature": f"{float(more.get('temperature_k', 77.0)):.2f}",
        "_exptl_p0": f"{p0_kpa:.6g}",
        "_exptl_sample_mass": f"{float(more.get('mass_g', 0.1)):.5f}",
        "_sample_id": _quoted(sample.name),
        "_sample_material_id": _quoted(str(more.get("material", sample.name))),
        "_units_temperature": "K",
        "_units_pressure": "kPa",
        "_units_mass": "g",
        "_units_loading": "'cm3(STP) g-1'",
    }


def _quoted(text: str) -> str:
    return "'" + " ".join(text.replace("'", " ").split()) + "'"
