"""How jars were milled: block by block, what the jar and its lid said meanwhile, and what hands did."""

from collections.abc import Mapping, Sequence
from typing import Any

from autosynth.report.deeds import deed_text
from autosynth.report.figures.traces import Trace, draw_traces
from autosynth.report.grinding import joules, milling, milling_text, minutes
from autosynth.report.parts import Cell, Note, Part, Picture, Section, Table
from autosynth.report.record import RunRecord
from autosynth.report.telemetry import read_traces
from autosynth.report.wording import duration, moment

CHANNELS = {"jar_temperature": "°C", "jar_pressure": "kPa gauge", "mill_frequency": "Hz"}
"""What is read of a jar, in which unit; pressures are above that of the air."""
AFTER_S = 1800.0
"""Traces go on for so long after the last block."""


def grinding(record: RunRecord) -> Section:
    """Return blocks, traces and hands; empty where nothing was milled and no hands were needed."""
    history, parts = record.known, list[Part]()
    parts += [Note(f"{milling_text(jar, total)}.") for jar, total in milling(history).items()]
    if history.blocks:
        parts += [_blocks(history.blocks), *_traces(record)]
    if history.handled:
        parts.append(_hands(history.handled))
    return Section("milling", "Milling", parts)


def _blocks(blocks: Sequence[Mapping[str, Any]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    ended: dict[str, float] = {}
    total: dict[str, float] = {}
    for number, each in enumerate(blocks, start=1):
        jar = str(each["vessel"])
        total[jar] = total.get(jar, 0.0) + float(each["energy_j_g"])
        began = each.get("from_s")
        pause = "" if began is None or jar not in ended else duration(float(began) - ended[jar])
        rows.append(
            (
                str(number),
                "not known" if began is None else moment(float(began)),
                str(each["action"]),
                jar,
                f"{each['frequency_hz']:.4g} Hz",
                minutes(float(each["ran_s"]), float(each["sd_s"])),
                joules(float(each["energy_j_g"])),
                joules(total[jar]),
                pause,
            )
        )
        ended[jar] = float(each["t_s"])
    head = ("block", "from", "action", "jar", "frequency", "milled", "energy", "in all", "pause before")
    caption = (
        "Time is counted at the frequency asked for, from what the drive said each second; ± is the standard "
        "uncertainty. Energy per gram of solid as weighed, from balls thrown twice a period: compare mills with care."
    )
    return Table(head, rows, caption, frozenset({0, 1, 4, 5, 6, 7, 8}))


def _traces(record: RunRecord) -> list[Part]:
    history = record.known
    end_s = min(record.end_s, float(history.blocks[-1]["t_s"]) + AFTER_S)
    wanted = {f"{jar}.{what}": unit for jar in milling(history) for what, unit in CHANNELS.items()}
    found, troubles = read_traces(record, wanted.__contains__, end_s)
    traces = [_limited(record, trace, wanted[trace.name]) for trace in found if trace.name in wanted]
    parts: list[Part] = [Note(text, "warn") for text in troubles]
    if traces:
        traces.sort(key=lambda each: list(wanted).index(each.name))
        shown = [Trace(_title(each.name), each.t_s, each.value, each.limit, unit=each.unit) for each in traces]
        svg = draw_traces(shown, "", end_s, "milling", steps=False)
        caption = (
            "As read each second (lowest and highest of each interval); a red line is what the jar is rated for. "
            "Pressures are gauge: above that of the air."
        )
        parts.append(Picture(svg, "Jar.", caption))
    return parts


def _limited(record: RunRecord, trace: Trace, unit: str) -> Trace:
    """Return a trace with its unit and with what the jar is rated for."""
    jar, _, what = trace.name.rpartition(".")
    spec = record.known.station.vessels[jar]
    rated = {"jar_temperature": spec.rated_temperature_c, "jar_pressure": spec.rated_pressure_kpa}.get(what)
    return Trace(trace.name, trace.t_s, trace.value, rated, unit=unit)


def _title(channel: str) -> str:
    jar, _, what = channel.rpartition(".")
    return f"{jar}: {what.removeprefix('jar_').replace('_', ' ')}"


def _hands(handled: Sequence[Mapping[str, Any]]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (moment(float(each["t_s"])), str(each["action"]), deed_text(each), str(each["who"])) for each in handled
    ]
    head = ("until", "action", "what", "who")
    return Table(head, rows, "Done by hand to jars", frozenset({0}), fold=len(rows) > 12)
