"""Every measurement by file with the fit its numbers come from, as the run kept it; nothing is fitted again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.curvetable import Curves, curves_from_table
from autosynth.engine.history import History
from autosynth.errors import AutosynthError
from autosynth.report.figures.canvas import PALETTE
from autosynth.report.figures.exposure import LEAST_PART, MEASURED, Look, draw_exposure
from autosynth.report.parts import Badge, Cell, Gallery, Note, Part, Picture, Section, Table, Tone
from autosynth.report.record import RunRecord
from autosynth.report.wording import estimate, moment, quantity, rounded

TITLES = {
    "infrared": "Infrared spectra",
    "uv_vis": "Ultraviolet and visible spectra",
    "diffraction": "Powder patterns",
    "sorption": "Isotherms",
    "composition": "Elements",
    "mass": "Mass spectra",
    "weighing": "Weights",
}
LOOKS = {
    "infrared": Look("wavenumber / 1/cm", "absorbance", falling=True),
    "uv_vis": Look("wavelength / nm", "absorbance"),
    "diffraction": Look("2θ / °", "intensity"),
    "sorption": Look("relative pressure", "mmol/g", points=True),
    "mass": Look("m/z", "counts"),
}
UNLISTED = "belongs to nothing looked for"
EVERYWHERE = (
    "A band that belongs to nothing looked for is one that the library does not list. In every spectrum, the reference "
    "too, it is of something that is there from the start or of the standard: describe it in the library if it matters."
)
GOOD = frozenset({"solid_solution", "binomial"})
LINE_PART = 3e-3
"""A line of a component is marked when it is higher than this part of the component's highest."""

SERIES = 8
"""Of measurements of one name so many are shown at most."""

RELATIVE = "residual_frac"
"""What a spectrum tells in comparison with that before the reaction."""

Fits = Mapping[str, Curves]
"""Action -> its fitted curves."""


def kept_exposures(record: RunRecord) -> tuple[dict[str, Curves], list[str]]:
    """Return the fitted curves that the run kept, and what is wrong with those that cannot be read."""
    found: dict[str, Curves] = {}
    troubles: list[str] = []
    for each in _measured(record):
        try:
            for fit in each.get("fits", ()):
                found[str(each["action"])] = curves_from_table(record.content(str(fit["file"])))
        except (AutosynthError, OSError) as error:
            troubles.append(f"{each['action']}: {error}")
    return found, troubles


def component_colours(fits: Fits) -> dict[str, str]:
    """Return a colour for every component that matters in some fit, the same all over the page."""
    strength: dict[str, float] = {}
    for curves in fits.values():
        highest = {name: float(np.nanmax(np.abs(part), initial=0.0)) for name, part in curves.components.items()}
        most = max(highest.values(), default=0.0) or 1.0
        for name, high in highest.items():
            strength[name] = max(strength.get(name, 0.0), high / most)
    shown = [name for name in strength if strength[name] > LEAST_PART]
    return {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(shown)}


def exposures(
    record: RunRecord, technique: str, fits: Fits, colours: Mapping[str, str], troubles: Sequence[str] = ()
) -> Section:
    """Return the chapter of one technique: verdicts, what each measurement told, and its curves."""
    every = [each for each in _measured(record) if each["technique"] == technique]
    made = _spread(every)
    parts: list[Part] = [Note(text, "warn") for text in troubles]
    if not made:
        return Section(technique, TITLES[technique], parts)
    if len(made) < len(every):
        parts.append(Note(f"{len(made)} of {len(every)} are shown, spread over long series; the record has all."))
    parts += [_verdict(each) for each in made if each.get("verdict")]
    reference = references(record.known)
    parts.append(_told(made, reference))
    if any(UNLISTED in flag for each in made for flag in each.get("flags", ())):
        parts.append(Note(EVERYWHERE))
    drawn = [each for each in made if str(each["action"]) in fits]
    if drawn:
        parts += _pictures(drawn, technique, fits, colours, reference)
    return Section(technique, TITLES[technique], parts)


