"""What is known of a generator beyond itself: the sets that it made, their evaluations and their studies."""

from typing import Any

from django.utils.translation import gettext as _

from generators.models import Generator
from imagesets.models import ImageSet
from metrics.listing import list_rows
from metrics.models import Evaluation
from turing.models import Study


def made_by(generator: Generator, user: Any) -> Any:
    return ImageSet.objects.visible_to(user).usable().filter(provenance__generator=generator.pk)


def evaluations_of(generator: Generator, user: Any) -> Any:
    rows = (
        Evaluation.objects.visible_to(user)
        .defer("report")
        .select_related("real", "synthetic", "owner", "job")
    )
    return rows.filter(synthetic__in=made_by(generator, user), state=Evaluation.State.READY)


def studies_of(generator: Generator, user: Any) -> Any:
    rows = Study.objects.visible_to(user).filter(sets__in=made_by(generator, user))
    return rows.select_related("owner").with_counts().distinct()


def record_of(generator: Generator, user: Any) -> list[dict[str, str]]:
    """Evaluations and studies as an exported card tells them: words, no links."""
    rows = []
    for row in list_rows(evaluations_of(generator, user)[:100]):
        evaluation = row["evaluation"]
        words = [f"{subject}: {state}" for subject, _state, state in row["states"]]
        kid = evaluation.summary.get("kid")
        if kid:
            words.append(
                _("KID %(value)s (95 %% interval %(low).3g to %(high).3g)")
                % {"value": row["kid"], "low": kid[1], "high": kid[2]}
            )
        rows.append(
            _row("evaluation", evaluation, evaluation.finished or evaluation.created, "; ".join(words))
        )
    for study in studies_of(generator, user)[:100]:
        rows.append(
            _row(
                "study",
                study,
                study.closed or study.launched or study.created,
                str(study.get_state_display()),
            )
        )
    return rows


def _row(kind: str, thing: Any, when: Any, words: str) -> dict[str, str]:
    return {"kind": kind, "title": str(thing)[:250], "date": f"{when:%Y-%m-%d}", "words": words[:1000]}
