"""Evaluations as rows of a list: verdicts, the leading distance drawn, or how far the job is."""

from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jobs.models import Job

from . import charts
from .verdicts import SUBJECTS
from .wording import NARROW, places, state_words, written


def list_rows(evaluations: Any) -> list[dict[str, Any]]:
    evaluations = list(evaluations)
    kids = [row.summary["kid"] for row in evaluations if row.summary.get("kid")]
    reach = max([1e-6, *(max(abs(end) for end in kid) for kid in kids)])
    words = state_words()
    rows = []
    for evaluation in evaluations:
        kid, states = evaluation.summary.get("kid"), evaluation.summary.get("states", {})
        rows.append(
            {
                "evaluation": evaluation,
                "states": [
                    (_(title), states[subject], words[states[subject]])
                    for subject, title in SUBJECTS.items()
                    if subject in states
                ],
                "kid": written(kid[0], places(kid[2] - kid[1], kid[0])) if kid else "",
                "strip": summary_strip(kid[0], (kid[1], kid[2]), 1.05 * reach) if kid else "",
                "progress": _progress_words(evaluation.job),
                "failed": evaluation.job is not None and evaluation.job.status == Job.Status.FAILED,
            }
        )
    return rows


def _progress_words(job: Any) -> str:
    if job is None:
        return _("no job any more")
    if job.percent is not None and not job.is_finished:
        return f"{job.get_status_display()}, {job.percent}{NARROW}%"
    return str(job.get_status_display())


def summary_strip(value: float, interval: tuple[float, float], reach: float) -> SafeString:
    """A distance with its interval for lists, on one axis for the whole list; zero is no difference."""
    axis = charts.Axis(-0.1 * reach, reach)
    label = _("interval %(low)s to %(high)s") % {
        "low": charts.figure_text(interval[0]),
        "high": charts.figure_text(interval[1]),
    }
    return mark_safe(charts.strip([charts.Row(value, interval)], axis, label=label, chance=0.0, grid=False))
