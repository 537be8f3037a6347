"""What owners see after the close, and nobody before it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jobs.ownership import researcher_required, visible_or_404

from .analysing import analysed_or_job
from .archive import archive
from .models import ImportedStudy, Study, Truth

SHOWN = 16  # images in each gallery
NOT_YET = 202


@researcher_required
@require_GET
def results_page(request: HttpRequest, pk: int) -> HttpResponse:
    study = visible_or_404(Study.objects.select_related("job"), request.user, pk=pk)
    if not study.is_closed:
        return redirect("turing:detail", pk)
    return results_response(request, study)


def results_response(
    request: HttpRequest, study: Study | ImportedStudy, template: str = "turing/results.html"
) -> HttpResponse:
    """The page of results, or of the job that makes them."""
    found = analysed_or_job(study, request.user)
    if found is None:
        return render(request, "turing/analysing.html", {"study": study, "job": study.job}, status=NOT_YET)
    return render(request, template, {"study": study, **page(found)})


def page(found: Any) -> dict[str, Any]:
    from . import charts, figures  # these bring SciPy: only this page pays for it
    from .results_shown import shown
    from .results_words import headline, main_numbers, reader_rows, readers_heading

    report, people = found.report, found.readings.people()
    curves = [one.curve for person, one in found.readers if one.curve and person.counts]
    return {
        "found": found, "report": report, "headline": headline(found), "rows": reader_rows(found), "readers_heading": readers_heading(found),
        "roc": charts.roc(curves, report.average), "axis": charts.axis(), "numbers": main_numbers(report), "galleries": galleries(found.cases),
        "matrix": figures.answer_matrix(people), "tables": shown(found),
    }  # fmt: skip


def galleries(cases: list[Any]) -> list[dict[str, Any]]:
    """Give-aways, best fakes, and real images that were doubted, each with its votes."""
    from .reviewing import voted

    seen = [case for case in cases if case.share.answered]
    fakes = [case for case in seen if case.case.truth != Truth.REAL]
    reals = [case for case in seen if case.case.truth == Truth.REAL]
    share = lambda one: one.share.said_synthetic / one.share.answered  # noqa: E731
    groups = (
        ("giveaways", _("What gave them away"), _("Synthetic images that most readers recognised: how many of them said “synthetic”, with Wilson’s interval (95 %)."), sorted(fakes, key=lambda c: -share(c))),
        ("best", _("What passed for real"), _("Synthetic images taken for real most often."), sorted(fakes, key=share)),
        ("doubted", _("What was real and doubted"), _("Real images taken for synthetic most often."), sorted(reals, key=lambda c: -share(c))),
    )  # fmt: skip
    return [
        {"anchor": anchor, "title": title, "note": note, "cases": voted(cases[:SHOWN])}
        for anchor, title, note, cases in groups if cases
    ]  # fmt: skip


def closed_or_404(request: HttpRequest, pk: int) -> Study:
    study = visible_or_404(Study.objects.select_related("job"), request.user, pk=pk)
    if not study.is_closed:
        raise Http404
    return study


def with_results(
    request: HttpRequest, study: Study | ImportedStudy, make: Callable[[Any], HttpResponse]
) -> HttpResponse:
    """A file made from the results; while a job makes them, the page that says so."""
    found = analysed_or_job(study, request.user)
    if found is None:
        messages.info(request, _("The results are being made; the file can be had when they are."))
        return redirect("turing:results" if isinstance(study, Study) else "turing:imported", study.pk)
    return make(found)


def attached(response: Any, study: Study | ImportedStudy, ending: str) -> Any:
    name = slugify(study.name) or f"study-{study.pk}"
    response["Content-Disposition"] = f'attachment; filename="{name}-{ending}"'
    return response


@researcher_required
@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    from .exports import answers_csv

    study = closed_or_404(request, pk)
    response = StreamingHttpResponse(answers_csv(study), content_type="text/csv; charset=utf-8")
    return attached(response, study, "answers.csv")


@researcher_required
@require_GET
def imrmc(request: HttpRequest, pk: int) -> HttpResponse:
    from .exports import imrmc_text

    study = closed_or_404(request, pk)
    title = f"study {study.pk}, protocol {study.protocol_digest[:16]}"
    text = lambda found: HttpResponse(imrmc_text(title, found), content_type="text/plain; charset=utf-8")  # noqa: E731
    return with_results(request, study, lambda found: attached(text(found), study, "answers.imrmc"))


@researcher_required
@require_GET
def rjafroc(request: HttpRequest, pk: int) -> HttpResponse:
    from .exports import rjafroc_workbook

    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    study = closed_or_404(request, pk)
    book = lambda found: HttpResponse(rjafroc_workbook(found), content_type=kind)  # noqa: E731
    return with_results(request, study, lambda found: attached(book(found), study, "rjafroc.xlsx"))


@researcher_required
@require_GET
def whole(request: HttpRequest, pk: int) -> HttpResponse:
    study = closed_or_404(request, pk)
    return attached(
        JsonResponse(archive(study), json_dumps_params={"indent": 1, "ensure_ascii": False}),
        study,
        "study.json",
    )


@researcher_required
@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    return printed_response(request, closed_or_404(request, pk))


def printed_response(request: HttpRequest, study: Study | ImportedStudy) -> HttpResponse:
    from .printing import pdf

    beside = render_to_string("turing/_beside.txt", {"study": study, "user": request.user}).strip()
    made = lambda found: HttpResponse(pdf(study, found, beside), content_type="application/pdf")  # noqa: E731
    return with_results(request, study, lambda found: attached(made(found), study, "report.pdf"))


@researcher_required
@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Every image with its truth, its votes and what was said of it."""
    study = closed_or_404(request, pk)
    found = analysed_or_job(study, request.user)
    if found is None:
        return redirect("turing:results", pk)
    from .reviewing import reviewed

    return render(request, "turing/review.html", {"study": study, "cases": reviewed(found, request.GET)})


@researcher_required
def cues(request: HttpRequest, pk: int) -> HttpResponse:
    """Sort what readers wrote into categories; whoever may see the study may code, each apart."""
    from .coding import code, cue_tables, remarks

    study = closed_or_404(request, pk)
    if request.method == "POST":
        done = code(study, request.user, request.POST)
        messages.success(request, _("%(n)d remarks have a category of yours.") % {"n": done})
        return redirect("turing:cues", pk)
    found = remarks(study, request.user)
    tables = [
        {"table": table, "rows": [list(zip(table.columns, row)) for row in table.rows]}
        for table in cue_tables(study)
        if table.rows
    ]
    words = sorted({one.code for one in found} - {""})
    return render(
        request, "turing/cues.html", {"study": study, "remarks": found, "tables": tables, "words": words}
    )
