"""A run whose hosts are killed, one after the other, on a bench that goes on; and what must be true of its end.

Who starts the next host does what a person at the terminal would: follows what the command line said, and restarts
what is held.
"""

import json
import random
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autosynth.engine.chronicle import read_history
from autosynth.engine.folder import RunFolder
from autosynth.engine.inputs import utc_now
from autosynth.engine.supervisor import HOST_DIED
from autosynth.errors import StateError
from autosynth.journal.disk import OsDisk
from autosynth.report.summary import summarise
from autosynth.station.ledger import Ledger, ledger_path
from autosynth.station.load import load_station
from tests.live.doomed import DIES
from tests.live.processes import AUTOSYNTH, ROOT, Process, ServedBench, tell

DOOMED = ROOT / "tests/live/doomed.py"
PLANNED_ML = {"one_dose": {"SiW9": 0.2}, "two_doses": {"SiW9": 0.6, "acetone": 0.3}}
"""What the recipes add to the reactor."""
STOCK_MOL_ML = 10.0e-6
LATEST_S = 8.0
"""So many seconds of real time after its start, at most, a host is killed at a random instant."""
MET = 0.7
"""The part of those that have met the instruments before."""
MOST = 25
"""A host lives through fewer boundaries than that at which others have died."""
ANEW = ("run it again", "start a new run")
"""What is said of a run that had not begun."""
DONE = "is COMPLETE: there is nothing to recover"
"""What is said of a run whose host died after all was done and written."""
TRIES = 5


@dataclass
class Toll:
    """What all runs of a test have seen: boundaries at which hosts died, kills by kind, holds, verdicts, outcomes."""

    known: dict[str, set[str]] = field(default_factory=lambda: {"before": set(), "after": set()})
    kills: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        boundaries = {when: len(known) for when, known in self.known.items()}
        return f"kills {dict(self.kills)}, boundaries {boundaries}, outcomes {dict(self.outcomes)}"


