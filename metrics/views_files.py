"""A report as files, its images one by one, and the pictures of its sets."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from imagesets.models import ImageSet
from jobs.ownership import researcher_required, visible_or_404

from .access import link_to, pictures_seen, visible
from .reports import ReportError
from .tables import images_csv, numbers_csv


@researcher_required
@require_GET
def as_json(request: HttpRequest, pk: int) -> HttpResponse:
    return _download(_readable(request, pk).to_json(), "application/json", f"evaluation-{pk}.json")


@researcher_required
@require_GET
def numbers(request: HttpRequest, pk: int) -> HttpResponse:
    return _download(numbers_csv(_readable(request, pk)), "text/csv", f"evaluation-{pk}-numbers.csv")


@researcher_required
@require_GET
def images(request: HttpRequest, pk: int) -> HttpResponse:
    return _download(images_csv(_readable(request, pk)), "text/csv", f"evaluation-{pk}-images.csv")


@researcher_required
@require_GET
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    from .printing import pdf

    report, evaluation = _readable(request, pk), visible(request, pk)
    seen = pictures_seen(request, evaluation)

    def png(role: str, position: int) -> bytes | None:
        return _png(seen[role], position) if role in seen else None

    headers = {"Content-Disposition": f'attachment; filename="evaluation-{pk}.pdf"'}
    data = pdf(report, evaluation.name, png)
    return HttpResponse(data, content_type="application/pdf", headers=headers)


@researcher_required
@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """What every report.json holds to."""
    from .schema import schema_text

    return HttpResponse(schema_text(), content_type="application/schema+json; charset=utf-8")


@researcher_required
@require_GET
def image_table(request: HttpRequest, pk: int) -> HttpResponse:
    from .image_table import Order, image_page

    report, evaluation = _readable(request, pk), visible(request, pk)
    asked = request.GET.get("page", "1")
    order = Order(request.GET.get("sort", "realism"), request.GET.get("down") == "yes")
    link = link_to(evaluation, pictures_seen(request, evaluation))
    table = image_page(report, link, order, int(asked) if asked.isdecimal() and len(asked) < 9 else 1)
    return render(request, "metrics/images.html", {"evaluation": evaluation, "table": table})


def _readable(request: HttpRequest, pk: int) -> Any:
    evaluation = visible(request, pk)
    if not evaluation.is_ready:
        raise Http404
    try:
        return evaluation.read_report()
    except ReportError as error:
        raise Http404 from error


def _download(text: str, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)


@researcher_required
@require_GET
@cache_control(private=True, no_cache=True)
def picture(request: HttpRequest, pk: int, role: str, position: int) -> HttpResponse:
    """One picture of one of the evaluation's sets, for those who may see that set too."""
    image_set = dict(visible(request, pk).sets()).get(role)
    if image_set is None:
        raise Http404
    visible_or_404(ImageSet.objects, request.user, pk=image_set.pk)
    data = _png(image_set, position)
    if data is None:
        raise Http404
    return HttpResponse(data, content_type="image/png")


def _png(image_set: ImageSet, position: int) -> bytes | None:
    from .pictures import shown_png

    found = image_set.pictures.filter(position=position).first()
    if found is None or not found.path.exists():
        return None
    return shown_png(found.values(), image_set.intensity or (0.0, 255.0))
