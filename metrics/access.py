"""Which evaluations, and which of their pictures, a person may see."""

from collections.abc import Callable

from django.http import HttpRequest
from django.urls import reverse

from imagesets.models import ImageSet
from jobs.ownership import visible_or_404

from .models import Evaluation


def visible(request: HttpRequest, pk: int) -> Evaluation:
    rows = Evaluation.objects.select_related("real", "synthetic", "training", "job", "owner")
    return visible_or_404(rows, request.user, pk=pk)


def pictures_seen(request: HttpRequest, evaluation: Evaluation) -> dict[str, ImageSet]:
    """A shared report shows numbers; pictures of a set only to those who may see that set."""
    seen = ImageSet.objects.visible_to(request.user).in_bulk([s.pk for _role, s in evaluation.sets()])
    return {role: image_set for role, image_set in evaluation.sets() if image_set.pk in seen}


def link_to(evaluation: Evaluation, roles: dict[str, ImageSet]) -> Callable[[str, int], str]:
    def link(role: str, position: int) -> str:
        return reverse("metrics:picture", args=[evaluation.pk, role, position]) if role in roles else ""

    return link
