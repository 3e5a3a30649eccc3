"""An error of our own is no reason to leave a pot unsafe: it aborts the run, is recorded, and is not swallowed."""

from pathlib import Path

import pytest

from autosynth.engine.operator import Answer, Question
from tests.autosynth.engine.bench_run import BRANCHED, Lab, prepare

ASK = "operator: {prompt: Look, likely: 1 min}"
STIR = "- stir: {vessel: reactor, speed: 400 rpm}\n"
BRANCH = f"parallel: {{branches: [[{{wait: 20 min}}], [{{{ASK}}}]]}}"
STEPS = {
    "alone": f"{STIR}- {ASK}\n",
    "in a branch": f"{STIR}- {BRANCH}\n",
    "in a branch of a branch": f"{STIR}- parallel: {{branches: [[{{wait: 10 min}}], [{{{BRANCH}}}]]}}\n",
}


class FireError(Exception):
    """What nobody expected."""


class BurningDesk:
    """A defect where nobody looked for one."""

    async def ask(self, question: Question) -> Answer | None:
        raise FireError("the desk burns")


@pytest.mark.parametrize("where", STEPS)
def test_a_defect_makes_the_run_safe_and_shows(tmp_path: Path, where: str) -> None:
    """The run is aborted with the error's own name, the plate is in its safe state, and the error is raised."""
    lab: Lab = prepare(tmp_path, STEPS[where], station=BRANCHED)
    with pytest.raises(FireError, match="the desk burns"):
        lab.run(operator=BurningDesk())
    (fault,) = lab.of_kind("fault")
    assert fault.payload == {"error": "FireError", "message": "the desk burns"}
    assert lab.states == ["RUNNING", "ABORTING", "ABORTED"]
    assert lab.host is not None
    plate = lab.host.truth()["devices"]["hotplate"]
    assert (plate["target_rpm"], plate["heating"]) == (200.0, False)
