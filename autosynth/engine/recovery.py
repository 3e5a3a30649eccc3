"""After the host died: fold the journal, ask the instruments what became of open strokes, go on or hold.

What was Running, Pausing, Paused or Restarting goes through Holding and Held to Restarting; Stopping and Aborting
finish as they were. Nothing moves before every open intent has been settled with its instrument.
"""

from autosynth.clock import LoopClock
from autosynth.engine.chronicle import fold
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History
from autosynth.engine.machine import FINAL
from autosynth.engine.recorder import Recorder
from autosynth.engine.run import RunEnd, RunSetup, carry, watermark_of
from autosynth.errors import StateError
from autosynth.journal.disk import Disk
from autosynth.journal.journal import Journal


async def recover(setup: RunSetup, folder: RunFolder, clock: LoopClock, disk: Disk, offset_s: float = 0.0) -> RunEnd:
    """Continue a run whose process died; `clock` must stand after the run's last event.

    Raises:
        StateError: the run has ended, or had not begun, and there is nothing to recover; or its roles, places of racks
            among them, are not those it began with.
        LockedError: its process is alive.
        JournalCorruptError: the record is damaged, and the message says from where; or it has been further than this.
    """
    journal = Journal.open(folder.journal, disk, clock, threaded=not setup.virtual, watermark=watermark_of(setup))
    history = History(setup.plan.station)
    for event in journal.events():
        fold(history, event)
    if history.state in FINAL:
        await journal.close()
        msg = f"{folder.path.name} is {history.state.value}: there is nothing to recover"
        raise StateError(msg)
    if not history.meta:
        await journal.close()
        msg = f"{folder.path.name} died before anything was recorded or moved: run it again"
        raise StateError(msg)
    if (began := dict(history.meta["roles"])) != dict(setup.plan.roles):
        await journal.close()
        other = [f"{role} was {name}, now {setup.plan.roles.get(role)}" for role, name in began.items()]
        msg = f"{folder.path.name} began with other roles ({', '.join(other)}): take the software it began with"
        raise StateError(msg)
    recorder = Recorder(journal, history)
    recorder.record("recovered", {"from": history.state.value, "open": sorted(history.open_intents)})
    return await carry(setup, folder, recorder, clock, offset_s)
