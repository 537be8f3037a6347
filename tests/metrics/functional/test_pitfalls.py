"""What users of other programs trip over, one test each; those of files and forms are with the pages."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from scipy.linalg import sqrtm

from metrics.comparing import jackknife
from metrics.course import Course
from metrics.feature_sets import Features
from metrics.functional.cmmd import cmmd
from metrics.functional.errors import CannotMeasure
from metrics.functional.frechet import Moments, frechet_distance, frechet_from_moments
from metrics.functional.kernel import kid, kid_p_value, kid_subsets
from metrics.functional.manifold import prdc
from metrics.functional.similarity import ms_ssim, ssim
from metrics.measuring import feature_numbers
from tests.paths import ROOT


def rows(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def measured(real: np.ndarray, synthetic: np.ndarray, chosen: set[str]) -> dict:
    features = Features(
        "random", "random", real, synthetic, np.arange(len(real)), np.arange(len(synthetic)), {}
    )
    numbers = feature_numbers(features, chosen, rng=np.random.default_rng(0), course=Course(None, 1))
    return {number.metric: number for number in numbers}


def test_where_the_matrix_root_is_complex_or_nan_the_frechet_distance_is_a_number():
    a, b = rows(30, 60), rows(30, 60, 1)
    a[:, 10:20] = b[:, 10:20] = 7.0
    root = sqrtm(np.cov(a, rowvar=False) @ np.cov(b, rowvar=False))
    assert np.iscomplexobj(root) or not np.isfinite(root).all(), "else this input shows nothing"
    value = frechet_distance(a, b)
    kept = [*range(10), *range(20, 60)]
    assert value == pytest.approx(frechet_distance(a[:, kept], b[:, kept]), rel=1e-9)


@pytest.mark.parametrize(("n", "d"), [(40, 100), (400, 30)])
def test_a_frechet_distance_is_never_negative(n, d):
    a = rows(n, d)
    for other in (a, a[::-1], a + 1e-12):
        assert 0 <= frechet_distance(a, other) < 1e-9


def test_a_frechet_distance_from_few_images_says_what_chance_would_give():
    number = measured(rows(60, 40), rows(60, 40, 1), {"frechet"})["frechet"]
    assert number.unfit
    assert "80 in each set are needed for 40 features" in str(number.caution)
    assert "of these sizes would give about" in str(number.caution)
    fresh = [frechet_distance(rows(60, 40, 2 * seed), rows(60, 40, 2 * seed + 1)) for seed in range(1, 20)]
    assert float(number.caution.values["null"]) == pytest.approx(np.mean(fresh), rel=0.15)


def test_enough_images_still_hear_how_much_of_the_value_is_chance():
    near = measured(rows(300, 20), rows(300, 20, 1) + 0.05, {"frechet"})["frechet"]
    far = measured(rows(300, 20), rows(300, 20, 1) + 1, {"frechet"})["frechet"]
    assert not near.unfit
    assert "more than half of this value" in str(near.caution)
    assert far.caution is None


def test_a_subset_larger_than_the_set_is_refused_and_the_report_says_why():
    with pytest.raises(CannotMeasure, match="smaller set has 60"):
        kid_subsets(rows(60, 4), rows(80, 4, 1), rng=np.random.default_rng(0))
    number = measured(rows(60, 4), rows(80, 4, 1), {"kid_subsets"})["kid_subsets"]
    assert number.value is None
    assert "1000 images are needed" in str(number.absent)


@pytest.mark.parametrize("batch", [1, 7, 64, 500])
def test_the_size_of_batches_does_not_change_the_distance(batch):
    a, b = rows(500, 12) + 50, rows(500, 12, 1) + 51
    parts = [Moments.of(a[start : start + batch]) for start in range(0, 500, batch)]
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merge(part)
    whole = Moments.of(b)
    value = frechet_from_moments(merged.mean, merged.covariance, whole.mean, whole.covariance)
    assert value == pytest.approx(frechet_distance(a, b), rel=1e-10)


def test_precision_is_of_the_synthetic_and_recall_of_the_real_images():
    real = np.vstack([rows(100, 2), rows(100, 2, 1) + 50])
    half = prdc(real, rows(150, 2, 2))
    assert half.precision > 0.9 > 0.6 > half.recall
    turned = prdc(rows(150, 2, 2), real)
    assert (turned.precision, turned.recall) == (half.recall, half.precision)


def test_crowding_synthetic_images_have_a_density_above_one():
    assert prdc(rows(300, 16), 0.2 * rows(300, 16, 1)).density > 1.5


def test_constant_features_are_no_special_case():
    a, b = rows(60, 6), rows(60, 6, 1)
    a[:, 2] = b[:, 2] = 4.0
    rest = [0, 1, 3, 4, 5]
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(a[:, rest], b[:, rest]))
    assert np.isfinite(kid(a, b))
    assert prdc(a, b).precision == prdc(a[:, rest], b[:, rest]).precision
    assert prdc(np.ones((20, 3)), np.ones((20, 3))).coverage == 1, "radii of zero"


def peak_mib(function) -> float:
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_square_of_the_images():
    """All distances of 6,000 images in float32 would be 137 MiB, in float64 twice that."""
    a, b = rows(6000, 8).astype(np.float32), rows(6000, 8, 1).astype(np.float32)
    assert peak_mib(lambda: prdc(a, b)) < 60
    assert peak_mib(lambda: kid(a, b)) < 60
    assert peak_mib(lambda: cmmd(a, b)) < 60


def test_memory_of_ssim_is_that_of_one_pair():
    stack = np.random.default_rng(0).random((60, 128, 128)).astype(np.float32)
    assert peak_mib(lambda: ssim(stack, stack[::-1], data_range=1.0)) < 8
    assert peak_mib(lambda: ms_ssim(stack, stack[::-1], data_range=1.0)) < 8


def test_the_numbers_are_imported_without_a_network_library():
    names = "frechet kernel manifold diversity similarity inception cmmd classifier spectrum information null resampling"
    script = f"import sys; [__import__('metrics.functional.' + name) for name in '{names}'.split()]; print(sorted(set(sys.modules) & {{'torch', 'sklearn', 'skimage', 'torchmetrics', 'django'}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_patients_change_sides_whole_in_the_permutation_test():
    """Ten images of each patient that are all alike: by images every small difference of patients looks certain."""
    rng, found = np.random.default_rng(6), {"images": [], "patients": []}
    groups = np.repeat(np.arange(12), 10)
    for _draw in range(30):
        a, b = (np.repeat(rng.normal(size=(12, 4)), 10, axis=0) for _ in "ab")
        found["images"].append(kid_p_value(a, b, rng=rng, permutations=39))
        found["patients"].append(kid_p_value(a, b, rng=rng, permutations=39, real_groups=groups, synthetic_groups=groups))  # fmt: skip
    assert np.mean(np.array(found["images"]) <= 0.05) > 0.7
    assert np.mean(np.array(found["patients"]) <= 0.05) <= 0.2


def test_patients_that_agree_widen_the_interval_of_a_distance():
    rng = np.random.default_rng(7)
    a, b = (np.repeat(rng.normal(size=(25, 4)), 6, axis=0) for _ in "ab")
    patients = np.repeat(np.arange(25), 6)

    def width(groups: np.ndarray) -> float:
        statistic = lambda x, y: np.array([kid(x, y)])  # noqa: E731
        low, high = jackknife(
            statistic, a, b, groups, groups, value=statistic(a, b), rng=np.random.default_rng(0)
        )
        return float(high[0] - low[0])

    assert width(patients) > 1.5 * width(np.arange(150))
