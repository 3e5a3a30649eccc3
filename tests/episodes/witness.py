"""Watches an episode from outside: every event, every byte to an instrument, every fault; and notes what is broken."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from autosynth.contracts.stroke import HomePlunger, MovePlunger
from autosynth.engine.history import History
from autosynth.engine.run import OpenRun
from autosynth.journal.event import Event
from autosynth.station.model import Station
from tests.episodes import invariants, millbalance
from tests.episodes.bounds import Bounds
from tests.episodes.chance import UNFELT
from tests.episodes.coverage import CountedBench, Strike, state_of
from tests.episodes.effect import Effect
from tests.episodes.invariants import Holdings
from tests.episodes.readers import Reader, readers

WATCHDOG_S = 31.0
"""Half a minute is promised; a second for the silence to be noticed."""


@dataclass(slots=True)
class Seen:
    """What was seen of an episode."""

    violations: list[str] = field(default_factory=list[str])
    strikes: Counter[Strike] = field(default_factory=Counter[Strike])
    events: int = 0
    effects: int = 0
    checks: int = 0
    kinds: Counter[str] = field(default_factory=Counter[str])

    def wrong(self, *found: str) -> None:
        """Note violations, each once."""
        self.violations += [each for each in found if each and each not in self.violations]


class Witness:
    """One episode's witness: it outlives the lives of the host."""

    def __init__(self, station: Station, bench: CountedBench, description: dict[str, Any], seen: Seen) -> None:
        self.seen = seen
        self._station = station
        self._bench = bench
        self._models = {name: str(each["model"]) for name, each in description["devices"].items()}
        self._readers: dict[str, Reader] = readers(description)
        self._bounds = Bounds(station)
        self._safe = self._bounds.safe_effects()
        self._vessels = [
            name for name, vessel in station.vessels.items() if vessel.role not in {"stock", "gas", "waste"}
        ]
        self._run: OpenRun | None = None
        self._struck = 0
        self._struck_at_death = 0
        self._due: Event | None = None
        self._terminated: set[str] = set()
        self._armed_s: dict[str, float] = {}
        self.sent: set[int] = set()
        """The intents of which something was sent, of the present run."""
        self._told: dict[int, str] = {}
        self.recovering = False
        self._mill = millbalance.MillBalance(station, bench._twin)

    def begin(self) -> None:
        """Forget the run before: another begins on the same bench."""
        self._mill.begin(self._bench._t_s)
        self.sent, self._told, self._run, self._due = set(), {}, None, None

    def opened(self, run: OpenRun) -> None:
        """Watch a session that is about to go."""
        self._run = run
        run.on_event(self._guarded(self._hear))

    @property
    def history(self) -> History | None:
        """Return the run's history while its host lives."""
        return None if self._run is None else self._run.history

    def _guarded(self, act: Callable[[Event], None]) -> Callable[[Event], None]:
        """Turn an error of the witness itself into a violation: a journal drops a listener that fails."""

        def guarded(event: Event) -> None:
            try:
                act(event)
            except Exception as error:  # whatever it is, it must be seen
                self.seen.wrong(f"the witness failed at event {event.seq}: {type(error).__name__}: {error}")

        return guarded

    def _hear(self, event: Event) -> None:
        self._look_back()
        self.seen.events += 1
        self.seen.kinds[event.kind] += 1
        self._mill.hear(event)
        if event.kind == "settled":
            self.seen.kinds[f"settled {event.payload['verdict']}"] += 1
        self.seen.wrong(invariants.unlawful(event))
        self._due = event
        if self._run is not None:
            self._told[event.seq] = self._run.session.recorder.journal.head
        if event.kind == "state" and event.payload["to"] == "RUNNING":
            self.recovering = False

    def _look_back(self) -> None:
        """Check what holds after the last event: by the next one, or the next byte, it has been folded."""
        event, self._due = self._due, None
        if event is None or self._run is None:
            return
        if event.kind in {"outcome", "settled", "action.done", "state"}:
            self.check_balance(self._run.history)
        if event.kind == "action.done" and event.action is not None:
            self.seen.wrong(invariants.misdosed(self._run.history, event.action))

    def check_balance(self, history: History) -> None:
        """Compare twin and ledger, unless something moves or nobody knows yet what has moved."""
        moving = any(
            isinstance(each.intent.stroke, MovePlunger | HomePlunger) for each in history.open_intents.values()
        )
        self.seen.wrong(*self._mill.wrong(history, self._bench._t_s, unfelt=self._unfelt()))
        if moving or millbalance.moving(history) or history.unknown or self._unfelt():
            return
        self.seen.checks += 1
        known = [name for name in self._vessels if name not in self._misplaced(history)]
        self.seen.wrong(*invariants.unbalanced(history, self.holdings(), known))

    def _misplaced(self, history: History) -> set[str]:
        """Return the tubes of a carousel that lost steps: nothing feels that, the next tube may have had the dose."""
        lost = {device for device, fault in self._bench.struck if fault == "stall"}
        return {name for name, each in history.station.vessels.items() if each.sampler in lost}

    def _unfelt(self) -> bool:
        return any(fault in UNFELT for _, fault in self._bench.struck)

    def holdings(self) -> Holdings:
        """Return what each vessel really holds."""
        vessels = self._bench._twin.vessels
        return {name: (each.volume_ml(), each.layout.charged(each.content)) for name, each in vessels.items()}

    def wrote(self, address: str, data: bytes) -> None:
        """Look at what a host says to an instrument."""
        self._look_back()
        try:
            for effect in self._readers[address].read(data):
                self.seen.effects += 1
                self._judge(effect)
        except Exception as error:  # a reader that cannot read it has found something, or is wrong
            self.seen.wrong(f"{address}: {data!r} cannot be read: {type(error).__name__}: {error}")

    def _judge(self, effect: Effect) -> None:
        state = self._face(effect.device).state()
        self.seen.wrong(
            invariants.outside(self._bounds.sized(effect, state), self._bounds.of(effect.device)),
            self._untrusted(effect, state),
        )
        if self._run is None:
            if effect.verb not in {"stop", "arm"}:
                self.seen.wrong(f"{effect.device}: {effect.verb} before the run was open")
            return
        opened = list(self._run.history.open_intents.values())
        store = self._run.session.recorder.journal.store
        durable = store.tail()[0] if effect.verb not in {"stop", "arm"} else 0
        self.seen.wrong(
            invariants.unintended(effect, opened, durable, self._safe),
            invariants.repeated(effect, opened, self.sent),
        )
        self.sent |= {each.seq for each in opened if invariants.speaks_of(each, effect)}

    def _untrusted(self, effect: Effect, state: dict[str, Any]) -> str:
        """Tell of a plunger that is moved although it was terminated in mid-move and not initialised since.

        A turning valve is not terminated, it comes to its port.
        """
        if effect.verb == "stop" and state.get("driving"):
            self._terminated.add(effect.device)
        elif effect.verb == "home_plunger":
            self._terminated.discard(effect.device)
        elif effect.verb == "move_plunger" and effect.device in self._terminated:
            return f"{effect.device}: moved after it was terminated, without having been initialised"
        return ""

    def _face(self, device: str) -> Any:
        return next(unit.face for unit in self._bench._units if unit.name == device)

    def looked(self) -> None:
        """Note the faults that have struck since the last look, each with what its device was doing."""
        for device, fault in self._bench.struck[self._struck :]:
            state = state_of(device, self.history, recovering=self.recovering)
            self.seen.strikes[self._models[device], fault, state] += 1
        self._struck = len(self._bench.struck)

    def died(self) -> None:
        """Note that the host is dead."""
        self._look_back()
        self._run = None
        self.recovering = True
        self._struck_at_death = len(self._bench.struck)

    def found(self, tail: tuple[int, str]) -> None:
        """Compare what a dead host's disk holds with what it was told."""
        self.seen.wrong(*invariants.forgotten(self._told, self.sent, tail))
        self._told = {seq: head for seq, head in self._told.items() if seq <= tail[0]}
        self._mill.forget(tail[0])
        self.sent = {seq for seq in self.sent if seq <= tail[0]}

    def silent(self, silent_s: float) -> None:
        """Look at the bench after its host has been dead for a while."""
        self.looked()
        states = {unit.name: unit.face.state() for unit in self._bench._units}
        self.seen.wrong(*invariants.undead(self._station, states, silent_s, WATCHDOG_S))
        self.seen.wrong(*millbalance.turning(self._station, states, silent_s))

    def ended(self, history: History, events: Iterable[Event]) -> None:
        """Check what must hold at the end of a run."""
        self._look_back()
        self._run = None
        if not history.finished:
            self.seen.wrong(f"ended {history.state.value}")
        for action in history.actions:
            self.seen.wrong(invariants.misdosed(history, action))
        self.check_balance(history)
        states = {unit.name: unit.face.state() for unit in self._bench._units}
        after = (
            self._bench.struck[self._struck_at_death :] if self.recovering else ()
        )  # it had ended when its host died
        dark = {device for device, fault in after if fault == "power_cycle"}
        self.seen.wrong(*invariants.unsafe(history, self._station, {n: s for n, s in states.items() if n not in dark}))
        self.seen.wrong(*invariants.misremembered(history, events))
