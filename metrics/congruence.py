"""Whether numbers of single images agree with readers' votes on the same images."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from turing.analysis.roc import auc
from turing.votes import Votes, votes_on

from .image_table import COLUMNS
from .reports import Report
from .wording import decimals

MEASURES = {
    "realism": -1,
    "rarity": 1,
    "distance_to_real": 1,
}  # which way an image is expected to be recognised
LEAST = 10  # images with a vote and a number; below it a rank correlation says nothing


@dataclass(frozen=True)
class Agreement:
    """spearman: rank correlation of the number with the share of readers who said synthetic, with its 95 % interval;
    auc: how well the number tells images that most readers recognised from those that most took for real, None where one
    kind has fewer than three. Both above (below 0: against) expectation where `sign` times them is positive."""

    measure: str
    n: int
    spearman: float
    interval: tuple[float, float]
    auc: float | None
    auc_interval: tuple[float, float] | None


def agreement(measure: str, values: Sequence[float], shares: Sequence[float]) -> Agreement | None:
    """values, shares: (n,). Interval by Fisher's z with the variance of Bonett & Wright (Psychometrika 65, 2000). None for too few
    images, or where either does not vary."""
    from scipy.stats import norm, rankdata

    x, y = np.asarray(values, float), np.asarray(shares, float)
    if len(x) < LEAST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    r = float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])
    z, half = (
        np.arctanh(np.clip(r, -0.999999, 0.999999)),
        norm.ppf(0.975) * np.sqrt((1 + r * r / 2) / (len(x) - 3)),
    )
    ends = float(np.tanh(z - half)), float(np.tanh(z + half))
    area = _area(x * MEASURES.get(measure, 1), y)
    return Agreement(measure, len(x), r, ends, *(area or (None, None)))


def _area(x: np.ndarray, shares: np.ndarray) -> tuple[float, tuple[float, float]] | None:
    decided = shares != 0.5
    truth = (shares[decided] > 0.5).astype(int)
    if min(truth.sum(), len(truth) - truth.sum()) < 3:
        return None
    found = auc(list(truth), list(x[decided]))
    return found.value, found.interval


def congruence_rows(report: Report, image_set: Any, user: Any) -> list[dict[str, Any]]:
    """One entry a closed study of the synthetic set, for the report's page; empty where there is none."""
    return [row for votes in votes_on(image_set, user) if (row := _row(report, votes))["lines"]]


def _row(report: Report, votes: Votes) -> dict[str, Any]:
    lines = [found for measure in MEASURES if (found := _of(report, votes, measure))]
    return {
        "study": votes.study, "readers": votes.readers, "images": len(votes.said), "finding": _finding(lines),
        "lines": [_shown(found) for found in lines],
    }  # fmt: skip


def _of(report: Report, votes: Votes, measure: str) -> Agreement | None:
    pairs = [
        (row.values[measure], yes / of)
        for row in report.images
        if measure in row.values and row.position in votes.said
        for yes, of in [votes.said[row.position]]
    ]
    return agreement(measure, *zip(*pairs)) if pairs else None  # type: ignore[arg-type]


def _finding(lines: list[Agreement]) -> str:
    lead = next((found for found in lines if found.measure == "realism"), None)
    if lead is None:
        return ""
    if lead.interval[1] < 0:
        return _("Readers recognised images of low realism more often")
    if lead.interval[0] > 0:
        return _("Readers recognised images of high realism more often: this number and the eye do not agree")
    return _("Realism and the readers' votes show no certain connection")


def _shown(found: Agreement) -> dict[str, Any]:
    def span(ends: tuple[float, float]) -> str:
        return _("%(low)s to %(high)s") % {"low": decimals(ends[0]), "high": decimals(ends[1])}

    return {
        "title": _(COLUMNS[found.measure][0]) if found.measure != "distance_to_real" else _("Distance to the nearest real image"),
        "n": found.n, "spearman": decimals(found.spearman), "interval": span(found.interval),
        "auc": decimals(found.auc), "auc_interval": span(found.auc_interval) if found.auc_interval else "",
    }  # fmt: skip
