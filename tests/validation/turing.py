"""Reader studies against strangers."""

from scipy.stats import binomtest

from tests.validation import Entry, apart
from turing.analysis.detection import proportion


def _exact_interval() -> float:
    differences = []
    for correct, n in ((0, 12), (7, 12), (61, 100), (100, 100)):
        theirs = binomtest(correct, n).proportion_ci(0.95, "exact")
        differences.append(apart(proportion(correct, n).clopper_pearson, (theirs.low, theirs.high)))
    return max(differences)


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "turing.analysis.detection.proportion",
        "Share of correct answers, exact interval",
        "SciPy 1.17, binomtest (Clopper and Pearson 1934)",
        1e-12,
        _exact_interval,
    ),
)
