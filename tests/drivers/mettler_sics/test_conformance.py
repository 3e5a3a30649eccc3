"""The drivers of balance and dosing head against the simulated ones."""

from typing import Any

import pytest

from autosynth.clock import run_virtual
from autosynth.testing import check_balance, check_doser
from tests.drivers.mettler_sics.rig import BALANCE, QUANTOS


@pytest.mark.parametrize("make", [BALANCE, QUANTOS], ids=["balance", "quantos"])
def test_the_balance_keeps_its_contract(make: Any) -> None:
    """Readings, silence, noise, lost replies, new hosts; with a dosing head or without."""
    run_virtual(check_balance(make))


def test_the_dosing_head_keeps_its_contract() -> None:
    """Dosing, its account, silence, lost replies, dead hosts, stopping, refusals."""
    run_virtual(check_doser(QUANTOS))
