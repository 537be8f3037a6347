"""Answers of studies that were run elsewhere: hand them in, see the same report, take them away again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jobs.ownership import editable_or_404, researcher_required, visible_or_404

from .forms_import import ImportForm
from .models import ImportedStudy
from .views_results import attached, printed_response, results_response, with_results


@researcher_required
def bring(request: HttpRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        form.instance.owner = request.user
        return redirect("turing:imported", form.save().pk)
    return render(request, "turing/import.html", {"form": form})


@researcher_required
@require_GET
def imported(request: HttpRequest, pk: int) -> HttpResponse:
    return results_response(request, _visible(request, pk), "turing/imported.html")


@researcher_required
@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    return printed_response(request, _visible(request, pk))


@researcher_required
@require_GET
def imrmc(request: HttpRequest, pk: int) -> HttpResponse:
    from .exports import imrmc_text

    study = _visible(request, pk)
    title = f"imported answers {study.digest[:16]}"
    text = lambda found: HttpResponse(imrmc_text(title, found), content_type="text/plain; charset=utf-8")  # noqa: E731
    return with_results(request, study, lambda found: attached(text(found), study, "answers.imrmc"))


@require_POST
@researcher_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    study = editable_or_404(ImportedStudy.objects, request.user, pk=pk)
    study.delete()
    messages.success(request, _("The imported answers of “%(study)s” were removed.") % {"study": study})
    return redirect("turing:list")


def _visible(request: HttpRequest, pk: int) -> ImportedStudy:
    return visible_or_404(ImportedStudy.objects.select_related("job"), request.user, pk=pk)
