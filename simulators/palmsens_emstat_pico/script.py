"""MethodSCRIPT read into a tree of statements, or refused with the code, line and column the instrument names.

One command a line, blanks between arguments, `#` comments; numbers are integers with an SI letter (`i` for integer),
variables must be declared, blocks must close. Only the commands simulated here are known; commands of the language
that are not simulated are refused as unsupported (001B), the rest as unknown (4001). Column numbers are of the
argument at fault, the command's own if one is missing (assumed).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from simulators.palmsens_emstat_pico.package import PREFIXES

UNSUPPORTED, OUT_OF_VARIABLES, TOO_LONG = 0x001B, 0x000B, 0x0008
SYNTAX, UNKNOWN_COMMAND, BAD_ARGUMENT, UNEXPECTED, UNKNOWN_TYPE = 0x4000, 0x4001, 0x4002, 0x4004, 0x4006
SCRIPT_TOO_LONG, UNDECLARED, BAD_OPTION = 0x4005, 0x4007, 0x4008
LONGEST_LINE = 128
MOST_LINES = 1000
DEEPEST = 20
"""How many lines a script has and how deep blocks nest at most (both assumed)."""
MAX_VARIABLES = 26

# v: declared variable; w: new variable; n: number or variable; t: two-letter type; o: comparison; s: text in quotes
SIGNATURES = {
    **dict.fromkeys(("cell_on", "cell_off", "timer_start", "abort", "breakloop", "pck_start", "pck_end"), ""),
    **dict.fromkeys(("set_pgstat_chan", "set_pgstat_mode", "set_max_bandwidth", "set_e", "wait"), "n"),
    **dict.fromkeys(("set_autoranging", "set_range_minmax"), "tnn"),
    **dict.fromkeys(("add_var", "sub_var", "mul_var", "div_var"), "vn"),
    **dict.fromkeys(("timer_get", "pck_add"), "v"),
    **dict.fromkeys(("loop", "if", "elseif"), "non"),
    "var": "w",
    "store_var": "vnt",
    "copy_var": "vv",
    "set_range": "tn",
    "send_string": "s",
    "meas": "nvt",
    "meas_loop_lsv": "vvnnnn",
    "meas_loop_cv": "vvnnnnn",
    "meas_loop_ca": "vvnnn",
    "meas_loop_ocp": "vnn",
}
OPTIONS = {"meas_loop_cv": frozenset({"nscans"})}
_LOOPS_NOT_SIMULATED = ("dpv", "swv", "npv", "acv", "cp", "pad", "eis", "geis", "lsp")
NOT_SIMULATED = frozenset({"set_i", *(f"meas_loop_{name}" for name in _LOOPS_NOT_SIMULATED)})
LOOPS = frozenset(name for name in SIGNATURES if name.startswith("meas_loop") or name == "loop")
KINDS = re.compile(r"a[abs-z]|b[ab]|c[abcd]|d[abcd]|e[abd]|j[abcd]")
_NUMBER = re.compile(r"(-?\d+)([afpnumkMGTPEi]?)|0x([0-9A-Fa-f]+)")
_NAME = re.compile(r"[a-zA-Z_]\w*")
_OPTION = re.compile(r"([a-z_]+)\(([^)]*)\)")
_PIECE = re.compile(r'"[^"]*"|\S+')
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


class ScriptError(ValueError):
    """Why a script is refused, as the instrument reports it."""

    def __init__(self, code: int, line: int, column: int) -> None:
        super().__init__(f"{code:04X}: Line {line}, Col {column}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a script."""

    value: float
    integer: bool = False


Argument = Number | str


