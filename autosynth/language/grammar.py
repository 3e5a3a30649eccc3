"""From the text of an expression to its tree, by a LALR parser generated once from `expression.lark`."""

import difflib
import functools
import re
from importlib import resources
from typing import TYPE_CHECKING, cast

from autosynth.language.clauses import Among, Both, Clause, Comparison, Flag, Not
from autosynth.language.nodes import Call, Change, Literal, Name, Pair, Term
from autosynth.units import Quantity, UnitError, parse_quantity

if TYPE_CHECKING:
    import lark

LONGEST = 1000
_PARTS = 120
_OPERATOR = re.compile(r"[-+*/<>=!(),×]|\b(?:and|or|not)\b")
_ASCII = {"≤": "<=", "≥": ">=", "≠": "!=", "−": "-", "×": "*"}
_OPPOSITES = {"==": False, "!=": True}
_FUNCTIONS = ("abs", "sqrt", "min", "max", "change", "previous")
_ROUNDS = re.compile(r"\bfor +[0-9]+ *(?P<word>[A-Za-z]*) *$")


class GrammarError(ValueError):
    """An expression cannot be read; carries the message, a hint and the column (from 0) where it goes wrong."""

    def __init__(self, message: str, hint: str = "", column: int = 0) -> None:
        self.message = message
        self.hint = hint
        self.column = column
        super().__init__(message)


@functools.lru_cache(maxsize=1000)
def parse_tree(text: str) -> tuple[Term | Clause, int | None]:
    """Return the tree and, if the text ends in "for N rounds", that number; the same condition comes again and again.

    Raises:
        GrammarError: the text is too long, is not in the grammar, or mixes numbers and conditions.
    """
    if len(text) > LONGEST or len(_OPERATOR.findall(text)) > _PARTS:
        raise GrammarError(f"an expression of {len(text)} characters is too long", "split it into measured quantities")
    if not text.strip():
        raise GrammarError("the expression is empty")
    import lark  # noqa: PLC0415  # most fields are plain quantities and never come here

    try:
        return cast("tuple[Term | Clause, int | None]", _parser().parse(text))
    except lark.UnexpectedInput as error:
        raise _explained(text, error) from error
    except UnitError as error:
        raise GrammarError(error.message, error.hint) from error


def _explained(text: str, error: "lark.UnexpectedInput") -> GrammarError:
    ended = getattr(getattr(error, "token", None), "type", "") == "$END"
    position: int | None = error.pos_in_stream
    column = len(text) if ended or position is None or position < 0 else position
    rest = text[column:].split(" ")[0][:20]
    rounds = _ROUNDS.search(text)
    if rounds is not None and rounds["word"] not in {"round", "rounds"}:
        return GrammarError("how many rounds a condition has to hold", "write for 2 rounds", rounds.start())
    if column >= len(text) or not rest:
        return GrammarError(f"{text!r} stops in the middle", "something is missing at its end", len(text))
    if re.match(r"=(?!=)", text[column:]):
        return GrammarError("a single = compares nothing", "write == for equal", column)
    if re.search(r"[A-Za-z_]\s*$", text[:column]) and rest.startswith("("):
        name = re.findall(r"[A-Za-z_][\w.]*", text[:column])[-1]
        near = difflib.get_close_matches(name, _FUNCTIONS, n=1)
        hint = f"did you mean {near[0]}(...)?" if near else f"the functions are {', '.join(_FUNCTIONS)}"
        return GrammarError(f"{name!r} is not a function", hint, column)
    if rest[0] in "&|^":
        return GrammarError(f"{rest[0]!r} is not an operator", "write and, or, not", column)
    return GrammarError(f"{rest!r} does not belong here", "a quantity, a name, + - * /, a comparison, and / or", column)


@functools.cache
def _parser() -> "lark.Lark":
    import lark  # noqa: PLC0415  # see parse_tree

    grammar = resources.files("autosynth.language").joinpath("expression.lark").read_text("utf-8")
    builder = lark.v_args(inline=True)(type("Builder", (lark.Transformer,), dict(vars(_Rules))))
    return lark.Lark(grammar, parser="lalr", transformer=builder(), maybe_placeholders=False)


def _term(part: object) -> Term:
    if isinstance(part, Term):
        return part
    raise UnitError("a condition stands where a number is wanted")


def _clause(part: object) -> Clause:
    if isinstance(part, Clause):
        return part
    if isinstance(part, Name):
        return Flag(part.name)
    raise UnitError("a number stands where a condition is wanted", "compare it with something")


class _Rules:
    """One method for each rule of the grammar, called with what its parts became."""

    def plain(self, part: object) -> tuple[object, None]:
        return part, None

    def sustained(self, part: object, rounds: str) -> tuple[Clause, int]:
        if not rounds.isdecimal() or len(rounds) > 6 or int(rounds) < 1:
            raise UnitError(f"{rounds!r} is not a number of rounds", "write for 2 rounds")
        return _clause(part), int(rounds)

    def disjunction(self, left: object, right: object) -> Both:
        return Both("or", _clause(left), _clause(right))

    def conjunction(self, left: object, right: object) -> Both:
        return Both("and", _clause(left), _clause(right))

    def opposite(self, part: object) -> Not:
        return Not(_clause(part))

    def compared(self, left: object, sign: str, middle: object, *more: object) -> Clause:
        first = Comparison(_ASCII.get(sign, str(sign)), _term(left), _term(middle))
        if not more:
            return first
        second, right = more
        if str(sign) in {"==", "!=", "≠"} or str(second) in {"==", "!=", "≠"}:
            raise UnitError("== and != do not chain", "join two comparisons with and")
        return Both("and", first, Comparison(_ASCII.get(str(second), str(second)), _term(middle), _term(right)))

    def same_text(self, left: object, sign: str, text: str) -> Clause:
        plain = _ASCII.get(sign, str(sign))
        if plain not in _OPPOSITES or not isinstance(left, Name):
            raise UnitError("a text can only be compared with a name, by == or !=")
        among = Among(left.name, (text[1:-1],))
        return Not(among) if _OPPOSITES[plain] else among

    def among(self, left: object, *texts: str) -> Among:
        if not isinstance(left, Name):
            raise UnitError("only a name can be in a list of texts")
        return Among(left.name, tuple(text[1:-1] for text in texts))

    def pair(self, left: object, sign: str, right: object) -> Pair:
        return Pair(_ASCII.get(sign, str(sign)), _term(left), _term(right))

    def negative(self, part: object) -> Term:
        if isinstance(part, Literal):
            return Literal(Quantity(-part.quantity.value, part.quantity.dimension))
        return Call("-", _term(part))

    def quantity(self, text: str) -> Literal:
        return Literal(parse_quantity(str(text)))

    def name(self, name: str) -> Name:
        return Name(str(name))

    def absolute(self, part: object) -> Call:
        return Call("abs", _term(part))

    def square_root(self, part: object) -> Call:
        return Call("sqrt", _term(part))

    def least(self, *parts: object) -> Term:
        return functools.reduce(lambda left, right: Pair("min", left, right), map(_term, parts))

    def greatest(self, *parts: object) -> Term:
        return functools.reduce(lambda left, right: Pair("max", left, right), map(_term, parts))

    def change(self, name: str) -> Change:
        return Change(str(name))

    def previous(self, name: str) -> Name:
        return Name(f"previous {name}")
