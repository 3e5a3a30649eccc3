"""Steps that hold steps, the list of all verbs, and the walk over a tree of steps with its stable paths."""

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field, StrictInt, WithJsonSchema

from autosynth.language.validation import REFERENCE, Built
from autosynth.recipe.evaluate import Evaluate
from autosynth.recipe.measure import Entry, Measure, Operator, Voltammetry
from autosynth.recipe.parts import Label
from autosynth.recipe.step import ConditionField, NumberField, StepBase
from autosynth.recipe.verbs import Add, Clean, Cool, Heat, Note, Sample, Stir, Stop, Sweep, Transfer, Wait
from autosynth.recipe.verbs_solid import (
    SOLID_VERBS,
    Activate,
    Autoclave,
    Centrifuge,
    Close,
    Dose,
    Grind,
    Open,
    Vent,
    Wash,
    Weigh,
    Wet,
)

_STEPS_SCHEMA = WithJsonSchema({"type": "array", "minItems": 1, "items": {REFERENCE: "step"}})
Steps: TypeAlias = Annotated[tuple[Annotated[StepBase, Built(StepBase)], ...], Field(min_length=1), _STEPS_SCHEMA]


class Repeat(StepBase):
    """Repeat steps until a condition holds, at most so many times."""

    verb: ClassVar[str] = "repeat"
    name: Label
    """What the loop is called."""
    at_most: NumberField
    """The bound; an expression must come out whole (2.2 / 0.1 is 22, 2.25 / 0.1 is refused)."""
    until: ConditionField | None = None
    """Judged after every round, the last one too; without it all rounds are made."""
    at_cap: Literal["accept", "hold", "stop"] = "hold"
    """When the bound is reached: a declared outcome (a lower bound), a person, or the end."""
    undecided: Literal["continue", "hold", "accept"] = "hold"
    """When the condition is open: another round, a person, or take it as met."""
    likely: Annotated[StrictInt, Field(ge=1)] | None = None
    """How many rounds it likely takes, for durations only; as many as `at_most` allows if that is fewer. Without it the
    fewest, or all where `at_cap: accept` says that reaching the cap is usual."""
    steps: Steps
    """What is repeated."""


class When(StepBase):
    """Decide between branches; an undecided condition takes the `undecided` branch, or holds."""

    verb: ClassVar[str] = "when"
    condition: ConditionField
    """True, false or undecided."""
    then: Steps
    """What is done if it is true."""
    else_: Steps | None = Field(default=None, alias="else")
    """What is done if it is false."""
    undecided: Literal["hold"] | Steps = "hold"
    """What is done if it is open; whoever restarts a held run takes it for false, and that is recorded."""


class Parallel(StepBase):
    """Run branches at once."""

    verb: ClassVar[str] = "parallel"
    branches: Annotated[
        tuple[tuple[Annotated[StepBase, Built(StepBase)], ...], ...],
        Field(min_length=2),
        WithJsonSchema({"type": "array", "minItems": 2, "items": {"type": "array", "items": {REFERENCE: "step"}}}),
    ]
    """Lists of steps, two or more."""


Step: TypeAlias = (
    Add
    | Transfer
    | Stir
    | Sweep
    | Heat
    | Cool
    | Wait
    | Sample
    | Measure
    | Evaluate
    | Repeat
    | When
    | Parallel
    | Operator
    | Clean
    | Note
    | Stop
    | Dose
    | Weigh
    | Grind
    | Vent
    | Open
    | Close
    | Wash
    | Centrifuge
    | Activate
    | Autoclave
    | Wet
)
_VERBS: tuple[type[StepBase], ...] = (
    Add,
    Transfer,
    Stir,
    Sweep,
    Heat,
    Cool,
    Wait,
    Sample,
    Measure,
    Evaluate,
    Repeat,
    When,
    Parallel,
    Operator,
    Clean,
    Note,
    Stop,
    *SOLID_VERBS,
)
VERBS: dict[str, type[StepBase]] = {model.verb: model for model in _VERBS}
"""Every verb a step can begin with."""


def walk(steps: Sequence[StepBase], prefix: str = "") -> Iterator[tuple[str, StepBase]]:
    """Yield every step with its stable path, parents first: "1", "3.1", "4.b1.2" (branch), "5.then.1", "5.else.1"."""
    for number, step in enumerate(steps, start=1):
        path = f"{prefix}{number}"
        yield path, step
        for part, inner in children(step):
            yield from walk(inner, f"{path}.{part}." if part else f"{path}.")


def children(step: StepBase) -> Iterator[tuple[str, tuple[StepBase, ...]]]:
    """Yield the lists of steps inside a step, each with its part of the path ("" for a repeat's steps)."""
    if isinstance(step, Repeat):
        yield "", step.steps
    elif isinstance(step, When):
        yield "then", step.then
        if step.else_ is not None:
            yield "else", step.else_
        if not isinstance(step.undecided, str):
            yield "undecided", step.undecided
    elif isinstance(step, Parallel):
        for number, branch in enumerate(step.branches, start=1):
            yield f"b{number}", branch


__all__ = [
    "VERBS",
    "Activate",
    "Add",
    "Autoclave",
    "Centrifuge",
    "Clean",
    "Close",
    "Cool",
    "Dose",
    "Entry",
    "Evaluate",
    "Grind",
    "Heat",
    "Measure",
    "Note",
    "Open",
    "Operator",
    "Parallel",
    "Repeat",
    "Sample",
    "Step",
    "StepBase",
    "Steps",
    "Stir",
    "Stop",
    "Sweep",
    "Transfer",
    "Vent",
    "Voltammetry",
    "Wait",
    "Wash",
    "Weigh",
    "Wet",
    "When",
    "children",
    "walk",
]
