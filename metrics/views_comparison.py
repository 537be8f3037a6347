"""Several synthetic sets side by side: the form, the page, the files."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jobs.ownership import editable_or_404, is_number, researcher_required, visible_or_404
from jobs.queueing import stop_job

from .beginning import begin_comparison
from .forms_comparison import ComparisonForm
from .models import Comparison
from .reports import ReportError
from .views import job_context


@researcher_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    given = {
        "real": request.GET.get("real"),
        "sets": [pk for pk in request.GET.getlist("sets") if is_number(pk)],
    }
    form = ComparisonForm(
        request.POST or None, user=request.user, initial={k: v for k, v in given.items() if v}
    )
    if request.method == "POST" and form.is_valid():
        return redirect(begin_comparison(request.user, form.cleaned_data))
    return render(request, "metrics/compare.html", {"form": form, "enough": form.choices >= 2})


@researcher_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    comparison = _visible(request, pk)
    context: dict[str, Any] = {"comparison": comparison, "can_edit": comparison.is_editable_by(request.user)}
    if not comparison.is_ready:
        return render(
            request, "metrics/comparison_pending.html", context | job_context(comparison.job, request.user)
        )
    from .comparison_page import comparison_context

    return render(
        request, "metrics/comparison.html", context | comparison_context(_result(comparison), comparison.seen)
    )


@researcher_required
@require_GET
def as_json(request: HttpRequest, pk: int) -> HttpResponse:
    text = _result(_ready(request, pk)).to_json()
    return _attached(text, "application/json", f"comparison-{pk}.json")


@researcher_required
@require_GET
def as_csv(request: HttpRequest, pk: int) -> HttpResponse:
    from .comparison_page import comparison_csv

    return _attached(comparison_csv(_result(_ready(request, pk))), "text/csv", f"comparison-{pk}.csv")


@researcher_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    comparison = editable_or_404(Comparison.objects.all(), request.user, pk=pk)
    if comparison.job is not None and not comparison.job.is_finished:
        stop_job(comparison.job)
    name = comparison.name
    comparison.delete()
    messages.success(request, _("The comparison “%(name)s” was deleted.") % {"name": name})
    return redirect("metrics:list")


def _visible(request: HttpRequest, pk: int) -> Comparison:
    return visible_or_404(Comparison.objects.select_related("real", "job", "owner"), request.user, pk=pk)


def _ready(request: HttpRequest, pk: int) -> Comparison:
    comparison = _visible(request, pk)
    if not comparison.is_ready:
        raise Http404
    return comparison


def _result(comparison: Comparison) -> Any:
    from .side_by_side import SideBySide

    try:
        return SideBySide.from_data(comparison.result)
    except ReportError as error:
        raise Http404 from error


def _attached(text: str, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)
