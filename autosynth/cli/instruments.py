"""What the instruments are doing, in a line or two: where valves stand, what syringes hold, setpoints, long strokes.

All of it is the history's: nothing is asked of an instrument for the sake of a picture.
"""

from collections.abc import Iterator

from rich.text import Text

from autosynth.engine.history import History
from autosynth.units import format_quantity

BETWEEN = " · "
LEAST_ML = 5e-4


def instrument_lines(history: History, width: int, most: int) -> list[Text]:
    """Return at most `most` lines of at most `width` columns of what there is to tell of each instrument."""
    lines: list[str] = []
    for name in history.station.devices:
        told = f"{name} {', '.join(_told(history, name))}".rstrip()
        if told == name:
            continue
        if lines and len(lines[-1]) + len(BETWEEN) + len(told) + 2 <= width:
            lines[-1] += f"{BETWEEN}{told}"
        else:
            lines.append(told)
    found = [Text(f"  {line}", style="yellow") for line in lines[:most]]
    for line in found:
        line.truncate(width, overflow="ellipsis")
    return found


def _told(history: History, device: str) -> Iterator[str]:
    """Yield what is known of one instrument: port, content, setpoints, and the stroke it is at."""
    inventory = history.inventory
    if device in inventory.positions:
        port = inventory.positions[device]
        yield "at an unknown port" if port is None else f"at port {port}"
    if device in inventory.plumbing.pumps:
        held_ml = inventory.syringe_ml(device)
        if held_ml > LEAST_ML:
            yield format_quantity(held_ml, "volume")
    for (name, verb), value in history.setpoints.items():
        if name == device:
            kind = {"set_speed": "speed", "set_flow": "rate"}.get(verb, "temperature")
            yield "heating off" if value is None else format_quantity(float(value), kind)
    running = history.milling.get(device)
    if running is not None and running.get("stopped_s") is None:
        yield f"running at {running['frequency_hz']:g} Hz"
    for opened in history.open_intents.values():
        if opened.intent.device == device and opened.intent.stroke.VERB in LONG:
            yield LONG[opened.intent.stroke.VERB]


LONG = {
    "collect": "awaiting a file",
    "dose_powder": "dosing",
    "infuse_to": "pushing",
    "stop_mill": "coming to rest",
    "scan": "scanning",
    "acquire": "acquiring",
    "shim": "shimming",
    "home_plunger": "homing",
}
"""Strokes that last long enough to be worth a word."""
