"""From a draft to a study that can be read: check, draw and render (a job), launch (frozen with a digest), close."""

import hashlib
import json
from collections import Counter
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imagesets.models import ImageSet, Picture
from jobs.models import Job
from jobs.queueing import start_job

from . import rendering
from .models import Case, Study, Truth

FEW = 10  # of each kind; below it no result can say anything


class NotReady(Exception):
    """The study cannot go on; the words are for its owner."""


def problems(study: Study) -> list[str]:
    """Why the study cannot be prepared, in words; empty when it can."""
    real, synthetic = list(study.real_sets.all()), list(study.synthetic_sets.all())
    found = [
        _("Choose at least one set of %(kind)s images.") % {"kind": kind}
        for kind, sets in ((_("real"), real), (_("synthetic"), synthetic))
        if not sets
    ]
    for chosen in (*real, *synthetic):
        if not chosen.is_usable:
            found.append(_("“%(set)s” is not complete or lies in the trash.") % {"set": chosen})
        elif chosen.intensity is None:
            found.append(
                _(
                    "“%(set)s” has no declared intensity range: declare on its page what is black and what is white."
                )
                % {"set": chosen}
            )
    both = set(real) & set(synthetic)
    found += [_("“%(set)s” stands on both sides. Take it away from one.") % {"set": one} for one in both]
    if study.prevalence == Study.Prevalence.EXACT and study.max_run:
        found.append(
            _("Readers are told the exact mix and runs are bounded: towards the end the answers could be worked out. Give up one of the two.")
        )  # fmt: skip
    return found or _too_few(study, real, synthetic)


def _too_few(study: Study, real: list[ImageSet], synthetic: list[ImageSet]) -> list[str]:
    found = []
    for kind, sets in ((_("real"), real), (_("synthetic"), synthetic)):
        there = len(candidates(sets))
        if there < study.images_per_side:
            found.append(
                _("There are %(there)d different %(kind)s images and the study needs %(need)d. Lower the number of images or add a set.")
                % {"there": there, "kind": kind, "need": study.images_per_side}
            )  # fmt: skip
    return found


def candidates(sets: list[ImageSet]) -> list[Picture]:
    """Every different picture of the sets once, in a fixed order."""
    rows = Picture.objects.filter(image_set__in=sets).select_related("image_set")
    different: dict[str, Picture] = {}
    for picture in rows.order_by("image_set_id", "position"):
        different.setdefault(picture.digest, picture)
    return list(different.values())


def prepare(study: Study, owner: Any) -> Job:
    """Queue the drawing and rendering of the cases."""
    found = problems(study)
    if found:
        raise NotReady(" ".join(found))
    with transaction.atomic():
        mine = Study.objects.select_for_update().get(pk=study.pk)
        if not mine.is_editable:
            raise NotReady(_("The study is being prepared or has been launched already."))
        mine.state = Study.State.RENDERING
        mine.job = start_job(
            kind="turing.render",
            title=_("Prepare “%(study)s”") % {"study": mine},
            owner=owner,
            arguments={"study": mine.pk},
        )
        mine.save(update_fields=["state", "job"])
    study.refresh_from_db()
    return study.job


def draw_cases(study: Study) -> list[Case]:
    """Unsaved cases in a shuffled order; the study's seed draws the same ones from the same sets."""
    rng = np.random.default_rng([study.seed, 0])
    sides = {
        Truth.REAL: candidates(list(study.real_sets.all())),
        Truth.SYNTHETIC: candidates(list(study.synthetic_sets.all())),
    }
    common = {one.digest for one in sides[Truth.REAL]} & {one.digest for one in sides[Truth.SYNTHETIC]}
    if common:
        raise NotReady(
            _("%(count)d images are in a real and in a synthetic set, pixel for pixel. Take them away from one side.")
            % {"count": len(common)}
        )  # fmt: skip
    drawn = []
    for truth, pictures in sides.items():
        if len(pictures) < study.images_per_side:
            raise NotReady(" ".join(problems(study)))
        chosen = sorted(rng.choice(len(pictures), study.images_per_side, replace=False))
        drawn += [(pictures[index], truth) for index in chosen]
    if len({picture.channels for picture, _truth in drawn}) > 1:
        raise NotReady(
            _("Some images are grey and some are in colour: that alone would tell many of them apart.")
        )
    order = rng.permutation(len(drawn))
    return [
        Case(study=study, picture=drawn[index][0], truth=drawn[index][1], position=place, cluster=drawn[index][0].patient)
        for place, index in enumerate(order)
    ]  # fmt: skip


