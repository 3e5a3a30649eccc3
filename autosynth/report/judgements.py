"""What was decided and on which values, and what went otherwise than planned, down to the bytes."""

from collections.abc import Mapping
from typing import Any

from autosynth.engine.history import History
from autosynth.journal.event import Event
from autosynth.report.parts import Badge, Cell, Mono, Note, Part, Section, Table, Tone
from autosynth.report.record import RunRecord
from autosynth.report.wording import moment, payload, quantity, wire_bytes

VERDICTS: Mapping[str, Tone] = {"true": "good", "false": "plain", "undecided": "warn"}
HIDDEN = frozenset({"what", "action", "t_s"})


def decisions(record: RunRecord) -> Section:
    """Return every decision with the values behind it."""
    history = record.known
    rows: list[tuple[Cell, ...]] = []
    for each in history.decisions:
        again = f" (for {each['rounds']} rounds)" if each.get("rounds", 1) > 1 else ""
        values = "\n".join(_value(history, name, found) for name, found in _used(each).items())
        where = f"{each['name']}\n{each['action']}" if each.get("name") else str(each["action"])
        rows.append(
            (
                moment(each["t_s"]),
                where,
                f"{each['condition']}{again}",
                values,
                Badge(str(each["verdict"]), VERDICTS.get(str(each["verdict"]), "plain")),
                f"{each['round']} of {each['of']}",
            )
        )
    if not rows:
        return Section("decisions", "Decisions", [Note("Nothing had to be decided.")])
    caption = "True and false mean that the 95 % interval lies on that side; undecided means that it does not."
    head = ("time", "loop and action", "condition", "values ± standard uncertainty", "verdict", "round")
    return Section("decisions", "Decisions", [Table(head, rows, caption, frozenset({0, 5}))])


def _used(decision: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that the condition names; changes only where it asks for a change."""
    condition, values = str(decision["condition"]), decision.get("values", {})
    return {
        name: found
        for name, found in values.items()
        if (f"change({name.removeprefix('change ')})" if name.startswith("change ") else name) in condition
    }


def _value(history: History, name: str, found: Any) -> str:
    if not isinstance(found, Mapping):
        return f"{name} = {found}"
    measurement, _, key = name.removeprefix("change ").partition(".")
    rounds = history.measurements.get(measurement, [])
    units = [each["quantities"][key]["unit"] for each in rounds if key in each["quantities"]]
    return f"{name} = {quantity(found.get('value'), str(units[-1]) if units else '', found.get('sd'))}"


def deviations(record: RunRecord) -> Section:
    """Return deviations, failed exchanges with their bytes, strokes that were settled, faults and safe-state trouble."""
    parts: list[Part] = []
    if record.history is not None:
        rows: list[tuple[Cell, ...]] = [
            (moment(each["t_s"]), str(each.get("action") or ""), str(each.get("what", "")), payload(each, HIDDEN))
            for each in record.history.deviations
        ]
        if rows:
            parts.append(Table(("time", "action", "what", "details"), rows, "Deviations from the recipe or the plan"))
    failures = [event for event in record.incidents if event.kind == "failure"]
    if failures:
        head = ("time", "device", "what", "sent", "received")
        parts.append(Table(head, [_failure(event) for event in failures], "Failed exchanges, with their bytes"))
    others = [event for event in record.incidents if _worth_telling(event)]
    if others:
        told: list[tuple[Cell, ...]] = [
            (moment(event.t_s), event.kind, event.action or "", payload(event.payload)) for event in others
        ]
        parts.append(Table(("time", "what", "action", "details"), told, "Settled strokes, faults, untrusted axes"))
    changes: list[tuple[Cell, ...]] = [
        (
            moment(event.t_s),
            f"{event.payload.get('from')} → {event.payload.get('to')}",
            str(event.payload.get("command", "")),
            str(event.payload.get("who", "")),
            str(event.payload.get("reason", "")),
        )
        for event in record.states
    ]
    if len(changes) > 2:
        parts.append(Table(("time", "state", "command", "by", "reason"), changes, "Changes of state"))
    if record.history is not None:
        parts += _unsettled(record.history)
    return Section("deviations", "Deviations and failures", parts or [Note("None were recorded.", "good")])


def _failure(event: Event) -> tuple[Cell, ...]:
    given = event.payload
    told = f"{given.get('error', '')}: {given.get('message', '')}"
    advice = f"\n{given['advice']}" if given.get("advice") else ""
    sent, received = wire_bytes(str(given.get("sent", ""))), wire_bytes(str(given.get("received", "")))
    return moment(event.t_s), str(given.get("device", "")), f"{told}{advice}", Mono(sent), Mono(received)


def _worth_telling(event: Event) -> bool:
    if event.kind == "safe":
        return bool(event.payload.get("trouble"))
    return event.kind != "failure"


def _unsettled(history: History) -> list[Part]:
    """Return a table of strokes whose outcome the record does not tell."""
    rows: list[tuple[Cell, ...]] = []
    for opened in history.open_intents.values():
        bounds = history.unknown.get(opened.seq)
        told = "no outcome recorded" if bounds is None else payload(bounds, frozenset({"state", "intent"}))
        rows.append((opened.action, opened.phase, opened.intent.device, opened.intent.stroke.VERB, told))
    head = ("action", "phase", "device", "stroke", "what is known")
    return [Table(head, rows, "Strokes whose outcome is open")] if rows else []
