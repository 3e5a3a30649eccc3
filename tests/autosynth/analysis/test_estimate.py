import pytest

from autosynth.analysis.estimate import Estimate


def test_interval_is_symmetric_away_from_bounds() -> None:
    """Without limits the 95 % interval is 1.96 standard uncertainties either way."""
    assert Estimate(0.5, 0.1, "1").interval() == pytest.approx((0.304, 0.696))


def test_interval_is_one_sided_at_a_bound() -> None:
    """With a limit the interval reaches from the bound to the limit."""
    assert Estimate(0.01, 0.01, "1", upper_bound=0.03).interval() == (0.0, 0.03)
    assert Estimate(0.99, 0.01, "1", lower_bound=0.97).interval() == (0.97, 1.0)


def test_plain_form_shows_only_limits_that_exist() -> None:
    """For JSON a limit appears when there is one."""
    assert Estimate(0.5, 0.1, "1").plain() == {"value": 0.5, "sd": 0.1, "unit": "1"}
    found = Estimate(0.0, 0.1, "1", upper_bound=0.2, lower_bound=0.0).plain()
    assert (found["upper_bound"], found["lower_bound"]) == (0.2, 0.0)
