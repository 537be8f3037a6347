"""What STARD 2015 (Bossuyt et al.) and CLAIM 2024 (Tejani et al.) ask of a report, filled from the study where it knows."""

from django.utils.translation import gettext as _

from .models import Study
from .prompts import prompt_of
from .results import Results


def items(study: Study, found: Results) -> list[tuple[str, str, str]]:
    """(number, topic, what the study can say); an em dash where the authors have to write it."""
    own = _("for the authors to state")
    sets = lambda rows: ", ".join(str(row) for row in rows)  # noqa: E731
    gaps = sum(row.answered < study.images for row in found.readers)
    audit = _("failed") if study.audit.get("state") == "alarm" else _("passed")
    return [
        ("STARD 5", _("Prospective or retrospective"), _("prospective reading; protocol frozen before the first answer")),
        ("STARD 6", _("Eligibility"), own),
        ("STARD 7, 9", _("How images were chosen"), _("drawn at random by a stored seed (%(seed)d)") % {"seed": study.seed}),
        ("STARD 8; CLAIM 7", _("Sources of images"), _("real: %(real)s; synthetic: %(made)s") % {"real": sets(study.real_sets.all()), "made": sets(study.synthetic_sets.all())}),
        ("STARD 10a", _("Index test"), _("a reader's answer to “%(question)s”") % {"question": prompt_of(study.primary) if study.primary else own}),
        ("STARD 10b, 11", _("Reference standard"), _("known by construction: from the real or from the synthetic set")),
        ("STARD 12a", _("Cut-offs"), _("pre-specified: the answer's side")),
        ("STARD 13a", _("Blinding of readers"), _("truth, file names, other answers and running scores hidden; leakage audit %(state)s") % {"state": audit}),
        ("STARD 14, 16", _("Analysis and missing answers"), _("see Methods; %(n)d readers with gaps, who enter only the U-statistic") % {"n": gaps}),
        ("STARD 17", _("Variability"), _("over readers and images; see Agreement")),
        ("STARD 18", _("Intended sample size"), _("%(n)d images; planned power: see the protocol") % {"n": study.images}),
        ("STARD 20", _("Readers"), "; ".join(sorted({row.reader.experience for row in found.readers if row.reader.experience})) or own),
        ("STARD 23, 24", _("Estimates with intervals"), _("see Over readers and Each reader")),
        ("STARD 26", _("Limits"), _("see What this study cannot say")),
        ("STARD 28", _("Registration and protocol"), _("digest %(digest)s") % {"digest": study.protocol_digest[:16]}),
        ("CLAIM 15–17", _("Data preparation and de-identification"), _("images re-encoded to equal length, no metadata forwarded")),
        ("CLAIM 28–30", _("Evaluation and its uncertainty"), _("multi-reader multi-case analysis, intervals at 95 per cent")),
        ("CLAIM 41–44", _("Code, data, limits"), own),
    ]  # fmt: skip
