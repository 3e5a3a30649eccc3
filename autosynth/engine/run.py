"""Starts a run: folder, journal, bench, session; and gathers what it came to.

In virtual time there is no thread: the journal commits inline, nobody is asked, and a run that holds ends held. In
real time the journal has its writer thread, the run serves its control socket and stays held until somebody acts.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from autosynth.analysis.libraries import AnyLibrary, Shelf
from autosynth.clock import Clock, LoopClock, VirtualClock
from autosynth.contracts.device import Device
from autosynth.engine.beginning import began, digest
from autosynth.engine.bench import (
    Connections,
    Folders,
    Ports,
    connect,
    memory_folders,
    memory_ports,
    real_folders,
    real_ports,
)
from autosynth.engine.control import Request
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.engine.machine import Command, RunState
from autosynth.engine.operator import Desk, Operator, RehearsedDesk, SimulatedOperator
from autosynth.engine.preflight import preflight
from autosynth.engine.recorder import Recorder
from autosynth.engine.remote import ControlServer
from autosynth.engine.session import Session, Surroundings
from autosynth.engine.signals import commanded_by_signals
from autosynth.engine.suspension import suspended_s
from autosynth.journal.disk import Disk, OsDisk, VirtualDisk
from autosynth.journal.event import Event
from autosynth.journal.journal import Journal
from autosynth.journal.telemetry import Telemetry
from autosynth.journal.watermark import Watermark
from autosynth.plan.rulebook import Rulebook
from autosynth.plan.tree import Plan
from autosynth.station.inventory import Inventory
from autosynth.station.inventory_json import inventory_to_json
from autosynth.wire.bench import Bench
from autosynth.wire.memory import MemoryBench

JOURNAL_SCHEMA = "1"
DISK_S = 30.0
"""How long a run that begins or ends waits for its disk before it gives up and says so."""
SOFTWARE = ("autosynth", "numpy", "scipy", "pydantic", "transitions", "apsw")
"""What a result depends on; versions are part of the record."""


@dataclass(frozen=True, slots=True)
class RunSetup:
    """What a run is started from; `bench` is the simulated bench in this process, None for real ports."""

    plan: Plan
    library: AnyLibrary | Shelf | None
    inventory: Inventory
    runs: Path
    run_id: str
    seed: int = 0
    bench: Bench | None = None
    description: Mapping[str, Any] = field(default_factory=dict[str, Any])
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    virtual: bool = True
    leave_when_held: bool = True
    disk: Disk | None = None
    watermarks: Path | None = None
    """Where it is told, beside the run folder, how far a run has come; nowhere when None."""
    rules: Rulebook | None = None
    """The live rules that hold; those of this installation when None."""
    suspended_s: Callable[[], float] | None = None
    """Tells for how long this computer has been suspended; by default the system's count, in real time only."""
    operator: Operator | None = None
    """Who is asked when a recipe needs hands; by default a simulated operator, or the desk of a run in real time."""
    when: datetime | None = None
    """Wall-clock time that names the run folder, outside the hash chain; the run's own clock when None."""
    on_folder: Callable[[RunFolder], None] | None = None
    """Called when the run is on record and before anything is connected: the station's ledger notes the run."""
    on_open: Callable[["OpenRun"], None] | None = None
    """Called once the session stands, before it starts: the live view hangs itself in here."""


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that is about to go: what a live view may look at."""

    folder: RunFolder
    session: Session
    history: History
    clock: Clock
    on_event: Callable[[Callable[[Event], None]], Callable[[], None]]
    devices: Mapping[str, Device] = field(default_factory=dict[str, Device])
    """For listening to what they stream; they are commanded by the session alone."""


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended."""

    folder: RunFolder
    state: RunState
    history: History
    head: str
    simulated_s: float
    exchanges: int
    truth: Mapping[str, Any] | None
    unstruck: Sequence[str] = ()
    """Faults of the simulated bench that have not struck."""


def new_run_id(seed: int | None) -> str:
    """Return a run id: from the seed for a simulated run (so that it can be compared), else from the system."""
    if seed is None:
        return secrets.token_hex(4)
    return f"s{seed:07d}"


async def start(setup: RunSetup) -> RunEnd:
    """Run a plan from its beginning.

    Raises:
        JournalError: the run folder or journal cannot be made; nothing was connected.
        NotConnectedError: the instruments do not answer; nothing was moved.
        InputError: an instrument does not offer what the plan will ask of it; nothing was moved.
    """
    loop = asyncio.get_running_loop()
    clock: LoopClock = VirtualClock(loop) if setup.virtual else LoopClock(loop)
    disk = setup.disk or _disk(setup)
    title, when, synced = setup.plan.recipe.title, setup.when or clock.wall(), not isinstance(disk, VirtualDisk)
    folder = RunFolder.create(setup.runs, title, setup.run_id, when, synced=synced)
    for name, text in setup.texts.items():
        folder.keep(name, text)
    folder.keep("bench.json", setup.description)
    where = str(setup.plan.station.path or "")  # beside the chain: where files lie is not what happened
    meta = {"run": setup.run_id, "journal": JOURNAL_SCHEMA, "station_file": where, **began(clock.wall())}
    journal = Journal.create(
        folder.journal, disk, clock, meta, threaded=not setup.virtual, watermark=watermark_of(setup)
    )
    history = History(setup.plan.station)
    recorder = Recorder(journal, history)
    try:
        recorder.record("run.opened", _opening(setup))
        await recorder.durable(DISK_S)
        if setup.on_folder is not None:
            setup.on_folder(folder)  # only now: a run that the ledger waits for has a record
    except BaseException:
        journal.abandon()
        raise
    return await carry(setup, folder, recorder, clock)


