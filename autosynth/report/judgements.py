"""What was decided and on which values, and what went otherwise than planned, down to the bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

from autosynth.engine.history import History
from autosynth.journal.event import Event
from autosynth.report.parts import Badge, Cell, Mono, Note, Part, Section, Table, Tone
from autosynth.report.record import RunRecord
from autosynth.report.wording import moment, payload, quantity, unit_of, wire_bytes

VERDICTS: Mapping[str, Tone] = {"true": "good", "false": "plain", "undecided": "warn"}
HIDDEN = frozenset({"what", "action", "t_s"})
LISTED = 6
"""So many actions are named one by one."""


def decisions(record: RunRecord) -> Section:
    """Return every decision with the values behind it: a table for each loop, one for all decided once."""
    history = record.known
    if not history.decisions:
        return Section("decisions", "Decisions", [Note("Nothing had to be decided.")])
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for each in history.decisions:
        groups.setdefault(str(each["action"]).partition("@")[0], []).append(each)
    once = [found[0] for found in groups.values() if len(found) == 1]
    told = "True and false mean that the 95 % interval lies on that side; undecided means that it does not."
    parts: list[Part] = [Note(told)]
    if once:
        parts.append(_decided_once(history, once))
    parts += [_rounds(history, found) for found in groups.values() if len(found) > 1]
    return Section("decisions", "Decisions", parts)


def _decided_once(history: History, found: Sequence[Mapping[str, Any]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        values = "\n".join(f"{name} = {_value(history, name, value)}" for name, value in _used(each).items())
        name = f"{each['name']}\n" if each.get("name") else ""
        rows.append((moment(each["t_s"]), str(each["action"]), f"{name}{_condition(each)}", values, _verdict(each)))
    head = ("time", "action", "condition", "values ± standard uncertainty", "verdict")
    return Table(head, rows, "Decided once", frozenset({0}))


def _rounds(history: History, found: Sequence[Mapping[str, Any]]) -> Table:
    names = list(dict.fromkeys(name for each in found for name in _used(each)))
    rows: list[tuple[Cell, ...]] = []
    for each in found:
        used = _used(each)
        values = (_value(history, name, used[name]) if name in used else "not known" for name in names)
        rows.append((_round(each), moment(each["t_s"]), *values, _verdict(each)))
    first = found[0]
    name = f"{first['name']}: " if first.get("name") else ""
    most = f" of at most {first['of']}" if first["of"] > 1 else ""
    caption = f"{name}{_condition(first)}; judged in {len(found)}{most} rounds"
    head = ("round", "time", *names, "verdict")
    return Table(head, rows, caption, frozenset(range(2 + len(names))))


def _round(decision: Mapping[str, Any]) -> str:
    """Return the round of the loop that a decision ends, or in which it stands: "2", in a loop of a loop "1.2"."""
    return str(decision["action"]).partition("@")[2] or str(decision["round"])


def _condition(decision: Mapping[str, Any]) -> str:
    """Return the condition with the rounds it is asked for, said once."""
    again = f" for {decision['rounds']} rounds" if decision.get("rounds", 1) > 1 else ""
    return f"{str(decision['condition']).removesuffix(again)}{again}"


def _verdict(decision: Mapping[str, Any]) -> Badge:
    wanted, true_for = decision.get("rounds", 1), decision.get("true_for")
    if wanted > 1 and true_for:
        return Badge(f"true in {true_for} of {wanted} rounds", "good" if true_for >= wanted else "plain")
    return Badge(str(decision["verdict"]), VERDICTS.get(str(decision["verdict"]), "plain"))


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
        return str(found)
    measurement, _, key = name.removeprefix("change ").partition(".")
    rounds = history.measurements.get(measurement, [])
    units = [each["quantities"][key]["unit"] for each in rounds if key in each["quantities"]]
    return quantity(found.get("value"), unit_of(key, str(units[-1])) if units else "", found.get("sd"))


def deviations(record: RunRecord) -> Section:
    """Return deviations, failed exchanges with their bytes, settled strokes, faults and trouble with safe states."""
    parts: list[Part] = []
    if record.history is not None:
        grouped = _grouped(record.history.deviations)
        if grouped:
            head = ("first", "last", "times", "what", "details", "actions")
            parts.append(Table(head, grouped, "Deviations from the recipe or the plan", frozenset({0, 1, 2})))
    failures = [event for event in record.incidents if event.kind == "failure"]
    if failures:
        columns = ("time", "device", "what", "sent", "received")
        parts.append(Table(columns, [_failure(event) for event in failures], "Failed exchanges, with their bytes"))
    others = [event for event in record.incidents if _worth_telling(event)]
    if others:
        told: list[tuple[Cell, ...]] = [
            (moment(event.t_s), event.kind, event.action or "", payload(event.payload)) for event in others
        ]
        parts.append(Table(("time", "what", "action", "details"), told, "Settled strokes, faults, untrusted axes"))
    changes: list[tuple[Cell, ...]] = [
        (
            moment(event.t_s),
            f"{event.payload.get('from')}\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}{event.payload.get('to')}",
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


def _grouped(deviations: Sequence[Mapping[str, Any]]) -> list[tuple[Cell, ...]]:
    """Return a row for each kind of deviation, equal ones counted."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in deviations:
        groups.setdefault((str(each.get("what", "")), payload(each, HIDDEN)), []).append(each)
    rows: list[tuple[Cell, ...]] = []
    for (what, details), found in groups.items():
        actions = [str(each.get("action") or "") for each in found]
        listed = ", ".join(actions) if len(actions) <= LISTED else f"{actions[0]} … {actions[-1]}"
        last = moment(found[-1]["t_s"]) if len(found) > 1 else ""
        rows.append((moment(found[0]["t_s"]), last, str(len(found)), what, details, listed))
    return rows


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
        told = f"{_plunger(opened.intent.before)} → {_plunger(opened.intent.expected)}"
        bounds = history.unknown.get(opened.seq)
        told += "; no outcome recorded" if bounds is None else f"; {payload(bounds, frozenset({'state', 'intent'}))}"
        rows.append((opened.action, opened.phase, opened.intent.device, opened.intent.stroke.VERB, told))
    head = ("action", "phase", "device", "stroke", "state before → state asked for; what is known")
    return [Table(head, rows, "Strokes whose outcome is open")] if rows else []


def _plunger(state: Mapping[str, Any]) -> str:
    """Return where a plunger stands; of other devices the whole state."""
    at_ml = state.get("plunger_ml")
    return payload(state) if at_ml is None else f"plunger at {quantity(float(at_ml), 'mL')}"
