"""How the pictures of a set differ from those that a network made them from."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from imagesets.models import ImageSet, Picture
from jobs.ownership import researcher_required, visible_or_404

from .changes import Change, at_size, compare, picture_of

MOST = 48  # pictures compared on the page, evenly chosen


@dataclass(frozen=True)
class Row:
    picture: Picture
    source: Picture
    change: Change


@researcher_required
@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    made, source = _ends(request, pk)
    chosen = made.pictures.filter(
        position__in=[n * made.count // MOST for n in range(MOST)] if made.count > MOST else range(made.count)
    )
    sources = {picture.position: picture for picture in source.pictures.all()}
    rows = []
    for picture in chosen.select_related("image_set"):
        origin = sources.get((picture.parameters or {}).get("source", -1))
        if origin is not None:
            rows.append(Row(picture, origin, compare(*_shares(origin, picture))))
    rows.sort(key=lambda row: -row.change.peak)
    context = {
        "set": made, "source": source, "rows": rows, "notable": sum(row.change.is_notable for row in rows),
        "overlap": float(np.median([row.change.overlap for row in rows])) if rows else None,
        "mean": float(np.mean([row.change.mean for row in rows])) if rows else None,
    }  # fmt: skip
    return render(request, "generators/changes.html", context)


@researcher_required
@require_GET
@cache_control(private=True, max_age=3600)
def difference(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    made, source = _ends(request, pk)
    picture = get_object_or_404(made.pictures, position=position)
    origin = get_object_or_404(source.pictures, position=(picture.parameters or {}).get("source", -1))
    out = io.BytesIO()
    picture_of(*_shares(origin, picture)).save(out, "PNG")
    return HttpResponse(out.getvalue(), content_type="image/png")


def _ends(request: HttpRequest, pk: int) -> tuple[ImageSet, ImageSet]:
    """The set and the one it was made from; 404 for a set that was not translated, or whose source is gone."""
    made = visible_or_404(ImageSet.objects.usable(), request.user, pk=pk)
    source = made.parents.filter(pk=made.provenance.get("translated_from", 0)).first()
    if source is None or source.intensity is None or made.intensity is None:
        raise Http404
    return made, source


def _shares(source: Picture, made: Picture) -> tuple[np.ndarray, np.ndarray]:
    """Both as grey shares of their declared ranges, at the size of what was made."""
    values = [_grey(source), _grey(made)]
    return at_size(values[0], values[1].shape), values[1]


def _grey(picture: Picture) -> Any:
    low, high = picture.image_set.intensity or (0.0, 1.0)
    values = (picture.values().astype(np.float64) - low) / (high - low)
    return np.clip(values if values.ndim == 2 else values.mean(axis=2), 0, 1)
