"""Measurements by file that refer to another of the same vessel: whether that one was made before, and of what."""

from collections.abc import Mapping, Set

from autosynth.errors import Problem
from autosynth.language.validation import closest
from autosynth.recipe.measure import Measure

WORDS: Mapping[str, str] = {
    "infrared": "infrared spectrum",
    "composition": "analysis of the elements",
    "uv_vis": "spectrum",
}
"""What is referred to, by its technique."""

HINTS: Mapping[str, str] = {
    "infrared": "measure it before, unmilled",
    "composition": "measure it before",
    "uv_vis": "measure it before anything reacts",
}


class References:
    """Measurements by file of one recipe, as its steps come."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, str | None]] = {}

    def check(self, step: Measure, known: Set[str]) -> Problem | None:
        """Note a measurement, and return what is wrong with what it refers to; `known` are those made before."""
        asked = step.exposure
        if asked is None:
            return None
        earlier = dict(self._made)
        self._made[step.as_] = (step.technique, step.of)
        if asked.REFERENCE is None:
            return None
        key, technique = asked.REFERENCE
        other: str | None = getattr(asked, key)
        fits = {name for name, made in earlier.items() if made == (technique, step.of) and name in known}
        if other is None or (other in fits and other != step.as_):
            return None
        made_before = other in known and other != step.as_
        what = f"no {WORDS[technique]} of {step.of}" if made_before else "not a measurement made before"
        hint = closest(other, fits) if fits else (HINTS[technique] if made_before else "")
        return Problem(f"{other!r} is {what}", asked.where(key), hint, "names")
