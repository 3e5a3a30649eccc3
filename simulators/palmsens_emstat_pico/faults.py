"""How a running script can end early: an error with the instrument's code, an abort, a loop left."""

BAD_ARGUMENT, OUT_OF_RANGE, INVALID_TIME, INVALID_POTENTIAL, NOT_A_NUMBER = 0x07, 0x0A, 0x0D, 0x0F, 0x10
OCP_CELL_ON, UNSUPPORTED, NEGATIVE_STEP, UNKNOWN_MODE, NOT_POLY, WRONG_MODE = 0x14, 0x1B, 0x1C, 0x21, 0x22, 0x23
DIVISION_BY_ZERO = 0x28


class RuntimeFaultError(Exception):
    """An error while running; `code` is the instrument's."""

    def __init__(self, code: int, line: int) -> None:
        super().__init__(f"!{code:04X}: Line {line}")


class AbortError(Exception):
    """The host said Z, or the script itself `abort`."""


class BreakError(Exception):
    """`breakloop`: leave the innermost loop."""
