from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from imagesets.models import ImageSet, Origin
from jobs.models import Job
from jobs.ownership import editable_or_404, researcher_required
from jobs.queueing import stop_job

from .access import link_to, pictures_seen, visible
from .beginning import begin_evaluation
from .forms import EvaluationForm, unavailable_encoders
from .models import Comparison, Evaluation
from .reports import ReportError


@researcher_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    from .listing import list_rows

    found = Evaluation.objects.visible_to(request.user).defer("report")
    evaluations = found.select_related("real", "synthetic", "owner", "job")[:200]
    comparisons = (
        Comparison.objects.visible_to(request.user).defer("result").select_related("job", "owner")[:50]
    )
    return render(request, "metrics/list.html", {"rows": list_rows(evaluations), "comparisons": comparisons})


@researcher_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    given = {name: request.GET[name] for name in ("synthetic", "real", "training") if name in request.GET}
    form = EvaluationForm(request.POST or None, user=request.user, initial=given)
    if request.method == "POST" and form.is_valid():
        evaluation = begin_evaluation(request.user, form.cleaned_data)
        return redirect(evaluation)
    context = {"form": form, "unavailable": unavailable_encoders(), "missing": _missing(request.user)}
    return render(request, "metrics/new.html", context)


def _missing(user: Any) -> dict[str, str] | None:
    """What has to be there before anything can be evaluated."""
    sets = ImageSet.objects.visible_to(user).usable()
    if not sets.filter(origin=Origin.REAL).exists():
        return {
            "title": _("There is no real set yet"),
            "words": _("An evaluation compares synthetic images with real ones. Load real images first."),
            "url": reverse("imagesets:new"),
            "button": _("Load real images"),
        }
    if not sets.exclude(origin=Origin.REAL).exists():
        return {
            "title": _("There is no synthetic set yet"),
            "words": _("Make one with a generator, or upload one as an image set."),
            "url": reverse("generators:list"),
            "button": _("To the generators"),
        }
    return None


@researcher_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = visible(request, pk)
    context: dict[str, Any] = {
        "evaluation": evaluation,
        "can_edit": evaluation.is_editable_by(request.user),
    }
    if not evaluation.is_ready:
        return render(request, "metrics/pending.html", context | job_context(evaluation.job, request.user))
    try:
        report = evaluation.read_report()
    except ReportError:
        return render(request, "metrics/unreadable.html", context)
    return render(request, "metrics/detail.html", context | _report_context(request, evaluation, report))


def job_context(job: Job | None, user: Any) -> dict[str, Any]:
    return {
        "job": job,
        "job_visible": job is not None and Job.objects.visible_to(user).filter(pk=job.pk).exists(),
        "failed": job is not None and job.status == Job.Status.FAILED,
        "stopped": job is not None and job.status == Job.Status.STOPPED,
    }


def _report_context(request: HttpRequest, evaluation: Evaluation, report: Any) -> dict[str, Any]:
    from .congruence import congruence_rows
    from .presentation import report_context, role_rows

    roles = pictures_seen(request, evaluation)
    urls = {role: reverse("imagesets:detail", args=[image_set.pk]) for role, image_set in roles.items()}
    return {
        **report_context(report, link_to(evaluation, roles)),
        "roles": role_rows(report, urls),
        "congruence": congruence_rows(report, evaluation.synthetic, request.user),
        "made": evaluation.finished,
    }


@researcher_required
@require_POST
def share(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = editable_or_404(Evaluation.objects.defer("report"), request.user, pk=pk)
    evaluation.is_shared = request.POST.get("shared") == "yes"
    evaluation.save(update_fields=["is_shared"])
    messages.success(
        request,
        _("Other researchers see this report now.")
        if evaluation.is_shared
        else _("Only you and administrators see this report now."),
    )
    return redirect(evaluation)


@researcher_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation = editable_or_404(Evaluation.objects.defer("report"), request.user, pk=pk)
    if evaluation.job is not None and not evaluation.job.is_finished:
        stop_job(evaluation.job)
    name = evaluation.name
    evaluation.delete()
    messages.success(request, _("The evaluation “%(name)s” was deleted.") % {"name": name})
    return redirect("metrics:list")
