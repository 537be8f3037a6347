"""Labels and patients of files: from a CSV, or from the folders they lie in."""

import csv
import io
from dataclasses import dataclass

FILE_COLUMNS = ("file", "filename", "name", "path", "image")
LABEL_COLUMNS = ("label", "class")
GROUP_COLUMNS = ("patient", "cluster", "group", "patient_id")


class BadTable(ValueError):
    """A CSV that cannot be used; the message says where and why."""


class NotATable(BadTable):
    """A CSV about something else: refused like any other file, the import goes on without it."""


@dataclass(frozen=True)
class Row:
    label: str = ""
    patient: str = ""


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

    Raises BadTable for other encodings than UTF-8, missing columns, and a file named twice with different facts.
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
    if file is None or (label is None and group is None):
        raise NotATable(
            f"The CSV has the columns {', '.join(columns) or 'none'}; needed are file, and label or patient."
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
        if rows.setdefault(name, row) != row:
            raise BadTable(
                f"Line {number} of the CSV gives {name} a second time, with another label or patient."
            )
    return Table(rows)


def _column(columns: dict[str, str], wanted: tuple[str, ...]) -> str | None:
    return next((columns[name] for name in wanted if name in columns), None)


def _group_column(columns: dict[str, str]) -> str | None:
    named = _column(columns, GROUP_COLUMNS)
    return named or next((own for name, own in columns.items() if name.endswith("patient_id")), None)


def folder_labels(names: list[str]) -> dict[str, str]:
    """The innermost folder of each file, if the files lie in more than one; else nothing."""
    folders = {name: name.rsplit("/", 2)[-2] if "/" in name else "" for name in names}
    return folders if len(set(folders.values())) > 1 else {}
