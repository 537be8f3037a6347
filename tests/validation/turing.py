"""Reader studies against strangers."""

import csv
import json

import numpy as np
import pytest
from scipy import stats
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from tests.paths import REFERENCES
from tests.validation import Entry, apart, apart_relative, mrmc
from tests.van_dyke import van_dyke
from turing import leakage
from turing.analysis import agreement
from turing.analysis.classes import class_table
from turing.analysis.detection import dprime_2afc, equivalence, proportion, reader_summary, signal_detection
from turing.analysis.learning import learning
from turing.analysis.mrmc import obuchowski_rockette, single_modality, u_statistic
from turing.analysis.planning import detection_power, equivalence_sample_size, mrmc_power
from turing.analysis.ratings import rating_gap
from turing.analysis.roc import auc, exact_reach, rank_test
from turing.analysis.sources import shared_real_covariance
from turing.analysis.timing import times
from turing.analysis.ustatistic import u_statistic_these_readers
from turing.analysis.verdict import holm_adjusted
from turing.rendering import percentiles

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
    found = obuchowski_rockette(*van_dyke())
    return apart_relative((found.f, found.df2, found.p_value), (4.484854, 15.06611, 0.051233))


def _imrmc() -> float:
    truth, ratings, expected = _imrmc_example()
    found = u_statistic(truth, ratings)
    theirs = (expected["AUC"], expected["varAUC"], expected["dfBDG"])
    return apart_relative((found.auc, found.variance, found.df), theirs)


def _imrmc_example() -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
    example = json.load(_reference("imrmc/single_modality_missing.json"))
    names = list(example["truth"])
    readers = sorted({row[0] for row in example["rows"]})
    ratings = np.full((len(readers), len(names)), np.nan)
    for reader, case, score in example["rows"]:
        ratings[readers.index(reader), names.index(case)] = score
    return np.array(list(example["truth"].values())), ratings, example["expected"]


def _imrmc_single_readers() -> float:
    """Each reader alone on what was read: area and variance as the program prints them."""
    truth, ratings, _expected = _imrmc_example()
    theirs = (
        (0.769696970, 0.00325116), (0.779516358, 0.00290908), (0.618421053, 0.00440829), (0.813445378, 0.00275751), (0.813344595, 0.00264423),
    )  # fmt: skip
    found = [u_statistic(truth, row[None]) for row in ratings]
    return apart_relative([(one.auc, one.variance) for one in found], theirs)


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


def _ranks() -> float:
    """Normal with the variance of tied ranks (Hollander & Wolfe 1973, equation 4.13) and half a step off."""
    rng = np.random.default_rng(8)
    truth, rating = np.repeat([0, 1], [40, 25]), rng.integers(0, 6, 65) + np.repeat([0, 1], [40, 25])
    above = (rating[truth == 1][:, None] > rating[truth == 0]) + 0.5 * (
        rating[truth == 1][:, None] == rating[truth == 0]
    )
    tied = np.unique(rating, return_counts=True)[1].astype(float)
    variance = 40 * 25 / 12 * (66 - (tied**3 - tied).sum() / (65 * 64))
    return apart(rank_test(truth, rating), 2 * stats.norm.sf((abs(above.sum() - 500) - 0.5) / variance**0.5))


def _no_spread() -> float:
    theirs = [binomtest(k, k, alternative="greater").proportion_ci(0.95, "exact").low for k in (5, 30, 200)]
    return apart([1 - exact_reach(k) for k in (5, 30, 200)], theirs)


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
    _theta, cov = shared_real_covariance(labels, rated, ["a", "b"], "auc", np.arange(100))
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


def _jackknife_of_a_kappa() -> float:
    """The two-way jackknife by leaving each item and each rater out with statsmodels' kappa."""
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

    said = (np.random.default_rng(5).random((6, 40)) < 0.5).astype(int)
    theirs = lambda table: fleiss_kappa(aggregate_raters(table.T, n_cat=2)[0])  # noqa: E731
    variance = 0.0
    for axis in (0, 1):
        left = np.array([theirs(np.delete(said, i, axis=axis)) for i in range(said.shape[axis])])
        variance += (len(left) - 1) / len(left) * ((left - left.mean()) ** 2).sum()
    return apart_relative(agreement.fleiss_kappa(said).standard_error, variance**0.5)


def _few_readers_with_gaps() -> float:
    """One reader without gaps: the jackknife of an area is DeLong's variance (DeLong 1988: it is the jackknife of the U-statistic)."""
    rng = np.random.default_rng(4)
    truth = np.repeat([0, 1], 30)
    rating = truth + rng.normal(size=60)
    return apart_relative(
        u_statistic_these_readers(truth, rating[None]).variance, auc(truth, rating).variance
    )


def _power_of_a_test() -> float:
    """Readers alike and images that share nothing: the power of the interval over readers is that of a t-test over judgements, nearly."""
    simulated = mrmc_power(
        40, 100, accuracy=0.52, margin=None, reader_sd=0.0, case_correlation=0.0, simulations=4000
    )
    return apart(simulated, detection_power(4000, 0.52))


