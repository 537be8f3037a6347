"""The curve of a learning record: its measure by pictures seen, on a logarithmic scale. A file of its own: no page."""

import math
from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 260, 60, 16, 16, 40
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#6b7684}.line{fill:none;stroke:#2463a6;stroke-width:2}"
    ".dot{fill:#2463a6}.grid{stroke:#8883;stroke-width:1}.level,.floor{stroke-width:1.5;stroke-dasharray:5 4}"
    ".level{stroke:#8a8f98}.floor{stroke:#b25b00}"
)
WORDS = {
    "distance": "Fréchet distance on features of a fixed random network",
    "error": "Mean absolute error, scale from -1 to 1",
}


def chart(watched: Sequence[dict[str, Any]], measure: str, level: float, floor: float | None) -> str:
    """`watched` rows have images_seen and the measure; `level`, what it is compared with, and `floor` are dashed lines."""
    values = [row[measure] for row in watched] + [level] + ([floor] if floor else [])
    low, high = math.log10(min(values)) - 0.05, math.log10(max(values)) + 0.05
    last = watched[-1]["images_seen"] or 1

    def x(seen: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * seen / last

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(value)) / (high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><style>{STYLE}</style>',
        f"<title>{WORDS[measure]} by pictures seen</title>",
    ]
    for value in _ticks(10**low, 10**high):
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        )
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for share in (0, 0.5, 1):
        label = f"{share * last / 1000:g} k"
        parts.append(f'<text x="{x(share * last):.1f}" y="{HEIGHT - 16}" text-anchor="middle">{label}</text>')
    for name, value in (("level", level), ("floor", floor)):
        if value:
            parts.append(
                f'<line class="{name}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
            )
    places = [(x(row["images_seen"]), y(row[measure])) for row in watched]
    parts.append('<path class="line" d="M' + "L".join(f"{a:.1f} {b:.1f}" for a, b in places) + '"/>')
    parts += [f'<circle class="dot" cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in places]
    return "\n".join(parts) + "\n</svg>\n"


def _ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten; powers alone where that is enough."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1,) if high / low > 50 else (1, 2, 5)
    return [f * 10.0**p for p in powers for f in factors if low <= f * 10.0**p <= high]
