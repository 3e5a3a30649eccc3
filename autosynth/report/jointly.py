"""What spectra of several nuclei said together: parts, what goes with what, and what became of a target."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autosynth.analysis.nmr.curvefile import spectrum_from_table
from autosynth.errors import AutosynthError
from autosynth.report.figures.spectrum import MEASURED, draw_spectrum
from autosynth.report.parts import Gallery, Note, Part, Picture, Section, Table
from autosynth.report.record import RunRecord
from autosynth.report.wording import estimate

TOLD = 0.3
"""Correlations below this are left out."""
TONES = {"reached": "good", "missed": "bad"}


def joint_fits(record: RunRecord, colours: Mapping[str, str]) -> Section:
    """Return a table and pictures for each joint fit; the section is empty when there is none."""
    parts: list[Part] = []
    for each in _concluded(record):
        if each.get("verdict"):
            tone = TONES.get(str(each["verdict"]), "warn")
            parts.append(Note(f"{each['as']}: {each['verdict']}. {each['reason']}", tone))  # type: ignore[arg-type]
        if each["quantities"]:
            parts += [_table(each), *_pictures(record, each, colours)]
        parts += [Note(f"{each['as']}: {flag}", "warn") for flag in each.get("flags", ())]
    return Section("together", "Spectra together", parts)


def _concluded(record: RunRecord) -> Iterator[Mapping[str, Any]]:
    for rounds in record.known.measurements.values():
        yield from (each for each in rounds if each.get("technique") == "spectra")


def _table(each: Mapping[str, Any]) -> Table:
    species = [str(name) for name in each.get("species", ())]
    correlation = each.get("correlation", ())
    rows = []
    for place, name in enumerate(species):
        others = [
            f"{other} {correlation[place][number]:+.2f}".replace("-", "−")
            for number, other in enumerate(species)
            if other != name and abs(correlation[place][number]) >= TOLD
        ]
        rows.append((name, estimate(each["quantities"][name]), ", ".join(others)))
    of = f"{each['as']}, of {' and '.join(each['of'])} in {each['cell']}"
    caption = f"{of}: mole fractions ± standard uncertainty. Below, without the feet of what is not fitted."
    return Table(("species", "part", f"goes with (correlations from {TOLD:g} on)"), rows, caption, frozenset({1}))


def _pictures(record: RunRecord, each: Mapping[str, Any], colours: Mapping[str, str]) -> list[Part]:
    pictures: list[Picture] = []
    for number, fit in enumerate(each.get("fits", ())):
        file = str(fit["file"])
        try:
            curves = spectrum_from_table(record.content(file))
        except (AutosynthError, OSError) as error:
            return [Note(f"{file}: {error}", "warn")]
        feet = np.zeros(len(curves.baseline))
        curves = replace(
            curves, measured=curves.measured - curves.baseline, fitted=curves.fitted - curves.baseline, baseline=feet
        )
        title = f"{each['as']}  {file.rpartition('fit_')[2].removesuffix('.tsv')}"
        key = f"joint{each['as']}{number}".replace("_", "")
        pictures.append(Picture(draw_spectrum(curves, colours, key, f"Spectrum {title} with the joint fit"), title))
    legend = (("measured", MEASURED), ("fit", "#1a1f26"), *colours.items())
    return [Gallery(pictures, legend, columns=2)] if pictures else []
