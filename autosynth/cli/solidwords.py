"""What is done to jars in words: powder, milling, lids, hands; as recorded, so nothing here asks a plan."""

from collections.abc import Mapping
from typing import Any

from autosynth.report.grinding import joules, minutes
from autosynth.units import format_quantity

TOLD_HANDS = frozenset({"place", "head", "close"})
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
            return f"activate {vessel} at {heat} in {payload['atmosphere']}"
        case _:
            return None


def _wetting(payload: Mapping[str, Any]) -> str:
    if "eta_ml_g" not in payload:
        return ""
    liquid = payload.get("reagent", payload["stock"])
    volume = format_quantity(float(f"{payload['volume_ml']:.3g}"), "volume")
    return f", {volume} {liquid} to {payload['eta_ml_g']:g} µL/mg"


def hand_text(payload: Mapping[str, Any]) -> str:
    """Return what hands have done: "jar moved to mill"."""
    vessel = payload["vessel"]
    match payload["do"]:
        case "place":
            return f"{vessel} moved to {payload['at']}"
        case "head":
            return f"head of {payload['powder']} mounted on {payload['device']}"
        case "charge":
            return f"{mass(payload['mass_mg'])} of {payload['powder']} weighed into {vessel}"
        case "expose":
            return f"{payload['mass_mg']:g} mg of {vessel} taken to {payload['device']}"
        case "wash":
            return f"{vessel} washed" if payload.get("solvent") else f"{vessel} spun down"
        case other:
            done = {"close": "closed", "open": "opened", "vent": "vented", "activate": "activated"}
            return f"{vessel} {done.get(other, other)}"


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


def mass(mass_mg: float, sd_mg: float = 0.0) -> str:
    """Return a mass in mg, as balances show it; from a gram on in g."""
    value, sd, unit = (mass_mg, sd_mg, "mg") if abs(mass_mg) < 1e3 else (1e-3 * mass_mg, 1e-3 * sd_mg, "g")
    if sd > 0:
        return f"{format_quantity(value, 'number', sd)} {unit}"
    return f"{float(f'{value:.5g}'):g} {unit}"


def _time(t_s: float) -> str:
    return format_quantity(float(f"{t_s:.4g}"), "time")
