"""What entries of a station are to each other: names that exist, ports that are there, volumes that fit.

Each function looks at one kind of relation and returns problems; all are asked. What depends on a recipe is the
plan's to check.
"""

from collections.abc import Iterator
from itertools import chain

from autosynth.contracts.driver import DriverEntry, Limits, OptionsError
from autosynth.errors import InputError, Mark, Problem
from autosynth.language.validation import closest
from autosynth.station.drivers import FindDriver, narrowed, settings_of
from autosynth.station.model import DeviceSpec, LineSpec, Station, VesselSpec
from autosynth.station.plumbing import COMMON, OUTLET, Plumbing
from autosynth.station.solidwiring import solid_problems
from autosynth.wire.address import AddressKind


def wiring_problems(station: Station, find: FindDriver) -> list[Problem]:
    """Return everything about the station that does not fit together."""
    entries: dict[str, DriverEntry] = {}
    limits: dict[str, Limits] = {}
    problems = list(_drivers(station, find, entries, limits))
    relations = (
        _conversations(station, entries),
        _ports_shared(station),
        _vessels(station, entries, limits),
        _lines(station, entries, limits),
        _references(station),
        _bounds(station),
        solid_problems(station, entries),
    )
    problems.extend(chain.from_iterable(relations))
    return problems or list(_reach(station, entries))


def _problem(message: str, mark: Mark | None, hint: str = "") -> Problem:
    return Problem(message, mark, hint, "station")


def _drivers(
    station: Station, find: FindDriver, entries: dict[str, DriverEntry], limits: dict[str, Limits]
) -> Iterator[Problem]:
    """Each device has an installed driver, which takes its options; the limits do not lie outside the driver's."""
    for name, spec in station.devices.items():
        try:
            entries[name] = find(spec.driver)
            limits[name] = entries[name].limits(settings_of(spec))
        except InputError as error:
            yield from (_problem(each.message, spec.mark, each.hint) for each in error.problems)
        except OptionsError as error:
            yield _problem(f"{name}: {error}", spec.mark)
    for name, own in station.limits.items():
        if name not in station.devices:
            yield _problem(f"limits: there is no device {name!r}", station.mark, closest(name, station.devices))
        elif name in limits:
            limits[name] = narrowed(limits[name], own)


def _conversations(station: Station, entries: dict[str, DriverEntry]) -> Iterator[Problem]:
    """An address leads to a port where the driver talks, and to a folder alone where it only looks."""
    for name, entry in entries.items():
        spec = station.devices[name]
        alone = spec.address.kind is AddressKind.FOLDER
        if entry.line is None and not alone:
            hint = "write address: {folder: /mnt/...}"
            yield _problem(f"{name}: {spec.driver} has no conversation, only a folder", spec.mark, hint)
        elif entry.line is not None and alone:
            message = f"{name}: {spec.driver} talks to its instrument, and a folder is no port"
            yield _problem(message, spec.mark, "name its port in the address, too: serial, tcp or visa")


def _ports_shared(station: Station) -> Iterator[Problem]:
    """Devices on one port agree on how bytes travel."""
    first: dict[str, DeviceSpec] = {}
    for spec in station.devices.values():
        other = first.setdefault(spec.address.port, spec)
        ours, theirs = spec.address, other.address
        if (ours.kind, ours.target, ours.baud, ours.framing) != (
            theirs.kind,
            theirs.target,
            theirs.baud,
            theirs.framing,
        ):
            yield _problem(f"{spec.name} and {other.name} share a port with different settings", spec.mark)


