"""What can be wrong with a search space as it is written, all of it at once."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

from autosynth.campaign.space.variables import LinearConstraint, Mixture, Variable


def space_problems(
    variables: Sequence[Variable], mixtures: Sequence[Mixture], constraints: Sequence[LinearConstraint]
) -> list[str]:
    """Return what is wrong with these parts of a space, a sentence each."""
    if not variables:
        return ["a campaign varies at least one variable"]
    known = {variable.name: variable for variable in variables}
    twice = [name for name, count in Counter(v.name for v in variables).items() if count > 1]
    used = Counter(name for mixture in mixtures for name in mixture.components)
    return [
        *(f"the variable {name} is there twice" for name in twice),
        *(text for variable in variables for text in _limits(variable)),
        *(text for mixture in mixtures for text in _mixture(mixture, known)),
        *(f"{name} is a part of more than one mixture, or twice of one" for name, count in used.items() if count > 1),
        *(text for constraint in constraints for text in _constraint(constraint, known)),
    ]


def _limits(variable: Variable) -> Iterator[str]:
    if not variable.name:
        yield "a variable has no name"
    if not (math.isfinite(variable.low) and math.isfinite(variable.high)):
        yield f"{variable.name}: its limits {variable.low:g} and {variable.high:g} are not finite"
    elif not variable.low <= variable.high:
        yield f"{variable.name}: the lower limit {variable.low:g} is above the upper, {variable.high:g}"
    elif variable.integer and math.ceil(variable.low) > math.floor(variable.high):
        yield f"{variable.name}: there is no whole number from {variable.low:g} to {variable.high:g}"


def _mixture(mixture: Mixture, known: dict[str, Variable]) -> Iterator[str]:
    if len(mixture.components) < 2:
        yield f"{mixture.name}: a mixture has two parts or more"
    unknown = [name for name in mixture.components if name not in known]
    if unknown:
        yield f"{mixture.name}: {', '.join(unknown)} is no variable of this campaign"
        return
    parts = [known[name] for name in mixture.components]
    if whole := [part.name for part in parts if part.integer]:
        yield f"{mixture.name}: {', '.join(whole)} takes whole numbers only; parts of a mixture are continuous"
    if len({part.unit for part in parts}) > 1:
        units = ", ".join(f"{part.name} in {part.unit or 'no unit'}" for part in parts)
        yield f"{mixture.name}: its parts are in different units ({units}) and cannot add up"
    least, most = sum(part.low for part in parts), sum(part.high for part in parts)
    slack = 1e-9 * max(abs(mixture.total), abs(least), abs(most))
    if not least - slack <= mixture.total <= most + slack:
        yield f"{mixture.name}: its parts add up to {least:g} at least and {most:g} at most, never to {mixture.total:g}"


def _constraint(constraint: LinearConstraint, known: dict[str, Variable]) -> Iterator[str]:
    if not any(factor for _, factor in constraint.coefficients):
        yield f"{constraint.name}: a constraint holds at least one variable with a factor that is not zero"
    for name, count in Counter(name for name, _ in constraint.coefficients).items():
        if name not in known:
            yield f"{constraint.name}: {name} is no variable of this campaign"
        if count > 1:
            yield f"{constraint.name}: {name} is there twice"
    if not all(map(math.isfinite, (constraint.at_most, *(factor for _, factor in constraint.coefficients)))):
        yield f"{constraint.name}: its numbers are not all finite"
