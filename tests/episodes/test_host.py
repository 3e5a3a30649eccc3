"""The loop of a host that episodes watch: one that hangs is given up, one that only waits long is not."""

import asyncio

import pytest

from tests.episodes import host
from tests.episodes.host import HangError, PatientLoop


def test_a_loop_that_goes_round_without_time_passing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would never end."""
    monkeypatch.setattr(host, "MOST_STEPS", 1000)
    loop = PatientLoop()
    while loop.steps < 1000:
        assert loop.time() == 0.0
    with pytest.raises(HangError, match="since 0 s"):
        loop.time()
    loop.close()


def test_a_long_wait_is_no_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it looks, time passes."""
    monkeypatch.setattr(host, "MOST_STEPS", 1000)

    async def main() -> float:
        for _ in range(2000):
            await asyncio.sleep(60.0)  # noqa: TID251 - virtual time
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=PatientLoop) as runner:
        assert runner.run(main()) == pytest.approx(120_000.0)
