"""Plots as SVG, readable on light and dark pages: lines over logarithmic axes, in panels."""

import math
from dataclasses import dataclass
from html import escape

from tests.processes import PROJECT

IMAGES = PROJECT / "docs" / "images"
WIDTH, HEIGHT = 420, 300  # of a panel
LEFT, RIGHT, TOP, BOTTOM = 48, 28, 56, 36
LEGEND_LINE, LEGEND_COLUMNS = 18, 2
# Distinguishable with most colour vision, and visible on white and on black.
COLOURS = [
    *("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#b8860b", "#56b4e9"),
    *("#7f7f7f", "#8c6bb1", "#66a61e", "#e7298a", "#a0522d"),
]
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 14px; font-weight: 600; }
.grid { stroke: #d1d9e0; } .line { fill: none; stroke-width: 1.5; } .loud { stroke-width: 3.5; }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc; } .grid { stroke: #3d444d; } }
"""


@dataclass(frozen=True)
class Panel:
    """Lines by name; each has values by their position on the lower axis."""

    title: str
    lines: dict[str, dict[int, float]]


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis between two values, from one pixel to another."""

    least: float
    most: float
    first: float
    last: float

    def at(self, value: float) -> float:
        span = math.log(self.most / self.least) or 1
        return round(self.first + (self.last - self.first) * math.log(value / self.least) / span, 1)


def write(name: str, title: str, panels: list[Panel], *, highlighted: str) -> None:
    """The line called `highlighted` is thicker and drawn over the others."""
    names = list(dict.fromkeys(line for panel in panels for line in panel.lines))
    colours = {line: COLOURS[index % len(COLOURS)] for index, line in enumerate(names)}
    width = WIDTH * len(panels)
    height = HEIGHT + LEGEND_LINE * (math.ceil(len(names) / LEGEND_COLUMNS) + 1)
    parts = [f'<text class="title" x="8" y="18">{escape(title)}</text>']
    for index, panel in enumerate(panels):
        parts += _panel(panel, _axes(panels, index), colours, highlighted)
    parts += _legend(colours, width)
    body = "\n".join(parts)
    box = (
        f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    )
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / name).write_text(f'<svg {box} role="img"><style>{STYLE}</style>\n{body}\n</svg>\n')


def _axes(panels: list[Panel], index: int) -> tuple[Axis, Axis]:
    """All panels have the same two, so that they can be compared."""
    points = [point for panel in panels for line in panel.lines.values() for point in line.items()]
    places, values = [place for place, _ in points], [value for _, value in points]
    left = WIDTH * index + LEFT
    across = Axis(min(places), max(places), left, WIDTH * (index + 1) - RIGHT)
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
    return across, Axis(low, high, HEIGHT - BOTTOM, TOP)


def _panel(panel: Panel, axes: tuple[Axis, Axis], colours: dict[str, str], highlighted: str) -> list[str]:
    across, up = axes
    parts = [f'<text x="{across.first}" y="{TOP - 14}">{escape(panel.title)}</text>']
    for power in range(round(math.log10(up.least)), round(math.log10(up.most)) + 1):
        y = up.at(10**power)
        parts.append(f'<path class="grid" d="M{across.first} {y}H{across.last}"/>')
        parts.append(f'<text x="{across.first - 6}" y="{y + 4}" text-anchor="end">{10**power:,g}</text>')
    for place in sorted({place for line in panel.lines.values() for place in line}):
        parts.append(
            f'<text x="{across.at(place)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{place:,}</text>'
        )
    for name, line in sorted(panel.lines.items(), key=lambda item: item[0] == highlighted):
        points = " ".join(f"{across.at(place)},{up.at(value)}" for place, value in sorted(line.items()))
        weight = "line loud" if name == highlighted else "line"
        parts.append(f'<polyline class="{weight}" stroke="{colours[name]}" points="{points}"/>')
    return parts


def _legend(colours: dict[str, str], width: int) -> list[str]:
    parts = []
    for index, (name, colour) in enumerate(colours.items()):
        row, column = divmod(index, LEGEND_COLUMNS)
        x, y = 8 + column * width / LEGEND_COLUMNS, HEIGHT + LEGEND_LINE * (row + 1)
        parts.append(f'<path class="line loud" stroke="{colour}" d="M{x:g} {y - 4}h20"/>')
        parts.append(f'<text x="{x + 28:g}" y="{y}">{escape(name.replace("`", ""))}</text>')
    return parts
