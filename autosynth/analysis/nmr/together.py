"""Spectra of several nuclei of one sample to the parts of all species: what the engine calls for a joint fit.

Each nucleus is fitted alone first, with everything that analysis of one spectrum knows: where lines may lie, which
unknown ones are there. The joint fit begins where these ended, and again where each nucleus leads. A spectrum that fits
worse than its noise counts for less by as much. Quantities are those of one spectrum: parts, sums and means; per
nucleus `unknown_frac_31P` and the like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from autosynth.analysis.arrays import Array
from autosynth.analysis.estimate import Estimate
from autosynth.analysis.lines import Compound, LineLibrary
from autosynth.analysis.nmr.analyse import Alone, fit_alone
from autosynth.analysis.nmr.curves import curves_of
from autosynth.analysis.nmr.fid import Accumulation
from autosynth.analysis.nmr.fit import Data, Fit, at_limit
from autosynth.analysis.nmr.joint import Joint, JointFit, Part
from autosynth.analysis.nmr.model import GLOBALS
from autosynth.analysis.nmr.posterior import parts_of, posterior, together
from autosynth.analysis.nmr.reading import MISFIT_SD
from autosynth.analysis.nmr.relocate import relocated, suspect
from autosynth.analysis.nmr.result import SpectrumCurves, UnknownPeak
from autosynth.analysis.nmr.unknown import search
from autosynth.errors import AnalysisError

MOST_MOVES = 2
TIED = 0.9
"""Species whose amounts correlate by so much and more, one taking what the other loses, are told of."""


@dataclass(frozen=True, slots=True)
class JointGoodness:
    """How far the joint fit can be believed; an empty `flags` is a good fit. Mappings are by nucleus."""

    chi2_reduced: Mapping[str, float]
    points: Mapping[str, int]
    scans: Mapping[str, int]
    rounds: int
    converged: bool
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class JointResult:
    """The analysis of several spectra of one sample."""

    quantities: Mapping[str, Estimate]
    species: tuple[str, ...]
    covariance: Array
    """Of the species' parts, in their order."""
    peaks: Mapping[str, tuple[UnknownPeak, ...]]
    """Lines of no listed species, by nucleus."""
    curves: Mapping[str, SpectrumCurves]
    goodness: JointGoodness

    @property
    def correlation(self) -> Array:
        """Return how the parts of species go together, from -1 to 1, shape (species, species)."""
        sd = np.sqrt(np.maximum(np.diag(self.covariance), 1e-300))
        return np.asarray(self.covariance / sd[:, None] / sd)


def analyse_together(samples: Sequence[Accumulation], library: LineLibrary, species: Sequence[str] = ()) -> JointResult:
    """Fit spectra of several nuclei of one sample together.

    Args:
        samples: all blocks of each nucleus.
        library: what lines species have, of all of these nuclei.
        species: species or stages to expect; all of the library when empty.

    Raises:
        AnalysisError: fewer than two nuclei or one twice, a nucleus of which the library has no line, and what the
            analysis of one spectrum may raise.
        InputError: a species is not in the library.
    """
    nuclei = [each.fid.nucleus for each in samples]
    if len(nuclei) < 2 or len(set(nuclei)) != len(nuclei):
        raise AnalysisError(f"a joint fit is of several nuclei of one sample, these are {', '.join(nuclei) or 'none'}")
    wanted = library.expand(species)
    alone = [fit_alone(each, library, [one.name for one in wanted]) for each in samples]
    compounds = [one for one in wanted if library.units(one) and any(one.name in each.names for each in alone)]
    if not compounds:
        raise AnalysisError("none of the species counts in the library's unit")
    return _Sample(alone, compounds, library).result()


