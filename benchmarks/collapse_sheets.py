"""Pictures for docs/metrics.md: what the generators of benchmarks.collapse_trained made, and the training images that copies lie nearest to."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.paths import ROOT

SHOWN, SCALE = 10, 2  # pictures a row, and times enlarged
GAP, TITLE = 6, 200  # pixels between rows, and for a row's title
FOLDER = ROOT / "docs" / "img"
INK, PAPER, TEXT = 30, 255, 13


def sheet(name: str, rows: list[tuple[str, np.ndarray]]) -> None:
    """docs/img/NAME.png: of each (title, (n, side, side) uint8) the first ten in a row."""
    side = rows[0][1].shape[1] * SCALE
    page = Image.new("L", (TITLE + SHOWN * side, len(rows) * (side + GAP) - GAP), PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(TEXT)
    for place, (title, pictures) in enumerate(rows):
        top = place * (side + GAP)
        strip = np.hstack(list(pictures[:SHOWN])).repeat(SCALE, axis=0).repeat(SCALE, axis=1)
        page.paste(Image.fromarray(strip), (TITLE, top))
        pen.multiline_text(
            (TITLE - GAP, top + side / 2), wrapped(title, font), INK, font, "rm", align="right"
        )
    page.save(FOLDER / f"{name}.png", optimize=True)


def wrapped(title: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        lines[-1:] = [longer] if font.getlength(longer) <= TITLE - 2 * GAP else [lines[-1], word]
    return "\n".join(lines)


def with_nearest(title: str, made: np.ndarray, learned: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """The pictures of a set and, below them, the training picture that each lies nearest to, pixel by pixel."""
    shown = made[:SHOWN]
    apart = ((shown[:, None].astype(float) - learned[None]) ** 2).sum(axis=(2, 3))
    return [(title, shown), ("nearest training images", learned[apart.argmin(axis=1)])]
