"""Builds the devices of a bench, says which sit on which port and what is remembered of each; nothing happens here."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from math import inf
from typing import Any, cast
from zlib import crc32

import numpy as np

from simulators.device import Build, Face, Link, Streaming, Twin, Waiting
from simulators.faultkinds import KINDS
from simulators.faults import Fault, FrameFaults
from simulators.port import Port


@dataclass(slots=True)
class Unit:
    """A device on the bench.

    Attributes:
        index: Its number on the bench.
        name: Its name in the bench description.
        face: The device itself.
        port: The port it sits on.
        frame_faults: What happens to its replies; None for nothing.
        streaming: The device again, when it runs on by itself.
        wake_s: When it wants to be woken; None for never.
        look_s: When it will be looked at, sooner when it has put off its waking, as a watchdog that is fed does.
    """

    index: int
    name: str
    face: Face
    port: Port
    frame_faults: FrameFaults | None
    streaming: Streaming | None
    wake_s: float | None = None
    look_s: float = inf


def chance(seed: int, purpose: str) -> np.random.Generator:
    """Return a stream of random numbers of its own, so that adding a device leaves the others' numbers alone."""
    return np.random.default_rng([seed, crc32(purpose.encode())])


def built(
    name: str,
    spec: Mapping[str, Any],
    twin: Twin,
    seed: int,
    models: Mapping[str, str],
    builders: Mapping[str, Build],
) -> Face:
    """Build a device by its model: one of `builders`, or of the modules named in `models`.

    Raises:
        ValueError: there is no such model.
    """
    model = str(spec["model"])
    build = builders.get(model)
    if build is None:
        if model not in models:
            message = f"no simulated model {model!r} for {name}; known are {', '.join(sorted({*models, *builders}))}"
            raise ValueError(message)
        build = cast("Build", import_module(models[model]).build)
    return build(name, spec, twin, chance(seed, f"device {name}"))


def address_of(name: str, spec: Mapping[str, Any]) -> str:
    """Return the port a device sits on: as described, else one with its own name."""
    return str(spec.get("address", name))


def check_wired(unit: Unit, fault: Fault) -> None:
    """Refuse faults of replies and cables for a device that has neither; lost power befalls all.

    Raises:
        ValueError: it has none.
    """
    if unit.port.link.kind == "folder" and KINDS[fault.name].of != "device" and fault.name != "power_cycle":
        message = f"{unit.name} has no wire that {fault.name} could befall; it only writes files"
        raise ValueError(message)


def ports_of(devices: Mapping[str, Mapping[str, Any]], faces: Mapping[str, Face]) -> dict[str, Port]:
    """Return the ports by address.

    Raises:
        ValueError: devices at one address do not agree on the link.
    """
    shared: dict[str, list[int]] = {}
    links: dict[str, Link] = {}
    for index, (name, face) in enumerate(faces.items()):
        address = address_of(name, devices[name])
        shared.setdefault(address, []).append(index)
        if links.setdefault(address, face.link) != face.link:
            message = f"the devices at {address} do not agree on the link: {links[address]} and {face.link}"
            raise ValueError(message)
    return {address: Port(address, links[address], tuple(units)) for address, units in shared.items()}


def struck(unit: Unit, fault: Fault, t_s: float) -> bool:
    """Tell whether a fault of a unit has struck by now: a reply was spoilt, or the device has it and waits no more."""
    if t_s < fault.t_s:
        return False
    if KINDS[fault.name].of == "replies":
        return unit.frame_faults is not None and unit.frame_faults.has_struck(fault)
    return not (isinstance(unit.face, Waiting) and unit.face.waits(fault.name))
