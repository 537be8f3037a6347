"""The curve of a learning record: distance against pictures seen, on a logarithmic scale. A file of its own: no page."""

import math
from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 560, 260, 60, 16, 40
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#5b6470}.line{fill:none;stroke:#2463a6;stroke-width:2}"
    ".dot{fill:#2463a6}.grid{stroke:#8883;stroke-width:1}.floor{stroke:#b25b00;stroke-width:1.5;stroke-dasharray:5 4}"
)


def chart(watched: Sequence[dict[str, Any]], log: Sequence[dict[str, Any]], floor: float) -> str:
    """`watched` rows have images_seen and distance; `floor` is drawn as a dashed line."""
    values = [row["distance"] for row in watched] + [floor]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    last = watched[-1]["images_seen"] or 1

    def x(seen: float) -> float:
        return LEFT + (WIDTH - LEFT - 16) * seen / last

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - math.log10(value)) / max(1, high - low)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><style>{STYLE}</style>'
    ]
    parts.append("<title>Fréchet distance on random features by pictures seen</title>")
    for power in range(low, high + 1):
        level = y(10.0**power)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 16}" y1="{level:.1f}" y2="{level:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{level + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for share in (0, 0.5, 1):
        label = f"{share * last / 1000:g} k"
        parts.append(f'<text x="{x(share * last):.1f}" y="{HEIGHT - 16}" text-anchor="middle">{label}</text>')
    parts.append(
        f'<line class="floor" x1="{LEFT}" x2="{WIDTH - 16}" y1="{y(floor):.1f}" y2="{y(floor):.1f}"/>'
    )
    places = [(x(row["images_seen"]), y(row["distance"])) for row in watched]
    parts.append('<path class="line" d="M' + "L".join(f"{a:.1f} {b:.1f}" for a, b in places) + '"/>')
    parts += [f'<circle class="dot" cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in places]
    return "\n".join(parts) + "\n</svg>\n"
