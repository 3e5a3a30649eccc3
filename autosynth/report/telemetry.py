"""What sensors said, as traces for drawing; what cannot be read is said and left out."""

from collections.abc import Callable

from autosynth.errors import AutosynthError
from autosynth.journal.disk import OsDisk
from autosynth.journal.telemetryfile import TelemetryFile
from autosynth.report.figures.traces import Trace, thinned
from autosynth.report.record import RunRecord


def read_traces(
    record: RunRecord, wanted: Callable[[str], bool], end_s: float = float("inf")
) -> tuple[list[Trace], list[str]]:
    """Return the traces of the channels wanted, until `end_s`, thinned for drawing, and what is wrong with others."""
    if not record.folder.telemetry.exists():
        return [], ["There is no telemetry file, so no temperatures."]
    found: list[Trace] = []
    troubles: list[str] = []
    file = TelemetryFile.read(record.folder.telemetry, OsDisk())
    try:
        for channel in filter(wanted, file.channels()):
            try:
                t_s, value = file.samples(channel, 0.0, end_s)
            except AutosynthError as error:
                troubles.append(str(error))
                continue
            if len(t_s):
                found.append(Trace(channel, *thinned(t_s, value)))
    finally:
        file.close()
    return found, troubles
