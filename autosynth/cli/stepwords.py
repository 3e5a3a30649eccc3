"""Steps of a recipe in words, as written, with the values of its parameters: what `check` lists."""

from collections.abc import Callable, Mapping

from autosynth.language.expression import Expression
from autosynth.language.measured import Measured
from autosynth.recipe import steps
from autosynth.recipe.steps import StepBase
from autosynth.recipe.verbs import Thermal
from autosynth.units import format_quantity

Parameters = Mapping[str, Measured | str]
Said = Callable[[Expression], str]
Named = Callable[[str], str]


def step_text(step: StepBase, parameters: Parameters) -> str:
    """Return a step of a recipe in words: "grind jar at 30 Hz for 15 min, MeOH to 0.6 µL/mg"."""

    def said(number: Expression) -> str:
        found = parameters.get(number.text.strip())
        return value_text(found) if isinstance(found, Measured) else number.text

    def named(reagent: str) -> str:
        found = parameters.get(reagent)
        return found if isinstance(found, str) else reagent

    match step:
        case steps.Add():
            of = "" if step.of is None else " equivalents of"
            return f"add {said(step.quantity)}{of} {named(step.reagent)} to {step.to}"
        case steps.Transfer():
            volume = step.volume if isinstance(step.volume, str) else said(step.volume)
            return f"transfer {volume} from {step.from_} to {step.to}"
        case steps.Sample():
            return f"sample {said(step.volume)} from {step.from_} to {step.to}"
        case steps.Stir():
            return f"stir {step.vessel} at {said(step.speed)}"
        case steps.Sweep():
            return f"sweep {step.vessel} with {step.gas or 'gas'} at {said(step.flow)}"
        case Thermal():
            return f"{step.verb} {step.vessel} {'off' if step.to is None else f'to {said(step.to)}'}"
        case steps.Wait():
            return f"wait {said(step.for_)}"
        case steps.Measure():
            aliquot = f" of {step.of}" if step.exposure is not None and step.of is not None else ""
            return f"measure {step.as_}{aliquot} in {step.in_}"
        case steps.Clean():
            return f"clean {step.vessel or step.line} with {named(step.with_)}"
        case steps.Repeat():
            return f"repeat {step.name}, at most {said(step.at_most)}"
        case steps.When():
            return f"when {step.condition.expression.text}"
        case steps.Parallel():
            return f"{len(step.branches)} branches at once"
        case steps.Operator():
            return f"operator: {step.prompt}"
        case steps.Note():
            return f"note: {step.text}"
        case _:
            return _jar_text(step, said, named)


def value_text(found: Measured) -> str:
    """Return a parameter's value; liquid over solid in µL/mg, as millers count it."""
    if found.dimension == "specific_volume":
        return f"{float(f'{found.value:.4g}'):g} µL/mg"
    return format_quantity(float(f"{found.value:.5g}"), found.dimension)


def _jar_text(step: StepBase, said: Said, named: Named) -> str:
    match step:
        case steps.Dose():
            of = "" if step.equivalents is None else " equivalents of"
            return f"dose {said(step.quantity)}{of} {named(step.reagent)} into {step.to}"
        case steps.Grind():
            return _grind_text(step, said, named)
        case steps.Vent() | steps.Open() | steps.Close() | steps.Weigh():
            return f"{step.verb} {step.vessel}"
        case steps.Wash():
            times = f"{step.times} times " if step.times > 1 else ""
            return f"wash {step.vessel} {times}with {said(step.volume)} {named(step.with_)}"
        case steps.Centrifuge():
            return f"centrifuge {step.vessel} for {said(step.for_)}"
        case steps.Activate():
            return f"activate {step.vessel} at {said(step.to)} for {said(step.hold)} in {step.atmosphere}"
        case steps.Autoclave():
            liquid = f"{said(step.volume)} {named(step.liquid)}"
            return f"autoclave {step.vessel} with {liquid} at {said(step.to)} for {said(step.hold)}"
        case _:
            return step.verb


def _grind_text(step: steps.Grind, said: Said, named: Named) -> str:
    how = f"for {said(step.for_)}" if step.for_ is not None else f"to {said(step.energy)}" if step.energy else ""
    wet = "" if step.liquid is None or step.eta is None else f", {named(step.liquid)} to {said(step.eta)}"
    return f"grind {step.vessel} at {said(step.frequency)} {how}{wet}"
