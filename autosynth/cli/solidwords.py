"""What is done to jars in words: powder, milling, lids, hands; as recorded, so nothing here asks a plan."""

from collections.abc import Mapping
from typing import Any

from autosynth.report.deeds import mass
from autosynth.report.grinding import joules, minutes
from autosynth.units import format_quantity

TOLD_HANDS = frozenset({"place", "head", "close", "pour", "oven", "unload"})
"""What hands do within a step, and so is worth a line of its own; the others are steps themselves."""


def solid_text(payload: Mapping[str, Any]) -> str | None:
    """Return a started action's verb and arguments: "dose Ru2 114.7 mg into jar"; None of a verb that is no jar's."""
    vessel = payload.get("vessel")
    match payload["verb"]:
        case "dose":
            return f"dose {payload['reagent']} {mass(payload['mass_mg'])} into {vessel}"
        case "grind":
            return (
                f"grind {vessel} at {payload['frequency_hz']:g} Hz for {_time(payload['milled_s'])}{_wetting(payload)}"
            )
        case "weigh":
            return f"weigh {vessel}"
        case "wash":
            volume = format_quantity(payload["volume_ml"], "volume")
            return f"wash {vessel} {payload['times']} times with {volume} {payload['with']}"
        case "centrifuge":
            return f"centrifuge {vessel} for {_time(payload['wait_s'])}"
        case "activate":
            heat = f"{payload['temperature_c']:g} °C for {_time(payload['hold_s'])}"
            dish = ", in a dish" if payload.get("in") == "dish" else ""
            return f"activate {vessel} at {heat} in {payload['atmosphere']}{dish}"
        case "autoclave":
            volume = format_quantity(float(f"{payload['volume_ml']:.3g}"), "volume")
            heat = f"{payload['temperature_c']:g} °C for {_time(payload['hold_s'])}"
            return f"autoclave {vessel} with {volume} {payload['reagent']} at {heat}"
        case _:
            return None


def _wetting(payload: Mapping[str, Any]) -> str:
    if "eta_ml_g" not in payload:
        return ""
    liquid = payload.get("reagent", payload["stock"])
    volume = format_quantity(float(f"{payload['volume_ml']:.3g}"), "volume")
    return f", {volume} {liquid} to {payload['eta_ml_g']:g} µL/mg"


def block_text(payload: Mapping[str, Any]) -> str:
    """Return a stretch of milling as it was booked."""
    energy = joules(payload["energy_j_g"])
    return f"{payload['vessel']} milled {minutes(payload['ran_s'])} at {payload['frequency_hz']:g} Hz, {energy}"


def done_text(result: Mapping[str, Any]) -> str:
    """Return what a finished action tells that its start could not: the mass that was weighed in."""
    if "asked_mg" not in result:
        return ""
    off = 100.0 * (result["mass_mg"] / result["asked_mg"] - 1.0) if result["asked_mg"] else 0.0
    return f"weighed in {mass(result['mass_mg'])} ({off:+.2f} %)"


def _time(t_s: float) -> str:
    return format_quantity(float(f"{t_s:.4g}"), "time")
