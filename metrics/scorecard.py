"""A report under the seven heads of a published scorecard, each with what stands in it and what it cannot say. Pure.

Zamzmi et al., "Scorecard for synthetic medical data evaluation", Communications Engineering 4 (2025): congruence, coverage,
constraint, completeness, compliance, comprehension, consistency.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .reports import Report, Sentence, Verdict
from .reports import gettext_noop as _


@dataclass(frozen=True)
class Criterion:
    """`state` as of a verdict; "none" where nothing was measured that bears on it."""

    name: str
    title: str
    question: str
    state: str
    findings: tuple[Sentence, ...]
    caveat: str


def scorecard(report: Report) -> tuple[Criterion, ...]:
    return tuple(
        Criterion(name, title, question, *find(report), caveat)
        for name, title, question, find, caveat in _HEADS
    )


Found = tuple[str, tuple[Sentence, ...]]


def _verdict(report: Report, subject: str) -> Verdict | None:
    return next((verdict for verdict in report.verdicts if verdict.subject == subject), None)


def _congruence(report: Report) -> Found:
    return _as_verdict(report, "fidelity")


def _coverage(report: Report) -> Found:
    return _as_verdict(report, "diversity")


def _compliance(report: Report) -> Found:
    return _as_verdict(report, "memorisation")


def _as_verdict(report: Report, subject: str) -> Found:
    found = _verdict(report, subject)
    return (found.state, (found.finding,)) if found else ("none", (Sentence(_("It was not measured.")),))


def _constraint(report: Report) -> Found:
    real, made = report.real, report.synthetic
    if (
        set(real.sizes) == set(made.sizes)
        and real.intensity == made.intensity
        and real.channels == made.channels
    ):
        return "fine", (
            Sentence(_("Sizes, channels and declared intensity range are those of the real images.")),
        )
    return "warning", (
        Sentence(_("Sizes or declared intensity ranges differ from the real images; the notes say how.")),
    )


def _completeness(report: Report) -> Found:
    known = {
        _("No patients of the real images are named."): report.real.groups > 0,
        _("The classes of both sets are not known."): bool(report.classes),
        _("The images that the generator was trained on are not known."): report.training is not None,
    }
    lacks = tuple(Sentence(words) for words, is_known in known.items() if not is_known)
    return (
        ("warning", lacks)
        if lacks
        else ("fine", (Sentence(_("Patients, classes and training images are known.")),))
    )


def _comprehension(report: Report) -> Found:
    return "fine", (
        Sentence(
            _("%(n)s numbers, each with its protocol; the same seed (%(seed)s) gives this report again."),
            {"n": sum(number.value is not None for number in report.numbers), "seed": report.seed},
        ),
    )


def _consistency(report: Report) -> Found:
    encoders = {
        number.encoder for number in report.numbers if number.metric == "kid" and number.value is not None
    }
    if len(encoders) < 2:
        return "none", (Sentence(_("One encoder was used, and one set of one training.")),)
    fidelity = _verdict(report, "fidelity")
    if fidelity is not None and "opposite" in fidelity.consequence.template:
        return "warning", (Sentence(_("The encoders disagree about the distance.")),)
    return "fine", (Sentence(_("The %(n)s encoders agree about the distance."), {"n": len(encoders)}),)


_HEADS: tuple[tuple[str, str, str, Callable[[Report], Found], str], ...] = (
    (
        "congruence", _("Congruence"), _("Do the images look like real ones?"), _congruence,
        _("Features are not what a clinician sees: a reader study says whether people can tell. Nothing here says that the images serve a purpose."),
    ),
    (
        "coverage", _("Coverage"), _("Do they vary as real ones do?"), _coverage,
        _("Only against these real images: what the real set lacks, no number can miss."),
    ),
    (
        "constraint", _("Constraint"), _("Do they keep to what is possible?"), _constraint,
        _("Formats and ranges only. Whether anatomy and physics are possible, the sides right, the organs as many as they should be, a reader must say."),
    ),
    (
        "completeness", _("Completeness"), _("Is all there that a user needs?"), _completeness,
        _("Labels are taken as given; whether a synthetic image shows what its label says was not tested."),
    ),
    (
        "compliance", _("Compliance"), _("May the images be passed on?"), _compliance,
        _("A copy that is not found is no proof of privacy, and rules of law or of an ethics board are not judged here."),
    ),
    (
        "comprehension", _("Comprehension"), _("Is it known how they were made and judged?"), _comprehension,
        _("How the images were made stands on the set's own page, as far as its maker said."),
    ),
    (
        "consistency", _("Consistency"), _("Would another try give the same?"), _consistency,
        _("A claim about a method, rather than about this set, needs at least three trainings with different seeds; compare their evaluations."),
    ),
)  # fmt: skip
