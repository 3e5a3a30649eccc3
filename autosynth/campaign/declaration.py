"""What a campaign's file may say: the models of its parts. `declared.py` reads one; docs/campaigns.md explains it."""

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, model_validator

from autosynth.campaign.policy import Next
from autosynth.language.fields import QuantityOf
from autosynth.language.validation import Built, FieldError, Located
from autosynth.recipe.parts import Label, Prose, SettingField

Count = Annotated[StrictInt, Field(ge=1, le=1000)]


class ColumnEntry(Located):
    """What a column of the table means that its head does not say."""

    parameter: Label = ""
    """The parameter of the recipe; the column's own name if not given."""
    unit: str = ""
    """Of its numbers, where neither head nor cells tell."""
    ignore: StrictBool = False
    """Leave the column out: it is a remark."""


class AfterEntry(Located):
    """What follows a row that does not come to its planned end: stop the campaign, or go on with the next row."""

    held: Next = "stop"
    """Its run was held and could not go on."""
    stopped: Next = "stop"
    """Its recipe, or a person, stopped it."""
    aborted: Next = "stop"
    """It was aborted."""
    refused: Next = "stop"
    """Its plan was refused when its time had come."""


class VariableEntry(Located):
    """A parameter that is varied; between the recipe's own limits where none are given."""

    from_: SettingField | None = Field(default=None, alias="from")
    """The least value."""
    to: SettingField | None = None
    """The greatest value."""
    whole: StrictBool = False
    """Whether it takes whole numbers only."""


class MixtureEntry(Located):
    """Variables that are parts of a whole."""

    parts: Annotated[tuple[Label, ...], Field(min_length=2)]
    """The variables."""
    total: SettingField
    """What they add up to."""


class ConstraintEntry(Located):
    """A sum of variables, each times a number, that stays at or below a bound."""

    of: Annotated[dict[Label, float], Field(min_length=1)]
    """Variable → factor."""
    at_most: SettingField
    """The bound."""


class ObjectiveEntry(Located):
    """A number made of what a run measured (`cv.IA2`), its parameters and `run.time`, to be made small or large."""

    of: Label
    """The expression."""
    goal: Literal["minimise", "maximise"]
    """Which way is better."""
    worst: SettingField | None = None
    """Beyond it an outcome is worthless; with two objectives their front is weighed from there."""


class LimitEntry(Located):
    """A number made of what a run measured that must stay within bounds for its result to count."""

    of: Label
    """The expression."""
    at_least: SettingField | None = None
    """The least that it may be."""
    at_most: SettingField | None = None
    """The most that it may be."""

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise FieldError("this limit has no bound", "give at_least, at_most or both")
        return self


