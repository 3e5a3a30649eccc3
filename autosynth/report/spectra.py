"""Every NMR spectrum with the fit its numbers come from, as the run kept it; nothing is fitted again."""

from collections.abc import Mapping
from typing import Any

from autosynth.analysis.nmr.curvefile import spectrum_from_table
from autosynth.analysis.nmr.result import SpectrumCurves
from autosynth.errors import AutosynthError
from autosynth.report.figures.canvas import PALETTE
from autosynth.report.figures.spectrum import MEASURED, draw_spectrum
from autosynth.report.parts import Gallery, Note, Part, Picture, Section
from autosynth.report.record import RunRecord
from autosynth.report.wording import moment

SHOWN_PART = 0.03
"""A species is drawn when its largest line exceeds this part of the largest measured one, anywhere in the run."""

Spectra = Mapping[str, SpectrumCurves]
"""Action -> its fitted spectrum."""


def kept_spectra(record: RunRecord) -> tuple[dict[str, SpectrumCurves], list[str]]:
    """Return the fitted spectra that the run kept, and what is wrong with those that cannot be read."""
    found: dict[str, SpectrumCurves] = {}
    troubles: list[str] = []
    for each in _measured(record):
        try:
            for fit in each.get("fits", ()):
                found[str(each["action"])] = spectrum_from_table(record.content(str(fit["file"])))
        except (AutosynthError, OSError) as error:
            troubles.append(f"{each['action']}: {error}")
    return found, troubles


def line_colours(spectra: Spectra) -> dict[str, str]:
    """Return a colour for every species with a line worth seeing, the same all over the page."""
    strength: dict[str, float] = {}
    for curves in spectra.values():
        most = float(abs(curves.measured).max()) or 1.0
        for name, part in curves.components.items():
            strength[name] = max(strength.get(name, 0.0), float(abs(part).max()) / most)
    shown = [name for name in strength if strength[name] > SHOWN_PART]
    return {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(shown)}


def spectra(record: RunRecord, fits: Spectra, colours: Mapping[str, str], troubles: list[str]) -> Section:
    """Return a small picture for every measurement."""
    pictures = [
        _picture(number, each, fits[str(each["action"])], colours)
        for number, each in enumerate(_measured(record), start=1)
        if str(each["action"]) in fits
    ]
    parts: list[Part] = [Note(text, "warn") for text in troubles]
    if pictures:
        told = (
            "Grey: as measured, phased by the fit. Black: fit. Colours: what it is made of. Below: measured minus fit."
        )
        parts.append(Note(told))
        parts.append(Gallery(pictures, (("measured", MEASURED), ("fit", "#1a1f26"), *colours.items())))
    return Section("spectra", "Spectra", parts)


def _picture(number: int, each: Mapping[str, Any], curves: SpectrumCurves, colours: Mapping[str, str]) -> Picture:
    title = f"{each['as']}  {each['action']}"
    saved = int(each["scans_at_most"]) - int(each["scans"])
    scans = f"{each['scans']} scans" + (f", {saved} saved" if saved else "")
    flags = "".join(f"\n{flag}" for flag in each.get("flags", ())).replace("-", "−")
    caption = f"{moment(each['t_s'])}, {each['nucleus']}, tube {each['identity']}, {scans}{flags}"
    return Picture(draw_spectrum(curves, colours, f"nmr{number}", f"Spectrum {title} with its fit"), title, caption)


def _measured(record: RunRecord) -> list[Mapping[str, Any]]:
    rounds = record.known.measurements.values()
    return [each for made in rounds for each in made if each.get("technique") == "nmr"]
