"""What every number from features starts from: the features of both sets, and a number still without its value. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .catalogue import METRICS, title_with
from .functional.tails import beta_quantile
from .reports import Number, Sentence
from .reports import gettext_noop as _

JACKKNIFE = "delete-10 % grouped jackknife"


@dataclass(frozen=True)
class Features:
    """Both sets through one encoder. real (n, d) and synthetic (m, d) float64, on one scale; groups (n,), others (m,) integers."""

    encoder: str
    title: str
    real: np.ndarray
    synthetic: np.ndarray
    groups: np.ndarray
    others: np.ndarray
    protocol: dict[str, str]

    @property
    def source(self) -> str:
        return f"{self.encoder}, {self.real.shape[1]:,}"

    @property
    def fewest(self) -> int:
        return min(len(self.real), len(self.synthetic))


def blank(features: Features, name: str) -> Number:
    metric = METRICS[name]
    return Number(
        metric=name, title=Sentence(title_with(metric, features.encoder)), group=metric.group, encoder=features.encoder,
        source=features.source, n_real=len(features.real), n_synthetic=len(features.synthetic),
        low=_finite(metric.low), high=_finite(metric.high), protocol=dict(features.protocol),
    )  # fmt: skip


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def too_few(number: Number, minimum: int) -> Number:
    return replace(
        number,
        absent=Sentence(
            _("At least %(least)s images are needed in each set; the smaller has %(n)s."),
            {"least": minimum, "n": min(number.n_real, number.n_synthetic)},
        ),
    )


def within(number: Number, low: float, high: float) -> tuple[float, float]:
    """Ends of an interval kept in the metric's range."""
    metric = METRICS[number.metric]
    return float(np.clip(low, metric.low, metric.high)), float(np.clip(high, metric.low, metric.high))


def exact_interval(k: float, n: float) -> tuple[float, float]:
    """95 % interval of a share k of n (Clopper and Pearson 1934): conservative, also at 0 and 1; counts may be effective ones."""
    low = beta_quantile(0.025, k, n - k + 1) if k else 0.0
    return low, beta_quantile(0.975, k + 1, n - k) if k < n else 1.0
