"""Answers of a study that was run elsewhere: a long table (CSV) or iMRMC's input file, to the arrays that the report is made of.

Text in, arrays out; nothing is stored. Long table: a header, then one line an answer. Columns, in any order and under any name that
`Layout.columns` gives them: reader, case, truth, and said or rating; optional position, seconds or milliseconds, group (of readers),
source (generator), stratum, cluster. Other columns are kept out.

iMRMC: front matter, a line BEGIN DATA:, then readerID,caseID,modalityID,score; lines with the reader 'truth' give 0 or 1.
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext as _

from .analysis.readings import Readings, readings

WORDS = {"real": 0, "synthetic": 1, "fake": 1, "0": 0, "1": 1, "0.0": 0, "1.0": 1}
COLUMNS = (
    "reader", "case", "truth", "said", "rating", "position", "seconds", "milliseconds", "group", "source", "stratum", "cluster",
)  # fmt: skip
NEEDED = ("reader", "case", "truth")
LARGEST = 2_000_000  # answers
SAME_FOR_CASE = ("source", "stratum", "cluster")


class Unreadable(ValueError):
    """Why a file cannot be imported, in words for its owner."""


@dataclass(frozen=True)
class Layout:
    """How a file is to be read. columns: our name to the file's; real: what stands in the truth column (and in said) for real, all
    else is then synthetic, empty: real / synthetic / fake or 0 / 1; higher_is_real: ratings of realism, turned round; threshold: on
    the file's scale, where no `said` is given: None is the middle, which itself counts as real; modality: of an iMRMC file."""

    columns: Mapping[str, str] = field(default_factory=dict)
    real: tuple[str, ...] = ()
    higher_is_real: bool = False
    threshold: float | None = None
    modality: str | None = None


@dataclass(frozen=True)
class Imported:
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    readings: Readings


@dataclass(frozen=True)
class _Line:
    reader: str
    case: str
    truth: int
    said: float
    rating: float
    position: float = np.nan
    seconds: float = np.nan
    group: str = ""
    source: str = ""
    stratum: str = ""
    cluster: str = ""


def read_answers(text: str, layout: Layout = Layout()) -> Imported:
    """Either format, known by its first lines. Raises Unreadable with the line and the reason."""
    if "BEGIN DATA" in text[:100_000].upper():
        return _imported(_imrmc(text, layout), layout)
    return _imported(_long(text, layout), layout)


def columns_from(text: str) -> dict[str, str]:
    """'reader = participant' on each line, as a person types it. Raises Unreadable for a name that is none of COLUMNS."""
    found = {}
    for line in filter(None, map(str.strip, text.replace(",", "\n").splitlines())):
        ours, equals, theirs = (part.strip() for part in line.partition("="))
        if ours not in COLUMNS or not equals or not theirs:
            raise Unreadable(
                _("“%(line)s” does not name a column. Write one a line, like “reader = participant”; the names are %(names)s.")
                % {"line": line, "names": ", ".join(COLUMNS)}
            )  # fmt: skip
        found[ours] = theirs
    return found


def _long(text: str, layout: Layout) -> list[_Line]:
    table = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    try:
        given = [name.strip() for name in table.fieldnames or []]
        rows = list(table)
    except csv.Error as error:
        raise Unreadable(
            _("This is no table of values separated by commas: %(why)s.") % {"why": error}
        ) from error
    places = {name: layout.columns.get(name, name) for name in COLUMNS}
    there = {
        name for name, place in places.items() if place in given or place.lower() in map(str.lower, given)
    }
    missing = [places[name] for name in {**dict.fromkeys(NEEDED), **layout.columns} if name not in there]
    if missing or not {"said", "rating"} & there:
        raise Unreadable(
            _("The table has the columns %(given)s; needed are reader, case, truth, and said or rating. Not found: %(missing)s.")
            % {"given": ", ".join(given) or _("none"), "missing": ", ".join(missing) or "said, rating"}
        )  # fmt: skip
    lines = []
    for number, row in enumerate(rows, 2):
        cells = {
            str(name).strip().lower(): value.strip() for name, value in row.items() if isinstance(value, str)
        }
        if cells.get("is_current", "1") == "1" and cells.get("counts", "1") == "1":
            lines.append(
                _cells({name: cells.get(places[name].lower(), "") for name in there}, layout, number)
            )
    return lines


def _cells(cells: dict[str, str], layout: Layout, line: int) -> _Line:
    number = lambda name: _number(cells.get(name, ""), name, line)  # noqa: E731
    for name in ("reader", "case"):
        if not cells.get(name):
            raise Unreadable(_("Line %(line)d: the %(name)s is empty.") % {"line": line, "name": name})
    said, rating = cells.get("said", ""), number("rating")
    seconds = number("seconds") if cells.get("seconds") else number("milliseconds") / 1000
    if seconds < 0:
        raise Unreadable(
            _("Line %(line)d: a time is %(time)s; times are 0 or more.") % {"line": line, "time": seconds}
        )
    return _Line(
        cells["reader"], cells["case"], _word(cells.get("truth", ""), layout, line), _word(said, layout, line) if said else np.nan,
        -rating if layout.higher_is_real else rating, number("position"), seconds,
        *(cells.get(name, "") for name in ("group", *SAME_FOR_CASE)),
    )  # fmt: skip