def _vessels(station: Station, entries: dict[str, DriverEntry], limits: dict[str, Limits]) -> Iterator[Problem]:
    """Vessels hold what is in them, and the devices that serve them can."""
    for vessel in station.vessels.values():
        yield from _capacity(vessel)
        for device, kind in (
            (vessel.stirred_by, "stirrer"),
            (vessel.heated_by, "thermostat"),
            (vessel.swept_by, "gas_flow"),
            (vessel.guarded_by, "inputs"),
            (vessel.potentiostat, "potentiostat"),
            (vessel.spectrometer, "nmr"),
            (vessel.sampler, "sampler"),
        ):
            if device is None:
                continue
            if device not in station.devices:
                hint = closest(device, station.devices)
                yield _problem(f"{vessel.name}: there is no device {device!r}", vessel.mark, hint)
            elif device in entries and kind not in entries[device].kinds:
                yield _problem(f"{vessel.name}: {device} is no {kind}", vessel.mark)
        yield from _safe(vessel, limits)


def _capacity(vessel: VesselSpec) -> Iterator[Problem]:
    if vessel.role != "gas" and not vessel.capacity_ml > 0:
        yield _problem(f"{vessel.name}: a capacity is above zero", vessel.mark)
    if vessel.limit_ml > vessel.capacity_ml:
        yield _problem(f"{vessel.name}: its fill limit is above its capacity", vessel.mark)
    if vessel.volume_ml > vessel.limit_ml:
        yield _problem(f"{vessel.name}: holds more than it may", vessel.mark)
    if vessel.volume_ml < 0 or any(c.value_mol_l < 0 for c in vessel.concentrations.values()):
        yield _problem(f"{vessel.name}: volumes and concentrations are not negative", vessel.mark)


def _safe(vessel: VesselSpec, limits: dict[str, Limits]) -> Iterator[Problem]:
    safe = vessel.safe
    if safe.stir_rpm is not None:
        if vessel.stirred_by is None:
            yield _problem(f"{vessel.name}: its safe state stirs, and nothing stirs it", vessel.mark)
        top_rpm = limits.get(vessel.stirred_by or "", Limits()).speed_max_rpm
        if not 0 <= safe.stir_rpm <= (top_rpm or float("inf")):
            yield _problem(f"{vessel.name}: its stirrer cannot do {safe.stir_rpm} rpm", vessel.mark)
    if safe.sweep_ml_min is not None:
        if vessel.swept_by is None:
            yield _problem(f"{vessel.name}: its safe state is swept, and nothing sweeps it", vessel.mark)
        most = limits.get(vessel.swept_by or "", Limits()).flow_max_ml_min
        if not 0 <= safe.sweep_ml_min <= (most or float("inf")):
            yield _problem(f"{vessel.name}: its sweep cannot be {safe.sweep_ml_min} mL/min", vessel.mark)
    if safe.temperature_c is not None:
        if vessel.heated_by is None:
            yield _problem(f"{vessel.name}: its safe state is heated, and nothing heats it", vessel.mark)
        if vessel.rated_temperature_c is not None and safe.temperature_c > vessel.rated_temperature_c:
            yield _problem(f"{vessel.name}: its safe temperature is above its rating", vessel.mark)
        able = limits.get(vessel.heated_by or "", Limits())
        low_c, high_c = able.temperature_min_c, able.temperature_max_c
        if (
            not (-float("inf") if low_c is None else low_c)
            <= safe.temperature_c
            <= (float("inf") if high_c is None else high_c)
        ):
            yield _problem(f"{vessel.name}: {vessel.heated_by} cannot do {safe.temperature_c:g} °C", vessel.mark)


def _lines(station: Station, entries: dict[str, DriverEntry], limits: dict[str, Limits]) -> Iterator[Problem]:
    """Lines have two ends that exist; a port has one line."""
    used: dict[str, str] = {}
    for line in station.lines:
        if line.name in used.values():
            yield _problem(f"two lines are called {line.name!r}", line.mark)
        if line.volume_ml < 0 or (line.volume_ml == 0 and not _drips(station, line)):
            yield _problem(f"{line.name}: a line's volume is above zero", line.mark)
        if line.filled not in station.vessels:
            hint = closest(line.filled, station.vessels)
            yield _problem(f"{line.name}: is filled with unknown {line.filled!r}", line.mark, hint)
        for end in (line.from_end, line.to_end):
            message, hint = _end(station, entries, limits, end)
            if message:
                yield _problem(f"{line.name}: {message}", line.mark, hint)
            if ":" in end and end in used:
                yield _problem(f"{line.name}: {end} already has the line {used[end]}", line.mark)
            used[end if ":" in end else line.name] = line.name


