"""The ways in which a run measures and concludes, loaded as far as its plan uses them.

The analyses load slowly, and most runs need one of them at most. They are loaded when the run begins and before
anything moves, not when data come in: what runs for hours reads no more of its own code from the disk.
"""

from autosynth.engine.laboratory import Conclusion, Laboratory, Technique
from autosynth.recipe.exposure import EXPOSURES
from autosynth.recipe.steps import Evaluate, Measure, walk


class Techniques:
    """What one run measures and concludes with, by name; empty until it is loaded."""

    def __init__(self, laboratory: Laboratory) -> None:
        self._lab = laboratory
        self.measuring: dict[str, Technique] = {}
        self.concluding: dict[str, Conclusion] = {}

    def load(self) -> None:
        """Load what the plan uses."""
        steps = [step for _, step in walk(self._lab.plan.recipe.steps)]
        used = {step.technique for step in steps if isinstance(step, Measure)}
        if "voltammetry" in used:
            from autosynth.engine.voltammetric import Voltammetric  # noqa: PLC0415  # its analysis loads slowly

            self.measuring["voltammetry"] = Voltammetric(self._lab)
        if "nmr" in used:
            from autosynth.engine.resonance import Resonance  # noqa: PLC0415  # its analysis loads slowly

            self.measuring["nmr"] = Resonance(self._lab)
        if used & EXPOSURES.keys():
            from autosynth.engine.exposing import Exposing  # noqa: PLC0415  # its analyses load slowly

            self.measuring |= dict.fromkeys(used & EXPOSURES.keys(), Exposing(self._lab))
        concluded = {step.conclusion for step in steps if isinstance(step, Evaluate)}
        if "titration" in concluded:
            from autosynth.engine.evaluation import Evaluation  # noqa: PLC0415  # its analysis loads slowly

            self.concluding["titration"] = Evaluation(self._lab)
        if "spectra" in concluded:
            from autosynth.engine.jointly import Jointly  # noqa: PLC0415  # its analysis loads slowly

            self.concluding["spectra"] = Jointly(self._lab)