def shared_clusters(cases: list[Case]) -> int:
    """Patients or source images that stand on both sides: who knows one recognises the other."""
    sides = {
        truth: {case.cluster for case in cases if case.truth == truth and case.cluster} for truth in Truth
    }
    return len(sides[Truth.REAL] & sides[Truth.SYNTHETIC])


def intensity_of(case: Case) -> tuple[float, float]:
    declared = case.picture.image_set.intensity
    if declared is None or declared[0] >= declared[1]:
        raise NotReady(_("“%(set)s” has no usable intensity range.") % {"set": case.picture.image_set})
    return declared


def back_to_draft(study: Study) -> None:
    """Throw the drawn cases and their buffers away, so that the draft can be changed."""
    with transaction.atomic():
        study.cases.all().delete()
        study.state, study.audit, study.buffers, study.audit_reason = Study.State.DRAFT, {}, {}, ""
        study.save(update_fields=["state", "audit", "buffers", "audit_reason"])
    rendering.discard(study)


def launch(study: Study, *, reason: str = "") -> None:
    """Freeze the protocol with its digest and open the study to its readers."""
    with transaction.atomic():
        mine = Study.objects.select_for_update().get(pk=study.pk)
        if mine.state != Study.State.READY:
            raise NotReady(
                _("Only a study that has been prepared, and was not changed since, can be launched.")
            )
        failed = mine.audit["state"] == "alarm"
        if failed and not reason.strip():
            raise NotReady(_("The leakage audit failed: write down why the study is launched all the same."))
        mine.audit_reason = reason.strip() if failed else ""
        mine.state, mine.launched = Study.State.OPEN, timezone.now()
        mine.protocol = protocol(mine)
        mine.protocol_digest = digest(mine.protocol)
        mine.save()
    study.refresh_from_db()


def close(study: Study) -> None:
    """No more answers; results, votes and truth may be looked at from now on."""
    now = timezone.now()
    if not Study.objects.filter(pk=study.pk, state=Study.State.OPEN).update(
        state=Study.State.CLOSED, closed=now
    ):
        raise NotReady(_("Only an open study can be closed."))
    study.refresh_from_db()


def protocol(study: Study) -> dict[str, Any]:
    """Everything that is fixed at launch, as it is frozen, digested and printed."""
    fields = (
        "name", "question", "images_per_side", "confidence_steps", "max_run", "prevalence", "allow_revision",
        "hide_progress", "allow_phones", "grey_interval_ms", "primary_endpoint", "margin", "seed", "buffers", "audit", "audit_reason",
    )  # fmt: skip
    cases = study.cases.select_related("picture").order_by("position")
    return {
        "version": 1,
        "program": settings.VERSION,
        **{name: getattr(study, name) for name in fields},
        "order": "random, drawn for each reader from the seed and the reader's number",
        "real_sets": _sets(study.real_sets.all()),
        "synthetic_sets": _sets(study.synthetic_sets.all()),
        "cases": [
            {"position": case.position, "truth": case.truth, "digest": case.picture.digest, "cluster": case.cluster}
            for case in cases
        ],
        "launched": study.launched.isoformat() if study.launched else None,
    }  # fmt: skip


def digest(frozen: dict[str, Any]) -> str:
    canonical = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _sets(sets: Any) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "images": one.count, "digest": one.digest, "intensity": list(one.intensity or ())}
        for one in sets
    ]


def sizes_in_words(cases: list[Case]) -> str:
    counts = Counter((case.picture.width, case.picture.height) for case in cases)
    return ", ".join(f"{width} × {height}: {count}" for (width, height), count in counts.most_common())
