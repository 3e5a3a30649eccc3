"""How far a campaign has come: runs along bench time, changes of vials, what was dispensed, where each vial is from."""

from collections.abc import Mapping

from autosynth.campaign.standing import Attempt, RowRecord
from autosynth.campaign.summary import dispensed
from autosynth.report.campaigns.record import CampaignRecord
from autosynth.report.campaigns.responses import shown_settings
from autosynth.report.figures.campaign import Bar, draw_progress
from autosynth.report.parts import Badge, Cell, Note, Part, Picture, Section, Table, Tone
from autosynth.report.wording import duration, moment
from autosynth.units import format_quantity

TONES: Mapping[str, Tone] = {"COMPLETE": "good", "HELD": "warn", "STOPPED": "warn", "ABORTED": "bad", "refused": "bad"}
NUMERIC = frozenset({2, 3, 4})


def progress(record: CampaignRecord) -> Section:
    """Return the picture of all runs, the changes of vials, and the rows that did not complete."""
    standing, parts = record.standing, list[Part]()
    bars = [
        _bar(number, attempt) for number, row in enumerate(standing.rows.values(), start=1) for attempt in row.attempts
    ]
    if bars:
        changes = [(float(each["t_s"]), float(each["t_s"]) + float(each["took_s"])) for each in standing.changes]
        caption = "Each run along bench time" + ("; shaded: vials are changed." if changes else ".")
        parts.append(Picture(draw_progress(bars, changes, len(standing.rows)), "Progress.", caption))
    if standing.changes:
        rows = [_change(number, each) for number, each in enumerate(standing.changes, start=1)]
        parts.append(Table(("set", "at", "took", "places", "who"), rows, "Changes of vials."))
    parts += _others(record)
    return Section("progress", "Progress", parts)


def _bar(number: int, attempt: Attempt) -> Bar:
    length_s = float(attempt.told.get("simulated_s", 0.0))
    return Bar(number, attempt.t_s, attempt.t_s + length_s, attempt.state)


def _change(number: int, each: Mapping[str, object]) -> tuple[Cell, ...]:
    places = each["places"]
    named = [str(place) for place in places] if isinstance(places, list | tuple) else []
    which = f"{named[0]} to {named[-1]}" if len(named) > 1 else named[0] if named else ""
    took_s, t_s = float(str(each["took_s"])), float(str(each["t_s"]))
    return (str(number + 1), moment(t_s), duration(took_s), f"{which} ({len(named)})", str(each["who"]))


def _others(record: CampaignRecord) -> list[Part]:
    """Return rows that were held, stopped, refused or begun again, and why."""
    rows: list[tuple[Cell, ...]] = []
    for row in record.standing.rows.values():
        for attempt in row.attempts:
            if not attempt.complete or not attempt.counts:
                rows.append((row.name, Badge(attempt.state, TONES.get(attempt.state, "plain")), _why(attempt)))
    if rows:
        caption = "Runs that did not come to their planned end, or do not count for their row."
        return [Table(("row", "run", "why"), rows, caption)]
    if record.standing.rows and not record.standing.waiting:
        return [Note("Every row came to its planned end at the first attempt.", "good")]
    return []


def _why(attempt: Attempt) -> str:
    told = attempt.told
    problems = told.get("problems", ())
    text = str(told.get("why") or told.get("reason") or (problems[0] if problems else ""))
    return text or ("made again" if not attempt.counts else "")


def totals(record: CampaignRecord) -> Section:
    """Return what all runs together dispensed against what they were to."""
    found = dispensed(record.standing)
    rows: list[tuple[Cell, ...]] = []
    for reagent, each in found.items():
        volume = format_quantity(each["volume_ml"], "volume", each["sd_ml"])
        planned = format_quantity(each["planned_ml"], "volume")
        away = each["volume_ml"] - each["planned_ml"]
        share = abs(away) / each["sd_ml"] if each["sd_ml"] > 0 else 0.0
        verdict = Badge("within uncertainty", "good") if share <= 2.0 else Badge(f"{share:.1f} sd away", "warn")
        rows.append((reagent, each["stock"], planned, volume, str(each["doses"]), verdict))
    if not rows:
        return Section("materials", "Materials", [])
    caption = "All runs, those that do not count for their row included; ± standard uncertainty of the pump."
    head = ("reagent", "stock", "asked for", "dispensed", "doses", "")
    return Section("materials", "Materials", [Table(head, rows, caption, NUMERIC)])


def lineage(record: CampaignRecord) -> Section:
    """Return for each vial of which row and run it is, what stands in it, and from which lots it was made."""
    rows: list[tuple[Cell, ...]] = []
    for row in record.standing.rows.values():
        for attempt in row.attempts:
            rows += _vials(record, row, attempt)
    if not rows:
        return Section("lineage", "Vials", [])
    caption = "Every vial filled, in the order of the rows. Sets are counted from the first rack of vials on."
    head = ("vial", "set", "row", "run", "volume", "sample of", "lots")
    return Section("lineage", "Vials", [Table(head, rows, caption, frozenset({4}))])


def _vials(record: CampaignRecord, row: RowRecord, attempt: Attempt) -> list[tuple[Cell, ...]]:
    lots = ", ".join(f"{stock} {lot}" for stock, lot in attempt.told.get("lots", {}).items())
    return [
        (
            each["identity"],
            str(vial_set(record, str(each["place"]), attempt.t_s)),
            row.name,
            attempt.run,
            format_quantity(float(each["volume_ml"]), "volume"),
            str(each["sample_of"]).partition(", ")[0],
            lots,
        )
        for each in attempt.told.get("vials", ())
    ]


def vial_set(record: CampaignRecord, place: str, t_s: float) -> int:
    """Return which vial stood at a place at a time, counted from 1."""
    changes = record.standing.changes
    return 1 + sum(place in each["places"] and float(each["t_s"]) <= t_s for each in changes)


def table(record: CampaignRecord) -> Section:
    """Return all rows with their settings and results."""
    standing, responses = record.standing, record.responses()
    names = list(dict.fromkeys(name for row in standing.rows.values() for name in row.settings))
    rows: list[tuple[Cell, ...]] = []
    for row in standing.rows.values():
        settings = shown_settings(record, row)
        state = row.state or "waits"
        cells: list[Cell] = [row.name, Badge(state, TONES.get(state, "plain"))]
        cells += [settings.get(name, "") for name in names]
        for values in responses.values():
            each = values.get(row.name)
            shown = "–" if each is None else format_quantity(each["value"], each["dimension"], each["sd"])
            cells.append(shown)
        rows.append(tuple(cells))
    if not rows:
        return Section("rows", "Rows", [])
    numeric = frozenset(range(2, 2 + len(names) + len(responses)))
    caption = f"As in {record.folder.results.name}, which has every measured quantity."
    return Section("rows", "Rows", [Table(("row", "state", *names, *responses), rows, caption, numeric)])
