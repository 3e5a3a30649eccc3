"""JSON on standard output is strict."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autosynth.cli.output import print_json, strict

DATA = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy computer is no fault
@given(DATA)
def test_anything_made_of_data_is_strict_json(content: object) -> None:
    """Whatever numbers are in it, a strict reader takes it, and a second pass changes nothing."""
    once = strict(content)
    assert once == strict(once)
    assert once == json.loads(json.dumps(once, allow_nan=False))


def test_numbers_that_are_not_finite_are_null(capsys: pytest.CaptureFixture[str]) -> None:
    """NaN and infinities become null, arrays' scalars become numbers, paths become text."""
    print_json({"a": math.nan, "b": (np.float64(math.inf), np.int64(3), np.bool_(True)), 1: Path("a/b")})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 3, True], "1": "a/b"}


def test_what_is_no_data_is_a_fault() -> None:
    """An object without a meaning in JSON is not turned into text silently."""
    with pytest.raises(TypeError):
        print_json({"a": object()})
