"""What owners see after the close, and nobody before it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jobs.ownership import researcher_required, visible_or_404

from .archive import archive
from .exports import answers_csv, imrmc_text, rjafroc_workbook
from .models import Study, Truth

SHOWN = 16  # images in each gallery


@researcher_required
@require_GET
def results_page(request: HttpRequest, pk: int) -> HttpResponse:
    from . import charts, figures  # these bring SciPy: only this page pays for it
    from .results import results
    from .results_shown import shown
    from .results_words import headline, reader_rows

    study = visible_or_404(Study.objects.all(), request.user, pk=pk)
    if not study.is_closed:
        return redirect("turing:detail", pk)
    found = results(study)
    curves = [row.curve for row in found.readers if row.curve]
    context = {
        "study": study, "found": found, "headline": headline(found), "rows": reader_rows(found),
        "roc": charts.roc(curves, found.average_curve), "axis": charts.axis(), "galleries": _galleries(found),
        "everything": _voted(found.cases), "tables": shown(found.found, found.readings), "matrix": figures.answer_matrix(found.readings),
    }  # fmt: skip
    return render(request, "turing/results.html", context)


def _galleries(found: Any) -> list[dict[str, Any]]:
    """Give-aways, best fakes, and real images that were doubted, each with its votes."""
    fakes = [case for case in found.cases if case.case.truth == Truth.SYNTHETIC and case.answered]
    reals = [case for case in found.cases if case.case.truth == Truth.REAL and case.answered]
    share = lambda case: case.said_synthetic / case.answered  # noqa: E731
    groups = (
        (_("Synthetic images that most readers recognised"), sorted(fakes, key=lambda c: -share(c))),
        (_("Synthetic images taken for real most often"), sorted(fakes, key=share)),
        (_("Real images taken for synthetic most often"), sorted(reals, key=lambda c: -share(c))),
    )
    return [{"title": title, "cases": _voted(cases[:SHOWN])} for title, cases in groups if cases]


def _voted(cases: Any) -> list[dict[str, Any]]:
    from . import charts

    return [{"result": case, "votes": charts.votes(case.votes)} for case in cases]


def closed_or_404(request: HttpRequest, pk: int) -> Study:
    study = visible_or_404(Study.objects.all(), request.user, pk=pk)
    if not study.is_closed:
        raise Http404
    return study


def _attached(response: Any, study: Study, ending: str) -> Any:
    name = slugify(study.name) or f"study-{study.pk}"
    response["Content-Disposition"] = f'attachment; filename="{name}-{ending}"'
    return response


@researcher_required
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    study = closed_or_404(request, pk)
    response = StreamingHttpResponse(answers_csv(study), content_type="text/csv; charset=utf-8")
    return _attached(response, study, "answers.csv")


@researcher_required
@require_GET
def imrmc(request: HttpRequest, pk: int) -> HttpResponse:
    study = closed_or_404(request, pk)
    response = HttpResponse(imrmc_text(study), content_type="text/plain; charset=utf-8")
    return _attached(response, study, "answers.imrmc")


@researcher_required
@require_GET
def rjafroc(request: HttpRequest, pk: int) -> HttpResponse:
    study = closed_or_404(request, pk)
    return _attached(
        HttpResponse(
            rjafroc_workbook(study),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        study,
        "rjafroc.xlsx",
    )


@researcher_required
@require_GET
def whole(request: HttpRequest, pk: int) -> HttpResponse:
    study = closed_or_404(request, pk)
    return _attached(
        JsonResponse(archive(study), json_dumps_params={"indent": 1, "ensure_ascii": False}),
        study,
        "study.json",
    )


@researcher_required
@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    from .printing import pdf
    from .results import results

    study = closed_or_404(request, pk)
    return _attached(
        HttpResponse(pdf(study, results(study)), content_type="application/pdf"), study, "report.pdf"
    )