@dataclass(frozen=True, slots=True)
class Statement:
    """A command with its arguments; `blocks` holds a loop's body, or the branches of an if in order."""

    name: str
    line: int
    arguments: tuple[Argument, ...] = ()
    options: dict[str, Number] = field(default_factory=dict[str, Number])
    blocks: tuple[tuple["Statement", ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """What runs, and what runs at its end however it ends."""

    main: tuple[Statement, ...]
    finish: tuple[Statement, ...]


def parse(lines: Sequence[str]) -> Script:
    """Read a script's lines.

    Raises:
        ScriptError: for the first fault met.
    """
    return _Parser(lines).script()


class _Parser:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._variables: set[str] = set()
        self._rest: Iterator[Statement] = iter(())
        self._depth = 0

    def script(self) -> Script:
        self._rest = self._statements()
        main, end = self._block({"on_finished:", ""})
        finish = self._block({""})[0] if end.name else ()
        return Script(main, finish)

    def _block(self, ends: set[str]) -> tuple[tuple[Statement, ...], Statement]:
        """Collect statements up to one of `ends` ("" is the end of the script)."""
        collected: list[Statement] = []
        while True:
            statement = next(self._rest, Statement("", len(self._lines)))
            if statement.name in ends:
                return tuple(collected), statement
            if statement.name in ("", "endloop", "endif", "else", "elseif", "on_finished:"):
                raise ScriptError(SYNTAX, statement.line, 1)
            collected.append(self._nested(statement))

    def _nested(self, statement: Statement) -> Statement:
        if statement.name not in LOOPS and statement.name != "if":
            return statement
        if self._depth == DEEPEST:
            raise ScriptError(SCRIPT_TOO_LONG, statement.line, 1)
        self._depth += 1
        whole = self._compound(statement)
        self._depth -= 1
        return whole

    def _compound(self, statement: Statement) -> Statement:
        if statement.name in LOOPS:
            body, _ = self._block({"endloop"})
            return Statement(statement.name, statement.line, statement.arguments, statement.options, (body,))
        ends = {"elseif", "else", "endif"}
        body, end = self._block(ends)
        otherwise: tuple[Statement, ...] = ()
        if end.name == "elseif":
            nested = self._nested(Statement("if", end.line, end.arguments))
            otherwise = (nested,)
        elif end.name == "else":
            otherwise, _ = self._block({"endif"})
        return Statement("if", statement.line, statement.arguments, {}, (body, otherwise))

    def _statements(self) -> Iterator[Statement]:
        for number, line in enumerate(self._lines, start=1):
            if number > MOST_LINES:
                raise ScriptError(SCRIPT_TOO_LONG, number, 1)
            if len(line) > LONGEST_LINE:
                raise ScriptError(TOO_LONG, number, LONGEST_LINE + 1)
            code = line if '"' in line else line.partition("#")[0]
            pieces = [(found[0], found.start() + 1) for found in _PIECE.finditer(code)]
            if pieces and not pieces[0][0].startswith("#"):
                yield self._statement(pieces, number)

    def _statement(self, pieces: list[tuple[str, int]], line: int) -> Statement:
        name, column = pieces[0]
        if name in ("endloop", "endif", "else", "on_finished:"):
            if len(pieces) > 1:
                raise ScriptError(UNEXPECTED, line, pieces[1][1])
            return Statement(name, line)
        signature = SIGNATURES.get(name)
        if signature is None:
            raise ScriptError(UNSUPPORTED if name in NOT_SIMULATED else UNKNOWN_COMMAND, line, column)
        given = pieces[1 : len(signature) + 1]
        if len(given) < len(signature):
            raise ScriptError(BAD_ARGUMENT, line, column)
        arguments = tuple(
            self._argument(want, text, line, at) for want, (text, at) in zip(signature, given, strict=True)
        )
        options = dict(self._option(name, text, line, at) for text, at in pieces[len(signature) + 1 :])
        return Statement(name, line, arguments, options)

    def _option(self, name: str, text: str, line: int, column: int) -> tuple[str, Number]:
        found = _OPTION.fullmatch(text)
        if found is None:
            raise ScriptError(UNEXPECTED, line, column)
        if found[1] not in OPTIONS.get(name, frozenset[str]()):
            raise ScriptError(BAD_OPTION, line, column)
        number = _number(found[2].strip())
        if number is None or number.value < 1:
            raise ScriptError(BAD_OPTION, line, column)
        return found[1], number

    def _argument(self, want: str, text: str, line: int, column: int) -> Argument:
        if want == "n" and (number := _number(text)) is not None:
            return number
        checks = {
            "t": (KINDS.fullmatch(text), UNKNOWN_TYPE),
            "o": (text in COMPARISONS, BAD_ARGUMENT),
            "s": (text.startswith('"') and text.endswith('"') and len(text) > 1, BAD_ARGUMENT),
            "w": (_NAME.fullmatch(text), BAD_ARGUMENT),
        }
        is_right, code = checks.get(want, (_NAME.fullmatch(text), BAD_ARGUMENT))
        if not is_right:
            raise ScriptError(code, line, column)
        if want in "vn" and text not in self._variables:
            raise ScriptError(UNDECLARED, line, column)
        if want == "w":
            self._variables.add(text)
            if len(self._variables) > MAX_VARIABLES:
                raise ScriptError(OUT_OF_VARIABLES, line, column)
        return text.strip('"') if want == "s" else text


def _number(text: str) -> Number | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    if found[3] is not None:
        return Number(float(int(found[3], 16)), integer=True)
    prefix = found[2]
    return Number(float(found[1]), integer=True) if prefix == "i" else Number(_scaled(int(found[1]), prefix or " "))


def _scaled(digits: int, prefix: str) -> float:
    """Scale without a rounding error where the prefix makes things smaller."""
    factor = PREFIXES[prefix]
    return digits / round(1 / factor) if factor < 1 else digits * factor
