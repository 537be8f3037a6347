"""The printed report: the page's own tables with methods, reporting items and the caveat, set by Typst on the server.

Every text goes in as a Typst string literal, so that a study's name or a reader's can never be markup.
"""

import json
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from .models import Study
from .reporting_items import items
from .results import Results
from .results_tables import tables
from .results_words import headline, reader_rows

PAGE = """#set page(paper: "a4", margin: (x: 22mm, y: 24mm), numbering: "1 / 1")
#set text(size: 9.5pt, font: ("Noto Sans", "Noto Sans CJK KR", "Libertinus Serif"), fallback: true)
#set par(leading: 0.62em, spacing: 0.9em)
#show heading.where(level: 1): set text(size: 17pt)
#show heading.where(level: 2): it => block(above: 1.6em, below: 0.7em, sticky: true, text(size: 11.5pt, it.body))
#set table(stroke: none, inset: (x: 3pt, y: 3.2pt))
#show table.cell: set text(size: 8.3pt)
#let muted(body) = text(fill: luma(35%), size: 8.5pt, body)
"""


def pdf(study: Study, found: Results) -> bytes:
    import typst

    return typst.compile(source(study, found).encode())


def source(study: Study, found: Results) -> str:
    parts = [PAGE, f"= {_text(study.name)}", f"#muted[{_text(_facts(study, found))}]"]
    if found.is_simulated:
        parts.append(f"*{_text(_('Readers of this study are simulated. No person read these images.'))}*")
    head = headline(found)
    if head:
        inside = f"#text(size: 14pt, weight: 600)[{_text(head['title'])}]\n\n{_text(head['why'])}\n\n#muted[{_text(head['rule'])}]"
        parts.append(f"#block(fill: luma(95%), inset: 10pt, radius: 3pt, width: 100%)[{inside}]")
    else:
        parts.append(_text(_("No verdict: no reader answered every case.")))
    for table in tables(found.found):
        parts += [
            f"== {_text(table.title)}",
            f"#muted[{_text(table.note)}]",
            _table(table.columns, table.rows),
        ]
    parts += [f"== {_text(_('Each reader'))}", _table(*_readers(found))]
    parts += [f"== {_text(_('Methods'))}", *(f"{_text(line)}\n" for line in methods(study, found))]
    parts += [f"== {_text(_('What this study cannot say'))}", _text(caveat())]
    parts += [f"== {_text(_('Reporting items (STARD 2015, CLAIM 2024)'))}"]
    parts += [_table((_("Item"), _("Topic"), _("In this study")), items(study, found))]
    return "\n\n".join(parts)


def caveat() -> str:
    return _(
        "A visual Turing test says nothing about diversity: a generator that repeats one good image passes it (Yamamoto & Higaki 2023). Read the metric report of the same set beside it."
    )


def methods(study: Study, found: Results) -> list[str]:
    """The sentences that a paper's methods section needs, from the frozen protocol."""
    graded = _("with %(n)d steps of confidence for each answer") % {"n": study.confidence_steps}
    how = graded if study.confidence_steps > 1 else _("without confidence")
    return [
        _("%(readers)d readers judged %(real)d real and %(synthetic)d synthetic images one at a time as real or synthetic, %(how)s, each in an own random order (seed %(seed)d). Readers could not see the truth, file names or each other's answers.")
        % {"readers": len(found.readers), "real": study.images_per_side, "synthetic": study.images_per_side, "how": how, "seed": study.seed},
        _("The protocol was frozen at launch (%(day)s, SHA-256 %(digest)s); primary endpoint and margin (d′ = %(margin)s) are part of it.")
        % {"day": f"{study.launched:%Y-%m-%d}" if study.launched else "", "digest": study.protocol_digest, "margin": f"{study.margin:g}"},
        _("Accuracy is the mean of sensitivity and specificity, 'synthetic' being the positive answer. Figures over readers: Obuchowski and Rockette 1995 with the degrees of freedom of Hillis 2007, covariances by DeLong 1988 (clustered: Obuchowski 1997), intervals on the logit scale; with fewer than five readers, for these readers only. Single readers: Fisher's exact test, corrected after Holm 1979. Agreement: two-way jackknife."),
        _("The verdict follows from the interval (95 %) alone: told apart when it excludes one half; equivalent when it lies inside the margin and no single reader differs from chance; else inconclusive."),
    ]  # fmt: skip


def _facts(study: Study, found: Results) -> str:
    closed = f"{study.closed:%Y-%m-%d}" if study.closed else ""
    return _("%(readers)d readers × %(images)d images · closed %(day)s · protocol %(digest)s") % {
        "readers": len(found.readers), "images": study.images, "day": closed, "digest": study.protocol_digest[:12],
    }  # fmt: skip


def _readers(found: Results) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = []
    for item in reader_rows(found):
        if "row" in item:
            row, signal = item["row"], item["row"].summary.signal
            accuracy = row.summary.accuracy
            rows.append((
                str(row.reader), f"{row.right} / {row.answered}", "" if accuracy is None else f"{100 * accuracy:.1f} %", item["span"],
                f"{signal.dprime:.2f}" if signal else "", f"{signal.criterion:.2f}" if signal else "",
            ))  # fmt: skip
    return (_("Reader"), _("Right"), _("Accuracy"), _("Interval (95 %)"), "d′", _("Criterion")), rows


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    if not columns:
        return ""
    cells = [f"[*{_text(column)}*]" for column in columns]
    lines = [", ".join(f"[{_text(cell)}]" for cell in row) for row in rows]
    widths = ", ".join(["1.5fr"] + ["1fr"] * (len(columns) - 1)) if len(columns) != 3 else "auto, 1.2fr, 3fr"
    inside = ", ".join(cells) + ", table.hline(stroke: 0.5pt), " + ", ".join(lines)
    return f"#table(columns: ({widths}), table.hline(stroke: 0.8pt), {inside})"


def _text(words: str) -> str:
    """A Typst string literal: JSON's escapes of quote and backslash are Typst's too; characters that do not print are left out."""
    shown = "".join(letter if letter.isprintable() else " " for letter in str(words))
    return f"#{json.dumps(shown, ensure_ascii=False)};"
