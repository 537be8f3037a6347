"""The analysis of a closed study: at once where it is small, else in a job whose result is kept."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jobs.progress import JobError, Progress
from jobs.queueing import retry_job, start_job

from .models import ImportedStudy, Study


def analysed_or_job(study: Study | ImportedStudy, user: Any) -> Any:
    """Results, or None with `study.job` at work on them."""
    from .results import imported_results, is_ready, results  # SciPy: only who looks at results pays for it

    if is_ready(study):
        return results(study) if isinstance(study, Study) else imported_results(study)
    job = study.job
    if job is None or job.kind != "turing.analyse" or job.status == job.Status.DONE:
        study.job = start_job(
            kind="turing.analyse",
            title=_("Analyse “%(study)s”") % {"study": study},
            owner=user,
            arguments=_named(study),
        )
        study.save(update_fields=["job"])
    elif job.status == job.Status.STOPPED:
        retry_job(job)
    return None


def _named(study: Study | ImportedStudy) -> dict[str, int]:
    return {"study" if isinstance(study, Study) else "imported": study.pk}


def analyse(progress: Progress, *, study: int | None = None, imported: int | None = None) -> None:
    """The job: makes and keeps the report."""
    from .results import NotClosed, imported_results, results

    def tell(done: int, total: int) -> None:
        progress.update(
            done, total, _("%(done)d of %(all)d parts of the analysis done") % {"done": done, "all": total}
        )

    row: Any = (
        Study.objects.filter(pk=study) if study else ImportedStudy.objects.filter(pk=imported)
    ).first()
    if row is None:
        raise JobError(_("The study was removed since."))
    try:
        results(row, tell) if study else imported_results(row, tell)
    except NotClosed as refusal:
        raise JobError(_("The study is not closed.")) from refusal
    progress.set_result(reverse("turing:results" if study else "turing:imported", args=[row.pk]))
