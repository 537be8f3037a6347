"""What STARD 2015 (Bossuyt et al.) and CLAIM 2024 (Tejani et al.) ask of a report, filled from the study where it knows."""

from django.utils.translation import gettext as _

from .analysis.mrmc import THESE
from .models import ImportedStudy, Study
from .prompts import prompt_of
from .results import Results


def items(study: Study | ImportedStudy, found: Results) -> list[tuple[str, str, str]]:
    """(number, topic, what the study can say); what only its authors know is left for them to state."""
    own = _("for the authors to state")
    people = [(person, one) for person, one in found.readers if person.counts]
    gaps = sum(one.answered < len(found.case_names) for _person, one in people)
    experience = (
        "; ".join(sorted({person.experience or person.group for person, _one in people} - {""})) or own
    )
    design = _design(study, own) if isinstance(study, Study) else {}
    return [
        ("STARD 5", _("Prospective or retrospective"), design.get("time", own)),
        ("STARD 6", _("Eligibility"), own),
        ("STARD 7, 9", _("How images were chosen"), design.get("drawn", own)),
        ("STARD 8; CLAIM 7", _("Sources of images"), design.get("sources", own)),
        ("STARD 10a", _("Index test"), design.get("question", own)),
        ("STARD 10b, 11", _("Reference standard"), _("known by construction: from a real or from a synthetic set")),
        ("STARD 12a", _("Cut-offs"), design.get("cut", own)),
        ("STARD 13a", _("Blinding of readers"), design.get("blinding", own)),
        ("STARD 14, 16", _("Analysis and missing answers"), _("see Methods; %(n)d readers with gaps") % {"n": gaps}),
        ("STARD 17", _("Variability"), _variability(found)),
        ("STARD 18", _("Intended sample size"), design.get("size", own)),
        ("STARD 20", _("Readers"), experience),
        ("STARD 21b", _("Alternative diagnoses, strata"), _("see Groups of readers, kinds of images, phases") if found.report.parts else own),
        ("STARD 23, 24", _("Estimates with intervals"), _("see Over readers and Each reader")),
        ("STARD 26", _("Limits"), _("see What this study cannot say")),
        ("STARD 28", _("Registration and protocol"), design.get("protocol", own)),
        ("CLAIM 15–17", _("Data preparation and de-identification"), design.get("prepared", own)),
        ("CLAIM 28–30", _("Evaluation and its uncertainty"), _("multi-reader multi-case analysis, intervals at 95 per cent")),
        ("CLAIM 41–44", _("Code, data, limits"), own),
    ]  # fmt: skip


def _variability(found: Results) -> str:
    over = found.report.primary
    if over is not None and over.scope == THESE:
        return _("over images, for these readers only; see Agreement")
    return _("over readers and images; see Agreement")


def _design(study: Study, own: str) -> dict[str, str]:
    """What a study of this program knows of itself."""
    sets = lambda rows: ", ".join(str(row) for row in rows)  # noqa: E731
    audit = _("failed") if study.audit.get("state") == "alarm" else _("passed")
    planned = study.designed.plan.planned
    return {
        "time": _("prospective reading; protocol frozen before the first answer"),
        "drawn": _("drawn at random by a stored seed (%(seed)d)") % {"seed": study.seed},
        "sources": _("real: %(real)s; synthetic: %(made)s") % {"real": sets(study.real_sets.all()), "made": sets(study.synthetic_sets.all())},
        "question": _("a reader's answer to “%(question)s”") % {"question": prompt_of(study.primary)} if study.primary else own,
        "cut": _("pre-specified: the answer's side"),
        "blinding": _("truth, file names, other answers and running scores hidden; leakage audit %(state)s") % {"state": audit},
        "size": (str(planned["words"]) if planned else _("%(n)d images; no plan was kept with the protocol") % {"n": study.images}),
        "protocol": _("digest %(digest)s") % {"digest": study.protocol_digest[:16]},
        "prepared": _("images re-encoded to equal length, no metadata forwarded"),
    }  # fmt: skip
