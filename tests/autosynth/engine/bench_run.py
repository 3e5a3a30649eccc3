"""Runs for tests: recipe text on a small station, real drivers, simulated instruments, virtual time.

A `Lab` holds a plan and one simulated bench. It can be run, commanded at a virtual time or after an event, and it
remembers every byte that the host sent, together with what the journal had on its disk at that moment.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autosynth.clock import run_virtual
from autosynth.engine.bench import open_simulated
from autosynth.engine.run import OpenRun, RunEnd, RunSetup, start
from autosynth.engine.session import Session
from autosynth.errors import AutosynthError
from autosynth.journal.disk import Disk
from autosynth.journal.event import Event
from autosynth.plan.check import make_plan
from autosynth.plan.tree import Plan
from autosynth.recipe.load import parse_recipe
from autosynth.station.bench import bench_description
from autosynth.station.inventory import Inventory
from autosynth.station.load import load_station
from tests.autosynth.engine.host import Host

ONE_VESSEL = Path(__file__).parents[2] / "stations" / "one_vessel.yaml"
BRANCHED = Path(__file__).with_name("branched.yaml")
HEADS = {
    ONE_VESSEL: "needs: {reactor: stirred_vessel}\nreagents: {SiW9: {}}",
    BRANCHED: "needs: {reactor: stirred_vessel, vial: vial, vial_2: vial, cell: measuring_cell}\n"
    "reagents: {SiW9: {}, KOTf: {}}",
}
PATIENCE_S = 4000.0
"""A run that is not over by then is held and left: a test never hangs."""

Match = Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class Order:
    """A command that a person gives: at a virtual time, or so long after the first event that matches."""

    command: str
    at_s: float = 0.0
    after: Match | None = None
    settle: str = ""

    @property
    def message(self) -> Mapping[str, Any]:
        """What goes to the control channel."""
        return {"command": self.command, "reason": f"test: {self.command}", "who": "test", "settle": self.settle}


@dataclass(slots=True)
class Lab:
    """A plan, its bench, and what was seen of its run."""

    plan: Plan
    setup: RunSetup
    events: list[Event] = field(default_factory=list[Event])
    """Everything recorded from the moment the session stood."""
    replies: list[str] = field(default_factory=list[str])
    """What the control channel answered to each order: a state, or why not."""
    host: Host | None = None
    open: OpenRun | None = None
    """The run that is going on, or the last one."""
    end: RunEnd | None = None
    """How the last run ended."""
    happenings: list[tuple[float, Callable[[float], None]]] = field(
        default_factory=list[tuple[float, Callable[[float], None]]]
    )

    watchers: list[Callable[[Event], None]] = field(default_factory=list[Callable[[Event], None]])
    """Called with every event, at the moment it is recorded."""

    def at(self, t_s: float, happen: Callable[[float], None]) -> None:
        """Call `happen` at a time of the next run."""
        self.happenings.append((t_s, happen))

    def run(self, *orders: Order, stay: bool | None = None, patience_s: float = PATIENCE_S, **changes: Any) -> RunEnd:
        """Run the plan in virtual time and return its end; with orders the process stays when Held."""
        stay = bool(orders) if stay is None else stay

        def opened(run: OpenRun) -> None:
            self.attend(run, orders, patience_s)

        self.end = run_virtual(start(replace(self.setup, on_open=opened, leave_when_held=not stay, **changes)))
        return self.end

    @property
    def final(self) -> RunEnd:
        """Return how the last run ended."""
        assert self.end is not None
        return self.end

    @property
    def session(self) -> Session:
        """Return the session of the run that is going on."""
        assert self.open is not None
        return self.open.session

    def of_kind(self, kind: str) -> list[Event]:
        """Return the events of one kind."""
        return [event for event in self.events if event.kind == kind]

    @property
    def states(self) -> list[str]:
        """Return the states the run went through."""
        return [str(event.payload["to"]) for event in self.of_kind("state")]

    def attend(self, run: OpenRun, orders: Sequence[Order], patience_s: float = PATIENCE_S) -> None:
        """Watch a run that is about to go, give it its orders in time, and leave it when it takes too long."""
        loop = asyncio.get_running_loop()
        self.open = run
        for watcher in (self.events.append, *self.watchers):
            run.on_event(watcher)
        if self.host is not None:
            self.host.watch(run)

        def leave() -> None:
            run.session.control.hold("the test has waited long enough")
            run.session.supervisor.leave()

        loop.call_later(patience_s, leave)
        for t_s, happen in self.happenings:
            loop.call_later(t_s - run.clock.now(), happen, t_s)
        for order in orders:
            if order.after is None:
                loop.call_later(order.at_s - run.clock.now(), self._give, run, order)
            else:
                run.on_event(self._trigger(run, order, order.after))

    def _trigger(self, run: OpenRun, order: Order, matches: Match) -> Callable[[Event], None]:
        fired: list[Event] = []

        def seen(event: Event) -> None:
            if not fired and matches(event):
                fired.append(event)
                asyncio.get_running_loop().call_later(order.at_s, self._give, run, order)

        return seen

    def _give(self, run: OpenRun, order: Order) -> None:
        try:
            self.replies.append(str(run.session.handle(order.message)["state"]))
        except (AutosynthError, ValueError) as error:
            self.replies.append(str(error))


def prepare(
    folder: Path,
    steps: str,
    *,
    station: Path = ONE_VESSEL,
    seed: int = 0,
    faults: Sequence[str] = (),
    head: str = "",
    disk: Disk | None = None,
    acknowledgements: Mapping[str, str] | None = None,
) -> Lab:
    """Return a lab for a recipe of these steps (a YAML list), its bench opened and fresh."""
    text = f"autosynth: 1\ntitle: test\n{head or HEADS[station]}\nsteps:\n{_indented(steps)}"
    described = load_station(station)
    inventory = Inventory.full(described)
    plan = make_plan(parse_recipe(text, "test.yaml"), described, inventory, acknowledgements=acknowledgements)
    description = bench_description(described, inventory)
    host = Host(open_simulated(description, seed, faults))
    setup = RunSetup(
        plan=plan,
        library=None,
        inventory=inventory,
        runs=folder / "runs",
        run_id=f"s{seed:07d}",
        seed=seed,
        bench=host,
        description=description,
        texts={"recipe.yaml": text},
        disk=disk,
    )
    return Lab(plan, setup, host=host)


def _indented(steps: str) -> str:
    return "".join(f"  {line}\n" for line in steps.strip("\n").splitlines())


def event_of(kind: str, **payload: Any) -> Match:
    """Return a match for events of a kind whose payload has these values (or that belong to this `action`)."""

    def matches(event: Event) -> bool:
        found = {"action": event.action, **event.payload}
        return event.kind == kind and all(found.get(key) == value for key, value in payload.items())

    return matches


def stroke_begins(device: str, verb: str = "move_plunger", phase: str | None = None) -> Match:
    """Return a match for the intent of a stroke."""

    def matches(event: Event) -> bool:
        if event.kind != "intent" or event.payload["device"] != device or event.payload["stroke"]["verb"] != verb:
            return False
        return phase is None or event.payload["phase"] == phase

    return matches


def reactor(end: RunEnd) -> Mapping[str, Any]:
    """Return what the twin says of the reactor."""
    assert end.truth is not None
    found: Mapping[str, Any] = end.truth["vessels"]["reactor"]
    return found
