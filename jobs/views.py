from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from .models import Job
from .ownership import researcher_required, visible_or_404
from .queueing import retry_job, stop_job
from .sweeping import sweep


@researcher_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    sweep()
    jobs = Job.objects.visible_to(request.user).select_related("owner")[:100]
    return render(request, "jobs/list.html", {"jobs": jobs})


@researcher_required
@require_GET
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """One job, asked for every two seconds while it runs; the page around it is loaded anew when it has ended."""
    job = visible_or_404(Job.objects, request.user, pk=pk)
    page = request.htmx.current_url_abs_path if request.htmx else ""
    response = render(request, "jobs/_job.html", {"job": job, "next_url": page})
    if job.is_finished:
        response["HX-Refresh"] = "true"
    return response


@researcher_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    stop_job(visible_or_404(Job.objects, request.user, pk=pk))
    return _back(request)


@researcher_required
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    retry_job(visible_or_404(Job.objects, request.user, pk=pk))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page whose button was pressed; only a path of this site is believed."""
    path = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(path, allowed_hosts=None) and path.startswith("/")
    return redirect(path if is_ours else reverse("jobs:list"))
