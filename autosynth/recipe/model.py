"""A recipe as the rest of the program sees it: frozen, its names known to exist, its units known to fit."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from autosynth.errors import InputError, Mark, Problem
from autosynth.language.measured import Measured
from autosynth.language.validation import Built, Located, closest
from autosynth.recipe.parts import Entity, Label, Override, Parameter, Prose, Reagent
from autosynth.recipe.steps import Steps
from autosynth.units import Quantity, UnitError, compatible, format_quantity, parse_quantity


class Recipe(Located):
    """What should happen; build one with `load_recipe` or `parse_recipe`, which alone check names and units."""

    autosynth: Literal[1]
    """The grammar's version: 1."""
    title: Label
    """What the run is called."""
    source: Prose = ""
    """Where the procedure comes from."""
    about: Prose = ""
    """Anything a reader should know."""
    library: Label | None = None
    """The species library that measurements are analysed with: a file, relative to the recipe's."""
    libraries: dict[Label, Label] = Field(default_factory=dict)
    """Technique → library, where a recipe measures in several ways: files, relative to the recipe's."""
    needs: dict[Label, Label] = Field(default_factory=dict)
    """Role → kind; the station says which object plays it."""
    reagents: dict[Label, Annotated[Reagent, Built(Reagent)]] = Field(default_factory=dict)
    """What is dosed, by the name its stock contains."""
    parameters: dict[Label, Annotated[Parameter, Built(Parameter)]] = Field(default_factory=dict)
    """Numbers and choices that a run may set."""
    define: dict[Label, Annotated[Entity, Built(Entity)]] = Field(default_factory=dict)
    """Countable things that reagents make, for equivalents."""
    overrides: tuple[Annotated[Override, Built(Override)], ...] = ()
    """Chemistry rules that this recipe breaks, or findings it accepts, with a reason."""
    steps: Steps
    """What should happen, in order."""

    def parameters_with(self, settings: Mapping[str, str]) -> dict[str, Measured | str]:
        """Return the value of every parameter, defaults replaced by the settings given on a command line or in a table.

        Raises:
            InputError: a setting's name is unknown, or its value has the wrong dimension, is outside the limits or not
                among the choices; all of them at once, each located at "--set name".
        """
        problems: list[Problem] = []
        values = {name: _value(parameter.default) for name, parameter in self.parameters.items()}
        for name, text in settings.items():
            mark = Mark(f"--set {name}", 1, 1)
            parameter = self.parameters.get(name)
            if parameter is None:
                problems.append(Problem(f"{name!r} is not a parameter", mark, closest(name, self.parameters), "recipe"))
                continue
            try:
                setting = read_setting(parameter, text)
            except UnitError as error:
                problems.append(Problem(error.message, mark, error.hint, "units"))
                continue
            complaint = outside(parameter, setting)
            if complaint:
                problems.append(Problem(complaint, mark, rule="recipe"))
            values[name] = _value(setting)
        if problems:
            raise InputError(*problems)
        return values


def read_setting(parameter: Parameter, text: str) -> Quantity | str:
    """Return a parameter's value from text.

    Raises:
        UnitError: the text is not a quantity of the parameter's dimension.
    """
    if isinstance(parameter.default, str):
        return text
    return parse_quantity(text, parameter.dimension)


def outside(parameter: Parameter, value: Quantity | str) -> str:
    """Return what keeps a value from being allowed: its choices or its limits; empty if nothing does."""
    if isinstance(value, str):
        if parameter.one_of and value not in parameter.one_of:
            return f"{value!r} is not one of {', '.join(parameter.one_of)}"
        return ""
    for limit, sign in ((parameter.min, 1), (parameter.max, -1)):
        if isinstance(limit, Quantity) and sign * (value.value - limit.value) < 0:
            shown = format_quantity(value.value, value.dimension), format_quantity(limit.value, limit.dimension)
            return f"{shown[0]} is {'below the minimum' if sign > 0 else 'above the maximum'} of {shown[1]}"
    return ""


def limits_fit(parameter: Parameter) -> bool:
    """Say whether default, minimum and maximum are of one dimension."""
    for limit in (parameter.min, parameter.max):
        if limit is not None and (
            not isinstance(limit, Quantity) or not compatible(limit.dimension, parameter.dimension)
        ):
            return False
    return True


def _value(setting: Quantity | str) -> Measured | str:
    return setting if isinstance(setting, str) else Measured(setting.value, 0.0, setting.dimension)
