"""Reader studies against strangers."""

import csv
import json

import numpy as np
import pytest
from scipy import stats
from scipy.stats import binomtest

from tests.paths import REFERENCES
from tests.validation import Entry, apart, apart_relative
from turing.analysis import agreement
from turing.analysis.classes import class_table
from turing.analysis.detection import dprime_2afc, equivalence, proportion, reader_summary, signal_detection
from turing.analysis.learning import learning
from turing.analysis.mrmc import obuchowski_rockette, single_modality, u_statistic
from turing.analysis.planning import equivalence_sample_size
from turing.analysis.roc import auc
from turing.analysis.sources import shared_real_covariance
from turing.analysis.timing import times
from turing.analysis.verdict import holm_adjusted

n = np.nan
KRIPPENDORFF = np.array(
    [[1, 2, 3, 3, 2, 1, 4, 1, 2, n, n, n], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, n, 3],
     [n, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, n], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, n]]
)  # fmt: skip
SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)
# Fleiss 1971, table 1: 30 patients, 6 psychiatrists, 5 diagnoses.
FLEISS = """0 0 0 6 0,0 3 0 0 3,0 1 4 0 1,0 0 0 0 6,0 3 0 3 0,2 0 4 0 0,0 0 4 0 2,2 0 3 1 0,2 0 0 4 0,0 0 0 0 6,
1 0 0 5 0,1 1 0 4 0,0 3 3 0 0,1 0 0 5 0,0 2 0 3 1,0 0 5 0 1,3 0 0 1 2,5 1 0 0 0,0 2 0 4 0,1 0 2 0 3,0 0 0 0 6,
0 1 0 5 0,0 2 0 1 3,2 0 0 4 0,1 0 0 4 1,0 5 0 1 0,4 0 0 0 2,0 2 0 4 0,1 0 5 0 0,0 0 0 0 6"""


def _reference(name: str):
    if not (REFERENCES / name).exists():
        pytest.skip(f"{name} is not beside this checkout (../shared/references)")
    return (REFERENCES / name).open()


def _exact_interval() -> float:
    differences = []
    for correct, size in ((0, 12), (7, 12), (61, 100), (100, 100)):
        theirs = binomtest(correct, size).proportion_ci(0.95, "exact")
        differences.append(apart(proportion(correct, size).clopper_pearson, (theirs.low, theirs.high)))
    return max(differences)


def _wilson() -> float:
    from statsmodels.stats.proportion import proportion_confint

    pairs = ((0, 10), (7, 10), (59, 100), (300, 300))
    return max(apart(proportion(k, m).wilson, proportion_confint(k, m, method="wilson")) for k, m in pairs)


def _fisher() -> float:
    truth, said = [1] * 10 + [0] * 12, [1] * 8 + [0] * 2 + [1] * 5 + [0] * 7
    return apart(reader_summary(truth, said).p_value, stats.fisher_exact([[8, 2], [5, 7]]).pvalue)


def _signal() -> float:
    found = signal_detection(80, 20, 30, 70)
    z = stats.norm.ppf([80.5 / 101, 30.5 / 101])
    ratio = np.divide(*stats.norm.pdf(z))
    return apart((found.dprime, found.criterion, found.beta), (z[0] - z[1], -z.sum() / 2, ratio))


def _van_dyke() -> float:
    found = obuchowski_rockette(*_van_dyke_readings())
    return apart_relative((found.f, found.df2, found.p_value), (4.484854, 15.06611, 0.051233))


def _van_dyke_readings() -> tuple[np.ndarray, np.ndarray]:
    rows = list(csv.DictReader(_reference("mrmc_vandyke.csv")))
    names = sorted({row["case"] for row in rows}, key=int)
    ratings, truth = np.full((2, 5, len(names)), np.nan), np.zeros(len(names), int)
    for row in rows:
        case = names.index(row["case"])
        ratings[int(row["treatment"]) - 1, int(row["reader"]) - 1, case] = float(row["rating"])
        truth[case] = int(row["truth"])
    return truth, ratings


def _imrmc() -> float:
    example = json.load(_reference("imrmc/single_modality_missing.json"))
    names, expected = list(example["truth"]), example["expected"]
    readers = sorted({row[0] for row in example["rows"]})
    ratings = np.full((len(readers), len(names)), np.nan)
    for reader, case, score in example["rows"]:
        ratings[readers.index(reader), names.index(case)] = score
    found = u_statistic(list(example["truth"].values()), ratings)
    theirs = (expected["AUC"], expected["varAUC"], expected["dfBDG"])
    return apart_relative((found.auc, found.variance, found.df), theirs)


def _accuracy_as_area() -> float:
    """The area of two-valued answers is balanced accuracy, so the U-statistic serves accuracy with gaps as well."""
    rng = np.random.default_rng(3)
    truth, said = np.repeat([0, 1], 20), rng.integers(0, 2, (5, 40)).astype(float)
    return apart(u_statistic(truth, said).auc, single_modality(truth, said, "accuracy").estimate)


