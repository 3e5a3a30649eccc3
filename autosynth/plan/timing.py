"""Durations and bounds, put back into the tree of the plan from what was seen of its leaves."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autosynth.language.interval import Interval
from autosynth.plan.interpret import Interpreter
from autosynth.plan.tree import PlannedStep, Span
from autosynth.recipe.steps import Parallel, Repeat, When


def annotated(steps: Sequence[PlannedStep], seen: Interpreter) -> tuple[PlannedStep, ...]:
    """Return the steps with the bounds and durations of all their rounds; what cannot be reached keeps none."""
    return tuple(_annotated(planned, seen) for planned in steps)


def total(steps: Iterable[PlannedStep]) -> Span:
    """Return how long steps take one after another."""
    span = Span()
    for planned in steps:
        span += planned.duration
    return span


def _annotated(planned: PlannedStep, seen: Interpreter) -> PlannedStep:
    blocks = {name: annotated(block, seen) for name, block in planned.blocks.items()}
    if isinstance(planned.step, Repeat):
        return _repeat(replace(planned, blocks=blocks), planned.step, seen)
    if isinstance(planned.step, When):
        taken = seen.taken.get(planned.path, set())
        spans = [total(blocks.get(name, ())) for name in ("then", "else", "undecided") if name in taken]
        return replace(planned, blocks=blocks, duration=_either(spans))
    if isinstance(planned.step, Parallel):
        return replace(planned, blocks=blocks, duration=_together([total(block) for block in blocks.values()]))
    leaf = seen.seen.get(planned.path)
    if leaf is None:
        return planned
    return PlannedStep(planned.path, planned.step, planned.claims, planned.blocks, leaf.bounds, leaf.span or Span())


def _repeat(planned: PlannedStep, step: Repeat, seen: Interpreter) -> PlannedStep:
    fewest, most = seen.rounds.get(planned.path, (1, 1))
    likely = most if step.at_cap == "accept" else fewest
    if step.likely is not None:
        likely = min(max(step.likely, fewest), most)
    span = total(planned.blocks["steps"]).times(fewest, likely, most)
    return replace(planned, bounds={"rounds": Interval(fewest, most)}, duration=span)


def _either(spans: Sequence[Span]) -> Span:
    """Return the span of one of several ways; `then` is taken for the likely one."""
    if not spans:
        return Span()
    return Span(min(each.low_s for each in spans), spans[0].likely_s, max(each.high_s for each in spans))


def _together(spans: Sequence[Span]) -> Span:
    """Return the span of ways taken at once, which at worst wait for each other's devices throughout."""
    return Span(
        max(each.low_s for each in spans), max(each.likely_s for each in spans), sum(each.high_s for each in spans)
    )
