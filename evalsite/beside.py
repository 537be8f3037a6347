"""What the metric reports say of the sets of a reader study: the two kinds of evidence on one page."""

from typing import Any

from metrics.models import Evaluation
from metrics.reports import ReportError
from metrics.wording import said
from turing.models import Study


def diversity_beside(study: Any, user: Any) -> list[dict[str, Any]]:
    """A row for each synthetic set; evaluation None where nobody made one that can be read."""
    rows = []
    sets = study.synthetic_sets if isinstance(study, Study) else []  # imported answers have no images here
    for chosen in sets:
        made = (
            Evaluation.objects.visible_to(user).filter(synthetic=chosen, state=Evaluation.State.READY).first()
        )
        finding = _diversity(made) if made else ""
        rows.append(
            {
                "name": chosen.name,
                "pk": chosen.pk,
                "evaluation": made if finding else None,
                "finding": finding,
            }
        )
    return rows


def _diversity(evaluation: Evaluation) -> str:
    try:
        report = evaluation.read_report()
    except ReportError:
        return ""
    return " ".join(
        f"{said(one.finding)} {said(one.consequence)}"
        for one in report.verdicts
        if one.subject == "diversity"
    )
