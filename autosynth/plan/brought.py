"""What each measurement brings: the names of its quantities and their dimensions, as its analysis makes them.

Known is what does not need the data. The analysers themselves would take seconds to import; tests hold both together.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from autosynth.analysis.bands import BandLibrary
from autosynth.analysis.libraries import AnyLibrary
from autosynth.analysis.lines import LineLibrary
from autosynth.analysis.phases import PhaseLibrary
from autosynth.analysis.species import Library, Species
from autosynth.errors import InputError
from autosynth.recipe.exposure import Infrared
from autosynth.recipe.steps import Evaluate, Measure, StepBase, Weigh

ALWAYS: Mapping[str, str] = {
    "product_frac": "ratio",
    "free_metal_frac": "ratio",
    "ip_c": "current",
    "ip_a": "current",
    "dEp": "potential",
    "charge": "charge",
    "resistance": "resistance",
    "unknown_frac": "ratio",
}
"""Of every voltammogram, whichever species are looked for."""
OF_SPECTRUM: Mapping[str, str] = {
    "unknown_frac": "ratio",
    "phase_deg": "angle",
    "dead_time": "time",
    "reference_offset": "number",
    "linewidth_hz": "frequency",
    "snr": "number",
}
"""Of every NMR spectrum."""
OF_ISOTHERM: Mapping[str, str] = {
    "bet_area": "specific_area",
    "bet_area_best": "specific_area",
    "bet_c": "number",
    "langmuir_area": "specific_area",
}
OF_PATTERN: Mapping[str, str] = {
    "unknown_frac": "ratio",
    "resolved_frac": "ratio",
    "zero": "angle",
    "fwhm": "angle",
}
OF_CONTENTS: Mapping[str, str] = {"ratio": "number"}
"""Of element contents: so many atoms of one for each of the other, which is no part of a whole."""
OF_WEIGHT: Mapping[str, str] = {"mass": "mass"}
OF_TITRATION: Mapping[str, str] = {"end_point": "equivalents", "evidence": "number"}
_WAVE = re.compile(r"E_half_(.+)_[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Brought:
    """Quantity -> dimension; half-wave potentials of the `waves` come besides, one for each step of a species."""

    kinds: Mapping[str, str]
    waves: frozenset[str] = field(default=frozenset())

    def kind(self, quantity: str) -> str | None:
        """Return the dimension of a quantity; None when there is none of that name."""
        wave = _WAVE.fullmatch(quantity)
        return "potential" if wave and wave[1] in self.waves else self.kinds.get(quantity)


def brought_by(step: StepBase, library: AnyLibrary | None) -> Brought | None:
    """Return what a step brings, analysed with a library; None of one that brings nothing, or nobody knows what."""
    match step:
        case Weigh():
            return Brought(OF_WEIGHT)
        case Evaluate() if step.titration is not None:
            return Brought(OF_TITRATION)
        case Measure():
            try:
                return _measured(step, library)
            except InputError:  # a species or phase is unknown, which is noted where it is named
                return None
        case _:
            return None


def _measured(step: Measure, library: AnyLibrary | None) -> Brought | None:
    if step.composition is not None:
        return Brought(OF_CONTENTS)
    if step.sorption is not None:
        return Brought(OF_ISOTHERM)
    match step.technique, library:
        case "voltammetry", Library():
            return waves_of(library, step.species)
        case "nmr", LineLibrary():
            return lines_of(library.of(step.blocks.nucleus), step.species)
        case (("infrared" | "uv_vis"), BandLibrary()):
            return _bands(step, library)
        case "diffraction", PhaseLibrary():
            return phases_of(library, step.diffraction.candidates if step.diffraction is not None else ())
        case _:
            return None


def waves_of(library: Library, species: Sequence[str]) -> Brought:
    """Return what a scan brings in which these species or stages are looked for (all if none is named).

    Raises:
        InputError: the library has no such species.
    """
    looked_for = library.expand(species) if species else library.all_species
    fractions = dict.fromkeys(_fractions(library, looked_for), "ratio")
    concentrations = {f"c_{one.name}": "concentration" for one in looked_for}
    return Brought({**fractions, **concentrations, **ALWAYS}, frozenset(one.name for one in looked_for))


def _fractions(library: Library, species: Sequence[Species]) -> Iterator[str]:
    """Yield the fractions' names, as the analyser makes them."""
    yield from (one.name for one in species if library.clusters(one) > 0)
    free = {metal for one in species if one.role == "free_metal" for metal in one.carriers}
    yield from (f"free_{metal}_frac" for metal in sorted(free))
    yield from (f"{name}_confirmed_frac" for name in library.products[:1] for one in species if one.name == name)


def lines_of(library: LineLibrary, species: Sequence[str]) -> Brought:
    """Return what a spectrum of the library's nucleus brings in which these species or stages are looked for.

    Raises:
        InputError: the library has no such species.
    """
    kinds = dict.fromkeys((one.name for one in library.expand(species)), "ratio")
    kinds |= dict.fromkeys(library.sums, "ratio") | dict.fromkeys(library.means, "number")
    return Brought({**kinds, **OF_SPECTRUM})


def _bands(step: Measure, library: BandLibrary) -> Brought:
    asked = step.exposure
    washed = asked is not None and asked.washed and "washed" in library.stages
    relative = isinstance(asked, Infrared) and asked.relative_to is not None
    return bands_of(library, ("washed",) if washed else (), relative=relative)


def bands_of(library: BandLibrary, expected: Sequence[str], *, relative: bool) -> Brought:
    """Return what a spectrum brings in which these bands or stages are expected (all if none is named).

    What is left of the residual is known if it is `relative` to an earlier spectrum, or to the library's ratio.

    Raises:
        InputError: the library has no such band.
    """
    bands = library.expand(expected)
    kinds = {library.ratio_name(one): "number" for one in bands if one is not library.standard}
    kinds["unknown_frac"] = "ratio"
    roles = {one.role for one in bands}
    if "acid" in roles:
        kinds["acid_frac"] = "ratio"
    if "residual" in roles and (relative or library.initial_ratio is not None):
        kinds |= {"residual_frac": "ratio", "detection_limit": "ratio"}
    return Brought(kinds)


def phases_of(library: PhaseLibrary, candidates: Sequence[str]) -> Brought:
    """Return what a pattern brings in which these phases or hypotheses are expected (all if none is named).

    Raises:
        InputError: the library has no such phase.
    """
    expected = {one.name: one for one in library.expand(candidates)}
    kinds = dict(OF_PATTERN)
    for claim, names in library.hypotheses.items():
        there = [expected[name] for name in names if name in expected]
        kinds |= {str(claim): "ratio"} if there else {}
        for phase in there:
            kinds[f"{phase.name}.fraction"] = "ratio"
            kinds |= {f"{phase.name}.{axis}": "length" for axis, _ in zip("ac", phase.lengths, strict=False)}
    return Brought(kinds)
