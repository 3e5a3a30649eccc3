"""What a bench does without its host: killed, frozen, or hung with all its threads alive.

Times are the bench's own and stand beside what was seen of it, so a slow machine sees less and proves no less.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from autosynth.engine.session import WATCHDOG_S
from tests.live.processes import AUTOSYNTH, ONE_VESSEL, ROOT, SLOW_DOSE, LiveRun, ServedBench, called

pytestmark = [pytest.mark.live, pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals")]
WARM_AND_STIR = ROOT / "tests/recipes/warm_and_stir.yaml"
HANGING = (
    sys.executable,
    "-c",
    "import os, signal, threading\n"
    "signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b'hangs\\n') and threading.Event().wait())\n"
    "from autosynth.cli.main import main; main()",
)
"""The command line, whose event loop hangs for ever from SIGUSR1 on while its other threads live."""
AFTERWARDS_S = 60.0
"""So long the bench is watched for anything more that it does, in its own seconds."""
TOO_LONG_S = 90.0
"""Nothing that is bounded here may last so long."""
Truth = Mapping[str, Any]


def warm(truth: Truth) -> bool:
    """Say whether the plate does what the recipe has set."""
    plate = truth["devices"]["hotplate"]
    return bool((plate["heating"], plate["target_c"], plate["target_rpm"]) == (True, 50.0, 400.0))


def safe(truth: Truth) -> bool:
    """Say whether the vessel is in its declared safe state: stirred at 200 rpm, and nothing that heats."""
    plate = truth["devices"]["hotplate"]
    return bool(plate["target_rpm"] == 200.0 and (not plate["heating"] or plate["target_c"] == 0.0))


def last_seen(bench: ServedBench, still: Callable[[Truth], bool], from_s: float) -> tuple[float, Truth]:
    """Return the bench's time when something was last so, and the first truth in which it is over, or was too long."""
    times_s, ends = [from_s], list[Truth]()

    def over(truth: Truth) -> bool:
        ends.append(truth)
        if still(truth):
            times_s.append(truth["t_s"])
        return not still(truth) or truth["t_s"] > from_s + TOO_LONG_S

    bench.until(over)
    return times_s[-1], ends[-1]


def dies(run: LiveRun) -> None:
    """Kill the host."""
    run.killed()


def hangs(run: LiveRun) -> None:
    """Let the host's event loop hang, and return when it does."""
    run.signal(signal.SIGUSR1)
    run.said("hangs")


@pytest.mark.parametrize(("end", "program"), [(dies, AUTOSYNTH), (hangs, HANGING)])
def test_without_its_host_a_warm_vessel_becomes_safe_in_time(
    tmp_path: Path, end: Callable[[LiveRun], None], program: tuple[str, ...]
) -> None:
    """The plate's watchdog, fed by the engine's own loop alone, acts within its time of the host's end."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench, recipe=WARM_AND_STIR, program=program) as run:
        bench.until(warm)
        end(run)
        ended_s = bench.truth()["t_s"]
        warm_s, after = last_seen(bench, warm, ended_s)
        print(f"{end.__name__}: watchdog acted {warm_s - ended_s:.1f} to {after['t_s'] - ended_s:.1f} s after the end")
        assert safe(after)
        assert warm_s < ended_s + WATCHDOG_S
        assert run.summary()["state"] == "RUNNING"  # the record knows nothing of it yet


def test_a_host_that_was_frozen_holds_and_its_run_is_nobody_elses(tmp_path: Path) -> None:
    """Frozen, it feeds no watchdog and owns its run; thawed, it sees what the plate did, holds, and can restart."""
    with ServedBench(ONE_VESSEL, tmp_path) as bench, LiveRun(bench, recipe=WARM_AND_STIR) as run:
        bench.until(warm)
        run.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, run.pid, os.WSTOPPED | os.WNOWAIT)
        frozen_s = bench.truth()["t_s"]
        warm_s, after = last_seen(bench, warm, frozen_s)
        print(f"frozen: watchdog acted {warm_s - frozen_s:.1f} to {after['t_s'] - frozen_s:.1f} s after the end")
        assert safe(after)
        assert warm_s < frozen_s + WATCHDOG_S
        code, why = run.command("recover")
        assert (code, "is used by process" in why) == (2, True), why
        run.signal(signal.SIGCONT)
        run.said("-> HELD")
        assert safe(bench.truth())
        run.tell("restart")
        bench.until(warm)
        run.tell("abort")
        assert run.ended() == 3
        assert safe(bench.truth())


def test_a_pump_without_its_host_does_no_more_than_check_has_said(tmp_path: Path) -> None:
    """After a kill in mid-stroke the pump moves no more, and no longer, than the host-death bound, and then rests."""
    code, output = called(["check", SLOW_DOSE, "--station", ONE_VESSEL, "--json"], tmp_path)
    assert code == 0, output
    said = {each["what"]: each["amount"] for each in json.loads(output)["host_death"] if each["device"] == "pump"}
    with ServedBench(ONE_VESSEL, tmp_path) as bench:
        with LiveRun(bench) as run:
            bench.until_dosing()
            run.killed()
        killed = bench.truth()
        moving_s, rest = last_seen(bench, lambda truth: truth["devices"]["pump"]["moving"], killed["t_s"])
        pump, before = rest["devices"]["pump"], killed["devices"]["pump"]
        print(f"the pump moved for {moving_s - killed['t_s']:.1f} s after the kill, at most {said}")
        assert abs(before["plunger_ml"] - pump["plunger_ml"]) <= said["make a stroke of"] + 1e-6
        assert moving_s - killed["t_s"] <= said["make a stroke for"]
        bench.until(lambda truth: truth["t_s"] > rest["t_s"] + AFTERWARDS_S)
        assert bench.truth()["devices"]["pump"] == pump
        assert bench.reactor_ml() <= said["make a stroke of"] * 1.02
