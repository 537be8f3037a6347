"""The job between a draft and its launch: draw the cases, render every one ahead, audit what was rendered."""

from collections.abc import Iterator

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _

from jobs.progress import JobError, Progress

from . import launching, leakage, rendering
from .models import Case, Study, Truth


def render(progress: Progress, *, study: int) -> None:
    row = Study.objects.filter(pk=study).first()
    if row is None or row.state != Study.State.RENDERING or row.job_id != progress.job.pk:
        raise JobError(_("The study was changed or removed since: prepare it again from its page."))
    try:
        cases = launching.draw_cases(row)
    except launching.NotReady as refusal:
        raise JobError(str(refusal)) from refusal
    target = rendering.common_format([case.picture for case in cases])
    rows, counts = [], np.zeros(256, np.int64)
    for case, pixels in _render_all(progress, cases, target):
        rows.append(leakage.features_of(pixels, case.picture.width, case.picture.height))
        counts += _histogram(pixels)
    truths = [int(case.truth == Truth.SYNTHETIC) for case in cases]
    finding = leakage.audit(truths, rows, np.random.default_rng([row.seed, 1]))
    counts[0] = 0  # padding and air
    target = rendering.Format(
        **{**_fields(target), "window": rendering.first_window(counts, rendering.TOP[target.name])}
    )
    _finish(progress, row, cases, target, finding)
    progress.set_result(reverse("turing:detail", args=[row.pk]))


def _render_all(
    progress: Progress, cases: list[Case], target: rendering.Format
) -> Iterator[tuple[Case, np.ndarray]]:
    rendering.discard(cases[0].study)
    for done, case in enumerate(cases, start=1):
        try:
            pixels = rendering.render(case.picture.values(), launching.intensity_of(case), target)
        except launching.NotReady as refusal:
            raise JobError(str(refusal)) from refusal
        rendering.write_buffer(case, pixels)
        yield case, pixels
        progress.update(
            done, len(cases), _("%(done)d of %(all)d images rendered") % {"done": done, "all": len(cases)}
        )


def _histogram(pixels: np.ndarray) -> np.ndarray:
    coarse = (pixels >> 8) if pixels.dtype.itemsize == 2 else pixels
    return np.bincount(coarse.ravel(), minlength=256)


def _fields(target: rendering.Format) -> dict:
    return {name: getattr(target, name) for name in ("width", "height", "name", "levels")}


def _finish(
    progress: Progress, study: Study, cases: list[Case], target: rendering.Format, found: leakage.Audit
) -> None:
    with progress.writing():
        study.cases.all().delete()
        Case.objects.bulk_create(cases)
        study.buffers = target.as_json()
        study.audit = audit_as_json(found, launching.shared_clusters(cases), launching.sizes_in_words(cases))
        study.state = Study.State.READY
        study.save(update_fields=["buffers", "audit", "state"])


def audit_as_json(found: leakage.Audit, shared: int, sizes: str) -> dict:
    def plain(one: leakage.Finding) -> dict:
        return {
            "feature": one.feature, "auc": round(one.auc, 6), "low": round(one.low, 6), "high": round(one.high, 6),
            "p_value": round(one.p_value, 8), "state": one.state,
        }  # fmt: skip

    return {
        "state": found.state,
        "features": [plain(one) for one in found.findings],
        "together": plain(found.together),
        "shared_clusters": shared,
        "sizes": sizes,
    }
