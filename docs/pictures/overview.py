"""Draws docs/pictures/overview.svg from a run's folder: the way through the house, and what a run found and decided.

    python docs/pictures/overview.py runs/<folder> docs/pictures/overview.svg

Boxes and arrows are placed by hand; every number, point and curve is read from the run's journal and fit files. What
was drawn stands in the picture's <metadata> as JSON, so that a test can compare it with a new run.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from autosynth.analysis.voltammetry.curvefile import curves_from_table
from autosynth.cli.show import open_history
from autosynth.engine.folder import RunFolder
from autosynth.engine.history import History

INK, SOFT, FILL, ACCENT, WARM, GRID = "#1f2933", "#52606d", "#f1f5f9", "#0b6e99", "#c2410c", "#d9e2ec"
WIDTH, HEIGHT = 980, 660
EVERY = 24
"""Every so many points of a scan are drawn."""
LIMIT = 0.02
"""What the recipe's rule compares a change with."""
SURE = 1.96
"""Bars are 95 % intervals."""


@dataclass(frozen=True)
class Drawn:
    """What of a run is in the picture."""

    title: str
    loop: str
    condition: str
    rounds: list[int]
    values: list[float]
    sds: list[float]
    changes: list[float | None]
    change_sds: list[float | None]
    verdicts: list[str]


@dataclass(frozen=True)
class Axes:
    """A panel's frame on the page and the numbers at its edges."""

    x: float
    y: float
    width: float
    height: float
    low: tuple[float, float]
    high: tuple[float, float]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the data stands on the page."""
        right = (x - self.low[0]) / (self.high[0] - self.low[0])
        up = (y - self.low[1]) / (self.high[1] - self.low[1])
        return self.x + right * self.width, self.y + (1 - up) * self.height


def main(run: Path, target: Path) -> None:
    """Draw the picture of one run."""
    history = open_history(RunFolder(run))
    drawn = titration(history)
    last = history.measurements["cv"][-1]
    scan = curves_from_table((run / str(last["fits"][-1]["file"])).read_bytes())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">',
        "<title>From recipe to decision: how autosynth runs a synthesis, with data of a simulated run</title>",
        f"<metadata>{escape(json.dumps(asdict(drawn)))}</metadata>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#ffffff"/>',
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto-start-reverse"><path d="M0 1 L10 5 L0 9 z" fill="{SOFT}"/></marker></defs>',
        *flow(),
        *voltammogram(
            Axes(78, 340, 350, 260, (-1.3, -120.0), (0.35, 90.0)),
            scan.potential_v.tolist(),
            [1e6 * each for each in scan.measured_a.tolist()],
            [1e6 * each for each in scan.fitted_a.tolist()],
            drawn,
        ),
        *curve(drawn),
        "</svg>",
    ]
    target.write_text("\n".join(parts) + "\n", encoding="utf-8")


def titration(history: History) -> Drawn:
    """Return the titration's rounds with what was decided after each."""
    taken = [each for each in history.decisions if each.get("name") == "titrate A+"]
    measured = [each["quantities"] for each in history.measurements["cv"]]
    found = [each["IA2"] for each in measured]
    changed = [each.get("change IA2", {}) for each in measured]
    return Drawn(
        str(history.meta["title"]),
        "titrate A+",
        str(taken[-1]["condition"]),
        [int(each["round"]) for each in taken],
        [float(each["value"]) for each in found],
        [float(each["sd"]) for each in found],
        [each.get("value") for each in changed],
        [each.get("sd") for each in changed],
        [str(each["verdict"]) for each in taken],
    )


def text(
    x: float, y: float, words: str, *, size: int = 13, fill: str = INK, anchor: str = "middle", **more: str
) -> str:
    """Return a line of text."""
    rest = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    head = f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}"{rest}>'
    return f"{head}{escape(words)}</text>"