def _delong() -> float:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 80)
    rating = np.round(truth + rng.normal(size=80), 1)
    return apart(auc(truth, rating).value, roc_auc_score(truth, rating))


def _clusters() -> float:
    rng = np.random.default_rng(0)
    truth = rng.permutation(np.repeat([0, 1], 30))
    rated = truth + rng.normal(size=(6, 60))
    twice = single_modality(np.tile(truth, 2), np.tile(rated, 2), clusters=np.tile(np.arange(60), 2))
    return apart_relative(twice.standard_error, single_modality(truth, rated).standard_error)


def _generators() -> float:
    """The variance of a difference of two generators' areas of one reader, by leaving each case out within its kind."""
    rng = np.random.default_rng(2)
    labels = np.array([""] * 40 + ["a"] * 30 + ["b"] * 30)
    rated = rng.normal(size=(1, 100)) + np.select([labels == "a", labels == "b"], [1.0, 0.4], 0.0)
    _theta, cov = shared_real_covariance(labels, rated, ["a", "b"], "auc")
    ours, brute = cov[0, 0] + cov[1, 1] - 2 * cov[0, 1], 0.0
    for kind in ("", "a", "b"):
        left = []
        for case in np.flatnonzero(labels == kind):
            kept = np.arange(100) != case
            areas = [auc((labels[kept & np.isin(labels, ["", g])] != "").astype(int), rated[0][kept & np.isin(labels, ["", g])]).value for g in "ab"]  # fmt: skip
            left.append(areas[0] - areas[1])
        brute += (len(left) - 1) / len(left) * ((np.array(left) - np.mean(left)) ** 2).sum()
    return apart_relative(ours, brute)


def _fleiss() -> float:
    counts = np.array([[int(x) for x in row.split()] for row in FLEISS.replace("\n", "").split(",")])
    ratings = np.array([np.repeat(np.arange(5), row) for row in counts]).T
    return apart(agreement.fleiss_kappa(ratings).value, 0.430)


def _fleiss_statsmodels() -> float:
    from statsmodels.stats.inter_rater import fleiss_kappa

    counts = np.array([[int(x) for x in row.split()] for row in FLEISS.replace("\n", "").split(",")])
    ratings = np.array([np.repeat(np.arange(5), row) for row in counts]).T
    return apart(agreement.fleiss_kappa(ratings).value, fleiss_kappa(counts))


def _alpha() -> float:
    levels = ("nominal", "ordinal", "interval", "ratio")
    ours = [agreement.krippendorff_alpha(KRIPPENDORFF, level).value for level in levels]
    return apart(ours, (0.743, 0.815, 0.849, 0.797))


def _gwet() -> float:
    """Gwet 2008 and 2014 by hand: two raters, AC1 with q = share of ones; AC2 with linear weights over three categories."""
    table = np.array([[1, 1, 1, 0, 0, 1, 1, 1, 1, 1], [1, 1, 1, 0, 1, 1, 1, 1, 1, 0]], float)
    q = table.mean()
    first = (0.8 - 2 * q * (1 - q)) / (1 - 2 * q * (1 - q))
    graded = np.array([[0, 0, 1, 2, 2, 1], [0, 1, 1, 2, 0, 1]], float)
    shares = np.array([(graded == c).mean() for c in range(3)])
    observed = (1 - np.abs(graded[0] - graded[1]) / 2).mean()
    expected = 5 / 6 * (shares * (1 - shares)).sum()  # sum of the nine weights is 3 + 4 * .5 + 2 * 0
    second = (observed - expected) / (1 - expected)
    return apart((agreement.gwet_ac(table).value, agreement.gwet_ac(graded, "linear").value), (first, second))


def _icc() -> float:
    found = agreement.icc(SHROUT_FLEISS)
    ours = (found.icc1, found.icc2, found.icc3, found.icc1k, found.icc2k, found.icc3k)
    return apart(ours, (0.17, 0.29, 0.71, 0.44, 0.62, 0.91))


def _cohen() -> float:
    from sklearn.metrics import cohen_kappa_score

    rng = np.random.default_rng(0)
    a = rng.integers(0, 5, 80)
    b = np.clip(a + rng.integers(-1, 2, 80), 0, 4)
    kinds = (None, "linear", "quadratic")
    return max(apart(agreement.cohen_kappa(a, b, w).value, cohen_kappa_score(a, b, weights=w)) for w in kinds)


def _holm() -> float:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(0).random(12) ** 3
    return apart(holm_adjusted(p), multipletests(p, 0.05, "holm")[1])


def _learning() -> float:
    right = (np.random.default_rng(1).random((7, 50)) < 0.6).astype(float)
    slopes = [stats.linregress(np.log2(np.arange(1, 51)), row).slope for row in right]
    return apart(learning(right).p_value, stats.ttest_1samp(slopes, 0).pvalue)