def _drips(station: Station, line: LineSpec) -> bool:
    """Tell whether a line is no tube: a needle drips into a place of a rack."""
    return any(line.to_end == vessel.name and vessel.rack for vessel in station.vessels.values())


def _end(station: Station, entries: dict[str, DriverEntry], limits: dict[str, Limits], end: str) -> tuple[str, str]:
    """Return what is wrong with an end of a line, and what would be right; nothing: ""."""
    device, colon, port = end.partition(":")
    if not colon:
        return ("", "") if end in station.vessels else (f"there is no vessel {end!r}", closest(end, station.vessels))
    if device not in station.devices:
        return f"there is no device {device!r}", closest(device, station.devices)
    if device not in entries:
        return "", ""
    kinds = entries[device].kinds
    if "infuser" in kinds:
        return ("", "") if port == OUTLET else (f"{device} has no port {port!r}", f"it has {OUTLET}")
    if "valve" not in kinds:
        return f"{device} has no valve", "lines end at a vessel or at a port such as pump:1"
    if port == COMMON and "pump" not in kinds:
        return "", ""
    ports = limits[device].ports if device in limits else ()
    known = ports if "pump" in kinds else (*ports, COMMON)
    return ("", "") if port in known or not ports else (f"{device} has no port {port!r}", f"it has {', '.join(known)}")


def _references(station: Station) -> Iterator[Problem]:
    """Reference scales and roles name things that exist."""
    for entry in station.references:
        if entry.vessel and entry.vessel not in station.vessels:
            hint = closest(entry.vessel, station.vessels)
            yield _problem(f"reference {entry.scale}: there is no cell {entry.vessel!r}", station.mark, hint)
    known = {*station.vessels, *station.devices, *station.racks}
    for role, name in station.roles.items():
        if name not in known:
            yield _problem(f"role {role}: there is no {name!r}", station.mark, closest(name, known))


def _bounds(station: Station) -> Iterator[Problem]:
    """Bounds are above zero and a film is less than its line."""
    death = station.host_death
    for what, value in (
        ("max_stroke", station.max_stroke_s),
        ("draw_rate", station.draw_rate_ml_min),
        ("dose_uncertainty", station.dose_rel_sd_max),
        ("host_death_bound: volume", death.volume_ml),
        ("host_death_bound: time", death.time_s),
    ):
        if not value > 0:
            yield _problem(f"{what} is above zero", station.mark)
    if not 0 <= station.carry_over < 1:
        yield _problem("carry_over is a share of a line, from 0 % to below 100 %", station.mark)
    if station.push.excess_ml < 0:
        yield _problem("push: excess is not negative", station.mark)


def _reach(station: Station, entries: dict[str, DriverEntry]) -> Iterator[Problem]:
    """Every pump with lines reaches a waste and the push gas; the rinse is a stock."""
    plumbing = Plumbing(station)
    gas, rinse = station.push.gas, station.rinse
    if rinse is not None and (rinse.stock not in station.of_role("stock") or not rinse.volume_ml > 0):
        yield _problem(f"rinse: {rinse.stock!r} is no stock, or its volume is zero", station.mark)
    for pump in plumbing.pumps:
        mark = station.devices[pump].mark
        if "pump" not in entries[pump].kinds:
            yield _problem(f"{pump} has lines at its ports but none at {COMMON}, and is no pump", mark)
            continue
        reached = plumbing.vessels(pump)
        if not any(station.vessels[vessel].role == "waste" for vessel in reached):
            yield _problem(f"{pump} reaches no waste", mark, "connect one of its ports to a waste")
        if gas not in station.of_role("gas"):
            yield _problem(f"push: {gas!r} is no gas of this station", mark, "plumbing: push: {with: argon, ...}")
        elif gas not in reached:
            yield _problem(f"{pump} does not reach the push gas {gas}", mark)
