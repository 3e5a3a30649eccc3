"""The first screen: what ran, how it ended, what came out of it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autosynth.analysis.estimate import SIZES
from autosynth.engine.machine import FINAL
from autosynth.report.exposures import RELATIVE, references
from autosynth.report.grinding import verdicts
from autosynth.report.parts import Badge, Cell, Note, Part, Section, Table, Tone
from autosynth.report.record import RunRecord
from autosynth.report.summary import not_safe, outcomes, results
from autosynth.report.wording import duration, estimate

TONES: Mapping[str, Tone] = {"COMPLETE": "good", "ABORTED": "bad", "STOPPED": "bad", "HELD": "warn"}
TELLING = 2.0
"""A fraction is shown among the key results when it exceeds so many standard uncertainties."""


MOSTLY = 0.1
"""Lattice constants are key results of phases with at least this share of a pattern."""
SHOWN_UNITS = ("1", "eq")
"""Fractions and equivalents are results; potentials, phases and widths are how they were found."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Title, state and facts at the top of the page."""

    title: str
    state: Badge
    reason: str
    facts: tuple[tuple[str, str], ...]
    kicker: str = "autosynth run report"
    """What kind of page this is."""


def heading(record: RunRecord) -> Heading:
    """Return the top of the page; every part of it may be missing."""
    opening, state = record.opening, record.state
    ended = state in {each.value for each in FINAL} or state == "HELD"
    badge = Badge(state if ended else f"{state}, not ended", TONES.get(state, "warn"))
    reason = ""
    if record.states and state != "COMPLETE":
        told = [str(event.payload.get("reason", "")) for event in record.states if event.payload.get("reason")]
        reason = told[-1] if told else ""
    if not ended:
        what = "The process had ended without closing its record" if not record.closed else "The run had not ended"
        reason = f"{what} at event {record.events}: `autosynth recover` continues it. {reason}".strip()
    simulated = opening.get("simulated")
    bench = "not known" if simulated is None else "simulated instruments" if simulated else "real instruments"
    seed = f", seed {opening.get('seed')}" if simulated else ""
    strokes = "" if record.history is None else f"{record.history.strokes} strokes, "
    facts = (
        ("Run", str(opening.get("run") or record.meta.get("run") or record.folder.path.name)),
        ("Started", str(record.meta.get("started", "not known")).replace("T", " ")),
        ("Duration", duration(record.end_s)),
        ("Station", str(opening.get("station", "not known"))),
        ("Bench", f"{bench}{seed}"),
        ("Record", f"{strokes}{record.events} events, {'damaged' if record.damage else 'chain verifies'}"),
        ("Chain head", record.head or "not known"),
    )
    return Heading(str(opening.get("title") or "Run without a title"), badge, reason, facts)


def key_results(record: RunRecord) -> Section:
    """Return the last value of each telling quantity, how loops ended, and how many deviations there were."""
    history = record.known
    parts: list[Part] = []
    measured = results(history)
    if measured:
        used = _used(history.decisions)
        keys = dict.fromkeys(
            key for name, found in measured.items() for key in found if _telling(name, key, found, used)
        )
        ordered = sorted(keys, key=lambda key: (not any(_decides(name, key, used) for name in measured), key))
        rows = [
            *_verdicts(verdicts(history), measured),
            *(_row(key, measured, used, references(history)) for key in ordered),
        ]
        counts = tuple(f"{name} (round {len(history.measurements[name])})" for name in measured)
        caption = (
            "Last value of each measurement, ± standard uncertainty; limits in brackets are one-sided, 95 %. "
            "Marked values were decided on."
        )
        parts.append(Table(("quantity", *counts), rows, caption, frozenset(range(1, len(measured) + 1))))
    parts += _loops(record)
    parts += _troubles(record)
    return Section("results", "Results", parts)


def _troubles(record: RunRecord) -> list[Part]:
    """Return what went otherwise than planned, counted; a stroke whose outcome is open comes first."""
    history = record.known
    parts: list[Part] = []
    for each in not_safe(history):
        parts.append(Note(f"{each['device']} of {each['vessel']} could not be told; {each['may']}.", "bad"))
    for opened in history.open_intents.values():
        what = f"{opened.intent.stroke.VERB} of {opened.intent.device} in action {opened.action} ({opened.phase})"
        parts.append(Note(f"It is not known how far this stroke went: {what}.", "bad"))
    failures = sum(event.kind == "failure" for event in record.incidents)
    kinds = Counter(str(each.get("what", "something else")) for each in history.deviations)
    told = [f"{count} × {what}" for what, count in sorted(kinds.items())]
    told += [f"{failures} failed exchange{'s' if failures > 1 else ''} with instruments"] if failures else []
    if told:
        return [*parts, Note(f"Deviations: {', '.join(told)}. See Deviations and failures.", "warn")]
    return [*parts, Note("No deviations and no failed exchanges.", "good")]


def _loops(record: RunRecord) -> list[Part]:
    rows: list[tuple[Cell, ...]] = []
    for name, ended in outcomes(record.known).items():
        by_rule = ended["outcome"] == "condition"
        how = Badge("rule met", "good") if by_rule else Badge("at its cap: a lower bound", "warn")
        if by_rule and not _met(record, name):
            how = Badge("not ended", "warn")
        rows.append((name, how, f"{ended['rounds']} of {ended['of']}"))
    return [Table(("loop", "ended", "rounds"), rows, "How each loop ended.", frozenset({2}))] if rows else []


def _met(record: RunRecord, loop: str) -> bool:
    """Say whether a loop's last verdict was that its rule holds: a run that stopped within a loop leaves it open."""
    last = [each for each in record.known.decisions if each.get("name") == loop][-1]
    return bool(last["verdict"] == "true")


def _row(
    key: str, measured: Mapping[str, Mapping[str, Any]], used: set[str], reference: Collection[str]
) -> tuple[Cell, ...]:
    cells: list[Cell] = [key]
    for name, found in measured.items():
        if key == RELATIVE and name in reference:
            cells.append("the reference")
            continue
        text = estimate(found[key], key) if key in found else "–"
        cells.append(Badge(text, "mark") if key in found and _decides(name, key, used) else text)
    return tuple(cells)


def _verdicts(found: Mapping[str, Mapping[str, str]], measured: Mapping[str, Any]) -> list[tuple[Cell, ...]]:
    if not found:
        return []
    words = ((found[name]["verdict"] if name in found else "").replace("_", " ") for name in measured)
    return [("verdict", *(Badge(word, "mark") if word else "–" for word in words))]


def _used(decisions: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the values that conditions ask for: "cv.IA2", and "change cv.IA2" where a change is asked for."""
    return {
        name
        for each in decisions
        for name in each.get("values", {})
        if not name.startswith("change ") or f"change({name.removeprefix('change ')})" in each["condition"]
    }


def _decides(name: str, key: str, used: set[str]) -> bool:
    bare = key.removeprefix("change ")
    return (f"change {name}.{bare}" if bare != key else f"{name}.{key}") in used


def _telling(name: str, key: str, found: Mapping[str, Mapping[str, Any]], used: set[str]) -> bool:
    value = found[key]
    if _decides(name, key, used):
        return True
    if value.get("unit") in SIZES:  # of the phases that the pattern is mostly of
        share = found.get(f"{key.rpartition('.')[0]}.fraction", {}).get("value")
        return share is not None and share >= MOSTLY
    if value.get("unit") not in SHOWN_UNITS or key.startswith("change ") or value.get("value") is None:
        return False
    return bool(value["value"] > TELLING * (value.get("sd") or 0.0))
