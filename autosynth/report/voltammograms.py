"""Every voltammogram with the fit its numbers come from, as the run kept it; nothing is fitted again.

A fit made today could differ from the one that decided. Scans without a kept fit are shown as they were measured.
"""

from collections.abc import Mapping
from typing import Any

from autosynth.analysis.readers.voltammetry import read_voltammograms
from autosynth.analysis.voltammetry import Curves
from autosynth.analysis.voltammetry.curvefile import curves_from_table
from autosynth.errors import AutosynthError
from autosynth.report.figures.canvas import PALETTE
from autosynth.report.figures.voltammogram import MEASURED, FitSheet, draw_raw
from autosynth.report.parts import Gallery, Note, Part, Picture, Section
from autosynth.report.record import RunRecord, inside
from autosynth.report.wording import moment

SHOWN_PART = 0.02
"""A component is drawn when its largest current exceeds this part of the largest measured one, anywhere in the run."""

Fits = Mapping[str, tuple[Curves, ...]]
"""Action -> curves of its fit."""


def kept_fits(record: RunRecord) -> tuple[dict[str, tuple[Curves, ...]], list[str]]:
    """Return the fits that the run kept, and what is wrong with those that cannot be read."""
    found: dict[str, tuple[Curves, ...]] = {}
    troubles: list[str] = []
    for rounds in record.known.measurements.values():
        for each in rounds:
            if not is_voltammetry(each):
                continue
            try:
                curves = [curves_from_table(record.content(str(f["file"]))) for f in each.get("fits", ())]
            except (AutosynthError, OSError) as error:
                troubles.append(f"{each['action']}: {error}")
                continue
            if curves:
                found[str(each["action"])] = tuple(curves)
    return found, troubles


def is_voltammetry(measured: Mapping[str, Any]) -> bool:
    """Tell whether a measurement was made by voltammetry; records of before there was anything else do not say."""
    return bool(measured.get("technique", "voltammetry") == "voltammetry")


def species_colours(fits: Fits) -> dict[str, str]:
    """Return a colour for every species that matters in some fit, the same all over the page."""
    strength: dict[str, float] = {}
    for curves in fits.values():
        for each in curves:
            most = float(abs(each.measured_a).max()) or 1.0
            for name, current in each.components.items():
                strength[name] = max(strength.get(name, 0.0), float(abs(current).max()) / most)
    ranked = sorted((name for name in strength if strength[name] > SHOWN_PART), key=lambda name: -strength[name])
    colours = {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(ranked)}
    return {name: colours[name] for name in strength if name in colours}


def voltammograms(record: RunRecord, fits: Fits, colours: Mapping[str, str], troubles: list[str]) -> Section:
    """Return a small picture for every measurement."""
    pictures: list[Picture] = []
    sheet = FitSheet()
    for name, rounds in record.known.measurements.items():
        for each in filter(is_voltammetry, rounds):
            curves = fits.get(str(each["action"]))
            number = len(pictures) + 1
            try:
                pictures.append(
                    _fitted(sheet, number, name, each, curves, colours) if curves else _raw(record, number, name, each)
                )
            except (AutosynthError, OSError, ValueError) as error:
                troubles.append(f"{each['action']} could not be drawn: {error}")
    pictures += _unfinished(record, len(pictures), troubles)
    parts: list[Part] = [Note(text, "warn") for text in troubles]
    if pictures:
        parts.append(
            Note(
                "Grey: mean of the scans as measured. Black: fit. Colours: what the fit is made of. Below: measured "
                "minus fit. Potentials on the scale of the species library. Each fit is the one that was decided on."
            )
        )
        parts.append(Gallery(pictures, (("measured", MEASURED), ("fit", "#1a1f26"), *colours.items())))
    return Section("voltammograms", "Voltammograms", parts)


def _fitted(
    sheet: FitSheet,
    number: int,
    name: str,
    each: Mapping[str, Any],
    curves: tuple[Curves, ...],
    colours: Mapping[str, str],
) -> Picture:
    scans = len(each["files"])
    title = f"{name}  {each['action']}"
    flags = "".join(f"\n{flag}" for flag in each.get("flags", ())).replace("-", "−")
    plural = "s" if scans != 1 else ""
    caption = f"{moment(each['t_s'])}, {scans} scan{plural}, χ² {each.get('chi2', float('nan')):.2f}{flags}"
    alt = f"Voltammogram {title} with its fit"
    return Picture(sheet.draw(curves, colours, f"cv{number}", alt), title, caption)


def _raw(record: RunRecord, number: int, name: str, each: Mapping[str, Any]) -> Picture:
    files = [str(file["file"]) for file in each["files"]]
    title = f"{name}  {each['action']}"
    return _scans(record, number, title, files, f"{moment(each['t_s'])}, {len(files)} scans, no fit was kept")


def _scans(record: RunRecord, number: int, title: str, files: list[str], caption: str) -> Picture:
    scans = [scan for file in files for scan in read_voltammograms(inside(record, file), rate_v_s=0.1)]
    drawn = draw_raw([(scan.potential_v, scan.current_a) for scan in scans], f"cv{number}", f"Scans of {title}")
    return Picture(drawn, title, f"{caption}; potential as the instrument counts it")


def _unfinished(record: RunRecord, before: int, troubles: list[str]) -> list[Picture]:
    """Return scans of measurements that had no result when the record ends."""
    history = record.known
    measured = {str(each["action"]) for rounds in history.measurements.values() for each in rounds}
    waiting: dict[str, list[str]] = {}
    for action, done in history.actions.items():
        parent = action.rpartition("/")[0]
        if "/scan" in action and parent not in measured and "file" in done.result:
            waiting.setdefault(parent, []).append(str(done.result["file"]))
    pictures: list[Picture] = []
    for action, files in waiting.items():
        try:
            name = str(history.actions[action].details.get("as", ""))
            caption = f"{len(files)} scans made when the record ends; not analysed"
            pictures.append(_scans(record, before + len(pictures) + 1, f"{name}  {action}", files, caption))
        except (AutosynthError, OSError, ValueError) as error:
            troubles.append(f"{action} could not be drawn: {error}")
    return pictures
