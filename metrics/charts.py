"""Numbers to SVG text, by the rules of the page's style: the element is the plot area itself (no viewBox, overflow visible),
x in per cent of the axis, so that text keeps its size at every width and no script is needed.

Marks that every function uses (#m-real, #m-syn, #s-real, #s-syn) stand in the page's sprite. Every text is escaped here.
A value that is not finite raises ValueError: a chart never hides a broken number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
FEW = 0.01  # of the points, on either side, may lie outside a map


@dataclass(frozen=True)
class Axis:
    """A range drawn from left to right."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(
                f"An axis runs from a lower to a higher number; given {self.low} to {self.high}."
            )

    def place(self, value: float) -> float:
        """Per cent of the width, kept within the axis."""
        if not math.isfinite(value):
            raise ValueError(f"Only finite numbers can be drawn; given {value}.")
        return 100.0 * min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def ticks(self, about: int = 4) -> list[float]:
        """Round numbers within the axis, `about` of them: steps of 1, 2 or 5 times a power of ten."""
        rough = (self.high - self.low) / max(1, about)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * part for part in (1, 2, 5, 10) if rough <= power * part * (1 + 1e-9))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [index * step for index in range(first, last + 1)]


@dataclass(frozen=True)
class Row:
    """One line of a strip: a value with its interval; `origin` real or synthetic gives it their mark, else it is ink."""

    value: float
    interval: tuple[float, float] | None = None
    origin: str = ""


def powers_of_ten(value: float, places: int | None = None) -> str:
    """2.1 × 10⁸: a number whose digits nobody reads any more. `places` of the factor: 1 at most where not told."""
    factor, exponent = f"{value:.{1 if places is None else places}e}".split("e")
    factor = f"{float(factor):g}" if places is None else factor
    return f"{factor} × 10{str(int(exponent)).translate(RAISED)}".replace("-", "\u2212")


def figure_text(value: float, places: int | None = None) -> str:
    """A number for people: fixed decimals (as many as the number needs when not told), grouped thousands, true minus."""
    if places is None and abs(value) >= 1e8:
        return powers_of_ten(value)
    if places is None:
        return (
            f"{value:,.0f}".replace("-", "\u2212")
            if abs(value) >= 1e6
            else f"{value:,.6g}".replace("-", "\u2212")
        )
    return f"{value:,.{places}f}".replace("-", "\u2212")


def strip(
    rows: Sequence[Row], axis: Axis, *, label: str, band: tuple[float, float] | None = None, chance: float | None = None,
    grid: bool = True,
) -> str:  # fmt: skip
    """Values with their intervals on one axis, for a table cell; `band` is the real-against-real floor."""
    parts = [_vertical("grid", axis, tick) for tick in axis.ticks(3)] if grid else []
    if band:
        left, right = axis.place(band[0]), axis.place(band[1])
        parts.append(
            f'<rect class="band" x="{left:.2f}%" width="{max(0.4, right - left):.2f}%" height="100%"/>'
        )
    if chance is not None:
        parts.append(_vertical("chance", axis, chance))
    for index, row in enumerate(rows):
        parts += _row(row, axis, 100.0 * (index + 1) / (len(rows) + 1))
    return f'<svg class="strip" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def strip_axis(axis: Axis) -> str:
    """The last row under a column of strips: the axis in figures."""
    parts = "".join(
        f'<text class="mid" x="{axis.place(tick):.2f}%" y="16">{figure_text(tick)}</text>'
        for tick in axis.ticks(3)
    )
    return f'<svg class="strip" aria-hidden="true">{parts}</svg>'


def histogram(
    real: Sequence[float], synthetic: Sequence[float], axis: Axis, *, name: str, title: str, describe: str,
    limit: tuple[float, str] | None = None, size: tuple[int, int] | None = None,
) -> str:  # fmt: skip
    """Shares per bin of both sets: real a solid line over a pale area, synthetic dashed. Bins are equal parts of the axis.

    `size` (pixels) draws for a file of that size, since print knows no strokes that keep their width while stretched."""
    if len(real) != len(synthetic) or not real:
        raise ValueError(f"Both sets need the same bins; given {len(real)} and {len(synthetic)}.")
    top = _round_up(max(*real, *synthetic, 1e-9))
    shares = Axis(0.0, top)
    across, down = (size[0] / len(real), size[1] / 100) if size else (1.0, 1.0)
    lines = [_steps(values, shares, across, down) for values in (real, synthetic)]
    curves = (
        f'<path class="real-area" d="{lines[0]}V{100 * down:g}"/><path class="real-line" d="{lines[0]}"/>'
        f'<path class="syn-line" d="{lines[1]}"/>'
    )
    parts = [_level(shares, tick) for tick in shares.ticks(2) if tick > 0]
    parts.append(
        curves
        if size
        else f'<svg viewBox="0 0 {len(real)} 100" preserveAspectRatio="none" width="100%" height="100%" overflow="visible">{curves}</svg>'
    )
    parts.append('<line class="axis" x1="0" x2="100%" y1="100%" y2="100%"/>')
    if limit:
        parts.append(_vertical("limit", axis, limit[0]))
        parts.append(f'<text class="mid" x="{axis.place(limit[0]):.2f}%" y="-7">{escape(limit[1])}</text>')
    for tick in axis.ticks(5):
        parts.append(
            f'<text class="mid" x="{axis.place(tick):.2f}%" y="100%" dy="18">{figure_text(tick)}</text>'
        )
    return plot("plot plot-low", name, title, describe, parts)


