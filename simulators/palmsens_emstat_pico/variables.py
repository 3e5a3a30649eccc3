"""A script's variables: reading, changing and comparing them.

A variable that was declared but never set is NaN, and NaN where a number is needed is an error.
"""

import math
import operator
from collections.abc import Callable

from simulators.palmsens_emstat_pico.faults import DIVISION_BY_ZERO, NOT_A_NUMBER, RuntimeFaultError
from simulators.palmsens_emstat_pico.package import Value
from simulators.palmsens_emstat_pico.script import Number, Statement

ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "add_var": operator.add,
    "sub_var": operator.sub,
    "mul_var": operator.mul,
    "div_var": operator.truediv,
}
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Variables:
    """Names and what they hold."""

    def __init__(self) -> None:
        self._held: dict[str, Value] = {}

    def put(self, statement: Statement, index: int, value: Value) -> None:
        """Store a value in the variable a statement names."""
        self._held[str(statement.arguments[index])] = value

    def get(self, statement: Statement, index: int) -> Value:
        """Return the variable a statement names."""
        return self._held.get(str(statement.arguments[index]), Value(math.nan))

    def number(self, statement: Statement, index: int) -> float:
        """Return a statement's argument as a finite number.

        Raises:
            RuntimeFaultError: for a variable that holds none.
        """
        argument = statement.arguments[index]
        number = argument.value if isinstance(argument, Number) else self.get(statement, index).number
        if not math.isfinite(number):
            raise RuntimeFaultError(NOT_A_NUMBER, statement.line)
        return number

    def numbers(self, statement: Statement, first: int) -> list[float]:
        """Return a statement's arguments from `first` on as numbers."""
        return [self.number(statement, index) for index in range(first, len(statement.arguments))]

    def holds(self, statement: Statement) -> bool:
        """Tell whether a loop's or an if's condition is true."""
        compare = COMPARE[str(statement.arguments[1])]
        return compare(self.number(statement, 0), self.number(statement, 2))

    def change(self, statement: Statement) -> None:
        """Execute store_var, copy_var or arithmetic.

        Raises:
            RuntimeFaultError: for a division by zero, or a variable without a number.
        """
        name = statement.name
        if name == "store_var":
            given = statement.arguments[1]
            whole = isinstance(given, Number) and given.integer
            self.put(statement, 0, Value(self.number(statement, 1), str(statement.arguments[2]), "", whole))
        elif name == "copy_var":
            self.put(statement, 1, self.get(statement, 0))
        elif name in ARITHMETIC:
            old, by = self.get(statement, 0), self.number(statement, 1)
            if name == "div_var" and by == 0:
                raise RuntimeFaultError(DIVISION_BY_ZERO, statement.line)
            self.put(statement, 0, Value(ARITHMETIC[name](old.number, by), old.kind, "", old.integer))
