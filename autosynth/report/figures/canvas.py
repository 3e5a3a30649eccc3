"""A sheet to draw on and the SVG it becomes: inline in HTML, the same bytes for the same drawing, no outside names.

Matplotlib's object interface only: no pyplot, no figure registry, no fonts embedded (text stays text, in the page's
own typeface). Identifiers are made unique to the drawing; metadata, dates and style sheets are left out.
"""

import io
import re
from collections.abc import Callable
from html import escape
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK, FAINT, RULE = "#1a1f26", "#6b7480", "#d5dae1"
PALETTE = ("#0b5fa5", "#d55e00", "#009e73", "#7b3fa0", "#b8860b", "#cc3f7b", "#3aa0d8", "#7a8b2f", "#5a5f69", "#a0522d")
"""Colours told apart by most people, dark enough on white."""
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "autosynth",
    "font.size": 8.0,
    "font.family": "sans-serif",
    "axes.linewidth": 0.6,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "path.simplify": True,
    "path.simplify_threshold": 0.15,
    "axes.unicode_minus": True,
    "text.parse_math": False,
}


def sheet(width_in: float, height_in: float) -> Figure:
    """Return an empty drawing of this size; `to_svg` ends it."""
    figure = Figure(figsize=(width_in, height_in))
    FigureCanvasSVG(figure)
    return figure


def plain(axes: Axes, *, grid: bool = False) -> Axes:
    """Take away the frame's upper and right sides; with `grid`, add faint horizontal lines."""
    axes.spines[["top", "right"]].set_visible(False)
    if grid:
        axes.grid(axis="y", color=RULE, linewidth=0.5)
        axes.set_axisbelow(True)
    return axes


def drawn(draw: Callable[[], Figure], name: str, title: str) -> str:
    """Return what `draw` draws, under our settings, as inline SVG with identifiers from `name`, told by `title`."""
    with matplotlib.rc_context(SETTINGS):
        figure = draw()
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _inline(stream.getvalue(), name, title)


_COMMENT_OR_META = re.compile(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", re.DOTALL)
_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'(?:xlink:)?href="#([^"]*)"|url\(#([^)]*)\)')


def _inline(svg: str, name: str, title: str) -> str:
    """Return the drawing as it stands in a page: no prologue, own identifiers, a title."""
    body = _COMMENT_OR_META.sub("", svg[svg.index("<svg") :])
    used = {one or other for one, other in _REFERENCE.findall(body)}
    body = _ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", body)
    body = _REFERENCE.sub(
        lambda found: f'href="#{name}-{found[1]}"' if found[1] else f"url(#{name}-{found[2]})",
        body,
    )
    _, _, inside = body.partition(">")
    box = re.search(r'viewBox="([^"]*)"', body)
    head = f'<svg class="fig" role="img" aria-labelledby="{name}-title" viewBox="{box[1] if box else ""}">'
    text = re.sub(r"\s*\n\s*", " ", inside)
    return f'{head}<title id="{name}-title">{escape(title)}</title>{text}'
