"""Measurements repeated in a loop as a curve: fractions against what was added, with the rule that ended the loop."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from autosynth.report.figures.titration import Curve, Threshold, draw_titration
from autosynth.report.parts import Note, Part, Picture, Section
from autosynth.report.record import RunRecord
from autosynth.report.summary import outcomes
from autosynth.report.wording import estimate

FEWEST_ROUNDS = 4
VISIBLE = 0.05
"""A fraction that never exceeds this is not drawn."""
_RULE = re.compile(r"(change\()?\s*(\w+)\.([^\s()<>=]+)\s*\)?\s*([<>]=?)\s*(-?[\d.]+)\s*(%?)")
_EQUIVALENTS = re.compile(r"([\d.]+)\s*(?:eq|equiv|equivalents?)\.?")
_NOT_SPECIES = re.compile(r"(change |E_half_|c_|ratio|snr$|detection_limit$|.*_frac$)")


def titrations(record: RunRecord, colours: Mapping[str, str]) -> Section:
    """Return a curve for each measurement with many rounds; the section is empty when there is none."""
    parts: list[Part] = []
    for name, rounds in record.known.measurements.items():
        known = [each for each in rounds if each["quantities"]]
        if len(known) >= FEWEST_ROUNDS:
            parts += _titration(record, name, known, colours)
    parts += _verdicts(record)
    acts = record.known.actions.items()
    titrated = any(each.details.get("verb") == "add" and "@" in action for action, each in acts)  # within a loop
    return Section("titration", "Titration" if titrated else "Round by round", parts)


def _verdicts(record: RunRecord) -> list[Part]:
    """Return what was concluded from titrations, with how sure it is."""
    told: list[Part] = []
    for name, rounds in record.known.measurements.items():
        for each in rounds:
            if each.get("technique") != "titration":
                continue
            found = each["quantities"]
            end = f": the end-point is at {estimate(found['end_point'])}" if "end_point" in found else ""
            corners = (
                f"{one['species']} {100 * one['fraction']:.0f} % at {one['equivalents']:.2f} eq"
                for one in each.get("plateaus", ())
            )
            plateaus = "; ".join(corners)
            text = f"{name}: {each['verdict']}{end}. {each['reason']}{f'. Plateaus: {plateaus}' if plateaus else ''}"
            told.append(Note(text, "warn" if each["verdict"] == "undecided" else "good"))
    return told


def _titration(
    record: RunRecord, name: str, rounds: Sequence[Mapping[str, Any]], colours: Mapping[str, str]
) -> list[Part]:
    x, x_label = _abscissa(record, rounds)
    condition, loop = _rule(record, rounds)
    compared = [found for found in _RULE.findall(condition) if found[1] == name]
    asked = {key for change, _, key, *_ in compared if not change}
    shown = [key for key in rounds[-1]["quantities"] if _visible(key, rounds) or key in asked]
    if not shown:
        return [Note(f"{name}: no fraction is large enough to be drawn.")]
    changing = [key for change, _, key, *_ in compared if change]
    curves = [_curve(key, key, x, rounds, colours) for key in shown]
    changes = [_curve(key, f"change {key}", x, rounds, colours) for key in changing]
    thresholds = [
        Threshold(float(number) * (0.01 if percent else 1.0), f"{key} {sign} {number} {percent}", bool(change))
        for change, _, key, sign, number, percent in compared
    ]
    ended = outcomes(record.known).get(loop, {})
    at_cap = ended.get("outcome") == "cap"
    verdicts = [each["verdict"] for each in record.known.decisions if each.get("name") == loop]
    stop = None
    if at_cap:
        stop = (x[-1], f"cap of {ended['rounds']} rounds: a lower bound")
    elif verdicts and verdicts[-1] == "true":
        stop = (x[-1], f"rule met in round {ended['rounds']} of {ended['of']}")
    svg = draw_titration(curves, changes, thresholds, stop, x_label, f"titration-{len(name)}-{len(rounds)}")
    caption = f"{loop or name}: {condition or 'no rule'}. Bars are 95 % intervals; red lines are the rule's levels."
    return [Picture(svg, f"{name} over {len(rounds)} rounds", caption)]


def _abscissa(record: RunRecord, rounds: Sequence[Mapping[str, Any]]) -> tuple[list[float], str]:
    """Return equivalents added by each round when the loop adds one reagent by equivalents, else the round's number.

    Where a titration was concluded from the rounds, they are the ledger's in each sample, as the conclusion has them.
    """
    for concluded in record.known.actions.values():
        what = concluded.details
        if what.get("verb") == "evaluate" and what["of"] == rounds[0]["as"]:
            shares = [_share(each["content"], str(what["added"]), str(what["to"])) for each in rounds]
            return shares, f"{what['added']} per {what['to']} in the sample / equivalents"
    paths = [str(each["action"]) for each in rounds]
    numbers = [float(path.rpartition("@")[2]) if "@" in path else i + 1.0 for i, path in enumerate(paths)]
    loop = paths[0].partition("@")[0].rpartition(".")[0]
    added: list[tuple[float, float]] = []
    reagents: set[str] = set()
    for each in record.known.actions.values():
        inside = each.action.startswith(f"{loop}.") and each.details.get("verb") == "add"
        asked = _EQUIVALENTS.fullmatch(str(each.details.get("asked", ""))) if inside else None
        if asked is not None:
            reagents.add(str(each.details["reagent"]))
            share = each.phase_ml("dispense") / float(each.details["volume_ml"])
            added.append((each.started_s, float(asked[1]) * share))
    milled = [each for each in record.known.blocks if loop and str(each["action"]).startswith(f"{loop}.")]
    if milled and not reagents:
        jars = {str(each["vessel"]) for each in milled}
        blocks = [each for each in record.known.blocks if each["vessel"] in jars]
        return [_milled_min(blocks, float(each["t_s"])) for each in rounds], "milled / min"
    if len(reagents) != 1 or not loop:
        return numbers, "round"
    totals = [sum(amount for at_s, amount in added if at_s < float(each["t_s"])) for each in rounds]
    return totals, f"{reagents.pop()} added / equivalents of what was there at each addition"


def _milled_min(blocks: Sequence[Mapping[str, Any]], until_s: float) -> float:
    return sum(float(each["ran_s"]) for each in blocks if float(each["t_s"]) <= until_s) / 60.0


def _share(content: Mapping[str, Sequence[float]], added: str, to: str) -> float:
    """Return how much of one reagent there is per other; NaN where there is none of that."""
    base = content.get(to, [0.0])[0]
    return content.get(added, [0.0])[0] / base if base > 0 else float("nan")


def _rule(record: RunRecord, rounds: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Return the condition and name of the loop that these rounds are in."""
    loop = str(rounds[0]["action"]).partition("@")[0].rpartition(".")[0]
    for each in record.known.decisions:
        if str(each["action"]).partition("@")[0] == loop and each.get("name"):
            again = f" for {each['rounds']} rounds" if each.get("rounds", 1) > 1 else ""
            return f"{str(each['condition']).removesuffix(again)}{again}", str(each["name"])
    return "", ""


def _visible(key: str, rounds: Sequence[Mapping[str, Any]]) -> bool:
    if _NOT_SPECIES.match(key) or rounds[-1]["quantities"][key].get("unit") != "1":
        return False
    return any((each["quantities"].get(key, {}).get("value") or 0.0) > VISIBLE for each in rounds)


def _curve(
    name: str, key: str, x: Sequence[float], rounds: Sequence[Mapping[str, Any]], colours: Mapping[str, str]
) -> Curve:
    found = [each["quantities"].get(key, {}) for each in rounds]
    nan = float("nan")
    values = [nan if each.get("value") is None else float(each["value"]) for each in found]
    sds = [nan if each.get("sd") is None else float(each["sd"]) for each in found]
    return Curve(name, x, values, sds, colours.get(name, ""))
