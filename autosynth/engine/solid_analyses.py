"""What a run's measurements by file are analysed with: from a kept file to quantities, a verdict and curves.

Each technique has its own reader and library; they load slowly, so each is imported when it is first used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autosynth.analysis.adsorbates import AdsorbateLibrary
from autosynth.analysis.assemblies import AssemblyLibrary
from autosynth.analysis.bands import BandLibrary
from autosynth.analysis.curvetable import Curves, curves_to_table
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.libraries import AnyLibrary, Shelf
from autosynth.analysis.phases import PhaseLibrary
from autosynth.analysis.plasmons import PlasmonLibrary
from autosynth.errors import AnalysisError


@dataclass(frozen=True, slots=True)
class Found:
    """What a file told: quantities by name, a verdict in a word and why, flags, and fitted curves as tables."""

    quantities: Mapping[str, Estimate] = field(default_factory=dict[str, Estimate])
    verdict: str = ""
    reason: str = ""
    flags: tuple[str, ...] = ()
    tables: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


if TYPE_CHECKING:
    from autosynth.analysis.diffraction.result import DiffractionResult
    from autosynth.analysis.mass.result import MassCurves

AXES = {"wavenumber": "wavenumber / 1/cm", "wavelength": "wavelength / nm"}
TWO_THETA, RELATIVE, MZ = "2theta / deg", "relative pressure", "m/z"
Asked = Mapping[str, Any]
Analysis = Callable[[Path, Asked, AnyLibrary | Shelf | None, Estimate | None], Found]


def library_for(technique: str, library: AnyLibrary | Shelf | None) -> AnyLibrary | None:
    """Return the library that a technique looks into, of the one or the several that a recipe names."""
    return library.by_technique.get(technique) if isinstance(library, Shelf) else library


def _bands(path: Path, asked: Asked, library: AnyLibrary | Shelf | None, initial: Estimate | None) -> Found:
    from autosynth.analysis.infrared import analyse  # noqa: PLC0415  # loads slowly
    from autosynth.analysis.readers.infrared import read_spectrum  # noqa: PLC0415

    technique = str(asked["technique"])
    known = library_for(technique, library)
    if isinstance(known, PlasmonLibrary):
        return _plasmon(path, asked, known)
    if not isinstance(known, BandLibrary):
        raise AnalysisError(f"the recipe names no library of bands for {technique}")
    stage = ("washed",) if asked.get("washed") and "washed" in known.stages else ()
    result = analyse(read_spectrum(path), known, stage, initial)
    seen = result.curves
    curves = Curves(AXES[known.axis], seen.axis, seen.measured, seen.fitted, seen.baseline, seen.components)
    return Found(result.quantities, flags=tuple(result.goodness.flags), tables={"fit1.tsv": curves_to_table(curves)})


def _plasmon(path: Path, asked: Asked, library: PlasmonLibrary) -> Found:
    from autosynth.analysis.plasmon import Reading, analyse, drifts  # noqa: PLC0415  # loads slowly
    from autosynth.analysis.readers.infrared import read_spectrum  # noqa: PLC0415

    blank = read_spectrum(asked["blank"]) if asked.get("blank") else None
    result = analyse(read_spectrum(path), library, blank, asked.get("frac"))
    told = [(t_s, *(found.get(name) for name in ("position", "absorbance"))) for t_s, found in asked.get("earlier", [])]
    readings = [
        Reading(t_s, *(place[key] for key in ("value", "sd")), *(height[key] for key in ("value", "sd")))
        for t_s, place, height in told
        if place and height and None not in (place["value"], place["sd"], height["value"], height["sd"])
    ]
    place, height = (result.quantities.get(name) for name in ("position", "absorbance"))
    changes: Mapping[str, Estimate] = {}
    if place is not None and height is not None and "now_s" in asked:
        readings.append(Reading(asked["now_s"], place.value, place.sd, height.value, height.sd))
        changes = drifts(readings)
    seen = result.curves
    curves = Curves(AXES["wavelength"], seen.axis, seen.measured, seen.fitted, seen.background, {})
    tables = {"fit1.tsv": curves_to_table(curves)}
    return Found({**result.quantities, **changes}, result.verdict, result.reason, result.flags, tables)


def _phases(path: Path, asked: Asked, library: AnyLibrary | Shelf | None, initial: Estimate | None) -> Found:
    from autosynth.analysis.diffraction import analyse  # noqa: PLC0415  # loads slowly
    from autosynth.analysis.readers.powder import read_pattern  # noqa: PLC0415

    known = library_for("diffraction", library)
    if not isinstance(known, PhaseLibrary):
        raise AnalysisError("the recipe names no library of phases for diffraction")
    result = analyse(read_pattern(path), known, tuple(asked.get("candidates") or ()))
    reason = _why(result)
    seen = result.curves
    curves = Curves(TWO_THETA, seen.two_theta_deg, seen.measured, seen.fitted, seen.background, seen.components)
    tables = {"fit1.tsv": curves_to_table(curves)}
    return Found(result.quantities, result.verdict, reason, tuple(result.goodness.flags), tables)


def _why(result: "DiffractionResult") -> str:
    """Return which phases explain a pattern best, and by how much better than the next."""
    if not result.evidence:
        return ""
    best, *others = result.evidence
    single, poor = len(best.phases) == 1, result.verdict == "neither"
    how = ("comes" if single else "come") if poor else ("explains" if single else "explain")
    what = "nearest to the pattern and not near enough" if poor else "the pattern best"
    told = f"{' and '.join(best.phases)} {how} {what} (of the library's instrument {result.instrument})"
    if not others:
        return told
    rival = others[0]
    return f"{told}; BIC {best.bic:.4g}, {rival.bic:.4g} with {' and '.join(rival.phases)}"


def _isotherm(path: Path, asked: Asked, library: AnyLibrary | Shelf | None, initial: Estimate | None) -> Found:
    from autosynth.analysis.readers.isotherm import read_isotherm  # noqa: PLC0415  # loads slowly
    from autosynth.analysis.sorption import analyse, bet_curves  # noqa: PLC0415

    known = library_for("sorption", library)
    if not isinstance(known, AdsorbateLibrary):
        raise AnalysisError("the recipe names no library of adsorbates for sorption")
    isotherm = read_isotherm(path)
    result = analyse(isotherm, known)
    curves = Curves(RELATIVE, *bet_curves(isotherm, result.best))
    return Found(result.quantities, flags=tuple(result.flags), tables={"fit1.tsv": curves_to_table(curves)})


def _elements(path: Path, asked: Asked, library: AnyLibrary | Shelf | None, initial: Estimate | None) -> Found:
    from autosynth.analysis.composition import molar_ratio  # noqa: PLC0415  # loads slowly
    from autosynth.analysis.readers.composition import read_composition  # noqa: PLC0415

    one, _, other = str(asked["ratio"]).partition("/")
    return Found({"ratio": molar_ratio(read_composition(path), one.strip(), other.strip())})


def _assemblies(path: Path, asked: Asked, library: AnyLibrary | Shelf | None, elements: Estimate | None) -> Found:
    from autosynth.analysis.feed import next_feed  # noqa: PLC0415  # loads slowly
    from autosynth.analysis.mass import analyse  # noqa: PLC0415
    from autosynth.analysis.readers.mzml import read_mass_spectrum  # noqa: PLC0415

    known = library_for("mass", library)
    if not isinstance(known, AssemblyLibrary):
        raise AnalysisError("the recipe names no library of assemblies for mass")
    result = analyse(read_mass_spectrum(path), known, elements)
    tables = {f"fit{number}.tsv": curves_to_table(mass_curves(seen)) for number, seen in enumerate(result.curves, 1)}
    reason = f"{result.reason} (mass scale anchored by: {result.anchor})"
    if not result.fractions:
        unsure = 100.0 * result.goodness.fraction_sd
        reason += f"; single compositions cannot be told from it, each would be ± {unsure:.2g} %"
    told = dict(result.quantities)
    if asked.get("target") is not None:
        told["next_feed"] = next_feed(float(asked["feed"]), told["x"], float(asked["target"]), known.sites)
    return Found(told, result.verdict, reason, result.goodness.flags, tables)


def mass_curves(seen: "MassCurves") -> Curves:
    """Return the curves of one ion as they are kept."""
    return Curves(MZ, seen.mz, seen.measured, seen.fitted, seen.baseline, {seen.ion: seen.fitted - seen.baseline})


def analyses() -> Mapping[str, Analysis]:
    """Return what each technique is analysed with."""
    return {
        "infrared": _bands,
        "uv_vis": _bands,
        "diffraction": _phases,
        "sorption": _isotherm,
        "composition": _elements,
        "mass": _assemblies,
    }
