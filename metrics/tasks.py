"""The job of an evaluation: rows in, a report on its row out. The only place that writes evaluation rows from a worker."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from imagesets.models import ImageSet
from jobs.progress import JobError, Progress

from .models import Comparison, Evaluation


def evaluate(progress: Progress, evaluation_pk: int) -> None:
    from .evaluation import evaluate as measure
    from .images import EvaluationRefused
    from .wording import said

    row = Evaluation.objects.select_related("real", "synthetic", "training").filter(pk=evaluation_pk).first()
    if row is None:
        raise JobError(_("The evaluation was deleted before it began."))
    if row.is_ready:
        return
    for _role, image_set in row.sets():
        _check_usable(image_set)
    try:
        report = measure(
            real=images_of(row.real), synthetic=images_of(row.synthetic),
            training=images_of(row.training) if row.training else None,
            encoders=row.encoders, encoders_folder=Path(settings.ENCODERS_DIR), cache=Path(settings.FEATURES_DIR),
            seed=row.options.get("seed", 0), paired=row.options.get("paired", False),
            version=settings.VERSION, progress=lambda done, total, sentence: progress.update(done, total, said(sentence)),
        )  # fmt: skip
    except EvaluationRefused as refusal:
        raise JobError(said(refusal.sentence)) from refusal
    with progress.writing():
        Evaluation.objects.filter(pk=row.pk).update(  # none where it was deleted meanwhile
            report=report.to_data(), summary=summarised(report), state=Evaluation.State.READY, finished=timezone.now()
        )  # fmt: skip
    progress.set_result(reverse("metrics:detail", args=[row.pk]))


def compare(progress: Progress, comparison_pk: int) -> None:
    from .images import EvaluationRefused
    from .seeds import method_of
    from .side_by_side import side_by_side
    from .wording import said

    row = Comparison.objects.select_related("real").filter(pk=comparison_pk).first()
    if row is None:
        raise JobError(_("The comparison was deleted before it began."))
    sets = list(row.sets.order_by("pk"))
    for image_set in (row.real, *sets):
        _check_usable(image_set)
    try:
        result = side_by_side(
            images_of(row.real), [images_of(one) for one in sets], encoders=row.encoders,
            encoders_folder=Path(settings.ENCODERS_DIR), cache=Path(settings.FEATURES_DIR), seed=row.seed, version=settings.VERSION,
            methods=[method_of(one.provenance) for one in sets],
            progress=lambda done, total, sentence: progress.update(done, total, said(sentence)),
        )  # fmt: skip
    except EvaluationRefused as refusal:
        raise JobError(said(refusal.sentence)) from refusal
    with progress.writing():
        Comparison.objects.filter(pk=row.pk).update(
            result=result.to_data(), seen=[one.provenance.get("images_seen") for one in sets],
            state=Comparison.State.READY, finished=timezone.now(),
        )  # fmt: skip
    progress.set_result(row.get_absolute_url())


def _check_usable(image_set: ImageSet) -> None:
    if not image_set.is_usable:
        raise JobError(
            _("“%(name)s” is in the trash or not complete. Restore it, then try again.")
            % {"name": image_set.name}
        )


def images_of(image_set: ImageSet) -> Any:
    """The set as the pure floor takes it. Equal stored pixels on different scales have different keys."""
    from .images import Images

    pictures = list(image_set.pictures.order_by("position"))

    def key(picture: Any) -> str:
        plain = picture.slope == 1 and picture.intercept == 0
        return picture.digest if plain else f"{picture.digest}-{picture.slope:g}-{picture.intercept:g}"

    return Images(
        name=image_set.name, digests=tuple(key(picture) for picture in pictures),
        load=lambda position: pictures[position].values(), intensity=image_set.intensity,
        unit=image_set.intensity_unit, groups=tuple(picture.patient for picture in pictures),
        names=tuple(f"{picture.position:04d}" for picture in pictures), labels=tuple(picture.label for picture in pictures),
    )  # fmt: skip


def summarised(report: Any) -> dict[str, Any]:
    """What a list shows of a report."""
    kid = next(
        (number for number in report.numbers if number.metric == "kid" and number.value is not None), None
    )
    return {
        "states": {verdict.subject: verdict.state for verdict in report.verdicts},
        "kid": [kid.value, *(kid.interval or (kid.value, kid.value))] if kid else None,
    }
