"""A run's report: one HTML file that needs no network, no script and nothing beside it; a view of the run folder.

It is written for any run, whatever state it was left in. A chapter that cannot be made says so and why, and the
others are there all the same: the report is read when something has gone wrong.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import jinja2

from autosynth.engine.folder import RunFolder
from autosynth.errors import JournalError
from autosynth.report.course import log, timeline, traces
from autosynth.report.exposures import TITLES, component_colours, exposures, kept_exposures, techniques
from autosynth.report.heading import Heading, heading, key_results
from autosynth.report.jointly import joint_fits
from autosynth.report.judgements import decisions, deviations
from autosynth.report.materials import materials
from autosynth.report.milling import grinding
from autosynth.report.parts import Note, Section
from autosynth.report.provenance import provenance
from autosynth.report.record import RunRecord, read_record
from autosynth.report.spectra import kept_spectra, line_colours, spectra
from autosynth.report.titration import titrations
from autosynth.report.voltammograms import kept_fits, species_colours, voltammograms


def write_report(folder: RunFolder) -> Path:
    """Write `report.html` into the run's folder and return its path.

    Raises:
        JournalError: the file cannot be written.
    """
    page = render(read_record(folder))
    try:
        folder.report.write_text(page, encoding="utf-8")
    except OSError as error:
        msg = f"cannot write {folder.report}: {error.strerror}"
        raise JournalError(msg) from error
    return folder.report


def render(record: RunRecord) -> str:
    """Return the page of a run."""
    return page_of(heading(record), sections(record), _troubles(record))


def page_of(heading: Heading, sections: Sequence[Section], troubles: Sequence[str]) -> str:
    """Return a page of these chapters; `troubles` are told at its top."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autosynth.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    template = environment.get_template("page.html.j2")
    return template.render(heading=heading, sections=sections, troubles=troubles)


def sections(record: RunRecord) -> list[Section]:
    """Return the chapters in the order of the page; one that fails is a note of why."""
    fits, troubles = kept_fits(record) if record.history is not None else ({}, [])
    lines, lost = kept_spectra(record) if record.history is not None else ({}, [])
    files, gone = kept_exposures(record) if record.history is not None else ({}, [])
    of_files = component_colours(files)
    colours, of_lines = species_colours(fits), line_colours(lines)
    chapters: tuple[tuple[str, str, Callable[[], Section]], ...] = (
        ("results", "Results", lambda: key_results(record)),
        ("timeline", "Timeline", lambda: timeline(record)),
        ("traces", "Volumes and temperatures", lambda: traces(record)),
        ("titration", "Titration", lambda: titrations(record, {**colours, **of_lines})),
        ("spectra", "Spectra", lambda: spectra(record, lines, of_lines, lost)),
        ("together", "Spectra together", lambda: joint_fits(record, of_lines)),
        ("voltammograms", "Voltammograms", lambda: voltammograms(record, fits, colours, troubles)),
        *(
            (technique, TITLES[technique], partial(exposures, record, technique, files, of_files, gone))
            for technique in (techniques(record) if record.history is not None else ())
        ),
        ("milling", "Milling", lambda: grinding(record)),
        ("decisions", "Decisions", lambda: decisions(record)),
        ("materials", "Materials", lambda: materials(record)),
        ("deviations", "Deviations and failures", lambda: deviations(record)),
        ("provenance", "Provenance", lambda: provenance(record)),
        ("log", "Log and inputs", lambda: log(record)),
    )
    found = [made(key, title, make) for key, title, make in chapters]
    return [each for each in found if each.parts]


def made(key: str, title: str, make: Callable[[], Section]) -> Section:
    """Return a chapter; one that cannot be made says why."""
    try:
        return make()
    except Exception as error:  # whatever a strange run does to one chapter, the others must be readable
        told = f"This part could not be made: {type(error).__name__}: {error}"
        return Section(key, title, [Note(told, "bad")])


def _troubles(record: RunRecord) -> list[str]:
    damage = [f"The journal is damaged; what follows is what could be read. {record.damage}"] if record.damage else []
    return [*damage, *record.troubles]
