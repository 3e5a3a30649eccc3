import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.palmsens_emstat_pico.script import Number, ScriptError, parse


def test_a_sweep_is_read_into_a_tree() -> None:
    """Blocks nest, comments vanish, options stand apart, numbers carry their prefix."""
    script = parse(
        [
            "var E",
            "var I # current",
            "meas_loop_cv E I -500m 500m -250m 10m 100m nscans(3)",
            "  pck_start",
            "endloop",
            "on_finished:",
            "cell_off",
        ]
    )
    sweep = script.main[2]
    assert (sweep.name, sweep.line) == ("meas_loop_cv", 3)
    assert sweep.arguments == ("E", "I", Number(-0.5), Number(0.5), Number(-0.25), Number(0.01), Number(0.1))
    assert sweep.options == {"nscans": Number(3.0)}
    assert [statement.name for statement in sweep.blocks[0]] == ["pck_start"]
    assert [statement.name for statement in script.finish] == ["cell_off"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["var E", "  meas_lop E"], "4001: Line 2, Col 3"),
        (["set_e 1.5"], "4002: Line 1, Col 7"),
        (["set_e x"], "4007: Line 1, Col 7"),
        (["wait"], "4002: Line 1, Col 1"),
        (["cell_on now"], "4004: Line 1, Col 9"),
        (["var a", "store_var a 1 zz"], "4006: Line 2, Col 15"),
        (["var a", "var b", "meas_loop_cv a b 0 1 0 1m 1 scans(2)"], "4008: Line 3, Col 29"),
        (["var a", "loop a < 5"], "4000: Line 2, Col 1"),
        (["endloop"], "4000: Line 1, Col 1"),
        (["var a", "var b", "meas_loop_eis a b"], "001B: Line 3, Col 1"),
        (["#" + "x" * 128], "0008: Line 1, Col 129"),
        ([f"var v{index}" for index in range(27)], "000B: Line 27, Col 5"),
    ],
)
def test_refusals_name_code_line_and_column(lines: list[str], message: str) -> None:
    """A faulty script is refused with the code and the place of the fault."""
    with pytest.raises(ScriptError, match=f"^{message}$"):
        parse(lines)


def test_numbers_with_prefixes_are_exact() -> None:
    """`250m`, `0x10`, `7i` and `-3u` are what they say."""
    statements = parse(["wait 250m", "wait 0x10", "wait 7i", "wait -3u", "wait 2k"]).main
    assert [statement.arguments[0] for statement in statements] == [
        Number(0.25),
        Number(16.0, integer=True),
        Number(7.0, integer=True),
        Number(-3e-6),
        Number(2000.0),
    ]


WORDS = st.sampled_from(
    ["var", "a", "b", "if", "else", "endif", "loop", "endloop", "<", "5i", "wait", "1m", "x(2)", '"s"']
)


@given(st.lists(st.lists(WORDS, max_size=5).map(" ".join), max_size=8))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    """No text makes the reader fail in another way, and what is read ends within its lines."""
    try:
        script = parse(lines)
    except ScriptError as error:
        place = str(error).split()
        assert int(place[2].rstrip(",")) <= len(lines)
    else:
        assert all(1 <= statement.line <= len(lines) for statement in script.main)
