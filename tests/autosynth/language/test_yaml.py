import gc
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from autosynth.errors import InputError, Mark
from autosynth.language.yaml import load_yaml, parse_yaml, scalar
from tests.autosynth.language.problems import problems_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),
        ("2026-10-01", "2026-10-01"),
        ("012", "012"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ("5 mL", "5 mL"),
        ("-", "-"),
    ],
)
def test_a_plain_scalar_is_a_number_a_word_or_text(text: str, value: object) -> None:
    """Nothing is guessed: no dates, no octals, no yes for true."""
    found = scalar(text)
    assert (type(value), value) == (type(found), found)


def test_places_of_keys_and_values_are_those_an_editor_shows() -> None:
    """Line and column count from 1, and characters count, not bytes."""
    document = parse_yaml("a: {µ: [1, x]}\nc:\n  - d: 2\n", "f.yaml")
    assert document.data == {"a": {"µ": [1, "x"]}, "c": [{"d": 2}]}
    assert Mark("f.yaml", 1, 12) == document.mark(["a", "µ", 1])
    assert Mark("f.yaml", 1, 5) == document.key_mark(["a", "µ"])
    assert Mark("f.yaml", 3, 8) == document.mark(["c", 0, "d"])
    assert Mark("f.yaml", 3, 5) == document.mark(["c", 0, "missing"])


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: 1\nb: 2\na: 3\n", [("the key 'a' is already there, in line 1", 3, 1)]),
        ("a: &x 1\nb: *x\n", [("anchor &x", 1, 4), ("alias *x", 2, 4)]),
        ("a: 1\nb: &x 1\n", [("anchor &x", 2, 4)]),
        ("&k a: 1\n", [("anchor &k", 1, 1)]),
        ("a: !!str 1\nb: !mine {}\n", [("tag !!str", 1, 4), ("tag !mine", 2, 4)]),
        ("<<: {a: 1}\n", [("<< (merge)", 1, 1)]),
        ("? [1]\n: 2\n", [("a key has to be a plain word", 1, 3)]),
        ('"": 2\n', [("a key is empty", 1, 1)]),
        ("a: 1\n---\nb: 2\n", [("a second document", 2, 1)]),
        ("a: " + "x" * 10_001, [("10001 characters is too long", 1, 4)]),
    ],
)
def test_what_leaves_the_rest_readable_is_collected(text: str, places: list[tuple[str, int, int]]) -> None:
    """The document is still there, so that the reader can report everything at once."""
    document = parse_yaml(text, "f.yaml")
    assert len(places) == len(document.problems)
    for (message, line, column), problem in zip(places, document.problems, strict=True):
        assert message in problem.message
        assert problem.hint
        assert Mark("f.yaml", line, column) == problem.mark


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("a:\n\t- b", "a tab is used for indentation", 2, 1),
        ("a: b: c", "a second colon", 1, 5),
        ("x: 1\na: [1, 2\nb: 3", "the list opened here is never closed", 2, 4),
        ("a: {b: 1", "the mapping opened here is never closed", 1, 4),
        ("a: 'x\nb: 3", "the quotes opened here are never closed", 1, 4),
        ("a:\n  b: 1\n c: 2", "not indented like", 3, 2),
        ('a: "\\q"', "a backslash in double quotes", 1, 5),
        ("a: @x", "a value cannot begin with @", 1, 4),
        ("a: b\x01", "control character U+0001", 1, 5),
        ("a: b\n\u202ec: d", "invisible character U+202E", 2, 1),
        ("[" * 60, "nested deeper than 50", 1, 51),
        ("- a\nb: 2", "a list goes on without its -", 2, 1),
        ("word\nb: 1", "a second colon", 2, 2),
        ("a: 'b' c", "something follows the value", 1, 8),
    ],
)
def test_what_is_no_yaml_is_said_in_plain_words_at_its_place(text: str, message: str, line: int, column: int) -> None:
    """Unclosed brackets and quotes are shown where they were opened."""
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "f.yaml")
    problem = caught.value.problems[-1]
    assert message in problem.message
    assert Mark("f.yaml", line, column) == problem.mark


