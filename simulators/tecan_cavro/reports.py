"""What the pump answers to reports; they change nothing but the count of valve moves since the last asking."""

from simulators.tecan_cavro.firmware import Firmware

ALIASES = {"F": "?10", "%": "?18", "#": "?20", "&": "?23"}


def report(firmware: Firmware, t_s: float, text: str, unknown_valve: str, version: str) -> str | None:
    """Return the data of a report's answer, None for a report this pump has not."""
    settings = firmware.settings
    start, top, cutoff = settings.speeds
    question = ALIASES.get(text.removesuffix("R"), text.removesuffix("R"))
    unit = settings.speed_unit
    match question:
        case "?" | "?0":
            return str(firmware.counter(t_s))
        case "?1":
            return str(round(start * unit))
        case "?2":
            return str(round(top * unit))
        case "?3":
            return str(round(cutoff * unit))
        case "?4":
            return str(firmware.actual(t_s))
        case "?6":
            return firmware.body.port or unknown_valve if firmware.valve_known else unknown_valve
        case "?10":
            return str(int(firmware.waiting))
        case "?18":
            moves, firmware.counts["valve_since"] = firmware.counts["valve_since"], 0
            return str(moves)
        case "?20":
            return "0000"
        case "?23":
            return version
        case _:
            return _number(firmware, question)


def _number(firmware: Firmware, question: str) -> str | None:
    """Answer the reports that are plain numbers."""
    settings, counts = firmware.settings, firmware.counts
    numbers = {
        "?12": settings.backlash,
        "?13": 0,
        "?14": 0,
        "?15": counts["inits"],
        "?16": counts["strokes"],
        "?17": counts["valve"],
        "?24": settings.gap,
    }
    if question == "?76":
        return f"N{settings.mode} ports {firmware.habits.ports} stroke {settings.stroke}"
    return str(numbers[question]) if question in numbers else None
