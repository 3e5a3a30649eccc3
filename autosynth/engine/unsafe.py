"""What may still go on at a device that could not be told its safe state or is silent, and what a person does."""

from autosynth.contracts.stroke import SetFlow, SetSpeed, SetTemperature
from autosynth.contracts.stroke_solid import StopMill
from autosynth.errors import ExchangeError

_MAY = {
    StopMill.VERB: "it may still be running: press its emergency stop",
    SetTemperature.VERB: "its heating may not be as is safe: switch it off by hand",
    SetSpeed.VERB: "its stirring may not be as is safe: look at it",
    SetFlow.VERB: "its sweep may not flow as is safe: look at its flow and its gas supply",
}


def may_go_on(verb: str) -> str:
    """Return what may go on at a device that was not told `verb`, the stroke of its safe state, and what to do."""
    return _MAY.get(verb, "nobody knows what it does: look at it")


def silent_mill(mill: str, *, runs: bool) -> str:
    """Return why a run is held whose mill does not answer; `runs` says whether it had been started."""
    if runs:
        return f"{mill} does not answer; {may_go_on(StopMill.VERB)}, then look at its cable and power"
    return f"{mill} does not answer: look at it, its cable and power"


def trouble_text(error: Exception) -> str:
    """Return an error as a person reads it: an instrument's without its bytes."""
    return error.told if isinstance(error, ExchangeError) else str(error) or type(error).__name__
