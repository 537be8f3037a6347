"""Evaluations and comparisons as they are begun: the row, and the job that fills it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from imagesets.models import ImageSet, Origin
from jobs.queueing import start_job

from .models import Comparison, Evaluation


def begin_evaluation(owner: Any, chosen: dict[str, Any]) -> Evaluation:
    real, synthetic = chosen["real"], chosen["synthetic"]
    training = chosen["training"] or training_set_of(synthetic, owner)
    name = _("%(synthetic)s, against %(real)s") % {"synthetic": synthetic.name, "real": real.name}
    with transaction.atomic():
        evaluation = Evaluation.objects.create(
            name=name[:250], owner=owner, real=real, synthetic=synthetic, training=training,
            encoders=chosen["encoders"], is_shared=chosen["is_shared"],
            options={"seed": chosen["seed"], "paired": chosen["paired"]},
        )  # fmt: skip
        evaluation.job = start_job(
            kind="metrics.evaluate", title=_("Evaluate %(name)s") % {"name": name}, owner=owner,
            detail=", ".join(chosen["encoders"]), arguments={"evaluation_pk": evaluation.pk},
            result_url=evaluation.get_absolute_url(),
        )  # fmt: skip
        evaluation.save(update_fields=["job"])
    return evaluation


def begin_comparison(owner: Any, chosen: dict[str, Any]) -> Comparison:
    sets = sorted(chosen["sets"], key=lambda one: one.pk)
    name = _("%(n)s sets, against %(real)s") % {"n": len(sets), "real": chosen["real"].name}
    with transaction.atomic():
        comparison = Comparison.objects.create(
            name=name[:250], owner=owner, real=chosen["real"], encoders=chosen["encoders"], seed=chosen["seed"],
            is_shared=chosen["is_shared"],
        )  # fmt: skip
        comparison.sets.set(sets)
        comparison.job = start_job(
            kind="metrics.compare", title=_("Compare %(name)s") % {"name": name}, owner=owner,
            detail=", ".join(chosen["encoders"]), arguments={"comparison_pk": comparison.pk},
            result_url=comparison.get_absolute_url(),
        )  # fmt: skip
        comparison.save(update_fields=["job"])
    return comparison


def training_set_of(synthetic: ImageSet, user: Any) -> ImageSet | None:
    """The real set that the provenance names as what the generator learned from or mixed, where the person may see it."""
    parents = synthetic.parents.filter(origin=Origin.REAL)
    return ImageSet.objects.visible_to(user).usable().filter(pk__in=parents.values("pk")).first()
