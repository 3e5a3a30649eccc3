"""The cells of the table: which fault, with which numbers, strikes which device in which of its states."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.faults.stages import MOMENTS, START

EVERYBODYS = (
    "drop_reply",
    "late_reply@by=3",
    "corrupt_reply@byte=2",
    "duplicate_reply",
    "truncate_reply@byte=2",
    "glue_reply",
    "glue_reply@byte=3",
    "garbage",
    "silent@for=40",
    "silent",
    "unplug@for=40",
    "unplug",
    "power_cycle",
)
"""Of replies and ports: the first reply after the moment, unless it lasts."""
LASTING = ("silent", "unplug", "busy_forever")
"""What is there before the run begins, too, and stays."""
OWN: Mapping[str, tuple[str, ...]] = {
    "pump": (
        "stall",
        "overload",
        "busy_forever@for=60",
        "busy_forever",
        "drift@per_h=20",
        "leak@share=0.2",
        "air_in_line@position=6,ml=0.1",
        "stock_empty@position=6,ml=0.1",
    ),
    "selector": (
        "stall",
        "busy_forever@for=60",
        "busy_forever",
        "leak@share=0.2",
        "air_in_line@position=1,ml=0.04",
        "stock_empty@position=1",
    ),
    "hotplate": ("stuck_sensor", "stale_sensor", "drift@per_h=20"),
    "potentiostat": ("busy_forever@for=60", "busy_forever", "drift@per_h=0.1"),
    "smu": ("busy_forever@for=60", "busy_forever", "drift@per_h=0.1"),
    "carousel": ("stall", "busy_forever@for=60", "busy_forever", "homing_lost", "tube_missing@position=1"),
    "spinsolve": (
        "busy_forever@for=60",
        "busy_forever",
        "shim_failed@for=600",
        "busy_other_user@for=60",
        "folder_late@for=30",
        "fid_truncated@n=1",
        "drift@per_h=20",
    ),
    "mill": ("drive_fault",),
    "guard": ("contact_open@position=1", "sensor_broken@position=1,for=60", "jar_hot@by=40", "jar_gas@by=400"),
    "balance": ("unsteady@for=60", "drift@per_h=20", "head_empty@mg=10", "powder_stuck@for=60"),
    "feed": ("stall", "drift@per_h=20", "leak@share=0.2"),
    "sweep": ("supply_lost@for=60", "supply_lost"),
    "infrared": ("file_late@for=600", "file_truncated@n=1", "file_foreign@n=1"),
}
"""Device -> faults of its own."""
MODELS: Mapping[str, str] = {
    "pump": "tecan_cavro",
    "selector": "runze_sv06",
    "hotplate": "ika_ret",
    "potentiostat": "palmsens_emstat_pico",
    "smu": "keithley_2450",
    "carousel": "grbl_carousel",
    "spinsolve": "magritek_spinsolve",
    "mill": "delta_vfd",
    "guard": "modbus_block",
    "balance": "mettler_sics",
    "feed": "new_era_ne1000",
    "sweep": "alicat_mc",
    "infrared": "file_drop",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `fault` is written without its device."""

    device: str
    state: str
    fault: str

    @property
    def spec(self) -> str:
        """The fault as the bench is told; one of replies strikes the first after that moment."""
        name, _, keys = self.fault.partition("@")
        return f"{self.device}:{name}@{','.join(part for part in ('t=0', keys) if part)}"

    @property
    def name(self) -> str:
        """The fault's name alone."""
        return self.fault.partition("@")[0]

    def __str__(self) -> str:
        return f"{self.device} {self.state} {self.fault}"


def cells() -> list[Cell]:
    """Return every cell, in the order of the table."""
    return [
        Cell(device, state, fault) for device in OWN for fault in faults_of(device) for state in states(device, fault)
    ]


def faults_of(device: str) -> list[str]:
    """Return the faults that strike a device; one that only writes files can but lose its power."""
    if MODELS[device] == "file_drop":
        return ["power_cycle", *OWN[device]]
    return [*EVERYBODYS, *OWN[device]]


def states_of(device: str) -> list[str]:
    """Return the states in which a device is struck."""
    return [START, *(state for each, state in MOMENTS if each == device)]


def states(device: str, fault: str) -> list[str]:
    """Return the states in which a fault strikes: before the start those only that last."""
    return [state for state in states_of(device) if state != START or fault in LASTING]