def box(x: float, y: float, width: float, height: float, lines: Sequence[str], *, edge: str = SOFT) -> list[str]:
    """Return a box: its first line is its name, the others say what it does."""
    frame = (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="7" fill="{FILL}" '
        f'stroke="{edge}" stroke-width="1.5"/>'
    )
    top = y + height / 2 - 7.5 * (len(lines) - 1) + 4.5
    name = text(x + width / 2, top, lines[0], size=14, font_weight="600")
    rest = [text(x + width / 2, top + 16 * i, line, size=11, fill=SOFT) for i, line in enumerate(lines[1:], start=1)]
    return [frame, name, *rest]


def arrow(*points: tuple[float, float], colour: str = SOFT) -> str:
    """Return a line through points that ends in a tip."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8" marker-end="url(#tip)"/>'


def flow() -> list[str]:
    """Return the way from the recipe to the instruments and back."""
    return [
        *box(22, 30, 140, 52, ["recipe.yaml", "what should happen"]),
        *box(22, 98, 140, 52, ["station.yaml", "the bench, the ledger"]),
        *box(202, 52, 140, 76, ["check", "every mistake at once,", "bounds on every step"]),
        *box(382, 52, 140, 76, ["engine", "ISA-88 states, doses of", "what is there now"], edge=ACCENT),
        *box(382, 176, 140, 56, ["journal", "intent before action"]),
        *box(562, 52, 118, 76, ["drivers", "the same ones", "in both cases"]),
        *box(766, 22, 192, 60, ["instruments", "serial, RS-485, TCP, VISA"]),
        *box(766, 98, 192, 60, ["simulated bench", "same bytes; chemistry twin"], edge=ACCENT),
        *box(562, 176, 118, 56, ["analysis", "value ± sd"], edge=WARM),
        arrow((162, 56), (182, 56), (182, 80), (200, 80)),
        arrow((162, 124), (182, 124), (182, 100), (200, 100)),
        arrow((342, 90), (380, 90)),
        arrow((522, 90), (560, 90)),
        arrow((452, 128), (452, 174)),
        f'<path d="M680 87 H722 M680 93 H722 M722 52 V128" stroke="{ACCENT}" stroke-width="1.8" fill="none"/>',
        arrow((722, 52), (764, 52), colour=ACCENT),
        arrow((722, 128), (764, 128), colour=ACCENT),
        text(700, 80, "bytes", size=11, fill=ACCENT),
        arrow((862, 158), (862, 204), (682, 204)),
        text(772, 197, "raw data, as they arrive", size=11, fill=SOFT),
        arrow((562, 204), (542, 204), (542, 110), (524, 110), colour=WARM),
        text(549, 158, "decision", size=11, fill=WARM, anchor="start"),
        f'<line x1="22" y1="260" x2="958" y2="260" stroke="{GRID}"/>',
    ]


def heading(axes: Axes, first: str, second: str) -> list[str]:
    """Return what stands above a panel."""
    top = text(axes.x, axes.y - 40, first, size=14, anchor="start", font_weight="600")
    return [top, text(axes.x, axes.y - 18, second, size=12, fill=SOFT, anchor="start")]


def frame(axes: Axes, x_ticks: Sequence[float], y_ticks: Sequence[float], labels: tuple[str, str]) -> list[str]:
    """Return a panel's axes; without a label below, its horizontal numbers are another panel's."""
    parts: list[str] = []
    for value in x_ticks:
        x, _ = axes.place(value, axes.low[1])
        parts.append(f'<line x1="{x:.1f}" y1="{axes.y}" x2="{x:.1f}" y2="{axes.y + axes.height}" stroke="{GRID}"/>')
        parts += [text(x, axes.y + axes.height + 18, f"{value:g}", size=12, fill=SOFT)] if labels[0] else []
    for value in y_ticks:
        _, y = axes.place(axes.low[0], value)
        parts.append(f'<line x1="{axes.x}" y1="{y:.1f}" x2="{axes.x + axes.width}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(text(axes.x - 8, y + 4, f"{value:g}", size=12, fill=SOFT, anchor="end"))
    parts.append(text(axes.x + axes.width / 2, axes.y + axes.height + 38, labels[0], size=12, fill=SOFT))
    side = axes.x - 44, axes.y + axes.height / 2
    parts.append(text(*side, labels[1], size=12, fill=SOFT, transform=f"rotate(-90 {side[0]} {side[1]})"))
    parts.append(
        f'<rect x="{axes.x}" y="{axes.y}" width="{axes.width}" height="{axes.height}" fill="none" stroke="{SOFT}"/>'
    )
    return parts


def voltammogram(
    axes: Axes, potential_v: Sequence[float], measured_ua: Sequence[float], fitted_ua: Sequence[float], drawn: Drawn
) -> list[str]:
    """Return the last scan as measured and as fitted."""
    dots = [axes.place(x, y) for x, y in zip(potential_v[::EVERY], measured_ua[::EVERY], strict=True)]
    fit = [axes.place(x, y) for x, y in zip(potential_v[::6], fitted_ua[::6], strict=True)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in fit)
    return [
        *heading(axes, f"Measured in round {drawn.rounds[-1]}", "one scan of 0.2 mL; points measured, line fitted"),
        *frame(axes, (-1.2, -0.8, -0.4, 0.0), (-100, -50, 0, 50), ("E / V against Fc+/0", "I / µA")),
        f'<polyline points="{line}" fill="none" stroke="{WARM}" stroke-width="1.6"/>',
        f'<g fill="none" stroke="{ACCENT}" stroke-width="1.3">',
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6"/>' for x, y in dots),
        "</g>",
    ]


def curve(drawn: Drawn) -> list[str]:
    """Return the titration: the fraction, and below it the change that the rule looks at, with its uncertainty."""
    end = len(drawn.rounds) / 10 + 0.1
    above, below = Axes(548, 340, 404, 140, (0.0, 0.0), (end, 100.0)), Axes(548, 496, 404, 104, (0.0, -1.0), (end, 9.9))
    ticks = (0.0, 0.5, 1.0, 1.5, 2.0)
    parts = heading(above, "Decided", f"until: {drawn.condition}")
    parts += frame(above, ticks, (0.0, 50.0, 100.0), ("", "IA2 / %"))
    labels = "Ag+ added / equivalents of the cluster in the vessel", "change / %"
    parts += frame(below, ticks, (0.0, 4.0, 8.0), labels)
    limit = below.place(0.0, 100 * LIMIT)[1]
    parts.append(
        f'<line x1="{below.x}" y1="{limit:.1f}" x2="{below.x + below.width}" y2="{limit:.1f}" stroke="{WARM}" '
        'stroke-dasharray="5 4"/>'
    )
    for index, (number, verdict) in enumerate(zip(drawn.rounds, drawn.verdicts, strict=True)):
        colour = WARM if verdict == "true" else ACCENT
        parts += point(above, number / 10, 100 * drawn.values[index], 100 * drawn.sds[index], colour)
        change, sd = drawn.changes[index], drawn.change_sds[index]
        if change is not None and sd is not None:
            parts += point(below, number / 10, 100 * change, 100 * sd, colour)
    x, y = above.place(drawn.rounds[-1] / 10, 100 * drawn.values[-1])
    verdict = f"true {drawn.verdicts.count('true')} times: it stops"
    parts.append(text(x - 4, y + 84, verdict, size=12, fill=WARM, anchor="end"))
    parts.append(arrow((x - 12, y + 70), (x - 3, y + 8), colour=WARM))
    parts.append(text(below.x + 8, below.y + 16, "bars: 95 % intervals", size=11, fill=SOFT, anchor="start"))
    return parts


def point(axes: Axes, x: float, y: float, sd: float, colour: str) -> list[str]:
    """Return a point with its 95 % interval."""
    at, (_, low), (_, high) = axes.place(x, y), axes.place(x, y - SURE * sd), axes.place(x, y + SURE * sd)
    ends = f'x1="{at[0]:.1f}" y1="{low:.1f}" x2="{at[0]:.1f}" y2="{high:.1f}"'
    bar = f'<line {ends} stroke="{colour}" stroke-width="1.6"/>'
    return [bar, f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="2.8" fill="{colour}"/>']


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
