"""The report of imported answers as a Markdown document with its figures as SVG files beside it: for a repository or a supplement."""

from collections.abc import Iterable, Sequence

from jobs.figures import svg_file

from . import charts, figures, forests
from .methods import methods
from .models import ImportedStudy
from .printing import LOW, SQUARE, WIDE, caveat, facts
from .results import Results
from .results_words import headline, main_numbers, readers_heading
from .tables import every_table

FOLDED = 12  # lines; longer tables are folded away


def document(study: ImportedStudy, found: Results, command: str, folder: str) -> tuple[str, dict[str, str]]:
    """(text, {file name: SVG}); folder: of the figures, as the text names it."""
    head, report, people = headline(found), found.report, found.readings.people()
    drawn = {
        "roc.svg": ("ROC: readers thin, their average thick, chance dashed", charts.roc([one.curve for p, one in found.readers if one.curve and p.counts], report.average), SQUARE),
        "confidence.svg": ("How sure they were: real images filled, synthetic ones open", figures.confidence(people), LOW),
        "answers.svg": ("A row a reader, a column an image: coloured where “synthetic” was said; real images left", figures.answer_matrix(people), WIDE),
        "generators.svg": ("Each generator over readers, in the order of the table", forests.generators(found), forests.frame(forests.of_generators(found))),
        "course.svg": ("Share right along the order in which images were read", figures.along(report.accuracy_blocks, what="Share right", unit="%", top=1.0), LOW),
    }  # fmt: skip
    files = {name: svg_file(str(svg), frame) for name, (_title, svg, frame) in drawn.items() if svg}
    lines = [f"# {study.name}", facts(study, found) + ".", f"{study.citation}\n\nMade by\n\n    {command}"]
    lines += [f"## {head['title']}", head["why"], head["rule"]]
    lines += [
        _table(
            ("", "value", "95 % interval", ""),
            [(n["name"], n["value"], n["span"], n["line"]) for n in main_numbers(report)],
        )
    ]
    lines += [f"{readers_heading(found)}."]
    lines += [
        f"![{title}]({folder}/{name})\n\n*{title}.*" for name, (title, svg, _frame) in drawn.items() if svg
    ]
    for table in every_table(found):
        body = _table(table.columns, table.rows)
        if len(table.rows) > FOLDED:
            body = f"<details><summary>{len(table.rows)} lines</summary>\n\n{body}\n\n</details>"
        lines += [f"## {table.title}", table.note, body]
    lines += ["## Methods", *methods(study, found), "## What this study cannot say", caveat()]
    return "\n\n".join(filter(None, lines)) + "\n", files


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    cells = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
        for row in cells
    )
