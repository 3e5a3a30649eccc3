"""What hands have done to jars, in words, and masses as balances show them."""

from collections.abc import Mapping
from typing import Any

from autosynth.units import format_quantity

DONE = {"close": "closed", "open": "opened", "vent": "vented", "activate": "activated"}


def deed_text(payload: Mapping[str, Any]) -> str:
    """Return what hands have done, from its event: "jar moved to mill"."""
    vessel = payload["vessel"]
    match payload["do"]:
        case "place":
            return f"{vessel} moved to {payload['at']}"
        case "head":
            return f"head of {payload['powder']} mounted on {payload['device']}"
        case "charge":
            return f"{mass(payload['mass_mg'])} of {payload['powder']} weighed into {vessel}"
        case "expose":
            washed = ", washed" if payload.get("washed") else ""
            much = payload.get("volume_ml")
            taken = f"{payload['mass_mg']:g} mg" if much is None else format_quantity(much, "volume")
            return f"{taken} of {vessel} taken to {payload['device']}{washed}"
        case "wash":
            if not payload.get("solvent"):
                return f"{vessel} spun down"
            return f"{vessel} washed {payload['times']} × {payload['volume_ml']:g} mL {payload['solvent']}"
        case "activate":
            return f"{vessel} activated at {payload['temperature_c']:g} °C for {payload['time_s'] / 3600:.3g} h"
        case "pour":
            return f"{payload['volume_ml']:g} mL of {payload['source']} poured into {vessel}"
        case "oven":
            return f"{vessel} put into the oven: {payload['temperature_c']:g} °C for {payload['time_s'] / 3600:.3g} h"
        case "unload":
            return f"{vessel} taken out of the oven at {payload['temperature_c']:.1f} °C"
        case other:
            return f"{vessel} {DONE.get(other, other)}"


def mass(mass_mg: float, sd_mg: float = 0.0) -> str:
    """Return a mass in mg, as balances show it; from a gram on in g."""
    value, sd, unit = (mass_mg, sd_mg, "mg") if abs(mass_mg) < 1e3 else (1e-3 * mass_mg, 1e-3 * sd_mg, "g")
    if sd > 0:
        return f"{format_quantity(value, 'number', sd)} {unit}"
    return f"{float(f'{value:.5g}'):g} {unit}"
