"""A run's events and numbers in words, one line each; the live view, the log and the summaries share them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autosynth.analysis.estimate import DIMENSIONS, SIZES, Estimate
from autosynth.cli.solidwords import TOLD_HANDS, block_text, done_text, solid_text
from autosynth.report.deeds import deed_text
from autosynth.report.wording import unit_of
from autosynth.units import format_quantity

if TYPE_CHECKING:
    from autosynth.journal.event import Event

Deciding = Mapping[str, Sequence[str]]
"""Name of a measurement -> its quantities that something is decided on, and so worth showing."""
FEW = 3
"""So many quantities are shown of a measurement that decides nothing."""
NO_REASON = "no reason was given"
"""What is told of a hold by somebody who gave none."""
SHOWN_ARGUMENTS = {"volume_ml": "volume", "speed_rpm": "speed", "temperature_c": "temperature", "wait_s": "time"}


def clock_text(t_s: float) -> str:
    """Return seconds as h:mm:ss."""
    whole = round(t_s)
    return f"{whole // 3600:d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def one_line(text: str, width: int) -> str:
    """Return a text without line ends, cut with an ellipsis to `width` characters."""
    joined = " ".join(text.split())
    return joined if len(joined) <= width else f"{joined[: width - 1]}…"


def estimate_text(estimate: Mapping[str, Any], name: str = "") -> str:
    """Return a recorded estimate as text: value and uncertainty, or the limit where it lies against a bound.

    A ratio, as `name` tells, is a number: 1.97, not 197 %.
    """
    value, sd, unit = estimate.get("value"), estimate.get("sd"), unit_of(name, str(estimate.get("unit", "1")))
    if value is None or sd is None or not math.isfinite(value):
        return "not known"
    dimension = DIMENSIONS.get(unit)
    for sign, key in (("<", "upper"), (">", "lower")):
        if estimate.get(key) is not None:
            return f"{sign} {_limit(float(estimate[key]), dimension, unit)}"
    if dimension is None or unit == "ppm":  # which the language takes for a plain number
        return f"{value:.4g} ± {sd:.2g} {unit}"
    if unit in SIZES:  # whose digits count, and which nobody wants to read in another
        return f"{format_quantity(float(value), 'number', float(sd))} {unit}"
    return format_quantity(float(value), dimension, float(sd))


def _limit(value: float, dimension: str | None, unit: str) -> str:
    return f"{100 * value:.3g} %" if dimension == "ratio" else f"{value:.3g} {unit}".rstrip()


def deciding(names: Iterable[str]) -> dict[str, list[str]]:
    """Return which quantities of which measurement the names in conditions stand for ("cv.IA2", "change cv.IA2")."""
    found: dict[str, list[str]] = {}
    for name in names:
        change = "change " if name.startswith("change ") else ""
        measurement, dot, quantity = name.removeprefix("change ").partition(".")
        if dot and not name.startswith("previous "):
            shown = found.setdefault(measurement, [])
            if change + quantity not in shown:
                shown.append(change + quantity)
    return found


def plain_estimate(estimate: Estimate) -> dict[str, Any]:
    """Return an analyser's estimate as plain data, as results are printed."""
    limits = {"upper": estimate.upper_bound, "lower": estimate.lower_bound}
    known = {name: limit for name, limit in limits.items() if limit is not None}
    return {"value": estimate.value, "sd": estimate.sd, "unit": estimate.unit, **known}


def values_text(name: str, quantities: Mapping[str, Mapping[str, Any]], shown: Deciding) -> str:
    """Return the quantities of a measurement that matter, in a line; the first few when nothing is decided on it."""
    wanted = [each for each in shown.get(name, ()) if each in quantities] or list(quantities)[:FEW]
    return ", ".join(f"{each} {estimate_text(quantities[each], each)}" for each in wanted) or "no result"


def measured_text(payload: Mapping[str, Any], shown: Deciding) -> str:
    """Return what a measurement has told: its verdict, the values that matter, or why there is no result."""
    if not payload["quantities"]:
        why = str(payload.get("reason") or "")
        return " ".join(filter(None, [str(payload.get("verdict") or ""), "no result", f"({why})" if why else ""]))
    verdict = f"{payload['verdict']}, " if payload.get("verdict") else ""
    return f"{verdict}{values_text(payload['as'], payload['quantities'], shown)}"


