"""A cyclic voltammogram as a MethodSCRIPT: one command a line, ended by an empty line.

The cell is switched off in `on_finished`, which runs however the script ends, so that a host that dies leaves the cell
on no longer than the scan.
"""

from autosynth.contracts.potentiostat import Voltammetry
from drivers.palmsens_emstat_pico.codec import script_number
from drivers.palmsens_emstat_pico.options import MODES, PicoOptions


def cyclic_script(method: Voltammetry, options: PicoOptions) -> bytes:
    """Return the bytes that start the scan, command letter included.

    Raises:
        ArgumentError: a number cannot be written in a script.
    """
    n = script_number
    low_v = min(method.begin_v, method.vertex1_v, method.vertex2_v)
    high_v = max(method.begin_v, method.vertex1_v, method.vertex2_v)
    lowest_a = options.lowest_range_a or method.current_range_a
    loop = [method.begin_v, method.vertex1_v, method.vertex2_v, method.step_v, method.rate_v_s]
    lines = [
        "e",
        "var p",
        "var c",
        f"set_pgstat_chan {options.channel}",
        f"set_pgstat_mode {MODES[options.mode]}",
        f"set_max_bandwidth {n(options.bandwidth_hz)}",
        f"set_range_minmax da {n(low_v)} {n(high_v)}",
        f"set_range ba {n(method.current_range_a)}",
        f"set_autoranging ba {n(min(lowest_a, method.current_range_a))} {n(method.current_range_a)}",
        f"set_e {n(method.begin_v)}",
        "cell_on",
        *([f"wait {n(method.quiet_s)}"] if method.quiet_s else []),
        f"meas_loop_cv p c {' '.join(map(n, loop))}" + (f" nscans({method.scans})" if method.scans > 1 else ""),
        "pck_start",
        "pck_add p",
        "pck_add c",
        "pck_end",
        "endloop",
        "on_finished:",
        "cell_off",
        "",
    ]
    return "\n".join(lines).encode("ascii") + b"\n"