def scatter_map(
    real: Sequence[tuple[float, float]], synthetic: Sequence[tuple[float, float]], *, name: str, title: str, describe: str
) -> str:  # fmt: skip
    """Two clouds in one square: real small discs, synthetic small open diamonds. What lies outside `map_axes` stands at the edge."""
    everything = [*real, *synthetic]
    if not everything:
        raise ValueError("A map needs at least one point.")
    across, up = map_axes(everything)
    clouds = [
        f'<g class="{mark}-mark">{"".join(_point(mark, point, across, up) for point in points)}</g>'
        for mark, points in (("real", real), ("syn", synthetic))
    ]
    return plot("plot plot-map", name, title, describe, ['<g class="cloud">', *clouds, "</g>"])


def map_axes(points: Sequence[tuple[float, float]]) -> tuple[Axis, Axis]:
    """Both axes of a map, on one scale: all points, or where a few lie so far out that the rest would be a blot, that rest."""
    spans = [_middle_span(sorted(values)) for values in zip(*points)]
    side = 1.06 * max(*(high - low for low, high in spans), 1e-9)
    across, up = (Axis((low + high - side) / 2, (low + high + side) / 2) for low, high in spans)
    return across, up


def _middle_span(values: list[float]) -> tuple[float, float]:
    """From the lowest to the highest value, but no farther beyond the middle ones than these are wide. values: in order."""
    cut = int(FEW * len(values))
    low, high = values[cut], values[-1 - cut]
    return max(values[0], low - (high - low)), min(values[-1], high + (high - low))


def outside(points: Sequence[tuple[float, float]], axes: tuple[Axis, Axis]) -> int:
    """How many points a map of these axes draws at its edge."""
    return sum(any(not axis.low <= at <= axis.high for at, axis in zip(point, axes)) for point in points)


def bars_with_intervals(
    rows: Sequence[tuple[str, Row]], axis: Axis, *, name: str, title: str, describe: str, reference: float | None = None
) -> str:  # fmt: skip
    """Named values from zero with their intervals, one under the other; the axis must hold zero, since a bar has a length.

    `reference` is a value to aim for, a dashed line."""
    if not axis.low <= 0 <= axis.high:
        raise ValueError("Bars start at zero; give an axis that holds it.")
    parts = [_vertical("grid", axis, tick) for tick in axis.ticks(4)]
    if reference is not None:
        parts.append(_vertical("chance", axis, reference))
    zero = axis.place(0.0)
    for index, (words, row) in enumerate(rows):
        y, height = 100.0 * (index + 0.5) / len(rows), 40.0 / len(rows)
        left, right = sorted((zero, axis.place(row.value)))
        kind = {"real": "real-area", "synthetic": "syn-area"}.get(row.origin, "band")
        parts.append(
            f'<rect class="{kind}" x="{left:.2f}%" width="{right - left:.2f}%" y="{y - height / 2:.2f}%" height="{height:.2f}%"/>'
        )
        parts += _row(row, axis, y)
        parts.append(f'<text x="{zero:.2f}%" y="{y - height / 2:.2f}%" dx="4" dy="-4">{escape(words)}</text>')
    parts += [
        f'<text class="mid" x="{axis.place(tick):.2f}%" y="100%" dy="18">{figure_text(tick)}</text>'
        for tick in axis.ticks(4)
    ]
    return plot("plot", name, title, describe, parts)


def plot(kind: str, name: str, title: str, describe: str, parts: Sequence[str]) -> str:
    """`name` makes the ids unique in a page."""
    key = escape(name)
    return (
        f'<svg class="{kind}" role="img" aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(describe)}</desc>{"".join(parts)}</svg>'
    )


def _row(row: Row, axis: Axis, y: float) -> list[str]:
    short = {"real": "real", "synthetic": "syn"}.get(row.origin)
    parts = []
    if row.interval:
        left, right = (axis.place(end) for end in row.interval)
        kind = f"{short}-interval" if short else "interval"
        parts.append(f'<line class="{kind}" x1="{left:.2f}%" x2="{right:.2f}%" y1="{y:.1f}%" y2="{y:.1f}%"/>')
    x = axis.place(row.value)
    if short:
        parts.append(f'<use href="#m-{short}" class="{short}-mark" x="{x:.2f}%" y="{y:.1f}%"/>')
    else:
        parts.append(f'<circle class="dot" cx="{x:.2f}%" cy="{y:.1f}%" r="4.5"/>')
    return parts


def _point(mark: str, point: tuple[float, float], across: Axis, up: Axis) -> str:
    return f'<use href="#s-{mark}" x="{across.place(point[0]):.1f}%" y="{100 - up.place(point[1]):.1f}%"/>'


def _vertical(kind: str, axis: Axis, value: float) -> str:
    x = axis.place(value)
    return f'<line class="{kind}" x1="{x:.2f}%" x2="{x:.2f}%" y1="0" y2="100%"/>'


def _level(shares: Axis, tick: float) -> str:
    y = 100 - shares.place(tick)
    line = f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}%" y2="{y:.1f}%"/>'
    return f'{line}<text class="end" x="-8" y="{y:.1f}%" dy="4">{figure_text(100 * tick)}\u202f%</text>'


def _steps(shares: Sequence[float], axis: Axis, across: float, down: float) -> str:
    """A path in a box of `across` a bin and 100 times `down` high, starting and ending on the baseline."""
    path = f"M0 {100 * down:g}"
    for index, share in enumerate(shares):
        path += f"V{down * (100 - axis.place(share)):.1f}H{across * (index + 1):.6g}"
    return path


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        power * part for part in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if value <= power * part * (1 + 1e-9)
    )
