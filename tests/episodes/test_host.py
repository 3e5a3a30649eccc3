"""The loop of a host that episodes watch: one that hangs is given up, one that only waits long is not."""

import asyncio

import pytest

from tests.episodes import host
from tests.episodes.host import HangError, PatientLoop


def ran(monkeypatch: pytest.MonkeyPatch, pause_s: float, rounds: int) -> float:
    """Sleep so often for so long, and return the virtual time afterwards; a thousand looks are many here."""
    monkeypatch.setattr(host, "MOST_STEPS", 1000)

    async def main() -> float:
        for _ in range(rounds):
            await asyncio.sleep(pause_s)  # noqa: TID251 - virtual time
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        return runner.run(main())


def test_a_loop_that_goes_round_without_time_passing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would never end."""
    with pytest.raises(HangError, match="since 0 s"):
        ran(monkeypatch, 0.0, 100_000)


def test_a_long_wait_is_no_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it looks, time passes."""
    assert ran(monkeypatch, 60.0, 2000) == pytest.approx(120_000.0)