class DesignEntry(Located):
    """Rows planned before anything is known."""

    kind: Literal["grid", "latin hypercube", "simplex lattice", "simplex centroid"]
    """Every combination of levels; evenly spread points; mixtures in steps, or of equal shares."""
    rows: Count | None = None
    """Of a Latin hypercube: how many."""
    levels: dict[Label, Annotated[StrictInt, Field(ge=1, le=100)]] = Field(default_factory=dict)
    """Of a grid: variable (or mixture) → how many levels, from limit to limit."""
    degree: Count | None = None
    """Of a simplex lattice: into how many steps the whole is divided."""
    others: dict[Label, SettingField] = Field(default_factory=dict)
    """Of a simplex: values of the variables that are no part of the mixture."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanted = {"latin hypercube": "rows", "grid": "levels", "simplex lattice": "degree"}.get(self.kind)
        if wanted is not None and not getattr(self, wanted):
            raise FieldError(f"a {self.kind} needs {wanted}", f"add {wanted}: ...", "kind")
        return self


class ObservedEntry(Located):
    """A number made of what a run measured that an optimiser works on without making it small or large."""

    of: Label
    """The expression."""


class OptimiserEntry(Located):
    """What chooses each next row from what was measured so far."""

    kind: Literal["random", "latin hypercube", "bayesian", "feed ratio", "exchange feed", "end point"]
    """Chance; evenly spread points; Bayesian optimisation; what steps a feed to a target, or looks for an end point."""
    rows: Count
    """How many rows it may choose."""
    batch: Annotated[StrictInt, Field(ge=1, le=100)] = 1
    """How many it chooses at once."""
    begin_with: Count | None = None
    """Of `bayesian` and `end point`: how many evenly spread rows come first."""
    quantity: Label = ""
    """Of a feed or an end point: the name of what is observed."""
    variable: Label = ""
    """Of a feed: the variable that is stepped, a fraction, a part of a mixture of two, or a ratio."""
    feed: Literal["fraction", "ratio"] = "fraction"
    """Of a feed: whether the variable is the second kind's part, or how much of the first there is to one of it."""
    target: float | None = None
    """Of `feed ratio`: what the quantity shall be."""
    sites: Annotated[float, Field(gt=0)] = 12.0
    """Of `feed ratio`: what the quantity is counted of."""
    species: Label = ""
    """Of `exchange feed`: the wanted cluster, by its name in the library of the recipe's lines."""
    purity: Annotated[float, QuantityOf("ratio")] = 0.0
    """Of `exchange feed`: the fraction that is asked for; above what mixing can give it is refused."""
    tolerance: Annotated[float, Field(gt=0)] | None = None
    """Of a feed: how near the quantity must come."""
    wanted_sd: Annotated[float, Field(gt=0)] | None = None
    """Of `end point`: the standard uncertainty that is enough, in the variable's unit."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanted = {
            "feed ratio": ("quantity", "variable", "target"),
            "exchange feed": ("quantity", "variable", "species"),
            "end point": ("quantity",),
        }.get(self.kind, ())
        for name in wanted:
            if getattr(self, name) in {"", None}:
                raise FieldError(f"{self.kind} needs {name}", f"add {name}: ...", "kind")
        return self


class Declaration(Located):
    """A campaign; build one with `read_declaration`, which checks its names against the recipe."""

    campaign: Literal[1]
    """The grammar's version: 1."""
    title: Label
    """What the campaign is called."""
    about: Prose = ""
    """Anything a reader should know."""
    recipe: Label
    """The recipe's file, relative to this one."""
    station: Label | None = None
    """The station's file; `station.yaml` beside the recipe if not given."""
    table: Label | None = None
    """A CSV with a row for each run."""
    columns: dict[Label, Annotated[ColumnEntry, Built(ColumnEntry)]] = Field(default_factory=dict)
    """Column → what it means; `ignore` for a remark."""
    fixed: dict[Label, SettingField] = Field(default_factory=dict)
    """Parameters that are the same in all rows."""
    acknowledge: dict[Label, Label] = Field(default_factory=dict)
    """Finding → why it is accepted."""
    after: Annotated[AfterEntry, Built(AfterEntry)] | None = None
    """What follows a row that does not come to its planned end."""
    change_vials: Annotated[float, QuantityOf("time")] = 900.0
    """How long a change of vials likely takes."""
    vary: dict[Label, Annotated[VariableEntry, Built(VariableEntry)]] = Field(default_factory=dict)
    """Parameters that a design or an optimiser varies."""
    mixtures: dict[Label, Annotated[MixtureEntry, Built(MixtureEntry)]] = Field(default_factory=dict)
    """Variables that add up to a whole."""
    constraints: dict[Label, Annotated[ConstraintEntry, Built(ConstraintEntry)]] = Field(default_factory=dict)
    """Sums of variables that stay below a bound."""
    objectives: dict[Label, Annotated[ObjectiveEntry, Built(ObjectiveEntry)]] = Field(default_factory=dict)
    """What is to be made small or large."""
    limits: dict[Label, Annotated[LimitEntry, Built(LimitEntry)]] = Field(default_factory=dict)
    """What must stay within bounds."""
    observe: dict[Label, Annotated[ObservedEntry, Built(ObservedEntry)]] = Field(default_factory=dict)
    """What else is looked at."""
    design: Annotated[DesignEntry, Built(DesignEntry)] | None = None
    """Rows planned beforehand."""
    optimiser: Annotated[OptimiserEntry, Built(OptimiserEntry)] | None = None
    """What chooses rows as results come in."""