def watermark_of(setup: RunSetup) -> Watermark | None:
    """Return what tells how far this run has come, for its journal."""
    return None if setup.watermarks is None else Watermark(setup.watermarks / f"{setup.run_id}.mark")


def _disk(setup: RunSetup) -> Disk:
    """Return the disk of a run: the command line's simulated runs alone need no sync."""
    return VirtualDisk() if setup.virtual else OsDisk()


def _opening(setup: RunSetup) -> dict[str, Any]:
    plan = setup.plan
    return {
        "run": setup.run_id,
        "title": plan.recipe.title,
        "station": plan.station.name,
        "simulated": setup.bench is not None,
        "seed": setup.seed,
        "settings": dict(plan.settings),
        "acknowledged": dict(plan.acknowledgements),
        "roles": dict(plan.roles),
        "software": {name: version(name) for name in SOFTWARE},
        "inputs": {name: digest(text) for name, text in setup.texts.items()},
        "inventory": inventory_to_json(setup.inventory),
        "pumps": {name: {"driver": spec.driver} for name, spec in plan.station.devices.items()},
    }


async def carry(
    setup: RunSetup, folder: RunFolder, recorder: Recorder, clock: LoopClock, offset_s: float = 0.0
) -> RunEnd:
    """Connect, run the session from where its history stands, and close everything that was opened.

    `offset_s` is the simulated bench's time at the clock's zero: a bench that outlived its host has gone on.
    """
    connections: Connections | None = None
    async with AsyncExitStack() as stack:
        stack.push_async_callback(recorder.journal.close, DISK_S)
        await recorder.durable(DISK_S)  # what the run begins with, before connecting can do anything to the bench
        if setup.bench is None:
            ports: Ports = real_ports(clock)
            folders: Folders = real_folders
        else:
            memory = MemoryBench(setup.bench, clock, offset_s=offset_s)
            ports, folders = memory_ports(memory), memory_folders(memory, folder.path / "instruments")
        connections = await connect(setup.plan.station, ports, clock, folders=folders)
        stack.push_async_callback(_disconnect, connections, recorder)
        telemetry = Telemetry(folder.telemetry, setup.disk or _disk(setup), threaded=not setup.virtual)
        stack.push_async_callback(_close_telemetry, telemetry, recorder)
        connections.require_known(recorder.history.identities)
        identities = {
            name: [each.model, each.serial_number, each.firmware] for name, each in connections.identities.items()
        }
        recorder.record("connected", {"devices": identities})
        if recorder.history.state is RunState.IDLE:  # a run that goes on has begun with what its instruments offer
            await preflight(setup.plan, connections.devices)
        operator = _operator(setup, clock)
        session = Session(
            Surroundings(
                plan=setup.plan,
                library=setup.library,
                folder=folder,
                recorder=recorder,
                clock=clock,
                connections=connections,
                operator=operator,
                telemetry=telemetry,
                leave_when_held=setup.leave_when_held,
                threaded=not setup.virtual,
                rules=setup.rules,
                suspended_s=setup.suspended_s or (None if setup.virtual else suspended_s),
            )
        )
        state = await _live(
            setup,
            OpenRun(folder, session, recorder.history, clock, recorder.journal.on_event, connections.devices),
            stack,
        )
        await recorder.durable(DISK_S)
    return RunEnd(
        folder,
        state,
        recorder.history,
        recorder.journal.head,
        clock.now(),
        connections.exchanges,
        None if setup.bench is None else setup.bench.truth(),
        () if setup.bench is None else setup.bench.unstruck(),
    )


async def _disconnect(connections: Connections, recorder: Recorder) -> None:
    """Give the instruments back; one that cannot be told keeps its watchdog and falls back to its safe state."""
    for trouble in await connections.aclose():
        recorder.record("deviation", {"what": "not disconnected", "reason": trouble})


async def _close_telemetry(telemetry: Telemetry, recorder: Recorder) -> None:
    """Write the last sensor readings, and record how many the disk cost the run."""
    await telemetry.close()
    lost = telemetry.lost_samples + telemetry.held_samples
    if lost:
        reason = telemetry.trouble or "the disk could not keep up"
        recorder.record("deviation", {"what": "sensor readings lost", "samples": lost, "reason": reason})


async def _live(setup: RunSetup, run: OpenRun, stack: AsyncExitStack) -> RunState:
    session, control = run.session, run.session.control
    if not setup.virtual:
        server = ControlServer(run.folder.path, secrets.token_urlsafe(32), session.handle, session.recorded)
        await server.open()
        stack.push_async_callback(server.aclose)
    stack.enter_context(
        commanded_by_signals(
            lambda reason: control.hold(reason, who="signal"),
            lambda reason: _abort(session, reason),
            session.supervisor.leave,
        )
    )
    if setup.on_open is not None:
        setup.on_open(run)
    return await session.run()


def _abort(session: Session, reason: str) -> None:
    if session.control.machine.allows(Command.ABORT):
        session.control.give(Request(Command.ABORT, reason, "signal"))


def _operator(setup: RunSetup, clock: Clock) -> Operator:
    if setup.operator is not None:
        return setup.operator
    if setup.bench is None:
        return Desk()
    if not setup.virtual:
        return RehearsedDesk(clock, setup.bench.handle)
    return SimulatedOperator(clock, setup.seed, hands=setup.bench.handle)
