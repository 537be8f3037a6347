"""Labels and patients of files: from a CSV, or from the folders they lie in."""

import csv
import io
import math
from dataclasses import dataclass, replace
from typing import Any

FILE_COLUMNS = ("file", "filename", "name", "path", "image")
LABEL_COLUMNS = ("label", "class")
GROUP_COLUMNS = ("patient", "cluster", "group", "patient_id")
BOX_COLUMNS = ("x0", "y0", "x1", "y1")
POINT_COLUMNS = ("x", "y")
FINDING_COLUMNS = ("finding", "object", "box", "point")


class BadTable(ValueError):
    """A CSV that cannot be used; the message says where and why."""


class NotATable(BadTable):
    """A CSV about something else: refused like any other file, the import goes on without it."""


@dataclass(frozen=True)
class Row:
    """boxes: (x0, y0, x1, y1, name); points: (x, y, name)."""

    label: str = ""
    patient: str = ""
    boxes: tuple[tuple[Any, ...], ...] = ()
    points: tuple[tuple[Any, ...], ...] = ()

    def annotations(self) -> dict[str, list] | None:
        """As Picture.annotations keeps them."""
        found = {"boxes": [list(box) for box in self.boxes], "points": [list(point) for point in self.points]}
        return {name: rows for name, rows in found.items() if rows} or None


@dataclass(frozen=True)
class Table:
    """Rows by file name. A file is found by its whole relative name, else by a unique ending of it."""

    rows: dict[str, Row]

    def row_of(self, name: str) -> Row | None:
        parts = name.split("/")
        for start in range(len(parts)):
            if row := self.rows.get("/".join(parts[start:])):
                return row
        return self._by_ending(name)

    def _by_ending(self, name: str) -> Row | None:
        found = [row for key, row in self.rows.items() if key.endswith("/" + name)]
        return found[0] if len(found) == 1 else None


def read_table(data: bytes) -> Table:
    """Columns `file`, and `label` (or class) or `patient` (or cluster, group, any ...patient_id); others are ignored.

    With x0, y0, x1, y1 a line gives a box, with x, y a point, with `finding` its name; a file may then have several lines.
    Raises BadTable for other encodings than UTF-8, missing columns, a box or point that is none, and a file named twice
    with different facts.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadTable("The CSV is not UTF-8. Save it as CSV UTF-8.") from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    columns = {(name or "").strip().lower(): name for name in reader.fieldnames or []}
    file, label, group = (
        _column(columns, FILE_COLUMNS),
        _column(columns, LABEL_COLUMNS),
        _group_column(columns),
    )
    marks = [name for name in (BOX_COLUMNS, POINT_COLUMNS) if all(column in columns for column in name)]
    if file is None or (label is None and group is None and not marks):
        raise NotATable(
            f"The CSV has the columns {', '.join(columns) or 'none'}; needed are file, and label or patient "
            "(or x0, y0, x1, y1 of a box, or x, y of a point)."
        )
    rows: dict[str, Row] = {}
    for number, line in enumerate(reader, 2):
        name = (line.get(file) or "").strip().replace("\\", "/").lstrip("./")
        row = Row(
            (line.get(label) or "").strip()[:80] if label else "",
            (line.get(group) or "").strip()[:80] if group else "",
        )
        if not name:
            raise BadTable(f"Line {number} of the CSV names no file.")
        known = rows.setdefault(name, row)
        if (known.label, known.patient) != (row.label, row.patient):
            raise BadTable(
                f"Line {number} of the CSV gives {name} a second time, with another label or patient."
            )
        rows[name] = replace(known, **_with_marks(known, line, columns, marks, number))
    return Table(rows)


def _with_marks(
    known: Row, line: dict[str, str], columns: dict[str, str], marks: list[tuple[str, ...]], number: int
) -> dict[str, Any]:
    """The file's boxes and points with those of this line; empty cells give none."""
    finding = _column(columns, FINDING_COLUMNS)
    name = (line.get(finding) or "").strip()[:80] if finding else ""
    found: dict[str, Any] = {"boxes": known.boxes, "points": known.points}
    for wanted in marks:
        cells = [(line.get(columns[column]) or "").strip() for column in wanted]
        if not any(cells):
            continue
        kind = "boxes" if wanted == BOX_COLUMNS else "points"
        found[kind] = (*found[kind], (*_numbers(cells, wanted, number), name))
    return found


def _numbers(cells: list[str], columns: tuple[str, ...], number: int) -> list[float]:
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        values = [math.nan]
    box = len(columns) == 4
    if not all(map(math.isfinite, values)) or (box and not (values[0] < values[2] and values[1] < values[3])):
        raise BadTable(
            f"Line {number} of the CSV gives {', '.join(columns)} as {', '.join(cell or 'nothing' for cell in cells)}; "
            f"these are numbers of pixels{', x0 below x1 and y0 below y1' if box else ''}."
        )
    return values


def _column(columns: dict[str, str], wanted: tuple[str, ...]) -> str | None:
    return next((columns[name] for name in wanted if name in columns), None)


def _group_column(columns: dict[str, str]) -> str | None:
    named = _column(columns, GROUP_COLUMNS)
    return named or next((own for name, own in columns.items() if name.endswith("patient_id")), None)


def folder_labels(names: list[str]) -> dict[str, str]:
    """The innermost folder of each file, if the files lie in more than one; else nothing."""
    folders = {name: name.rsplit("/", 2)[-2] if "/" in name else "" for name in names}
    return folders if len(set(folders.values())) > 1 else {}
