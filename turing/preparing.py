"""Between a draft and its launch: draw the cases, render every one ahead, audit what was rendered."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import numpy as np
from django.db import transaction

from . import launching, leakage, rendering
from .models import Case, Study, Truth


def prepare_cases(
    study: Study,
    *,
    tell: Callable[[int, int], None] = lambda done, of: None,
    writing: Callable[[], AbstractContextManager] = transaction.atomic,
) -> None:
    """Make the study READY, in this process; raises launching.NotReady with words for its owner."""
    cases = launching.draw_cases(study)
    target = rendering.common_format([case.picture for case in cases])
    rows, counts = [], np.zeros(256, np.int64)
    for done, (case, pixels) in enumerate(_rendered(cases, target), start=1):
        rows.append(leakage.features_of(pixels, case.picture.width, case.picture.height))
        counts += _histogram(pixels)
        tell(done, len(cases))
    counts[0] = 0  # padding and air
    target = replace(target, window=rendering.first_window(counts, rendering.TOP[target.name]))
    truths = [int(case.truth == Truth.SYNTHETIC) for case in cases]
    found = leakage.audit(truths, rows, np.random.default_rng([study.seed, 1]))
    with writing():
        _save(study, cases, target, found)


def _rendered(cases: list[Case], target: rendering.Format) -> Iterator[tuple[Case, np.ndarray]]:
    rendering.discard(cases[0].study)
    for case in cases:
        pixels = rendering.render(case.picture.values(), launching.intensity_of(case), target)
        rendering.write_buffer(case, pixels)
        yield case, pixels


def _histogram(pixels: np.ndarray) -> np.ndarray:
    coarse = (pixels >> 8) if pixels.dtype.itemsize == 2 else pixels
    return np.bincount(coarse.ravel(), minlength=256)


def _save(study: Study, cases: list[Case], target: rendering.Format, found: leakage.Audit) -> None:
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
