from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from imagesets.models import ImageSet
from jobs.models import Job
from jobs.sweeping import sweep
from metrics.listing import list_rows
from metrics.models import Evaluation
from turing.models import Study

from .next_steps import next_steps


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not user.is_researcher:
        return redirect("turing:list")
    sweep()
    context = {
        "steps": next_steps(user),
        "jobs": Job.objects.visible_to(user).unfinished().select_related("owner")[:5],
        "rows": list_rows(
            Evaluation.objects.visible_to(user).defer("report").select_related("real", "synthetic", "job")[:5]
        ),
        "studies": Study.objects.visible_to(user).select_related("owner").with_counts()[:5],
        "image_sets": ImageSet.objects.visible_to(user).usable()[:3],
    }
    return render(request, "evalsite/home.html", context)