def describe(event: "Event", shown: Deciding) -> str:
    """Return an event worth a line in words, or nothing."""
    payload, action = event.payload, f"{event.action}  " if event.action else ""
    match event.kind:
        case "state":
            reason = f": {payload['reason']}" if payload.get("reason") else ""
            if not reason and payload["to"] == "HOLDING":
                reason = f": {NO_REASON}, by {payload.get('who') or 'nobody known'}"
            return f"{payload['from']} -> {payload['to']}{reason}"
        case "hold.joined":
            return f"held for more: {payload['reason']}"
        case "connected":
            return f"connected: {', '.join(payload['devices'])}"
        case "action.started" if "verb" in payload:
            return f"{action}{arguments_text(payload)}"
        case "measured":
            return f"{action}{payload['as']}: {measured_text(payload, shown)}"
        case "decision":
            return f"{action}{decision_text(payload)}"
        case "handled" if payload["do"] in TOLD_HANDS:
            return f"{action}{deed_text(payload)}, by {payload['who']}"
        case "milled":
            return f"{action}{block_text(payload)}"
        case "action.done":
            told = done_text(payload)
            return f"{action}{told}" if told else ""
        case "deviation":
            return f"{action}deviation: {payload['what']}{_why(payload)}"
        case "failure":
            return f"{action}{payload['device']}: {payload['message']}"
        case "settled":
            return f"{action}settled: {payload['verdict']} ({payload['reason']})"
        case _:
            return ""


def decision_text(payload: Mapping[str, Any]) -> str:
    """Return a verdict with its round; of a condition that has to be true for several rounds in how many it was."""
    times = f" (round {payload['round']} of {payload['of']})" if payload["of"] > 1 else ""
    wanted, true_for = payload.get("rounds", 1), payload.get("true_for")
    if wanted <= 1 or not true_for:
        return f"{payload['verdict']}{times}: {payload['condition']}"
    condition = str(payload["condition"]).removesuffix(f" for {wanted} rounds")
    running = f"in {true_for} of {wanted} rounds, so not yet" if true_for < wanted else f"for {wanted} rounds"
    return f"true {running}{times}: {condition}"


def _why(payload: Mapping[str, Any]) -> str:
    return f" ({payload['reason']})" if payload.get("reason") else ""


def arguments_text(payload: Mapping[str, Any]) -> str:
    """Return a started action's verb and resolved arguments: "add SiW9 to reactor 5.1 mL"."""
    verb = str(payload["verb"])
    if verb in {"operator", "note"}:
        return f"{verb}: {payload.get('prompt', payload.get('text', ''))}"
    if verb == "measure":
        aliquot = f"{payload['aliquot_mg']:g} mg of " if payload.get("aliquot_mg") else "of "
        if payload.get("taken_ml"):
            aliquot = f"{format_quantity(payload['taken_ml'], 'volume')} of "
        on = f" on {payload['cell']}" if payload.get("aliquot_mg") or payload.get("taken_ml") else ""
        return f"measure {payload['as']} {aliquot}{payload.get('vessel') or payload['cell']}{on}"
    if verb == "evaluate":
        return f"conclude {payload['as']} from {payload['of']}"
    if verb == "repeat":
        return f"{payload['name']} reaches its cap"
    if (solid := solid_text(payload)) is not None:
        return solid
    words = [verb, str(payload.get("reagent") or payload.get("source") or "")]
    if payload.get("vessel"):
        words += ["to" if words[1] else "", str(payload["vessel"])]
    words += [payload["line"]] if isinstance(payload.get("line"), str) else []
    for key, dimension in SHOWN_ARGUMENTS.items():
        if isinstance(payload.get(key), int | float):
            words.append(format_quantity(float(payload[key]), dimension))
    if verb in {"heat", "cool"} and payload.get("temperature_c") is None:
        words.append("off")
    return " ".join(filter(None, words))