class KilledRun:
    """One run of a recipe on its own bench."""

    def __init__(self, recipe: str, bench: ServedBench, toll: Toll, chance: random.Random) -> None:
        self.recipe = recipe
        self.holds: list[str] = []
        self.code: int | None = None
        self._bench = bench
        self._toll = toll
        self._chance = chance
        self._runs = bench.place / "runs"
        self._given_up: set[Path] = set()

    @property
    def folder(self) -> Path | None:
        """Return the folder of the run, if it has begun."""
        begun = sorted({each.parent for each in self._runs.glob("*/journal.sqlite")} - self._given_up)
        return begun[-1] if begun else None

    def killed_at_an_instant(self) -> None:
        """Let a host live until a random instant of the bench: after its start, or after it has met the instruments."""
        with self._host() as host:
            if self._chance.random() < MET:
                self._restarting_what_is_held(host, until="run folder")
            instant_s = self._bench.truth()["t_s"] + self._bench.speed * self._chance.uniform(0.0, LATEST_S)
            self._bench.until(lambda truth: truth["t_s"] >= instant_s)
            host.signal(signal.SIGKILL)
            self._restarting_what_is_held(host)
            self._ended(host, "instant")

    def killed_at_a_boundary(self, when: str, wanted: str = "") -> None:
        """Let a host live until the first boundary of the journal that begins so and at which none has died yet.

        Where hosts have died at all of them, it dies at any.
        """
        told = self._bench.place / "boundaries.json"
        known, most = sorted(self._toll.known[when]), self._chance.randrange(MOST)
        meant = {"when": when, "known": known, "most": most, "wanted": wanted}
        told.write_text(json.dumps(meant), encoding="utf-8")
        with self._host(DOOMED, told) as host:
            self._restarting_what_is_held(host)
            self._ended(host, when)
        self._toll.known[when] |= {line.removeprefix(DIES) for line in host.lines if line.startswith(DIES)}

    def lives_on(self) -> None:
        """Let hosts live until one has brought the run to its end."""
        for _ in range(TRIES):
            if self.code is None:
                with self._host() as host:
                    self._restarting_what_is_held(host)
                    self._ended(host, "")

    def _host(self, *program: str | Path) -> Process:
        task: list[str | Path]
        if self.folder is None:
            task = ["run", ROOT / f"tests/recipes/{self.recipe}.yaml", "--station", self._bench.station]
        else:
            task = ["recover", self.folder.name]
        arguments = [*task, "--runs", self._runs, "--plain"]
        return Process(arguments, self._bench.place, (sys.executable, *program) if program else AUTOSYNTH)

    def _restarting_what_is_held(self, host: Process, until: str = "") -> None:
        """Read to the host's end, or to a line; a hold that is not the recovery's own is noted and ended."""
        for line in host.says():
            if "-> HELD" in line:
                why = line.partition("-> HELD: ")[2] or str(self.summary()["reason"])  # held by an earlier host
                if why != HOST_DIED:  # that is the recovery's own hold
                    self.holds.append(why)
                    self._restart()
            elif line.startswith("run folder") and self._state() == "HELD":
                self._restart()
            if until and line.startswith(until):
                break

    def _restart(self) -> None:
        assert self.folder is not None
        try:
            tell(self.folder, "restart")
        except StateError:
            self.holds.append("a restart was refused")

    def _state(self) -> str:
        return "" if self.folder is None else str(self.summary()["state"])

    def _ended(self, host: Process, kind: str) -> None:
        code = host.ended()
        if code == -signal.SIGKILL:
            self._toll.kills[kind] += 1
        elif any(text in line for text in ANEW for line in host.lines):
            assert self.folder is not None
            self._given_up.add(self.folder)
            self._toll.outcomes["begun anew"] += 1
        else:
            self.code = 0 if any(DONE in line for line in host.lines) else code

    def summary(self) -> dict[str, Any]:
        """Return what the record says of the run, its chain verified."""
        assert self.folder is not None
        return summarise(read_history(RunFolder(self.folder), load_station(self.folder / "station.yaml"), OsDisk()))

    def troubles(self) -> list[str]:
        """Return what is not as planned, recorded and safe at the end of the run."""
        if self.code != 0 or self.folder is None:
            return [f"it ended with {self.code}"]
        summary, truth = self.summary(), self._bench.truth()
        with Ledger(ledger_path(self._bench.station), utc_now) as ledger:
            still_open = ledger.open_runs()
        reactor = truth["vessels"]["reactor"]
        plate, pump = truth["devices"]["hotplate"], truth["devices"]["pump"]
        right = {
            "the run is complete": summary["state"] == "COMPLETE",
            "every hold says why": all(self.holds),
            "nothing is left open": not summary["unsettled"] and not still_open,
            "nothing is spilled": not truth["spilled"],
            "the vessel is safe": (plate["target_rpm"], plate["heating"]) == (200.0, False),
            "the pump rests": not pump["moving"],
            **self._amounts(
                summary["delivered"], reactor["volume_ml"], reactor["charged_mol"].get("SiW9", 0.0) / STOCK_MOL_ML
            ),
        }
        self._toll.outcomes[summary["state"]] += 1
        self._toll.outcomes.update(each["what"] for each in summary["deviations"])
        return [f"not so: {what}" for what, so in right.items() if not so]

    def _amounts(
        self, delivered: Mapping[str, Mapping[str, Any]], reactor_ml: float, siw9_ml: float
    ) -> dict[str, bool]:
        """Compare plan, record and bench, each within four standard deviations of what the record states."""
        really_ml = {"SiW9": siw9_ml, "acetone": reactor_ml - siw9_ml}
        right: dict[str, bool] = {}
        for reagent, planned_ml in PLANNED_ML[self.recipe].items():
            recorded_ml, slack_ml = delivered[reagent]["volume_ml"], 4 * delivered[reagent]["sd_ml"]
            right[f"{reagent} is one dose: {delivered[reagent]['doses']}"] = delivered[reagent]["doses"] == 1
            right[f"{reagent} is recorded as planned: {recorded_ml} mL"] = abs(recorded_ml - planned_ml) <= slack_ml
            near = abs(really_ml[reagent] - planned_ml) <= slack_ml
            right[f"{reagent} is there as planned: {really_ml[reagent]} mL"] = near
        return right
