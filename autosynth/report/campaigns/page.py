"""A campaign's report: one HTML file that needs no network, no script and nothing beside it; its results as a table."""

from collections.abc import Callable
from pathlib import Path

from autosynth.campaign.folder import CampaignFolder
from autosynth.errors import JournalError
from autosynth.report.campaigns.export import results_csv
from autosynth.report.campaigns.progress import lineage, progress, table, totals
from autosynth.report.campaigns.record import CampaignRecord, read_campaign
from autosynth.report.campaigns.responses import best_so_far, choices, front, slices
from autosynth.report.heading import Heading
from autosynth.report.page import made, page_of
from autosynth.report.parts import Badge, Mono, Section, Table, Tone
from autosynth.report.wording import duration

TONES: dict[str, Tone] = {"COMPLETE": "good", "HELD": "warn", "PAUSED": "warn", "STOPPED": "bad"}


def write_campaign_report(folder: CampaignFolder) -> Path:
    """Write `report.html` and `table_results.csv` into the campaign's folder and return the page's path.

    Raises:
        JournalError: a file cannot be written.
    """
    record = read_campaign(folder)
    page = page_of(heading(record), sections(record), record.troubles)
    for path, text in ((folder.report, page), (folder.results, results_csv(record))):
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise JournalError(f"cannot write {path}: {error.strerror}") from error
    return folder.report


def sections(record: CampaignRecord) -> list[Section]:
    """Return the chapters in the order of the page; one that fails is a note of why."""
    chapters: tuple[tuple[str, str, Callable[[CampaignRecord], Section]], ...] = (
        ("progress", "Progress", progress),
        ("best", "Best so far", best_so_far),
        ("front", "Two objectives", front),
        ("responses", "Response slices", slices),
        ("choices", "Choices", choices),
        ("rows", "Rows", table),
        ("lineage", "Vials", lineage),
        ("materials", "Materials", totals),
        ("provenance", "Provenance", provenance),
    )
    found = [made(key, title, lambda make=make: make(record)) for key, title, make in chapters]  # type: ignore[misc]
    return [each for each in found if each.parts]


def heading(record: CampaignRecord) -> Heading:
    """Return the top of the page."""
    standing, opening = record.standing, record.standing.opening
    state = standing.state.value
    seed = f", seed {opening.get('seed')}" if standing.simulated else ""
    bench = f"simulated instruments{seed}" if standing.simulated else "real instruments"
    facts = (
        ("Campaign", str(opening.get("campaign", record.folder.path.name))),
        ("Recipe", str(opening.get("recipe", "not known"))),
        ("Started", str(record.meta.get("started", "not known")).replace("T", " ")),
        ("Rows", f"{len(standing.complete)} of {len(standing.rows)} complete"),
        ("Bench time", duration(standing.t_s)),
        ("Station", str(opening.get("station", "not known"))),
        ("Bench", bench),
        ("Record", f"{record.events} events, {standing.recovered} recoveries"),
        ("Chain head", record.head or "not known"),
    )
    title = str(opening.get("title") or "Campaign without a title")
    return Heading(title, Badge(state, TONES.get(state, "warn")), standing.reason, facts, "autosynth campaign report")


def provenance(record: CampaignRecord) -> Section:
    """Return the digests of all inputs, the versions, and the heads of all chains."""
    opening = record.standing.opening
    inputs = [(name, Mono(str(digest))) for name, digest in opening.get("inputs", {}).items()]
    software = [(name, str(version)) for name, version in opening.get("software", {}).items()]
    chains = [
        (row.name, attempt.run, Mono(str(attempt.told["head"])))
        for row in record.standing.rows.values()
        for attempt in row.attempts
        if "head" in attempt.told
    ]
    parts = [
        Table(("input", "SHA-256"), inputs, "What the campaign was made from, as kept in its folder."),
        Table(("software", "version"), software),
        Table(("row", "run", "chain head"), chains, "Heads of the runs' chains", fold=True),
    ]
    if opening.get("left_out"):
        rows = [(str(each),) for each in opening["left_out"]]
        parts.append(Table(("points of the design that were left out",), rows, "Left out of the design", fold=True))
    return Section("provenance", "Provenance", [each for each in parts if each.rows])