def _sizes() -> float:
    return apart([equivalence_sample_size(margin) for margin in (0.15, 0.10, 0.05)], (100, 227, 888))


def _equivalence() -> float:
    tests = [binomtest(52, 100, 0.4, "greater").pvalue, binomtest(52, 100, 0.6, "less").pvalue]
    return apart(equivalence(52, 100, margin=0.1).p_value, max(tests))


def _classes() -> float:
    from sklearn.metrics import recall_score

    rng = np.random.default_rng(0)
    truth, said = rng.choice(list("abc"), 90), rng.choice(list("abc"), 90)
    ours = [rate.value for rate in class_table(truth, said, "abc").sensitivities]
    return apart(ours, recall_score(truth, said, average=None))


def _times() -> float:
    x = [1.2, 2.0, 4.5, 7.1]
    found = times(x)
    return apart((found.median, found.geometric_mean), (np.median(x), stats.gmean(x)))


ROOM = "turing.analysis."
ENTRIES: tuple[Entry, ...] = (
    Entry(ROOM + "detection.proportion", "Share of correct answers, exact interval", "SciPy 1.17, binomtest (Clopper and Pearson 1934)", 1e-12, _exact_interval),
    Entry(ROOM + "detection.proportion", "Share of correct answers, Wilson's interval", "statsmodels 0.14, proportion_confint", 1e-10, _wilson),
    Entry(ROOM + "detection.reader_summary", "Fisher's exact test of truth × answer", "SciPy 1.17, fisher_exact", 1e-12, _fisher),
    Entry(ROOM + "detection.signal_detection", "d′, criterion, β", "closed form (Macmillan and Creelman; Hautus 1995)", 1e-9, _signal),
    Entry(ROOM + "detection.dprime_2afc", "d′ of two alternatives at .76", "closed form, √2 z(PC)", 1e-12, lambda: apart(dprime_2afc(0.76), 2**0.5 * stats.norm.ppf(0.76))),
    Entry(ROOM + "detection.equivalence", "Two one-sided exact tests", "SciPy 1.17, binomtest twice", 1e-12, _equivalence),
    Entry(ROOM + "roc.auc", "Area under the ROC curve", "scikit-learn 1.9, roc_auc_score", 1e-12, _delong),
    Entry(ROOM + "mrmc.obuchowski_rockette", "Van Dyke's readers: F, df2, p", "published: 4.484854, 15.06611, .051233 (DeLong covariances)", 1e-5, _van_dyke, relative=True),
    Entry(ROOM + "ustatistic.u_statistic", "A quarter of the answers missing: area, variance, df", "iMRMC 4.0.3 (FDA), its example", 1e-8, _imrmc, relative=True),
    Entry(ROOM + "ustatistic.u_statistic", "Two-valued answers: balanced accuracy", "the mean of sensitivity and specificity", 1e-12, _accuracy_as_area),
    Entry(ROOM + "clusters.clustered_covariance", "Every case twice in one cluster", "closed form: the undoubled variance (Obuchowski 1997)", 1e-10, _clusters, relative=True),
    Entry(ROOM + "sources.shared_real_covariance", "Variance of a difference of generators", "jackknife within each kind of case", 1e-9, _generators, relative=True),
    Entry(ROOM + "verdict.holm_adjusted", "Holm's adjusted p", "statsmodels 0.14, multipletests", 1e-12, _holm),
    Entry(ROOM + "agreement.fleiss_kappa", "Fleiss 1971, 30 patients", "published: .430", 5e-4, _fleiss),
    Entry(ROOM + "agreement.fleiss_kappa", "Fleiss 1971, 30 patients", "statsmodels 0.14", 1e-12, _fleiss_statsmodels),
    Entry(ROOM + "agreement.krippendorff_alpha", "Krippendorff's 4 × 12 matrix, four levels", "published: .743 .815 .849 .797", 5e-4, _alpha),
    Entry(ROOM + "agreement.gwet_ac", "AC1, and AC2 with linear weights", "by hand (Gwet 2008, 2014)", 1e-12, _gwet),
    Entry(ROOM + "icc.icc", "Shrout and Fleiss 1979, six coefficients", "published, two digits", 5e-3, _icc),
    Entry(ROOM + "agreement.cohen_kappa", "Cohen's kappa, three weightings", "scikit-learn 1.9", 1e-10, _cohen),
    Entry(ROOM + "learning.learning", "p of the slope over readers", "SciPy 1.17, linregress and ttest_1samp", 1e-9, _learning),
    Entry(ROOM + "timing.times", "Median and geometric mean", "NumPy, SciPy gmean", 1e-12, _times),
    Entry(ROOM + "classes.class_table", "Rates of three classes", "scikit-learn 1.9, recall_score", 1e-12, _classes),
    Entry(ROOM + "planning.equivalence_sample_size", "Sizes for margins .15, .10, .05", "exact binomial: 100, 227, 888", 0, _sizes),
)  # fmt: skip
