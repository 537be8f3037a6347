"""A chart of a page as an SVG file of its own, for print and download: fixed size, marks and style inside, light theme.

The page's own sheets are the only list of colours, so they are read here and their variables filled in.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string

FONT = '"Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif'


@dataclass(frozen=True)
class Frame:
    """Pixels: the plot area, and the room around it for what overflows (ticks, names)."""

    width: int
    height: int
    left: int = 44
    right: int = 16
    top: int = 20
    bottom: int = 30


def svg_file(chart: str, frame: Frame) -> str:
    """`chart` is a `<svg class="plot...">` of a charts module."""
    place = (
        f'x="{frame.left}" y="{frame.top}" width="{frame.width}" height="{frame.height}" overflow="visible"'
    )
    inside = chart.replace("<svg class=", f"<svg {place} class=", 1)
    width, height = frame.left + frame.width + frame.right, frame.top + frame.height + frame.bottom
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<style>{_style()}</style>{_marks()}{inside}</svg>"
    )


def icon_file(name: str, colour: str) -> str:
    """One icon of the sprite: `icon_file("alarm", "alarm")` in the colour of that token."""
    found = re.search(rf'<symbol id="i-{name}" viewBox="([^"]+)">(.*?)</symbol>', _sprite(), re.S)
    if found is None:
        raise KeyError(f"There is no icon “{name}” in the sprite.")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{found[1]}" width="20" height="20" fill="none" '
        f'stroke="{_tokens()[colour]}" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{found[2]}</svg>'
    )


def token(name: str) -> str:
    """The light value of a colour of variables.css."""
    return _tokens()[name]


@cache
def _tokens() -> dict[str, str]:
    sheet = _sheet("variables.css")
    return dict(re.findall(r"--([\w-]+):\s*light-dark\(\s*([^,]+),", sheet)) | {"font": FONT}


@cache
def _style() -> str:
    sheet = re.sub(r"/\*.*?\*/", "", _sheet("charts.css") + _sheet("metrics.css"), flags=re.S)
    rules = [
        (kind, body)
        for kind, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
        if not re.search(r"table|menu|note|legend|figure", kind)
    ]
    text = "".join(f"{kind.strip()}{{{body.strip()}}}" for kind, body in rules)
    filled = re.sub(r"var\(--([\w-]+)\)", lambda m: _tokens().get(m[1], "0"), text)
    return f"text{{font-family:{FONT};font-size:12px}}{filled}"


@cache
def _marks() -> str:
    marks = re.findall(r'<g id="[ms]-.*?</g>', _sprite())
    return f"<defs>{''.join(marks)}</defs>"


@cache
def _sprite() -> str:
    return render_to_string("_sprite.html")


def _sheet(name: str) -> str:
    return (Path(settings.BASE_DIR) / "static" / "css" / name).read_text(encoding="utf-8")
