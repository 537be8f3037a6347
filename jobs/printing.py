"""Printed reports, set by Typst on the server. In the lowest app, because studies and metrics both print.

Every text goes in as a Typst string literal, so that a name can never be markup.
"""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

PAGE = """#set page(paper: "a4", margin: (x: 22mm, y: 24mm), numbering: "1 / 1")
#set text(size: 9.5pt, font: ("Noto Sans", "Noto Sans CJK KR", "Libertinus Serif"), fallback: true)
#set par(leading: 0.62em, spacing: 0.9em)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.7em, sticky: true, text(size: 11.5pt, it.body))
#set table(stroke: none, inset: (x: 3pt, y: 3.2pt))
#show table.cell: set text(size: 8.3pt)
#let muted(body) = text(fill: luma(35%), size: 8.5pt, body)
"""


def compiled(source: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """The PDF; `files` are the pictures that the source names. Typst sees a folder with these alone."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        for name, data in (files or {}).items():
            (Path(folder) / name).write_bytes(data)
        return typst.compile(source.encode(), root=folder)


def literal(words: object) -> str:
    """A Typst string: JSON's escapes of quote and backslash are Typst's too; characters that do not print are left out."""
    shown = "".join(letter if letter.isprintable() else " " for letter in str(words))
    return json.dumps(shown, ensure_ascii=False)


def text(words: object) -> str:
    """The same in the midst of markup."""
    return f"#{literal(words)};"


def muted(words: object) -> str:
    return f"#muted[{text(words)}]"


def heading(words: object, level: int = 2) -> str:
    return f"{'=' * level} {text(words)}"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], widths: str = "") -> str:
    """A ruled table with a repeated head; the first column is half as wide again unless `widths` says otherwise."""
    if not columns:
        return ""
    head = ", ".join(f"[*{text(column)}*]" for column in columns)
    lines = ", ".join(", ".join(f"[{text(cell)}]" for cell in row) for row in rows)
    widths = widths or ", ".join(["1.5fr"] + ["1fr"] * (len(columns) - 1))
    rule = "table.hline(stroke: 0.8pt)"
    return f"#table(columns: ({widths},), {rule}, table.header({head}, table.hline(stroke: 0.5pt)), {lines})"
