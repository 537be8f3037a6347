"""A number over the course of a training, drawn: points with their intervals, joined by a line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .charts import Axis, figure_text, plot


@dataclass(frozen=True)
class Point:
    at: float
    value: float
    interval: tuple[float, float]


def curve(
    points: Sequence[Point], *, name: str, title: str, describe: str, reference: float | None = None
) -> str:  # fmt: skip
    """`reference` is a level to aim for. The height is fitted to the intervals, not begun at zero: a course is read by its changes."""
    if len(points) < 2:
        raise ValueError("A curve needs at least two points.")
    across = Axis(min(p.at for p in points), max(p.at for p in points))
    ends = [end for p in points for end in p.interval] + ([] if reference is None else [reference])
    room = 0.06 * (max(ends) - min(ends)) or 1.0
    up = Axis(min(ends) - room, max(ends) + room)
    parts = [_level(up, tick) for tick in up.ticks(4)]
    if reference is not None:
        y = 100 - up.place(reference)
        parts.append(f'<line class="chance" x1="0" x2="100%" y1="{y:.1f}%" y2="{y:.1f}%"/>')
    path = "L".join(f"{across.place(p.at):.2f} {100 - up.place(p.value):.2f}" for p in points)
    parts.append(
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" overflow="visible"><path class="line" d="M{path}"/></svg>'
    )
    for point in points:
        parts += _marked(point, across, up)
    parts.append('<line class="axis" x1="0" x2="100%" y1="100%" y2="100%"/>')
    parts += [
        f'<text class="mid" x="{across.place(tick):.2f}%" y="100%" dy="18">{figure_text(tick)}</text>'
        for tick in across.ticks(4)
    ]
    return plot("plot", name, title, describe, parts)


def _marked(point: Point, across: Axis, up: Axis) -> list[str]:
    x, y = across.place(point.at), 100 - up.place(point.value)
    low, high = (100 - up.place(end) for end in point.interval)
    return [
        f'<line class="interval" x1="{x:.2f}%" x2="{x:.2f}%" y1="{low:.2f}%" y2="{high:.2f}%"/>',
        f'<circle class="dot" cx="{x:.2f}%" cy="{y:.2f}%" r="4"/>',
    ]


def _level(up: Axis, tick: float) -> str:
    y = 100 - up.place(tick)
    line = f'<line class="grid" x1="0" x2="100%" y1="{y:.1f}%" y2="{y:.1f}%"/>'
    return f'{line}<text class="end" x="-8" y="{y:.1f}%" dy="4">{figure_text(tick)}</text>'
