"""The dimension of a result from the dimensions of its arguments; `any` stands for what only the station will know."""

from autosynth.units import UnitError, article, compatible, product, quotient, root

ANY = "any"
TRUTH = "truth"
TEXT = "text"
_NOT_NUMBERS = frozenset({TRUTH, TEXT})


def kind_of_sum(one: str, other: str) -> str:
    """Return the dimension of a sum; °C plus K is °C.

    Raises:
        UnitError: the two cannot be added.
    """
    if {one, other} == {"temperature", "temperature_difference"}:
        return "temperature"
    if one == other == "temperature":
        raise UnitError("two temperatures cannot be added", "add a difference, such as 5 K")
    return _common(one, other, "added")


def kind_of_difference(one: str, other: str) -> str:
    """Return the dimension of a difference; °C minus °C is K.

    Raises:
        UnitError: the two cannot be subtracted.
    """
    if one == other == "temperature":
        return "temperature_difference"
    if (one, other) == ("temperature", "temperature_difference"):
        return "temperature"
    return _common(one, other, "subtracted")


def kind_of_product(one: str, other: str) -> tuple[str, float]:
    """Return the dimension of a product and its factor to canonical units.

    Raises:
        UnitError: the product means nothing here.
    """
    _refuse_words(one, other)
    return (ANY, 1.0) if ANY in (one, other) else product(one, other)


def kind_of_quotient(one: str, other: str) -> tuple[str, float]:
    """Return the dimension of a quotient and its factor to canonical units.

    Raises:
        UnitError: the quotient means nothing here.
    """
    _refuse_words(one, other)
    return (ANY, 1.0) if ANY in (one, other) else quotient(one, other)


def kind_of_root(one: str) -> tuple[str, float]:
    """Return the dimension of a square root and its factor to canonical units.

    Raises:
        UnitError: the root means nothing here.
    """
    _refuse_words(one)
    return (ANY, 1.0) if one == ANY else root(one)


def common_kind(one: str, other: str) -> str:
    """Return the dimension that both share, for comparisons, min and max.

    Raises:
        UnitError: they are different kinds of thing.
    """
    return _common(one, other, "compared")


def _common(one: str, other: str, verb: str) -> str:
    _refuse_words(one, other)
    if ANY in (one, other):
        return other if one == ANY else one
    if not compatible(one, other):
        raise UnitError(f"{article(one)} and {article(other)} cannot be {verb}")
    return other if one == "number" else one


def _refuse_words(*kinds: str) -> None:
    for kind in kinds:
        if kind in _NOT_NUMBERS:
            raise UnitError(f"a {kind} stands where a number is wanted")
