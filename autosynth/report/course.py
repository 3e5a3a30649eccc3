"""What happened when: the timeline, the volumes of vessels, temperatures, and the log of all actions."""

import numpy as np

from autosynth.engine.actionrecord import ActionRecord
from autosynth.report.figures.timeline import Bar, Mark, draw_timeline
from autosynth.report.figures.traces import Trace, draw_traces, thinned
from autosynth.report.parts import Cell, Note, Part, Picture, Section, Table
from autosynth.report.provenance import texts
from autosynth.report.record import RunRecord
from autosynth.report.telemetry import read_traces
from autosynth.report.wording import moment, payload

HIDDEN = frozenset({"verb", "path", "line"})
NEGLIGIBLE_ML = 1e-6
CHANNEL = "temperature_c"


def timeline(record: RunRecord) -> Section:
    """Return actions by verb over time with states, decisions and deviations."""
    history, end_s = record.known, record.end_s
    verbs = [each for each in history.actions.values() if "verb" in each.details and each.details["verb"] != "repeat"]
    bars = [*_loops(record), *(_bar(each, end_s) for each in verbs)]
    marks = [Mark("decision", float(each["t_s"]), str(each["verdict"])) for each in history.decisions]
    marks += [Mark("deviation", float(each["t_s"])) for each in history.deviations]
    marks += [Mark("failure", event.t_s) for event in record.incidents if event.kind in {"failure", "fault"}]
    svg = draw_timeline(bars, marks, _states(record), end_s)
    caption = (
        "Decisions: filled green true, open false, triangle undecided. Holds are shaded in red through all rows; "
        "red strokes are deviations and failures; an outlined bar had not ended."
    )
    return Section("timeline", "Timeline", [Picture(svg, "Timeline.", caption)])


def log(record: RunRecord) -> Section:
    """Return every action with its arguments as they were resolved."""
    verbs = [each for each in record.known.actions.values() if "verb" in each.details]
    rows: list[tuple[Cell, ...]] = [
        (
            moment(each.started_s),
            "not ended" if each.done_s is None else moment(each.done_s),
            each.action,
            str(each.details["verb"]),
            payload(each.details, HIDDEN),
        )
        for each in verbs
    ]
    head = ("start", "end", "action", "verb", "arguments as resolved")
    table = Table(head, rows, "All actions", frozenset({0, 1}), fold=True)
    return Section("log", "Log and inputs", [table, *texts(record)])


def _bar(record: ActionRecord, end_s: float) -> Bar:
    done_s = end_s if record.done_s is None else record.done_s
    return Bar(str(record.details["verb"]), record.started_s, done_s, open=record.done_s is None)


def _loops(record: RunRecord) -> list[Bar]:
    """Return a bar for each named loop, from its first action to its last decision."""
    history = record.known
    spans: dict[str, tuple[float, float]] = {}
    for each in history.decisions:
        if each.get("name"):
            path = str(each["action"]).partition("@")[0]
            inside = [a.started_s for a in history.actions.values() if a.action.startswith(f"{path}.")]
            spans[str(each["name"])] = (min(inside, default=float(each["t_s"])), float(each["t_s"]))
    return [Bar("loop", from_s, to_s, name) for name, (from_s, to_s) in spans.items()]


def _states(record: RunRecord) -> list[tuple[float, float, str]]:
    changes = [(event.t_s, str(event.payload.get("to"))) for event in record.states]
    ends = [*(t_s for t_s, _ in changes[1:]), record.end_s]
    return [(from_s, to_s, state) for (from_s, state), to_s in zip(changes, ends, strict=False)]


def traces(record: RunRecord) -> Section:
    """Return the volume in each vessel that was used, and the temperature of each that has a sensor."""
    parts: list[Part] = [*_volumes(record), *_temperatures(record)]
    return Section("traces", "Volumes and temperatures", parts)


def _volumes(record: RunRecord) -> list[Part]:
    history, end_s = record.known, record.end_s
    found: list[Trace] = []
    for name, spec in history.station.vessels.items():
        level = record.levels.get(name)
        if spec.role not in {"vessel", "waste"} or spec.rack or level is None or max(level.volume_ml) < NEGLIGIBLE_ML:
            continue
        t_s, value = np.array([*level.t_s, end_s]), np.array([*level.volume_ml, level.volume_ml[-1]])
        found.append(Trace(name, *thinned(t_s, value), limit=spec.limit_ml))
    if not found:
        return [Note("No liquid was moved into a vessel.")]
    svg = draw_traces(found, "mL", end_s, "volumes", steps=True)
    caption = "Liquid in each vessel, from the strokes as they were made; a red line is the fill limit when it is near."
    return [Picture(svg, "Volumes.", caption)]


def _temperatures(record: RunRecord) -> list[Part]:
    found, troubles = read_traces(record, lambda channel: channel.endswith(f".{CHANNEL}"))
    parts: list[Part] = [Note(text, "warn") for text in troubles]
    named = [(each.name.rpartition(".")[0], each) for each in found]
    traces = [Trace(vessel, each.t_s, each.value, asked=_asked(record, vessel)) for vessel, each in named]
    if traces:
        svg = draw_traces(traces, "°C", record.end_s, "temperatures", steps=False)
        caption = "Temperature as read (lowest and highest of each interval); dashed: what was asked for."
        parts.append(Picture(svg, "Temperatures.", caption))
    if not parts and record.known.blocks:
        return []
    return parts or [Note("No temperature was read.")]


def _asked(record: RunRecord, vessel: str) -> tuple[list[float], list[float | None]]:
    """Return when the vessel was set to which temperature, up to the end of the run."""
    times: list[float] = []
    values: list[float | None] = []
    for each in record.known.actions.values() if record.history else ():
        if each.details.get("vessel") == vessel and "temperature_c" in each.details:
            times.append(each.started_s)
            values.append(each.details["temperature_c"])
    return ([*times, record.end_s], [*values, values[-1]]) if times else ([], [])
