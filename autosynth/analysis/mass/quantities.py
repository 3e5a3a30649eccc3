"""From what all modes tell to named quantities, a verdict on the mixture, and what is to be said against them."""

from math import hypot

from autosynth.analysis.assemblies import AssemblyLibrary
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.mass.distribution import dispersion
from autosynth.analysis.mass.fractions import Fractions
from autosynth.analysis.mass.modes import Told
from autosynth.analysis.mass.result import Verdict
from autosynth.analysis.mass.view import Peaks

ORDERED, CLUSTERED = 0.85, 1.15
"""D below and above these is ordering, and clustering or a composition that drifted [assumed]."""
DISAGREEING = 0.2
"""Elements and mass spectrum that differ by more sites than this, for certain, are a calibration error [assumed]."""
MISFIT = 1.5
LIST_SD_REL = 0.1
"""A list of centroids has lost its baseline and weak peaks, and with them so much of D [seen on simulated lists]."""


def quantities_of(seen: Told, parts: Fractions, library: AssemblyLibrary) -> dict[str, Estimate]:
    """Return x, width, dispersion, second_frac (x over sites) and the scale's shift."""
    value, covariance = seen.value, seen.covariance
    listed = any(isinstance(view, Peaks) for view in seen.given.views)
    mean, width, scattered = float(value[0]), float(value[2]), float(value[3])
    sds = [float(covariance[i, i]) ** 0.5 for i in range(5)]
    if parts.identifiable:
        moments, spread = parts.moments()
        mean, sds[0] = float(moments[0]), float(spread[0, 0]) ** 0.5
        variance = max(float(moments[1]), 1e-12)
        width, sds[2] = variance**0.5, float(spread[1, 1]) ** 0.5 / (2.0 * variance**0.5)
        scattered, by = dispersion(library.sites, mean, variance)
        sds[3] = float(by @ spread @ by) ** 0.5
    if listed:
        sds[2], sds[3] = hypot(sds[2], 0.5 * LIST_SD_REL * width), hypot(sds[3], LIST_SD_REL * scattered)
    return {
        "x": Estimate(mean, sds[0], ""),
        "width": Estimate(width, sds[2], ""),
        "dispersion": Estimate(scattered, sds[3], ""),
        "second_frac": Estimate(mean / library.sites, sds[0] / library.sites, "1"),
        "scale_shift": Estimate(1e6 * float(value[4]), 1e6 * sds[4], "ppm"),
    }


def verdict_of(scattered: Estimate) -> tuple[Verdict, str]:
    """Return the verdict on D, and why; undecided where the 95 % interval holds a limit.

    Limits stand away from 1 so that no small departure is made much of. So a D near a limit is undecided even where it
    is no binomial's for certain: the reason says that besides.
    """
    low, high = scattered.interval()
    beside = "" if low <= 1.0 <= high else ", but 1, chance alone, is outside"
    told = f"D = {scattered.value:.3g}, 95 % interval {low:.3g} to {high:.3g}"
    if high < ORDERED:
        return "ordering", f"{told}: below {ORDERED}, sites prefer unlike neighbours"
    if low > CLUSTERED:
        return "clustering_or_drift", f"{told}: above {CLUSTERED}, like sites keep together or the composition drifted"
    if low >= ORDERED and high <= CLUSTERED:
        return "binomial", f"{told}: within {ORDERED} to {CLUSTERED}, as chance shares sites out{beside}"
    return "undecided", f"{told}: it may lie on either side of {ORDERED if low < ORDERED else CLUSTERED}{beside}"


def compared(seen: Estimate, elements: Estimate) -> Estimate:
    """Return by how much the mass spectrum's x exceeds that of elemental analysis."""
    return Estimate(seen.value - elements.value, float((seen.sd**2 + elements.sd**2) ** 0.5), "")


def flags_of(seen: Told, parts: Fractions, quantities: dict[str, Estimate], anchored: bool) -> tuple[str, ...]:
    """Return a plain sentence for each thing that is wrong or worth a look; none for a good fit."""
    flags: list[str] = []
    if not anchored:
        flags.append("nothing anchors the mass scale: x is as uncertain as the scale makes it")
    if any(isinstance(view, Peaks) for view in seen.given.views):
        flags.append("a list of centroids has lost its baseline: D is told to 10 %, export a profile for more")
    ways = sum(weight > 1e-3 for weight in seen.weights)
    if ways > 1:
        flags.append(f"the envelope can lie on the mass scale in {ways} ways: x is the mean over them")
    if seen.chi2_reduced > MISFIT or seen.inflation > 2.0 * MISFIT:
        flags.append(f"the residual is {seen.inflation**0.5:.2f} times the noise: what is there may be no such mixture")
    if not seen.best.converged:
        flags.append(f"the fit had not settled after {seen.best.rounds} rounds")
    differ = quantities.get("elements_difference")
    if differ is not None and abs(differ.value) - 1.96 * differ.sd > DISAGREEING:
        flags.append(f"MS_calibration_error: x differs from that of the elements by {differ.value:.2f}")
    return tuple(flags)