class _Sample:
    """One sample while it is fitted."""

    def __init__(self, alone: Sequence[Alone], compounds: Sequence[Compound], library: LineLibrary) -> None:
        self._alone = tuple(alone)
        self._compounds = tuple(compounds)
        self._library = library
        place = {one.name: number for number, one in enumerate(compounds)}
        self._shared = [
            np.array([place.get(name, -1) for name in each.names] + [-1] * (len(each.found.amounts) - len(each.names)))
            for each in alone
        ]

    def result(self) -> JointResult:
        fits = [each.found for each in self._alone]
        datas = [each.data for each in self._alone]
        found = self._placed(fits, datas)
        weights = [self._inflation(fit, data) for fit, data in zip(found.fits, datas, strict=True)]
        if max(weights) > 1.0:
            datas = [_weighted(data, weight) for data, weight in zip(datas, weights, strict=True)]
            fits = [
                replace(fit, amounts=fit.amounts / weight**0.5) for fit, weight in zip(found.fits, weights, strict=True)
            ]
            found = self._fit(fits, datas)
        return self._told(found, datas, weights)

    def _fit(self, fits: Sequence[Fit], datas: Sequence[Data]) -> JointFit:
        parts = [Part(*each) for each in zip(fits, datas, self._shared, strict=True)]
        joint = Joint(parts, len(self._compounds))
        return joint.fit(joint.start())

    def _placed(self, fits: Sequence[Fit], datas: Sequence[Data]) -> JointFit:
        """Return the joint fit, begun again where lines seem to have been laid on wrong places."""
        found = self._fit(fits, datas)
        for number, (fit, data) in enumerate(zip(found.fits, datas, strict=True)):
            if suspect(fit, data):
                unmoved = [_unmoved(each) if place == number else each for place, each in enumerate(fits)]
                found = min(found, self._fit(unmoved, datas), key=lambda one: one.loss)
        for _ in range(MOST_MOVES):
            points = [relocated(fit, data) for fit, data in zip(found.fits, datas, strict=True)]
            if all(point is None for point in points):
                break
            moved = [
                fit if point is None else replace(fit, point=point)
                for fit, point in zip(found.fits, points, strict=True)
            ]
            again = self._fit(moved, datas)
            if again.loss >= found.loss:
                break
            found = again
        return found

    @staticmethod
    def _inflation(fit: Fit, data: Data) -> float:
        return max(fit.chi2 / max(data.numbers - len(fit.amounts) - len(fit.early), 1), 1.0)

    def _told(self, found: JointFit, datas: Sequence[Data], weights: Sequence[float]) -> JointResult:
        after = posterior(found, sum(data.numbers for data in datas))
        if not (np.isfinite(after.mean).all() and np.isfinite(after.covariance).all()):
            raise AnalysisError("the joint fit of the spectra is not finite")
        names = [one.name for one in self._compounds]
        units = np.zeros(len(found.amounts))
        units[: len(names)] = [self._library.units(one) for one in self._compounds]
        quantities, rows = parts_of(names, after, units)
        more, _ = together(self._compounds, self._library, quantities, rows, after.covariance)
        covariance = rows @ after.covariance @ rows.T
        result = JointResult(
            {**quantities, **more, **self._unknown()},
            tuple(names),
            covariance,
            {each.nucleus: each.peaks for each in self._alone},
            self._curves(found, datas, weights),
            self._goodness(found, datas, weights),
        )
        tied = _tied(names, after.covariance[: len(names), : len(names)])
        return replace(result, goodness=replace(result.goodness, flags=(*result.goodness.flags, *tied)))

    def _unknown(self) -> dict[str, Estimate]:
        return {f"unknown_frac_{each.nucleus}": each.unknown_frac for each in self._alone}

    def _curves(self, found: JointFit, datas: Sequence[Data], weights: Sequence[float]) -> dict[str, SpectrumCurves]:
        return {
            each.nucleus: curves_of(
                each.spectrum.fid, fit, each.names, each.spare.width_hz, each.spectrum.bin_sd * weight**0.5, data
            )
            for each, fit, data, weight in zip(self._alone, found.fits, datas, weights, strict=True)
        }

    def _goodness(self, found: JointFit, datas: Sequence[Data], weights: Sequence[float]) -> JointGoodness:
        flags: list[str] = []
        reduced: dict[str, float] = {}
        for each, fit, data, weight in zip(self._alone, found.fits, datas, weights, strict=True):
            nucleus = each.nucleus
            freedom = max(data.numbers - len(fit.amounts) - len(fit.early), 1)
            reduced[nucleus] = weight * fit.chi2 / freedom
            flags += [
                f"{nucleus}: a line at {p.shift.value:.2f} ppm belongs to no species looked for" for p in each.peaks
            ]
            if reduced[nucleus] > 1.0 + MISFIT_SD * np.sqrt(2.0 / data.numbers):
                flags.append(f"{nucleus}: the residual is {np.sqrt(reduced[nucleus]):.2f} times the noise")
            if at_limit(fit):
                flags.append(f"{nucleus}: a shift, width, intensity or coupling is as far off as the library allows")
            spare = search(each.spectrum.fid, each.spectrum.noise.point_sd, fit, data)
            if spare.shift_ppm is not None and weight <= 1.0:
                flags.append(
                    f"{nucleus}: together the spectra leave something at {spare.shift_ppm:.2f} ppm unexplained"
                )
        if not found.converged:
            flags.append(f"the joint fit had not settled after {found.rounds} rounds")
        return JointGoodness(
            reduced,
            {each.nucleus: len(data.bins) for each, data in zip(self._alone, datas, strict=True)},
            {each.nucleus: each.scans for each in self._alone},
            found.rounds,
            found.converged,
            tuple(flags),
        )


def _unmoved(fit: Fit) -> Fit:
    """Return a fit whose lines stand where the library has them; unknown ones stay."""
    point, lines = fit.point.copy(), fit.given.lines
    listed = np.flatnonzero(lines.owner < lines.listed)
    point[GLOBALS + listed] = 0.0
    return replace(fit, point=point)


def _weighted(data: Data, weight: float) -> Data:
    """Return data of which a misfit makes less."""
    return replace(data, bins=data.bins / weight**0.5)


def _tied(names: Sequence[str], covariance: Array) -> list[str]:
    sd = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    correlation = covariance / sd[:, None] / sd
    pairs = zip(*np.nonzero(np.triu(correlation <= -TIED, 1)), strict=True)
    return [
        f"{names[a]} and {names[b]} are hardly told apart: their amounts correlate by {correlation[a, b]:.2f}"
        for a, b in pairs
    ]