def _word(given: str, layout: Layout, line: int) -> int:
    if layout.real and given:
        return int(given not in layout.real)
    if given.lower() not in WORDS:
        raise Unreadable(
            _("Line %(line)d: “%(given)s” is neither real nor synthetic (0 nor 1). Say how real is written in this file.")
            % {"line": line, "given": given}
        )  # fmt: skip
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


def _imrmc(text: str, layout: Layout) -> list[_Line]:
    rows = text.splitlines()
    start = next(i for i, row in enumerate(rows) if row.strip().upper().startswith("BEGIN DATA"))
    truths: dict[str, int] = {}
    scores: list[tuple[str, str, str, float]] = []
    for place, row in enumerate(rows[start + 1 :], start + 2):
        if not row.strip():
            continue
        cells = [cell.strip().strip('"') for cell in row.split(",")]
        if len(cells) != 4:
            raise Unreadable(
                _("Line %(line)d has %(n)d fields; iMRMC's lines have four: reader, case, modality, score.")
                % {"line": place, "n": len(cells)}
            )
        reader, case, kind, score = cells
        if reader.lower() in ("truth", "-1"):
            truths[case] = _word(score, Layout(), place)
        else:
            scores.append((reader, case, kind, _number(score, "score", place)))
    wanted = _modality(sorted({kind for _r, _c, kind, _s in scores}), layout.modality)
    untold = sorted({case for _r, case, _k, _s in scores} - set(truths))
    if untold:
        raise Unreadable(_("The truth of case %(case)s is not given.") % {"case": untold[0]})
    sign = -1 if layout.higher_is_real else 1
    return [
        _Line(reader, case, truths[case], np.nan, sign * score)
        for reader, case, kind, score in scores
        if wanted in (None, kind)
    ]


def _modality(kinds: list[str], named: str | None) -> str | None:
    if named and named not in kinds:
        raise Unreadable(
            _("The file has no modality %(name)s; it holds %(kinds)s.")
            % {"name": named, "kinds": ", ".join(kinds)}
        )
    if len(kinds) > 1 and not named:
        raise Unreadable(
            _("The file holds the modalities %(kinds)s; name the one to import.")
            % {"kinds": ", ".join(kinds)}
        )
    return named or None


def _imported(lines: list[_Line], layout: Layout) -> Imported:
    if not lines or len(lines) > LARGEST:
        raise Unreadable(
            _("The file holds %(n)d answers; 1 to %(most)d can be imported.")
            % {"n": len(lines), "most": LARGEST}
        )
    readers, cases = (
        tuple(dict.fromkeys(x.reader for x in lines)),
        tuple(dict.fromkeys(x.case for x in lines)),
    )
    row_of, column_of = {name: i for i, name in enumerate(readers)}, {name: i for i, name in enumerate(cases)}
    tables = {
        name: np.full((len(readers), len(cases)), np.nan)
        for name in ("said", "rating", "position", "seconds")
    }
    first: dict[str, _Line] = {}
    for x in lines:
        place = row_of[x.reader], column_of[x.case]
        _check_case(first.setdefault(x.case, x), x)
        if not np.isnan(tables["said"][place]) or not np.isnan(tables["rating"][place]):
            raise Unreadable(
                _("Reader %(reader)s answered case %(case)s twice.") % {"reader": x.reader, "case": x.case}
            )
        for name, table in tables.items():
            table[place] = getattr(x, name)
    groups = {x.reader: x.group for x in lines}
    return Imported(
        readers, cases, _arrays(tables, [first[case] for case in cases], [groups[r] for r in readers], layout)
    )


def _check_case(first: _Line, now: _Line) -> None:
    if first.truth != now.truth:
        raise Unreadable(
            _("Case %(case)s is real on one line and synthetic on another.") % {"case": now.case}
        )
    for name in SAME_FOR_CASE:
        if getattr(first, name) != getattr(now, name):
            raise Unreadable(
                _("Case %(case)s has the %(name)s “%(one)s” on one line and “%(other)s” on another.")
                % {"case": now.case, "name": name, "one": getattr(first, name), "other": getattr(now, name)}
            )


def _arrays(tables: dict[str, np.ndarray], cases: list[_Line], groups: list[str], layout: Layout) -> Readings:
    said, rating, places = tables["said"], tables["rating"], tables["position"]
    if np.isnan(said).all():
        sign = -1 if layout.higher_is_real else 1
        middle = float(np.nanmin(rating) + np.nanmax(rating)) / 2
        cut = middle if layout.threshold is None else sign * layout.threshold
        said = np.where(np.isnan(rating), np.nan, rating > cut)
    graded = len(np.unique(rating[~np.isnan(rating)])) > 2 and bool(
        (np.isnan(rating) == np.isnan(said)).all()
    )
    for row in places:  # to 0, 1, ... whatever the file counts from
        there = ~np.isnan(row)
        row[there] = np.argsort(np.argsort(row[there], kind="stable"), kind="stable")
    truth = np.array([case.truth for case in cases])
    of: Callable[[str], np.ndarray] = lambda name: np.array([getattr(case, name) for case in cases], object)  # noqa: E731
    sources = np.where(truth == 1, of("source"), "")
    return readings(
        truth, said, ratings=rating if graded else said, places=places, seconds=tables["seconds"], clusters=of("cluster"),
        strata=of("stratum"), sources=np.where((truth == 1) & (sources == ""), "synthetic", sources).astype(object),
        groups=np.array(groups, object), graded=graded,
    )  # fmt: skip
