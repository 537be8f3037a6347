"""The sentences that a paper's methods section needs, from what was frozen and from how it was computed."""

from django.utils.translation import gettext as _

from jobs.wording import percent

from .analysis.mrmc import THESE, OneModality
from .analysis.overall import JACKKNIFE, U_STATISTIC
from .analysis.report import StudyReport
from .models import ImportedStudy, Study
from .prompts import prompt_of
from .results import Results
from .words import audit_words


def methods(study: Study | ImportedStudy, found: Results) -> list[str]:
    report = found.report
    design = _imported(study, found) if isinstance(study, ImportedStudy) else _designed(study, found)
    return [*design, *filter(None, (_figures(report), _readers(report), _rule(report)))]


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
        % {"day": f"{study.launched:%Y-%m-%d}" if study.launched else "", "digest": study.protocol_digest, "margin": f"{study.plan_at_launch.margin:g}"},
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
    if study.buffers.get("texts"):
        lines.append(_("A clinical text stood under each image; texts were audited like images."))
    if study.audit_reason:
        lines.append(
            _("The leakage audit failed; the study was launched all the same: %(reason)s")
            % {"reason": study.audit_reason}
        )
        lines += [trait["said"] for trait in audit_words(study)["traits"]]
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
    over = report.primary
    if over is None:
        return ""
    what = (
        _("Share of pairs in which the synthetic image was named, the mean over readers.")
        if report.kind == "pair"
        else _("Accuracy is the mean of sensitivity and specificity, 'synthetic' being the positive answer.")
    )
    return " ".join((what, *_how(report, over)))


def _how(report: StudyReport, over: OneModality) -> list[str]:
    """What was computed of the primary figure, one sentence each."""
    fixed = over.scope == THESE
    if over.method == JACKKNIFE:
        lines = [_("Answers are missing: the area of all answers, its error by a jackknife over images.")]
    elif over.method == U_STATISTIC:
        lines = [_("Answers are missing: U-statistic of Gallas 2006 and Gallas et al. 2009, its variance at least that of the images alone.")]  # fmt: skip
    elif fixed:
        lines = [_("Covariances from each image's part in the figures (DeLong 1988).")]
    else:
        lines = [_("Figures over readers: Obuchowski and Rockette 1995 with the degrees of freedom of Hillis 2007, covariances from each image's part in the figures (DeLong 1988).")]  # fmt: skip
    if fixed:
        lines.append(_("Fewer than five readers answered: they are fixed, the images alone are a sample."))
    else:
        lines.append(_("Readers and images are both samples."))
    lines.append(_("Intervals on the logit scale."))
    if report.clustered:
        lines.append(_("Images of one patient or source are one cluster (Obuchowski 1997)."))
    if report.whole < report.counted:
        lines.append(_("%(n)d of %(all)d readers answered every image; answers are taken to be missing at random.") % {"n": report.whole, "all": report.counted})  # fmt: skip
    return lines


def _readers(report: StudyReport) -> str:
    """Of everything beside the primary figure: what was computed, and nothing else."""
    paired = report.kind == "pair"
    said: tuple[tuple[object, str], ...] = (
        (report.readers and paired, _("Single readers: exact binomial test, corrected after Holm 1979; d′ is √2 z of the share right.")),
        (report.readers and not paired and report.endpoint == "accuracy", _("Single readers: Fisher's exact test, corrected after Holm 1979.")),
        (report.readers and not paired and report.endpoint == "auc", _("Single readers: area of DeLong 1988, test of Mann and Whitney 1947, corrected after Holm 1979; Fisher's exact test of the two answers.")),
        (report.readers and not paired, _("Signal detection with the log-linear correction (Hautus 1995).")),
        (report.agreement and report.counted > 2, _("Agreement: two-way jackknife over images and readers.")),
        (report.agreement and report.counted == 2, _("Agreement of the two readers: jackknife over images.")),
        (report.generators, _("Generators: images nested in generators (Hillis 2014), the real images shared; their differences corrected after Holm over all pairs.")),
        (report.learning and report.learning.interval, _("Learning: each reader's slope of right answers on the logarithm of the position, t over readers.")),
        (report.parts, _("Parts of the study are exploratory and not corrected.")),
    )  # fmt: skip
    return " ".join(sentence for holds, sentence in said if holds)


def _rule(report: StudyReport) -> str:
    if report.verdict is None:
        return ""
    controls = (
        _(", and positive controls were told apart above %(bound)s")
        % {"bound": percent(report.control_bound, 0)}
        if report.controls
        else ""
    )
    return _(
        "The verdict follows from the primary figure alone: told apart when its interval at 95 per cent excludes one half; else equivalent when the one at 90 per cent (two one-sided tests at 5 per cent) lies inside the margin, no single reader differs from chance after Holm%(controls)s; else inconclusive."
    ) % {"controls": controls}