def _spread(every: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the measurements without most of those of a long series: its first, its last, and some between."""
    series: dict[str, list[int]] = {}
    for number, each in enumerate(every):
        series.setdefault(str(each["as"]), []).append(number)
    kept = {
        number
        for numbers in series.values()
        for number in np.array(numbers)[np.linspace(0, len(numbers) - 1, min(len(numbers), SERIES)).round().astype(int)]
    }
    return [each for number, each in enumerate(every) if number in kept]


def _pictures(
    drawn: Sequence[Mapping[str, Any]],
    technique: str,
    fits: Fits,
    colours: Mapping[str, str],
    reference: Collection[str],
) -> list[Part]:
    wide = technique in {"diffraction", "mass"} or len(drawn) == 1
    pictures = [
        _picture(number, each, fits[str(each["action"])], colours, _caption(each, reference), wide=wide)
        for number, each in enumerate(drawn)
    ]
    shown = (name for each in drawn for name in fits[str(each["action"])].components if name in colours)
    names = dict.fromkeys(shown if technique not in {"sorption", "mass"} else ())
    legend = (("measured", MEASURED), ("fit", "#1a1f26"), *((name, colours[name]) for name in names))
    text = "Grey: as measured. Black: fit. Below: measured minus fit."
    if technique == "diffraction":
        text += " Strokes mark the lines of each phase of the hypothesis that explains the pattern best."
    elif technique == "mass":
        text += " The fit is the whole envelope, of all compositions together."
        text += " Where they overlap none has a line of its own."
    elif technique == "sorption":
        text += " The fit is BET's equation over the window that was taken."
    else:
        text += " Colours: the bands it is made of, on the baseline."
    return [Note(text), Gallery(pictures, legend, 1 if wide else 2)]


def _picture(
    number: int, each: Mapping[str, Any], curves: Curves, colours: Mapping[str, str], caption: str, *, wide: bool
) -> Picture:
    technique, title = str(each["technique"]), f"{each['as']}  {each['action']}"
    plain = LOOKS[technique]
    ticks = {name: lines(curves.axis, part) for name, part in curves.components.items()}
    look = Look(plain.x, plain.y, plain.falling, plain.points, ticks if technique == "diffraction" else {})
    svg = draw_exposure(curves, look, colours, f"{technique}{number}", f"{title} with its fit", wide=wide)
    return Picture(svg, title, caption)


def _caption(each: Mapping[str, Any], reference: Collection[str]) -> str:
    if each["as"] in reference:
        return f"{moment(each['t_s'])}, {each['source']}, the reference of those after it{_flags(each)}"
    residual = each["quantities"].get(RELATIVE)
    limit = each["quantities"].get("detection_limit")
    told = f", residual {estimate(residual)}" if residual else ""
    told += f", detection limit {quantity(rounded(limit['value']), limit['unit'])}" if residual and limit else ""
    return f"{moment(each['t_s'])}, {each['source']}{told}{_flags(each)}"


def _flags(each: Mapping[str, Any]) -> str:
    return "".join(f"\n{flag}" for flag in each.get("flags", ())).replace("-", "−")


def _verdict(each: Mapping[str, Any]) -> Note:
    verdict = str(each["verdict"])
    why = f": {each['reason']}" if each.get("reason") else ""
    tone: Tone = "good" if verdict in GOOD else "warn"
    return Note(f"{each['as']} ({each['action']}): {verdict.replace('_', ' ')}{why}.", tone)


def _told(made: Sequence[Mapping[str, Any]], reference: Collection[str]) -> Table:
    """Return every quantity of every measurement, a column a measurement; a measurement without any says why."""
    keys = list(dict.fromkeys(key for each in made for key in each["quantities"]))
    head = ("quantity", *(f"{each['as']} {each['action']}" for each in made))
    rows: list[tuple[Cell, ...]] = [
        (key, *("the reference" if key == RELATIVE and each["as"] in reference else _value(each, key) for each in made))
        for key in keys
    ]
    lost = [each for each in made if not each["quantities"]]
    if lost:
        why = (Badge("no result", "warn") if each in lost else "" for each in made)
        rows.append(("", *why))
    reasons = "; ".join(f"{each['action']}: {each.get('reason') or 'no result'}" for each in lost)
    numeric = frozenset(range(1, len(head))) if len(made) > 1 else frozenset[int]()
    caption = "What each has told, ± standard uncertainty; limits in brackets are one-sided, 95 %."
    return Table(head, rows, f"{caption} {reasons}".strip(), numeric)


def _value(each: Mapping[str, Any], key: str) -> str:
    return estimate(each["quantities"][key], key) if key in each["quantities"] else "–"


def references(history: History) -> set[str]:
    """Return the measurements that others are compared with: a comparison with itself would tell nothing."""
    named = (each.details.get("relative_to") for each in history.actions.values())
    return {str(name) for name in named if name}


def lines(axis: Array, part: Array) -> Array:
    """Return where a component has its lines: its local maxima that stand out."""
    if len(part) < 3:
        return axis[:0]
    inner = part[1:-1]
    peaks = (inner > part[:-2]) & (inner >= part[2:]) & (inner > LINE_PART * float(np.max(part, initial=0.0)))
    return axis[1:-1][peaks]


def techniques(record: RunRecord) -> list[str]:
    """Return the techniques that measured by file in this run, in the order of the page."""
    made = {str(each["technique"]) for each in _measured(record)}
    return [name for name in TITLES if name in made]


def _measured(record: RunRecord) -> list[Mapping[str, Any]]:
    rounds = record.known.measurements.values()
    made = [each for found in rounds for each in found if each.get("technique") in TITLES]
    return sorted(made, key=lambda each: float(each["t_s"]))
