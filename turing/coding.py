"""Words that readers wrote, sorted into categories by coders who work apart: counts by truth, and how far two coders agree."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from .models import Answer, Cue, Study, Truth
from .tables import Table

LONGEST = 60


@dataclass(frozen=True)
class Remark:
    """name: of its field in a form; code: this coder's own."""

    name: str
    answer: int
    question: str
    reader: str
    image: int
    truth: str
    text: str
    code: str


def remarks(study: Study, coder: Any) -> list[Remark]:
    """Everything that was written, in the order of the images, with what this coder made of it."""
    keys = {one.key for phase in study.designed.phases for one in phase.questions if one.kind == "text"}
    mine = {(cue.answer_id, cue.question): cue.code for cue in _cues(study).filter(coder=coder)}
    answers = (
        Answer.objects.of_study(study)
        .current()
        .filter(session__set_aside=None)
        .select_related("session__reader", "trial__case")
    )
    found = []
    for answer in answers.order_by("trial__case__position", "session__reader__number"):
        for key in sorted(keys & set(answer.replies)):
            if text := answer.replies[key].get("text", ""):
                case = answer.trial.case
                found.append(Remark(f"{answer.pk}-{key}", answer.pk, key, str(answer.session.reader), case.position + 1,
                                    str(case.get_truth_display()), text, mine.get((answer.pk, key), "")))  # fmt: skip
    return found


def code(study: Study, coder: Any, given: Any) -> int:
    """Keep a coder's categories; an emptied field takes the code back. Returns how many remarks have one now."""
    with transaction.atomic():
        for one in remarks(study, coder):
            if one.name not in given:
                continue
            typed = " ".join(str(given[one.name]).split())[:LONGEST].lower()
            place = {"answer_id": one.answer, "question": one.question, "coder": coder}
            if typed:
                Cue.objects.update_or_create(**place, defaults={"code": typed})
            else:
                Cue.objects.filter(**place).delete()
    return _cues(study).filter(coder=coder).count()


def cue_tables(study: Study) -> tuple[Table, ...]:
    """Counts by coder and truth, and the agreement of every two coders on the remarks that both have coded."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    codes: dict[str, dict[tuple[int, str], str]] = defaultdict(dict)
    for cue in _cues(study).select_related("coder", "answer__trial__case"):
        counts[str(cue.coder), cue.code][cue.answer.trial.case.truth] += 1
        codes[str(cue.coder)][cue.answer_id, cue.question] = cue.code
    truths = [truth for truth in Truth.values if any(counter[truth] for counter in counts.values())]
    rows = tuple(
        (coder, word, *(str(counter[truth]) for truth in truths))
        for (coder, word), counter in sorted(counts.items())
    )
    columns = (_("Coder"), _("Category"), *(str(Truth(truth).label) for truth in truths))
    return Table("cues", _("What gave it away, coded"), "", columns, rows), _agreement(codes)


def _agreement(codes: dict[str, dict[tuple[int, str], str]]) -> Table:
    from .analysis import agreement
    from .analysis.overall import maybe

    names, rows = sorted(codes), []
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            both = sorted(set(codes[a]) & set(codes[b]))
            if not both:
                continue
            words = sorted({codes[name][place] for name in (a, b) for place in both})
            table = np.array([[words.index(codes[name][place]) for place in both] for name in (a, b)], float)
            same, kappa, ac1 = (
                maybe(agreement.percent_agreement, table),
                maybe(agreement.cohen_kappa, *table),
                maybe(agreement.gwet_ac, table),
            )
            rows.append(
                (
                    f"{a} – {b}",
                    str(len(both)),
                    percent(same.value, 0),
                    decimals(kappa.value, 2),
                    decimals(ac1.value, 2),
                )
            )
    columns = (_("Coders"), _("Coded by both"), _("Same category"), _("Cohen κ"), _("Gwet AC1"))
    return Table(
        "coders",
        _("Agreement of the coders"),
        _("Each coder sees the own categories alone."),
        columns,
        tuple(rows),
    )


def _cues(study: Study) -> Any:
    return Cue.objects.filter(answer__session__reader__study=study)
