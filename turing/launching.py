"""From a draft to a study that can be read: check, draw and render (a job), launch (frozen with a digest), close."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imagesets.models import Origin
from jobs.models import Job
from jobs.queueing import start_job

from . import presets, rendering
from .drawing import NotReady, too_few
from .models import Case, Study, Truth
from .protocol_problems import problems as design_problems


def problems(study: Study) -> list[str]:
    """Why the study cannot be prepared, in words; empty when it can."""
    found = [_(template) % values for template, values in design_problems(study.designed)]
    for source in study.designed.sources:
        if not study.sets_for(source.key).exists():
            found.append(
                _("Choose at least one set of %(kind)s images.")
                % {"kind": source.name or Truth(source.truth).label.lower()}
            )
    for chosen in study.sets.distinct():
        if not chosen.is_usable:
            found.append(_("“%(set)s” is not complete or lies in the trash.") % {"set": chosen})
        elif chosen.intensity is None:
            found.append(
                _(
                    "“%(set)s” has no declared intensity range: declare on its page what is black and what is white."
                )
                % {"set": chosen}
            )
    for source in study.designed.sources:
        for chosen in study.sets_for(source.key):
            if (chosen.origin == Origin.REAL) != (source.truth == Truth.REAL):
                found.append(_("“%(set)s” holds %(origin)s images and feeds a source of %(truth)s ones.") % {
                    "set": chosen, "origin": chosen.get_origin_display().lower(), "truth": Truth(source.truth).label.lower(),
                })  # fmt: skip
    both = set(study.real_sets) & set(study.synthetic_sets)
    found += [_("“%(set)s” stands on both sides. Take it away from one.") % {"set": one} for one in both]
    return found + presets.problems(study) or too_few(study)


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
        failed = mine.audit.get("state") == "alarm"
        if failed and not reason.strip():
            raise NotReady(_audit_failed(mine))
        mine.audit_reason = reason.strip() if failed else ""
        mine.state, mine.launched = Study.State.OPEN, timezone.now()
        mine.protocol = protocol(mine)
        mine.protocol_digest = digest(mine.protocol)
        mine.save()
    study.refresh_from_db()


def _audit_failed(study: Study) -> str:
    if not (named := study.audit_failed_for):
        return _("The leakage audit failed: write down why the study is launched all the same.")
    return _(
        "The leakage audit failed for %(generators)s: write down why the study is launched all the same."
    ) % {"generators": named}


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
    fields = ("name", "seed", "design", "buffers", "audit", "audit_reason")
    cases = study.cases.select_related("picture").prefetch_related("slices__picture").order_by("position")
    return {
        "version": 2,
        "program": settings.VERSION,
        **{name: getattr(study, name) for name in fields},
        "order": "random, drawn for each reader from the seed and the reader's number",
        "sets": {source.key: _sets(study.sets_for(source.key)) for source in study.designed.sources},
        "cases": [_case(case) for case in cases],
        "launched": study.launched.isoformat() if study.launched else None,
    }


def _case(case: Case) -> dict[str, Any]:
    row = {name: getattr(case, name) for name in ("position", "truth", "source", "role", "label", "cluster")}
    row["digest"] = case.picture.digest
    if case.text:
        row["text"] = case.text
    if slices := [one.picture.digest for one in case.slices.all()]:
        row["slices"] = slices
    return row


def digest(frozen: dict[str, Any]) -> str:
    canonical = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _sets(sets: Any) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "images": one.count, "digest": one.digest, "intensity": list(one.intensity or ())}
        for one in sets
    ]
