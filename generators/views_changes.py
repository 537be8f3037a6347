"""How the pictures of a set differ from those that a network made them from."""

import io
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from imagesets.models import ImageSet, Picture
from jobs.ownership import researcher_required, visible_or_404

MOST = 48  # pictures compared on the page, evenly chosen


@dataclass(frozen=True)
class Row:
    picture: Picture
    source: Picture
    change: Any  # changes.Change


@researcher_required
@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    from .changes import compare  # SciPy, which other pages need not wait for

    made, source = _ends(request, pk)
    number = min(made.count, MOST)
    positions = [n * made.count // number for n in range(number)]
    chosen = list(made.pictures.filter(position__in=positions).select_related("image_set"))
    named = [(picture.parameters or {}).get("source", -1) for picture in chosen]
    sources = {p.position: p for p in source.pictures.filter(position__in=named).select_related("image_set")}
    rows = []
    for picture, position in zip(chosen, named):
        origin = sources.get(position)
        if origin is not None:
            rows.append(Row(picture, origin, compare(*_shares(origin, picture))))
    rows.sort(key=lambda row: -row.change.peak)
    context = {
        "set": made, "source": source, "rows": rows, "notable": sum(row.change.is_notable for row in rows),
        "overlap": median(row.change.overlap for row in rows) if rows else None,
        "mean": fmean(row.change.mean for row in rows) if rows else None,
    }  # fmt: skip
    return render(request, "generators/changes.html", context)


@researcher_required
@require_GET
@cache_control(private=True, no_cache=True)
def difference(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    from .changes import picture_of

    made, source = _ends(request, pk)
    picture = get_object_or_404(made.pictures, position=position)
    origin = get_object_or_404(source.pictures, position=(picture.parameters or {}).get("source", -1))
    out = io.BytesIO()
    picture_of(*_shares(origin, picture)).save(out, "PNG")
    return HttpResponse(out.getvalue(), content_type="image/png")


def _ends(request: HttpRequest, pk: int) -> tuple[ImageSet, ImageSet]:
    """The set and the one it was made from; 404 for a set that was not translated, or whose source this person may not see."""
    made = visible_or_404(ImageSet.objects.usable(), request.user, pk=pk)
    source = visible_or_404(
        ImageSet.objects.all(), request.user, pk=made.provenance.get("translated_from", 0)
    )
    if source.intensity is None or made.intensity is None:
        raise Http404
    return made, source


def _shares(source: Picture, made: Picture) -> tuple[Any, Any]:
    """Both as grey shares of their declared ranges, at the size of what was made."""
    from .changes import at_size

    values = [_grey(source), _grey(made)]
    return at_size(values[0], values[1].shape), values[1]


def _grey(picture: Picture) -> Any:
    low, high = picture.image_set.intensity or (0.0, 1.0)
    values = (picture.values().astype("float64") - low) / (high - low)
    return (values if values.ndim == 2 else values.mean(axis=2)).clip(0, 1)
