"""Reads the vessels of a bench description: what is in them, and which react because something looks at them."""

from collections.abc import Mapping
from typing import Any

from simulators.twin.chemistries import CHEMISTRIES
from simulators.twin.contents import GAS, Layout, Plug, mixtures_in
from simulators.twin.kinetics import Kinetics
from simulators.twin.vessel import Vessel


def layout_of(bench: Mapping[str, Any]) -> Layout:
    """Return where each solvent and species of a bench description has its place."""
    mixtures = mixtures_in(bench)
    solvents = [name for m in mixtures for name in m.get("volumes_ml", {}) if name != GAS]
    fed = [name for m in mixtures for name in m.get("amounts_mol", {})]
    known = {name for each in CHEMISTRIES for name in each.feeds}
    return Layout(solvents, fed, Kinetics(CHEMISTRIES, [name for name in fed if name not in known]))


def vessels_of(bench: Mapping[str, Any], layout: Layout, ambient_c: float) -> dict[str, Vessel]:
    """Return the vessels of a bench description, filled.

    Raises:
        ValueError: a device is bound to a vessel that does not exist.
    """
    devices: Mapping[str, Mapping[str, Any]] = bench.get("devices", {})
    bound = {d["vessel"] for d in devices.values() if d.get("vessel") is not None}
    described: Mapping[str, Mapping[str, Any]] = bench.get("vessels", {})
    unknown = sorted(bound - set(described))
    if unknown:
        message = f"devices are bound to vessels that do not exist: {', '.join(unknown)}"
        raise ValueError(message)
    bound |= _sampled(bench, {f"{d['sampler']}:" for d in devices.values() if d.get("sampler") is not None}, described)
    return {
        name: Vessel(
            name,
            float(entry.get("capacity_ml", 0.0)),
            layout,
            layout.read(entry.get("mixture", {})),
            reacts=bool(entry.get("reacts", name in bound)),
            ambient_c=ambient_c,
            is_gas=bool(entry.get("gas", False)),
        )
        for name, entry in described.items()
    }


def renewed(mixture: Mapping[str, Any], layout: Layout) -> Plug:
    """Return a mixture that somebody brings as a plug.

    Raises:
        ValueError: it has what the bench was opened without, or a negative volume.
    """
    try:
        return layout.plug(mixture)
    except KeyError as error:
        message = f"this bench was opened without {error}"
        raise ValueError(message) from error


def _sampled(bench: Mapping[str, Any], samplers: set[str], vessels: Mapping[str, Any]) -> set[str]:
    """Return the vessels at samplers' positions: a spectrometer looks into them."""
    found: set[str] = set()
    for line in bench.get("lines", ()):
        for near, far in ((line["a"], line["b"]), (line["b"], line["a"])):
            if far in vessels and any(str(near).startswith(sampler) for sampler in samplers):
                found.add(far)
    return found