def _treder() -> float:
    rows = list(csv.DictReader(_reference("treder2022_mri_gan_rating_task.csv")))
    stages = ("344", "1055", "7954", "24440", "60000", "real")
    means = [np.mean([float(row["rate"]) for row in rows if row["batch"] == stage]) for stage in stages]
    return apart(means, (1.177, 1.392, 2.3125, 2.713, 3.339, 4.300))


def _treder_readings() -> tuple[np.ndarray, np.ndarray]:
    rows = list(csv.DictReader(_reference("treder2022_mri_gan_rating_task.csv")))
    readers, cases = (sorted({row[name] for row in rows}, key=int) for name in ("participant", "tablerow"))
    ratings, truth = np.full((len(readers), len(cases)), np.nan), np.zeros(len(cases), int)
    for row in rows:
        case = cases.index(row["tablerow"])
        ratings[readers.index(row["participant"]), case], truth[case] = (
            float(row["rate"]),
            row["batch"] != "real",
        )
    return truth, ratings


def _treder_area() -> float:
    truth, ratings = _treder_readings()
    there = ~np.isnan(ratings)
    return apart(auc(np.broadcast_to(truth, there.shape)[there], -ratings[there]).value, 0.8933)


def _treder_alpha() -> float:
    return apart(agreement.krippendorff_alpha(_treder_readings()[1], "ordinal").value, 0.617)


def _rating_gap() -> float:
    """One reader: Welch's interval with the normal's quantile; seven: ratings of 0 and 1 differ by 1 - 2 accuracy, with twice its error."""
    from statsmodels.stats.weightstats import CompareMeans

    rng = np.random.default_rng(6)
    truth, ratings = np.repeat([0, 1], 10), rng.integers(1, 6, (1, 20)).astype(float)
    theirs = CompareMeans.from_data(ratings[0, :10], ratings[0, 10:]).zconfint_diff(usevar="unequal")
    said = rng.integers(0, 2, (7, 20)).astype(float)
    over = single_modality(truth, said, "accuracy")
    pairs = ((rating_gap(truth, ratings).interval, theirs), (rating_gap(truth, said).p_value, over.p_value))
    return max(apart(ours, reference) for ours, reference in pairs)


def _tea() -> float:
    """Fisher 1935: the lady who tasted tea and was right about three of four cups of each kind."""
    return apart(reader_summary([1] * 4 + [0] * 4, [1, 1, 1, 0, 0, 0, 0, 1]).p_value, 34 / 70)


def _leaks() -> float:
    rng = np.random.default_rng(4)
    table = rng.normal(size=(60, 3))
    kinds, sources = np.repeat([0, 1], 30), ["real"] * 30 + [name for name in "abc" for _case in range(10)]
    table[30:40, 1] += 1
    found = leakage.audit(kinds, [dict(enumerate(row)) for row in table], rng, 1, sources)
    differences = []
    for part in found.generators:
        among = (kinds == 0) | (np.array(sources) == part.source)
        theirs = [roc_auc_score(kinds[among], table[among, column]) for column in range(3)]
        differences.append(apart([one.auc for one in part.findings], theirs))
    return max(differences)


def _dealt() -> float:
    rng = np.random.default_rng(6)
    table, kinds = rng.normal(size=(40, 3)), np.repeat([0, 1], 20)
    table[20:, 0] += 0.5
    ours = leakage.joint_test(kinds, table, np.random.default_rng(7), 2000)
    chance, as_good = np.random.default_rng(7), 0
    for _deal in range(2000):
        labels = chance.permutation(kinds)
        as_good += roc_auc_score(labels, leakage.discriminant_scores(labels, table)) >= ours[0]
    return abs(ours[3] - (1 + as_good) / 2001)


