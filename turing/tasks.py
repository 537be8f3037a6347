"""The job that prepares a study for its launch."""

from django.urls import reverse
from django.utils.translation import gettext as _

from jobs.progress import JobError, Progress

from .drawing import NotReady
from .models import Study
from .preparing import prepare_cases


def render(progress: Progress, *, study: int) -> None:
    row = Study.objects.filter(pk=study).first()
    if row is None or row.state != Study.State.RENDERING or row.job_id != progress.job.pk:
        raise JobError(_("The study was changed or removed since: prepare it again from its page."))

    def tell(done: int, total: int) -> None:
        progress.update(done, total, _("%(done)d of %(all)d images rendered") % {"done": done, "all": total})

    try:
        prepare_cases(row, tell=tell, writing=progress.writing)
    except NotReady as refusal:
        raise JobError(str(refusal)) from refusal
    progress.set_result(reverse("turing:detail", args=[row.pk]))