def test_what_was_left_out_lends_its_places_to_nothing_else() -> None:
    """Places go by the identity of mappings, and one that is gone could be taken for a new one."""
    document = parse_yaml("a: {b: 1}\na: {c: 2}\n? [1]\n: {d: 3}\n", "f.yaml")
    others: list[dict[str, object]] = [{} for _ in range(10_000)]
    assert not [each for each in others if id(each) in document.places]


def test_problems_found_before_a_syntax_error_are_kept() -> None:
    """A duplicate key is not forgotten because a bracket is open further down."""
    with pytest.raises(InputError) as caught:
        parse_yaml("a: 1\na: 2\nb: [1\n", "f.yaml")
    assert [problem.mark.line for problem in caught.value.problems if problem.mark] == [2, 3]


def test_a_flood_of_problems_ends() -> None:
    """Two hundred are enough to know."""
    with pytest.raises(InputError) as caught:
        parse_yaml("\n".join(["a: 1"] * 1000), "f.yaml")
    assert len(caught.value.problems) == 201


def test_a_file_that_is_missing_too_large_or_not_utf8_is_an_input_error(tmp_path: Path) -> None:
    """Nothing is read before its size is known."""
    with pytest.raises(InputError, match="cannot be read"):
        load_yaml(tmp_path / "none.yaml")
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(InputError, match=r"bad\.yaml:2:4: byte 0xff is not UTF-8"):
        load_yaml(bad)
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(10_000_001)
    with pytest.raises(InputError, match=r"10\.0 MB"):
        load_yaml(large)


def test_a_byte_order_mark_and_windows_line_ends_are_harmless(tmp_path: Path) -> None:
    """Files come from all sorts of editors."""
    path = tmp_path / "r.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: x\r\n")
    document = load_yaml(path)
    assert document.data == {"a": 1, "b": "x"}
    assert document.mark(["b"]).line == 2


def test_the_garbage_collector_is_as_it_was_afterwards() -> None:
    """Also when the text is no YAML."""
    assert gc.isenabled()
    with pytest.raises(InputError):
        parse_yaml("[", "f.yaml")
    assert gc.isenabled()


trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**17), 10**17), st.text(max_size=20), st.floats(-1e6, 1e6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(trees, st.booleans())
def test_what_a_yaml_writer_wrote_is_read_back(data: object, flow: bool) -> None:
    """Blocks and flows, quoted or plain, as long as no character is invisible."""
    text = yaml.safe_dump(data, allow_unicode=False, default_flow_style=flow, sort_keys=False)
    if "!!" in text or "&" in text or "? " in text or "<<" in text:
        return
    document = parse_yaml(text, "f.yaml")
    if not document.problems:
        assert _comparable(data) == _comparable(document.data)


@given(st.text(max_size=200))
def test_any_text_is_a_document_or_a_located_input_error(text: str) -> None:
    """Nothing else can come out, whatever goes in."""
    problems = problems_of(lambda: parse_yaml(text, "f.yaml"))
    assert all(problem.mark is not None for problem in problems)


@given(st.text(alphabet="ab:- \n[]{}'\"#&*!|>%@`\t,?", max_size=80))
def test_any_likely_text_is_a_document_or_a_located_input_error(text: str) -> None:
    """YAML's own characters in any order are no danger either."""
    problems = problems_of(lambda: parse_yaml(text, "f.yaml"))
    assert all(problem.mark is not None and problem.mark.line >= 1 for problem in problems)


def _comparable(node: object) -> object:
    if isinstance(node, dict):
        return {key: _comparable(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_comparable(value) for value in node]
    return pytest.approx(node) if isinstance(node, float) else node
