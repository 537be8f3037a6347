"""What a closed study found: made once, kept, and shown often. The same for answers that were imported."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from .analysis.described import CaseShare
from .analysis.keeping import from_plain, to_plain
from .analysis.readings import Readings
from .analysis.report import Extras, Judging, ReaderReport, StudyReport, report
from .gathering import Gathered, Person, gather
from .importing import read_answers
from .models import Case, ImportedStudy, KeptReport, Study

QUICK = 4_000  # answers that a page may analyse while somebody waits; more go to a job


class NotClosed(Exception):
    """Nothing is computed while somebody may still read."""


@dataclass(frozen=True)
class Results:
    """people: the rows of the readings; cases: the columns, None for imported answers, whose names are in case_names."""

    people: tuple[Person, ...]
    readings: Readings
    report: StudyReport
    case_names: tuple[str, ...]
    gathered: Gathered | None = None
    turned: bool = False  # the file's ratings rose with 'real' and were turned round

    @property
    def is_simulated(self) -> bool:
        return any(one.is_simulated for one in self.people)

    @property
    def readers(self) -> list[tuple[Person, ReaderReport]]:
        """Those who answered anything, as the table has them: people who count first, machines last."""
        rows = [(self.people[one.row], one) for one in self.report.readers]
        return sorted(rows, key=lambda row: (row[0].is_machine, row[0].number))

    @property
    def cases(self) -> list["CaseResult"]:
        if self.gathered is None:
            return []
        counted = self.readings.people().said
        return [
            CaseResult(case, share, tuple(None if vote != vote else bool(vote) for vote in counted[:, i]))
            for i, (case, share) in enumerate(zip(self.gathered.cases, self.report.cases))
        ]


@dataclass(frozen=True)
class OwnResult:
    """What a reader learns of the own reading, after the close; others are there as their mean alone."""

    answered: int
    right: int
    accuracy: float | None
    interval: tuple[float, float] | None
    sensitivity: float | None
    specificity: float | None
    auc: float | None
    seconds: float | None  # median
    mean_accuracy: float | None  # over all readers who count
    verdict: str


def own_result(study: Study, number: int) -> OwnResult | None:
    """Of the reader with this number. None where nothing was answered under the primary question; raises NotClosed."""
    found = results(study)
    one = next((one for person, one in found.readers if person.number == number), None)
    if one is None:
        return None
    s, pairs = one.summary, one.pairs
    return OwnResult(
        one.answered, one.right, pairs.value if pairs else s.accuracy if s else None,
        pairs.wilson if pairs else s.accuracy_interval if s else None,
        s.sensitivity.value if s and s.sensitivity else None, s.specificity.value if s and s.specificity else None,
        one.auc.value if one.auc else None, one.times.median if one.times else None,
        found.report.accuracy.estimate if found.report.accuracy else None, found.report.verdict.name if found.report.verdict else "",
    )  # fmt: skip


@dataclass(frozen=True)
class CaseResult:
    """votes: one a reader who counts, in the order of the table: True for 'synthetic', None for no answer."""

    case: Case
    share: CaseShare
    votes: tuple[bool | None, ...]


Tell = Callable[[int, int], None]


def results(study: Study, tell: Tell = lambda done, all_: None) -> Results:
    """Raises NotClosed. A study without answers has readers and no figures."""
    if not study.is_closed:
        raise NotClosed
    gathered = gather(study)
    names = tuple(str(case.position + 1) for case in gathered.cases)
    kept = _kept(study) or _keep(study, gathered.readings, gathered.judging, gathered.extras(), tell)
    return Results(gathered.people, gathered.readings, kept, names, gathered)


def imported_results(study: ImportedStudy, tell: Tell = lambda done, all_: None) -> Results:
    """Of a row; of one that was never saved too, and then nothing is kept."""
    found = read_answers(study.answers, study.layout())
    people = tuple(
        Person(i, name, group=str(group))
        for i, (name, group) in enumerate(zip(found.readers, found.readings.groups), 1)
    )
    judging = Judging(study.endpoint, study.accuracy_margin, study.auc_margin)
    if study.pk is None:
        made = report(found.readings, judging, Extras(), tell)
    else:
        made = _kept(study) or _keep(study, found.readings, judging, Extras(), tell)
    return Results(people, found.readings, made, found.cases, turned=study.higher_is_real)


def is_ready(study: Study | ImportedStudy) -> bool:
    """Whether a page may show the results at once: kept already, or soon made."""
    return _kept(study) is not None or study.answer_count() <= QUICK


def _kept(study: Study | ImportedStudy) -> StudyReport | None:
    """None where nothing was kept, or by another version of this program."""
    row = KeptReport.objects.filter(**_owner(study), program=settings.VERSION).first()
    if row is None:
        return None
    try:
        return from_plain(StudyReport, row.report)
    except (KeyError, TypeError, ValueError):
        return None


def _keep(
    study: Study | ImportedStudy, readings: Readings, judging: Judging, extras: Extras, tell: Tell
) -> StudyReport:
    made = report(readings, judging, extras, tell)
    KeptReport.objects.update_or_create(
        **_owner(study), defaults={"report": to_plain(made), "program": settings.VERSION}
    )
    return made


def _owner(study: Study | ImportedStudy) -> dict[str, Study | ImportedStudy]:
    return {"study": study} if isinstance(study, Study) else {"imported": study}
