"""The printed report: the page's own tables and figures with methods, reporting items and the caveat."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from jobs.figures import Frame, svg_file
from jobs.printing import PAGE, compiled, heading, muted, table, text
from jobs.wording import decimals

from . import charts, figures, forests
from .methods import methods
from .models import ImportedStudy, Study
from .reporting_items import items
from .results import Results
from .results_words import headline, reader_rows
from .tables import Table, every_table

SQUARE, LOW, WIDE = (
    Frame(300, 300, left=52, bottom=44),
    Frame(520, 120, left=52),
    Frame(520, 140, left=8, right=8, bottom=8),
)
WIDEST = 7  # columns; a wider table is set smaller


def pdf(study: Study | ImportedStudy, found: Results, beside: str = "") -> bytes:
    """beside: what the metric reports of the same sets say of diversity."""
    files: dict[str, bytes] = {}
    return compiled(source(study, found, files, beside), files)


def source(study: Study | ImportedStudy, found: Results, files: dict[str, bytes], beside: str = "") -> str:
    """The Typst text; `files` receives the pictures that it names."""
    parts = [PAGE, heading(study.name, 1), muted(facts(study, found))]
    if found.is_simulated:
        parts.append(f"*{text(_('Readers of this study are simulated. No person read these images.'))}*")
    head = headline(found)
    inside = f"#text(size: 14pt, weight: 600)[{text(head['title'])}]\n\n{text(head['why'])}\n\n{muted(head['rule'])}"
    parts.append(f"#block(fill: luma(95%), inset: 10pt, radius: 3pt, width: 100%)[{inside}]")
    parts += [heading(_("Each reader")), table(*_readers(found)), *_figures(found, files)]
    parts += [part for shown in every_table(found) for part in _printed(shown)]
    parts += [heading(_("Methods")), *(f"{text(line)}\n" for line in methods(study, found))]
    parts += [heading(_("What this study cannot say")), text(caveat()), text(beside)]
    parts += [heading(_("Reporting items (STARD 2015, CLAIM 2024)"))]
    parts += [table((_("Item"), _("Topic"), _("In this study")), items(study, found), "auto, 1.2fr, 3fr")]
    return "\n\n".join(parts)


def caveat() -> str:
    return _(
        "A visual Turing test says nothing about diversity: a generator that repeats one good image passes it (Yamamoto & Higaki 2023). Read the metric report of the same set beside it."
    )


def facts(study: Study | ImportedStudy, found: Results) -> str:
    figures_ = {
        "readers": found.report.counted,
        "images": len(found.case_names),
        "digest": _digest(study)[:12],
    }
    if isinstance(study, ImportedStudy):
        return _("%(readers)d readers × %(images)d images · imported answers, file %(digest)s") % figures_
    closed = f"{study.closed:%Y-%m-%d}" if study.closed else ""
    return _("%(readers)d readers × %(images)d images · closed %(day)s · protocol %(digest)s") % {
        **figures_,
        "day": closed,
    }


def _digest(study: Study | ImportedStudy) -> str:
    return study.digest if isinstance(study, ImportedStudy) else study.protocol_digest


def _figures(found: Results, files: dict[str, bytes]) -> Iterable[str]:
    report, people = found.report, found.readings.people()
    curves = [one.curve for person, one in found.readers if one.curve and person.counts]
    drawn = (
        (_("Accuracy of each reader in the order of the table: dashed chance, grey the margin"), forests.readers(found), forests.frame(forests.of_readers(found)), "88%"),
        (_("ROC: readers thin, their average thick"), charts.roc(curves, report.average), SQUARE, "48%"),
        (_("How sure they were: real images filled, synthetic ones open"), figures.confidence(people), LOW, "88%"),
        (_("A row a reader, a column an image: coloured where “synthetic” was said; real images left"), figures.answer_matrix(people), WIDE, "88%"),
        (_("Each generator over readers: dashed chance, grey the margin"), forests.generators(found), forests.frame(forests.of_generators(found)), "88%"),
        (_("Share right along the order in which images were read"), figures.along(report.accuracy_blocks, what="", unit="%", top=1.0), LOW, "88%"),
    )  # fmt: skip
    for index, (title, svg, frame, width) in enumerate(drawn):
        if svg:
            name = f"figure-{index}.svg"
            files[name] = svg_file(str(svg), frame).encode()
            yield f'#block(breakable: false, width: 100%)[*{text(title)}*\n\n#image("{name}", width: {width})]'


def _printed(shown: Table) -> list[str]:
    set_ = table(shown.columns, shown.rows)
    if len(shown.columns) > WIDEST:
        set_ = f"#{{ show table.cell: set text(size: 6.6pt); [{set_}] }}"
    return [
        heading(shown.title),
        *([f"#block(sticky: true)[{muted(shown.note)}]"] if shown.note else []),
        set_,
    ]


def _readers(found: Results) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = []
    for item in reader_rows(found):
        if "row" not in item:
            rows.append((_("Over readers"), "", "", f"{100 * item['total'].estimate:.1f} %", item["span"]))
            continue
        person, one = item["person"], item["row"]
        name = "; ".join([person.name, *item["notes"]])
        value = "" if item["value"] is None else f"{decimals(100 * item['value'], 1)} %"
        rows.append(
            (name, person.group or person.experience, f"{one.right} / {one.answered}", value, item["span"])
        )
    return (_("Reader"), _("Experience"), _("Right"), _("Accuracy"), _("Interval (95 %)")), rows
