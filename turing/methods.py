"""The sentences that a paper's methods section needs, from what was frozen and from how it was computed."""

from django.utils.translation import gettext as _

from .analysis.overall import U_STATISTIC
from .analysis.report import StudyReport
from .models import ImportedStudy, Study
from .prompts import prompt_of
from .results import Results


def methods(study: Study | ImportedStudy, found: Results) -> list[str]:
    report = found.report
    design = _imported(study, found) if isinstance(study, ImportedStudy) else _designed(study, found)
    return [*design, _figures(report), _readers(report), _rule(report)]


def _designed(study: Study, found: Results) -> list[str]:
    report, design = found.report, study.designed
    steps = study.confidence_steps
    how = (
        _("with %(n)d steps of confidence for each answer") % {"n": steps}
        if steps > 1
        else _("without confidence")
    )
    people = [person for person, _one in found.readers if person.counts]
    lines = [
        _("%(readers)d readers read %(real)d real and %(synthetic)d synthetic images, each in an own random order (seed %(seed)d), and answered “%(question)s” %(how)s. Readers could not see the truth, file names or each other's answers.")
        % {"readers": len(people), "real": report.real, "synthetic": report.synthetic, "how": how, "seed": study.seed,
           "question": prompt_of(study.primary) if study.primary else ""},
        _("The protocol was frozen at launch (%(day)s, SHA-256 %(digest)s); primary endpoint and margin (d′ = %(margin)s) are part of it.")
        % {"day": f"{study.launched:%Y-%m-%d}" if study.launched else "", "digest": study.protocol_digest, "margin": f"{study.margin:g}"},
    ]  # fmt: skip
    for number, phase in enumerate(design.phases, 1):
        if len(design.phases) > 1:
            told = (
                _("readers knew that some images were synthetic")
                if phase.informed
                else _("readers did not know that images were synthetic")
            )
            wash = (
                _(", at least %(n)d days after the phase before") % {"n": phase.washout_days}
                if phase.washout_days
                else ""
            )
            lines.append(_("Phase %(n)d%(title)s: %(told)s%(wash)s.") % {"n": number, "title": f" ({phase.title})" if phase.title else "", "told": told, "wash": wash})  # fmt: skip
    if design.based_on:
        lines.append(_("The design follows %(study)s.") % {"study": design.based_on})
    for amendment in study.amendments.order_by("number"):
        lines.append(_("Amendment %(n)d (%(day)s): %(reason)s") % {"n": amendment.number, "day": f"{amendment.created:%Y-%m-%d}", "reason": amendment.reason})  # fmt: skip
    if study.audit_reason:
        lines.append(
            _("The leakage audit failed; the study was launched all the same: %(reason)s")
            % {"reason": study.audit_reason}
        )
    if planned := design.plan.planned:
        lines.append(str(planned.get("words", "")))
    return lines


def _imported(study: ImportedStudy, found: Results) -> list[str]:
    report = found.report
    return [
        _("Answers of %(readers)d readers to %(real)d real and %(synthetic)d synthetic images were imported (SHA-256 of the file %(digest)s%(source)s). How images were drawn, shown and blinded is the word of the study's authors.")
        % {"readers": len(found.readers), "real": report.real, "synthetic": report.synthetic, "digest": study.digest,
           "source": f"; {study.citation}" if study.citation else ""},
        _("Primary endpoint and margin (d′ = %(margin)s) were chosen at the import, with the answers at hand.") % {"margin": f"{study.margin:g}"},
    ]  # fmt: skip


def _figures(report: StudyReport) -> str:
    if report.kind == "pair":
        return _(
            "Share of pairs in which the synthetic image was named, over readers and pairs: Obuchowski and Rockette 1995 with the degrees of freedom of Hillis 2007, interval on the logit scale; with fewer than five readers, for these readers only."
        )
    over = _(
        "Obuchowski and Rockette 1995 with the degrees of freedom of Hillis 2007, covariances by DeLong 1988 (clustered: Obuchowski 1997), intervals on the logit scale"
    )
    if report.primary and report.primary.method == U_STATISTIC:
        over = _(
            "U-statistic of Gallas 2006 and Gallas et al. 2009 over readers and images, since answers are missing"
        )
    return _(
        "Accuracy is the mean of sensitivity and specificity, 'synthetic' being the positive answer. Figures over readers: %(over)s; with fewer than five readers, for these readers only."
    ) % {"over": over}


def _readers(report: StudyReport) -> str:
    return _(
        "Single readers: Fisher's exact test, corrected after Holm 1979; signal detection with the log-linear correction (Hautus 1995). Agreement: two-way jackknife over images and readers. Generators: images nested in generators (Hillis 2014), the real images shared, Holm over all pairs. Parts of the study are exploratory."
    )


def _rule(report: StudyReport) -> str:
    return _(
        "The verdict follows from the interval: told apart when the one at 95 per cent excludes one half; else equivalent when the one at 90 per cent (two one-sided tests at 5 per cent) lies inside the margin, no single reader differs from chance, and positive controls, if any, were told apart; else inconclusive."
    )
