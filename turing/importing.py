"""Answers of a study that was run elsewhere: a long table (CSV) or iMRMC's input file, to the arrays that the report is made of.

Text in, arrays out; nothing is stored. Long table: a header, then one line an answer. Columns (any order; others are kept out):
reader, case, truth (real or synthetic; 1 or 0), and said (real or synthetic; 1 or 0) or rating (a number that rises with
'synthetic'); optional position, seconds, cluster, source. Without `said`, ratings above `threshold` count as 'synthetic'.

iMRMC: front matter, a line BEGIN DATA:, then readerID,caseID,modalityID,score; lines with the reader 'truth' give 0 or 1.
"""

import csv
import io
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _

from .analysis.readings import Readings

WORDS = {"real": 0, "synthetic": 1, "fake": 1, "0": 0, "1": 1, "0.0": 0, "1.0": 1}
NEEDED = ("reader", "case", "truth")
LARGEST = 2_000_000  # answers


class Unreadable(ValueError):
    """Why a file cannot be imported, in words for its owner."""


@dataclass(frozen=True)
class Imported:
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    readings: Readings
    graded: bool


@dataclass(frozen=True)
class _Line:
    reader: str
    case: str
    truth: int
    said: float
    rating: float
    position: float
    seconds: float
    cluster: str
    source: str


def read_answers(text: str, *, threshold: float | None = None, modality: str | None = None) -> Imported:
    """Either format, known by its first lines. Raises Unreadable with the line and the reason."""
    if "BEGIN DATA" in text[:100_000].upper():
        return _imported(_imrmc(text, modality), threshold)
    return _imported(_long(text), threshold)


def _long(text: str) -> list[_Line]:
    table = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    columns = [name.strip().lower() for name in table.fieldnames or []]
    missing = [name for name in NEEDED if name not in columns]
    if missing or not {"said", "rating"} & set(columns):
        raise Unreadable(
            _("The table has the columns %(given)s; needed are reader, case, truth, and said or rating.")
            % {"given": ", ".join(columns) or _("none")}
        )
    lines = []
    for row in table:
        cells = {
            str(name).strip().lower(): (value or "").strip()
            for name, value in row.items()
            if isinstance(value, str)
        }
        if cells.get("is_current", "1") == "1" and cells.get("session", "1") == "1":
            lines.append(_cells(cells, table.line_num))
    return lines


def _cells(cells: dict[str, str], line: int) -> _Line:
    number = lambda name: _number(cells.get(name, ""), name, line)  # noqa: E731
    said = cells.get("said", "")
    return _Line(
        cells.get("reader", ""), cells.get("case", ""), _word(cells.get("truth", ""), line),
        _word(said, line) if said else np.nan, number("rating"), number("position"), number("seconds"),
        cells.get("cluster", ""), cells.get("source", ""),
    )  # fmt: skip


def _word(given: str, line: int) -> int:
    if given.lower() not in WORDS:
        raise Unreadable(
            _("Line %(line)d: “%(given)s” is neither real nor synthetic (0 nor 1).")
            % {"line": line, "given": given}
        )
    return WORDS[given.lower()]


def _number(given: str, name: str, line: int) -> float:
    if not given:
        return np.nan
    try:
        value = float(given)
    except ValueError:
        value = np.inf
    if not np.isfinite(value):
        raise Unreadable(
            _("Line %(line)d: %(name)s is “%(given)s”, which is no number.")
            % {"line": line, "name": name, "given": given}
        )
    return value


def _imrmc(text: str, modality: str | None) -> list[_Line]:
    rows = text.splitlines()
    start = next(i for i, row in enumerate(rows) if row.strip().upper().startswith("BEGIN DATA"))
    truths: dict[str, int] = {}
    scores: list[tuple[str, str, str, float]] = []
    for place, row in enumerate(rows[start + 1 :], start + 2):
        if not row.strip():
            continue
        cells = [cell.strip() for cell in row.split(",")]
        if len(cells) != 4:
            raise Unreadable(
                _("Line %(line)d has %(n)d fields; iMRMC's lines have four: reader, case, modality, score.")
                % {"line": place, "n": len(cells)}
            )
        reader, case, kind, score = cells
        if reader.lower() in ("truth", "-1"):
            truths[case] = _word(score, place)
        else:
            scores.append((reader, case, kind, _number(score, "score", place)))
    kinds = sorted({kind for _r, _c, kind, _s in scores})
    if len(kinds) > 1 and modality not in kinds:
        raise Unreadable(
            _("The file holds the modalities %(kinds)s; name the one to import.")
            % {"kinds": ", ".join(kinds)}
        )
    wanted = modality if modality in kinds else None
    untold = sorted({case for _r, case, _k, _s in scores} - set(truths))
    if untold:
        raise Unreadable(_("The truth of case %(case)s is not given.") % {"case": untold[0]})
    return [
        _Line(reader, case, truths[case], np.nan, score, np.nan, np.nan, "", "")
        for reader, case, kind, score in scores
        if wanted in (None, kind)
    ]


def _imported(lines: list[_Line], threshold: float | None) -> Imported:
    if not lines or len(lines) > LARGEST:
        raise Unreadable(
            _("The file holds %(n)d answers; 1 to %(most)d can be imported.")
            % {"n": len(lines), "most": LARGEST}
        )
    readers, cases = list(dict.fromkeys(x.reader for x in lines)), list(dict.fromkeys(x.case for x in lines))
    facts: dict[str, _Line] = {}
    tables = {
        name: np.full((len(readers), len(cases)), np.nan)
        for name in ("said", "rating", "position", "seconds")
    }
    row_of, column_of = {name: i for i, name in enumerate(readers)}, {name: i for i, name in enumerate(cases)}
    for x in lines:
        place = row_of[x.reader], column_of[x.case]
        if facts.setdefault(x.case, x).truth != x.truth:
            raise Unreadable(
                _("Case %(case)s is real on one line and synthetic on another.") % {"case": x.case}
            )
        if not np.isnan(tables["said"][place]) or not np.isnan(tables["rating"][place]):
            raise Unreadable(
                _("Reader %(reader)s answered case %(case)s twice.") % {"reader": x.reader, "case": x.case}
            )
        for name, table in tables.items():
            table[place] = getattr(x, name)
    return _arrays(tuple(readers), tuple(cases), facts, tables, threshold)


def _arrays(
    readers: tuple[str, ...], cases: tuple[str, ...], facts: dict[str, _Line], tables: dict[str, np.ndarray], threshold: float | None
) -> Imported:  # fmt: skip
    said, rating, place = tables["said"], tables["rating"], tables["position"]
    if np.isnan(said).all():
        cut = threshold if threshold is not None else float(np.nanmin(rating) + np.nanmax(rating)) / 2
        said = np.where(np.isnan(rating), np.nan, rating > cut)
    graded = bool((~np.isnan(rating)).any() and len(np.unique(rating[~np.isnan(rating)])) > 2)
    for row in place:  # to 0, 1, ... whatever the file counts from
        there = ~np.isnan(row)
        row[there] = np.argsort(np.argsort(row[there], kind="stable"), kind="stable")
    truth = np.array([facts[case].truth for case in cases])
    sources = np.array([(facts[case].source or "synthetic") if facts[case].truth else "" for case in cases])
    clusters = np.array([facts[case].cluster for case in cases])
    readings = Readings(truth, said, rating if graded else said, place, tables["seconds"], clusters, sources)
    return Imported(readers, cases, readings, graded)
