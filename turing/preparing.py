"""Between a draft and its launch: draw the cases, render every one ahead, audit what was rendered."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from imagesets.models import Picture

from . import leakage, pairing, rendering, scheduling
from .drawing import Drawn, NotReady, draw
from .models import Case, Reader, Session, Slice, Study, Truth
from .ordering import ImpossibleOrder, reader_seed
from .protocol import AUDITED


def prepare_cases(
    study: Study,
    *,
    tell: Callable[[int, int], None] = lambda done, of: None,
    writing: Callable[[], AbstractContextManager] = transaction.atomic,
) -> None:
    """Make the study READY, in this process; raises NotReady with words for its owner."""
    drawn = draw(study)
    target = rendering.common_format([one.pictures for one in drawn])
    rows, counts = [], np.zeros(256, np.int64)
    audited = [one.case for one in drawn if one.case.role in AUDITED]
    truths = [int(case.truth != Truth.REAL) for case in audited]
    rendering.discard(study)
    for done, one in enumerate(drawn, start=1):
        features, histogram = _measured(one, target)
        if one.case.role in AUDITED:
            rows.append(features)
        counts += histogram
        tell(done, len(drawn))
    counts[0] = 0  # padding and air
    top = rendering.TOP[target.name]
    window, shares = rendering.first_window(counts, top), rendering.percentiles(counts, top)
    target = replace(target, window=window, percentiles=shares)
    both = len(set(truths)) == 2  # else there is nothing to give away
    chance, sources = np.random.default_rng([study.seed, 1]), [case.source for case in audited]
    found = leakage.audit(truths, rows, chance, sources=sources) if both else None
    with writing():
        _save(study, drawn, target, found)


def _measured(one: Drawn, target: rendering.Format) -> tuple[dict[str, float], np.ndarray]:
    """Render a case; its trivial features (of a volume the means over its slices) and its histogram."""
    rows, counts = [], np.zeros(256, np.int64)
    for place, picture in enumerate(one.pictures):
        pixels = rendering.render(picture.values(), intensity_of(picture), target)
        rendering.write_buffer(one.case, pixels, place)
        rows.append(leakage.features_of(pixels, picture.width, picture.height))
        counts += _histogram(pixels)
    rendering.write_blanks(one.case, len(rows), target)
    mean = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return mean | ({"slices": float(len(rows))} if one.slices else {}), counts


def intensity_of(picture: Picture) -> tuple[float, float]:
    declared = picture.image_set.intensity
    if declared is None or declared[0] >= declared[1]:
        raise NotReady(_("“%(set)s” has no usable intensity range.") % {"set": picture.image_set})
    return declared


def _histogram(pixels: np.ndarray) -> np.ndarray:
    coarse = (pixels >> 8) if pixels.dtype.itemsize == 2 else pixels
    return np.bincount(coarse.ravel(), minlength=256)


def _save(study: Study, drawn: list[Drawn], target: rendering.Format, found: leakage.Audit | None) -> None:
    study.cases.all().delete()
    Case.objects.bulk_create([one.case for one in drawn])
    slices = [
        Slice(case=one.case, picture=picture, place=place)
        for one in drawn
        for place, picture in enumerate(one.slices)
    ]
    Slice.objects.bulk_create(slices)
    _try_an_order(study)
    study.buffers = target.as_json()
    study.audit = audit_as_json(found) | _pairing(study, drawn) if found else {}
    study.state = Study.State.READY
    study.save(update_fields=["buffers", "audit", "state"])


def _pairing(study: Study, drawn: list[Drawn]) -> dict[str, Any]:
    cases = [one.case for one in drawn]
    return {
        "shared_clusters": pairing.shared_clusters(cases),
        "practised_clusters": pairing.practised_clusters(cases),
        "told_elsewhere": pairing.told_elsewhere(study, cases),
        "training_images": pairing.training_images(study, cases),
        "sizes": sizes_in_words(drawn),
    }


def _try_an_order(study: Study) -> None:
    """What cannot be ordered for one reader cannot be for any: better known now than by the first reader."""
    trial_session = Session(reader=Reader(study=study, number=1), seed=reader_seed(study.seed, 1))
    try:
        phases = {trial.phase for trial in scheduling.trials_for(trial_session)}
    except ImpossibleOrder as impossible:
        raise NotReady(str(impossible)) from impossible
    empty = [
        phase.title or phase.key for number, phase in enumerate(study.designed.phases) if number not in phases
    ]
    if empty:
        raise NotReady(
            _("No cases are left for “%(phase)s”: earlier phases show them all.")
            % {"phase": ", ".join(empty)}
        )


def sizes_in_words(drawn: list[Drawn]) -> str:
    counts = Counter((picture.width, picture.height) for one in drawn for picture in one.pictures)
    return ", ".join(f"{width} × {height}: {count}" for (width, height), count in counts.most_common())


def audit_as_json(found: leakage.Audit) -> dict:
    def plain(one: leakage.Finding) -> dict:
        return {
            "feature": one.feature, "auc": round(one.auc, 6), "low": round(one.low, 6), "high": round(one.high, 6),
            "p_value": round(one.p_value, 8), "state": one.state,
        }  # fmt: skip

    return {
        "state": found.state,
        "features": [plain(one) for one in found.findings],
        "together": plain(found.together),
        **({"generators": [_generator_as_json(one) for one in found.generators]} if found.generators else {}),
    }


def _generator_as_json(found: leakage.Audit) -> dict:
    return {"source": found.source} | audit_as_json(found)