def _percentiles() -> float:
    pixels = np.random.default_rng(8).gamma(3, 20, 9000).clip(1, 255).astype(int)
    ours = percentiles(np.bincount(pixels, minlength=256), 255)
    return apart(ours[1:], np.percentile(pixels, np.arange(1, 101), method="inverted_cdf"))


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
    Entry(ROOM + "detection.reader_summary", "Fisher's exact test of the tasted tea", "Fisher 1935: 34 / 70", 1e-12, _tea),
    Entry(ROOM + "detection.signal_detection", "d′, criterion, β", "closed form (Macmillan and Creelman; Hautus 1995)", 1e-9, _signal),
    Entry(ROOM + "detection.dprime_2afc", "d′ of two alternatives at .76", "closed form, √2 z(PC)", 1e-12, lambda: apart(dprime_2afc(0.76), 2**0.5 * stats.norm.ppf(0.76))),
    Entry(ROOM + "detection.equivalence", "Two one-sided exact tests", "SciPy 1.17, binomtest twice", 1e-12, _equivalence),
    Entry(ROOM + "roc.auc", "Area under the ROC curve", "scikit-learn 1.9, roc_auc_score", 1e-12, _delong),
    Entry(ROOM + "mrmc.obuchowski_rockette", "Van Dyke's readers: F, df2, p", "published: 4.484854, 15.06611, .051233 (DeLong covariances)", 1e-5, _van_dyke, relative=True),
    Entry(ROOM + "roc.rank_test", "p of one reader's area with tied ratings", "by hand (Hollander and Wolfe 1973)", 1e-12, _ranks),
    Entry(ROOM + "roc.exact_reach", "Interval where all came out alike", "SciPy 1.17, binomtest, one-sided exact", 1e-9, _no_spread),
    *mrmc.ENTRIES,
    Entry(ROOM + "ustatistic.u_statistic", "A quarter of the answers missing: area, variance, df", "iMRMC 4.0.3 (FDA), its example", 1e-8, _imrmc, relative=True),
    Entry(ROOM + "ustatistic.u_statistic", "Two-valued answers: balanced accuracy", "the mean of sensitivity and specificity", 1e-12, _accuracy_as_area),
    Entry(ROOM + "ustatistic.u_statistic", "Five readers alone, a quarter of the answers missing: area, variance", "iMRMC 4.0.3 (FDA), its example, six digits", 2e-6, _imrmc_single_readers, relative=True),
    Entry(ROOM + "ustatistic.u_statistic_these_readers", "One reader without gaps: variance of the area", "DeLong 1988", 1e-9, _few_readers_with_gaps, relative=True),
    Entry(ROOM + "clusters.clustered_covariance", "Every case twice in one cluster", "closed form: the undoubled variance (Obuchowski 1997)", 1e-10, _clusters, relative=True),
    Entry(ROOM + "sources.shared_real_covariance", "Variance of a difference of generators", "jackknife within each kind of case", 1e-9, _generators, relative=True),
    Entry("turing.leakage.audit", "Three generators, each feature against the real cases: AUC", "scikit-learn 1.9, roc_auc_score", 1e-12, _leaks),
    Entry("turing.leakage.joint_test", "p of a weak trait, dealing stopped at 20 as good", "all 2,000 deals of the same labels", 0.03, _dealt),
    Entry("turing.rendering.percentiles", "Percentiles 1 to 100 of 8-bit pixels, ends of bins", "NumPy, inverted_cdf", 1, _percentiles),
    Entry(ROOM + "verdict.holm_adjusted", "Holm's adjusted p", "statsmodels 0.14, multipletests", 1e-12, _holm),
    Entry(ROOM + "agreement.fleiss_kappa", "Fleiss 1971, 30 patients", "published: .430", 5e-4, _fleiss),
    Entry(ROOM + "agreement.fleiss_kappa", "Fleiss 1971, 30 patients", "statsmodels 0.14", 1e-12, _fleiss_statsmodels),
    Entry(ROOM + "agreement.fleiss_kappa", "Its two-way jackknife", "statsmodels 0.14, each item and rater left out in turn", 1e-9, _jackknife_of_a_kappa, relative=True),
    Entry(ROOM + "agreement.krippendorff_alpha", "Treder 2022, 26 readers, 30 images, five points", "published data: ordinal α .617", 5e-4, _treder_alpha),
    Entry(ROOM + "roc.auc", "Treder 2022, all ratings together", "published data: .8933", 5e-5, _treder_area),
    Entry("turing.importing", "Treder 2022, mean rating of each training step and of real images", "published: 1.177 1.392 2.313 2.713 3.339 4.300", 5e-4, _treder),
    Entry(ROOM + "ratings.rating_gap", "Difference of ratings: one reader's interval, seven readers' p", "statsmodels 0.14, CompareMeans; accuracy over readers", 1e-6, _rating_gap),
    Entry(ROOM + "agreement.krippendorff_alpha", "Krippendorff's 4 × 12 matrix, four levels", "published: .743 .815 .849 .797", 5e-4, _alpha),
    Entry(ROOM + "agreement.gwet_ac", "AC1, and AC2 with linear weights", "by hand (Gwet 2008, 2014)", 1e-12, _gwet),
    Entry(ROOM + "icc.icc", "Shrout and Fleiss 1979, six coefficients", "published, two digits", 5e-3, _icc),
    Entry(ROOM + "agreement.cohen_kappa", "Cohen's kappa, three weightings", "scikit-learn 1.9", 1e-10, _cohen),
    Entry(ROOM + "learning.learning", "p of the slope over readers", "SciPy 1.17, linregress and ttest_1samp", 1e-9, _learning),
    Entry(ROOM + "timing.times", "Median and geometric mean", "NumPy, SciPy gmean", 1e-12, _times),
    Entry(ROOM + "classes.class_table", "Rates of three classes", "scikit-learn 1.9, recall_score", 1e-12, _classes),
    Entry(ROOM + "power.mrmc_power", "Power at .52 with 40 readers alike and 100 images", "exact binomial test of 4,000 judgements", 0.03, _power_of_a_test),
    Entry(ROOM + "planning.equivalence_sample_size", "Sizes for margins .15, .10, .05", "exact binomial: 100, 227, 888", 0, _sizes),
)  # fmt: skip
