"""The problems that a check has found: each thing once, however many rounds of a loop run into it."""

from collections.abc import Hashable, Iterable, Iterator

from autosynth.errors import InputError, Mark, Problem, Severity

BUILT_IN: dict[str, Severity] = {
    "RACK": Severity.REJECT,
    "ROLE": Severity.REJECT,
    "REAGENT": Severity.REJECT,
    "SPECIES": Severity.REJECT,
    "EXPIRED": Severity.ACKNOWLEDGE,
    "MATERIALS": Severity.REJECT,
    "VOLUME": Severity.REJECT,
    "WASTE": Severity.REJECT,
    "PATH": Severity.REJECT,
    "DOSE": Severity.REJECT,
    "LIMITS": Severity.REJECT,
    "BOUND": Severity.REJECT,
    "LOOP": Severity.REJECT,
    "DOMINANCE": Severity.REJECT,
    "DEADLOCK": Severity.REJECT,
    "HOST-DEATH": Severity.REJECT,
    "OVERRIDE": Severity.REJECT,
    "JAR": Severity.REJECT,
    "STIRRED": Severity.NOTE,
    "CEILING": Severity.REJECT,
}
"""The checks that are code, with their usual severity; the others are data (`rules/`, `protocols/*/rules.yaml`)."""

OF_STATION = frozenset(
    {"RACK", "ROLE", "REAGENT", "EXPIRED", "MATERIALS", "VOLUME", "WASTE", "PATH", "DOSE", "LIMITS", "HOST-DEATH"}
)
"""The checks that the same recipe may pass on another station."""


class Findings:
    """Collects problems; one with the same rule, place and subject as an earlier one is the same finding."""

    def __init__(self) -> None:
        self._found: dict[Hashable, Problem] = {}

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def known(self, rule: str, mark: Mark | None, subject: Hashable) -> bool:
        """Say whether this was found before, so that it need not be worked out again."""
        return (rule, mark, subject) in self._found

    def add(
        self,
        rule: str,
        message: str,
        mark: Mark | None,
        hint: str = "",
        *,
        severity: Severity | None = None,
        subject: Hashable = "",
    ) -> None:
        """Add a problem unless it was found before; `subject` tells apart what one line can have wrong."""
        key = (rule, mark, subject)
        if key not in self._found:
            self._found[key] = Problem(message, mark, hint, rule, severity or BUILT_IN[rule])

    def take(self, error: InputError, mark: Mark, rule: str | None = None) -> None:
        """Add the problems of an error, those without a place at `mark`."""
        for problem in error.problems:
            self.add(
                rule or problem.rule, problem.message, problem.mark or mark, problem.hint, severity=problem.severity
            )


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems in the order of their places."""
    nowhere = Mark("", 0, 0)
    return tuple(sorted(problems, key=lambda problem: problem.mark or nowhere))
