"""What befalls an episode by chance: faults of its devices, deaths of its host, commands of a person."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from simulators.bench import MODELS
from simulators.faultkinds import KINDS
from tests.episodes.stations import Station

COMMANDS = ("hold", "hold", "pause", "restart", "resume", "stop", "abort")
LATEST_S = 200.0
"""Faults, deaths and commands strike no later than this: few episodes last longer."""
UNFELT = frozenset({"drift", "leak", "air_in_line", "stock_empty", "tube_missing"})
"""Faults that no instrument feels: afterwards nobody can say what is where."""
OF_REPLIES = tuple(name for name, kind in KINDS.items() if kind.of == "replies")
OF_PORTS = tuple(name for name, kind in KINDS.items() if kind.of == "port")
OF_LINES = frozenset({"air_in_line", "stock_empty"})
LINES = (1, 2)
"""Ports of pumps and selectors that have a line on every bench drawn here."""
_OFTEN = 0.6
"""So often a fault of a device's own or of its port is drawn, instead of one of its replies."""

_VALUES: Mapping[str, Callable[[random.Random], float]] = {
    "t": lambda chance: round(chance.uniform(0.5, 120.0), 2),
    "n": lambda chance: chance.randint(3, 150),
    "p": lambda chance: chance.choice([0.01, 0.05]),
    "by": lambda chance: chance.choice([0.05, 0.5, 3.0]),
    "for": lambda chance: chance.choice([0.3, 2.0, 8.0, 20.0, 60.0]),
    "position": lambda chance: chance.randint(1, 6),
    "share": lambda chance: chance.choice([0.02, 0.2]),
    "per_h": lambda chance: chance.choice([-0.5, 0.5]),
    "ml": lambda chance: chance.choice([0.02, 0.1]),
}
"""How the value of a key that a fault needs is drawn."""
_OF_MILLS: Mapping[str, Mapping[str, Callable[[random.Random], float]]] = {
    "contact_open": {"position": lambda chance: chance.randint(1, 4), "for": _VALUES["for"]},
    "sensor_broken": {"position": lambda chance: chance.randint(1, 2), "for": _VALUES["for"]},
    "jar_hot": {"by": lambda chance: chance.choice([2.0, 10.0, 40.0])},
    "jar_gas": {"by": lambda chance: chance.choice([3.0, 20.0, 400.0])},
    "unsteady": {"for": lambda chance: chance.choice([8.0, 60.0, 300.0])},
    "powder_stuck": {"for": lambda chance: chance.choice([8.0, 20.0, 60.0])},
    "head_empty": {"mg": lambda chance: chance.choice([5.0, 40.0])},
    "file_late": {"for": lambda chance: chance.choice([60.0, 600.0])},
    "file_truncated": {"n": lambda _: 1},
    "file_foreign": {"n": lambda _: 1},
}
"""Likewise of faults that only the milling bench has."""


@dataclass(frozen=True, slots=True)
class Death:
    """One death of the host: after `at` seconds of its life, or at its `at`-th write to a port or sync of its disk.

    Attributes:
        kind: "time"; "write" dies before the bytes leave, "sent" after they left; "sync" before the disk has synced.
        at: Seconds, or a count from 1.
        down_s: How long nobody is there afterwards.
        disk: Seed of what the disk keeps of what was not synced; None: nothing of it.
    """

    kind: str
    at: float
    down_s: float
    disk: int | None

    def __str__(self) -> str:
        return f"{self.kind}={self.at:g} down={self.down_s:g} disk={self.disk}"


def faults_of(model: str) -> tuple[str, ...]:
    """Return the faults of a model's own, as its face has them."""
    faces = vars(import_module(MODELS[model])).values()
    return tuple(sorted({name for face in faces if isinstance(face, type) for name in vars(face).get("faults", ())}))


def random_faults(chance: random.Random, station: Station, slower: int = 1) -> tuple[str, ...]:
    """Return none to four faults on any of the station's devices."""
    return tuple(_fault(chance, station, slower) for _ in range(chance.choice([0, 1, 1, 2, 3, 4])))


def _fault(chance: random.Random, station: Station, slower: int) -> str:
    device = chance.choice(sorted(station.devices))
    wireless = station.devices[device] == "file_drop"
    own = (*faults_of(station.devices[device]), *(() if wireless else (*OF_PORTS, "silent")))
    name = chance.choice(own) if wireless or chance.random() < _OFTEN else chance.choice(OF_REPLIES)
    keys = [
        chance.choice(["n", "n", "t", "p"]) if "t" in group else group[0]
        for group in KINDS[name].needs
        if group != ("t",)
    ]
    if name in {"silent", "unplug", "busy_forever"} and "for" not in keys:
        keys.append("for")
    if not {"n", "p", "t"} & set(keys):
        keys.append("t")
    values = {key: _VALUES[key](chance) for key in dict.fromkeys(keys)}
    values |= {key: drawn(chance) for key, drawn in _OF_MILLS.get(name, {}).items() if key in KINDS[name].keys}
    if "t" in values:
        values["t"] *= slower
    if name in OF_LINES:
        values["position"] = chance.choice(LINES)
    return f"{device}:{name}@" + ",".join(f"{key}={value:g}" for key, value in values.items())


def random_deaths(chance: random.Random, slower: int = 1) -> tuple[Death, ...]:
    """Return none to three deaths; those after the first often fall into the recovery."""
    return tuple(
        _death(chance, again=number > 0, slower=slower) for number in range(chance.choice([0, 0, 0, 1, 1, 1, 2, 2, 3]))
    )


def _death(chance: random.Random, *, again: bool, slower: int) -> Death:
    soon = again and chance.random() < 0.5
    kind = chance.choice(["time", "write", "sent", "sync"])
    if kind == "time":
        at = round(chance.uniform(0.05, 4.0 if soon else 0.6 * LATEST_S), 3)
    elif kind == "sync":
        at = chance.randint(1, 8 if soon else 90)
    else:
        at = chance.randint(1, 60 if soon else 600)
    at *= 1 if soon or kind == "sync" else slower
    disk = chance.randint(0, 999) if chance.random() < 0.5 else None
    return Death(kind, at, chance.choice([0.5, 3.0, 30.0, 40.0, 300.0]), disk)


def random_commands(chance: random.Random, slower: int = 1) -> tuple[tuple[float, str], ...]:
    """Return none to three commands of a person, in their order."""
    count = chance.choice([0, 0, 0, 0, 1, 1, 2, 3])
    given = [(slower * round(chance.uniform(1.0, 0.6 * LATEST_S), 2), chance.choice(COMMANDS)) for _ in range(count)]
    return tuple(sorted(given))
