"""The printed report: the page's own tables with methods, reporting items and the caveat."""

from django.utils.translation import gettext as _

from jobs.printing import PAGE, compiled, heading, muted, table, text

from .models import Study
from .reporting_items import items
from .results import Results
from .results_tables import tables
from .results_words import headline, reader_rows


def pdf(study: Study, found: Results) -> bytes:
    return compiled(source(study, found))


def source(study: Study, found: Results) -> str:
    parts = [PAGE, heading(study.name, 1), muted(_facts(study, found))]
    if found.is_simulated:
        parts.append(f"*{text(_('Readers of this study are simulated. No person read these images.'))}*")
    head = headline(found)
    if head:
        inside = f"#text(size: 14pt, weight: 600)[{text(head['title'])}]\n\n{text(head['why'])}\n\n{muted(head['rule'])}"
        parts.append(f"#block(fill: luma(95%), inset: 10pt, radius: 3pt, width: 100%)[{inside}]")
    else:
        parts.append(text(_("No verdict: no reader answered every case.")))
    for shown in tables(found.found):
        parts += [heading(shown.title), muted(shown.note), table(shown.columns, shown.rows)]
    parts += [heading(_("Each reader")), table(*_readers(found))]
    parts += [heading(_("Methods")), *(f"{text(line)}\n" for line in methods(study, found))]
    parts += [heading(_("What this study cannot say")), text(caveat())]
    parts += [heading(_("Reporting items (STARD 2015, CLAIM 2024)"))]
    parts += [table((_("Item"), _("Topic"), _("In this study")), items(study, found), "auto, 1.2fr, 3fr")]
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
        % {"readers": len(found.readers), "real": study.real_images, "synthetic": study.synthetic_images, "how": how, "seed": study.seed},
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
