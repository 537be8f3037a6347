"""Changes of an open study: a new version of its protocol with a reason and a digest. What readers have met cannot change."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .drawing import NotReady
from .launching import digest
from .models import Amendment, Study
from .protocol import Phase, Plan, Protocol
from .protocol_problems import problems


def amend(study: Study, design: Protocol, *, reason: str, author: Any) -> Amendment:
    """Answers from now on are given under the new version. Raises NotReady in words."""
    if not reason.strip():
        raise NotReady(_("Write down why the protocol is changed: the reason is printed in the report."))
    if found := problems(design):
        raise NotReady(" ".join(_(template) % values for template, values in found))
    with transaction.atomic():
        mine = Study.objects.select_for_update().get(pk=study.pk)
        if not mine.is_open:
            raise NotReady(
                _("Only an open study is amended: a draft is simply changed, a closed study stays as it is.")
            )
        if skeleton(mine.designed) != skeleton(design):
            raise NotReady(
                _(
                    "Cases, questions, phases and what readers are told about the purpose and the mix stay as they were launched."
                )
            )
        if mine.designed == design:
            raise NotReady(_("Nothing was changed."))
        mine.design = design.as_json()
        mine.save(update_fields=["design"])
        row = _written(mine, reason.strip(), author)
    study.refresh_from_db()
    return row


def _written(study: Study, reason: str, author: Any) -> Amendment:
    last = study.amendments.last()
    frozen = study.protocol | {
        "design": study.design,
        "amended": timezone.now().isoformat(),
        "reason": reason,
        "previous": last.digest if last else study.protocol_digest,
    }
    return Amendment.objects.create(
        study=study,
        number=study.version + 1,
        protocol=frozen,
        digest=digest(frozen),
        reason=reason,
        author=author,
    )


def skeleton(design: Protocol) -> Protocol:
    """The design without what may be amended: rules of the page, words, wash-out, breaks, questions at a phase's end, the plan's numbers."""
    return replace(
        design,
        phases=tuple(_bare(phase) for phase in design.phases),
        plan=Plan(question=design.plan.question),
        allow_revision=True,
        hide_progress=False,
        allow_phones=False,
        grey_interval_ms=0,
        lock_window=False,
        presets=(),
        ask_profile=False,
    )


def _bare(phase: Phase) -> Phase:
    bare = tuple(replace(question, prompt="", low="", high="") for question in phase.questions)
    return replace(phase, questions=bare, title="", instructions="", washout_days=0, block=50, ends=())
