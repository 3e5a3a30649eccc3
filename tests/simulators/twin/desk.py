"""A small bench description with a pump, a selector, a stirred reactor and a cell."""

from typing import Any


def desk(**changes: Any) -> dict[str, Any]:
    """Return the description; `changes` replace top-level keys."""
    stock = {"volumes_ml": {"acetone": 10.0}, "amounts_mol": {"SiW9": 1e-4, "TBAPF6": 1e-3}}
    return {
        "schema": 1,
        "ambient_c": 22.0,
        "vessels": {
            "bottle": {"capacity_ml": 20.0, "mixture": stock},
            "metal": {
                "capacity_ml": 20.0,
                "mixture": {"volumes_ml": {"acetone": 10.0}, "amounts_mol": {"Mn(acac)3": 5e-4}},
            },
            "argon": {"capacity_ml": 0, "gas": True},
            "reactor": {"capacity_ml": 2.0, "mixture": {"volumes_ml": {}, "amounts_mol": {}}},
            "cell": {"capacity_ml": 1.5, "mixture": {"volumes_ml": {"acetone": 0.5}, "amounts_mol": {"SiW9": 5e-6}}},
        },
        "lines": [
            {"name": "bottle_line", "a": "bottle", "b": "pump:1", "volume_ml": 0.1},
            {"name": "metal_line", "a": "metal", "b": "pump:2", "volume_ml": 0.1},
            {"name": "gas_line", "a": "argon", "b": "pump:3", "volume_ml": 0.1},
            {"name": "trunk", "a": "pump:9", "b": "selector:common", "volume_ml": 0.03},
            {"name": "reactor_line", "a": "selector:1", "b": "reactor", "volume_ml": 0.04},
            {"name": "cell_line", "a": "selector:2", "b": "cell", "volume_ml": 0.04},
        ],
        "devices": {
            "pump": {"model": "pump", "options": {"syringe_ml": 1.0}},
            "selector": {"model": "selector"},
            "hotplate": {"model": "hotplate", "vessel": "reactor"},
            "potentiostat": {"model": "potentiostat", "vessel": "cell"},
        },
        **changes,
    }
