"""Numbers from features against strangers: closed forms, SciPy's square root, prdc, scikit-learn."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.functional.diversity import vendi_score
from metrics.functional.errors import CannotMeasure
from metrics.functional.frechet import Moments, frechet_distance, frechet_from_moments
from metrics.functional.inception import inception_score
from metrics.functional.kernel import kid, kid_of_pairs, kid_p_value, kid_subsets
from metrics.functional.manifold import PRDC, prdc, prdc_of_parts
from metrics.functional.memorisation import authenticity, correlation, suspected_copies
from metrics.functional.neighbours import distances, nearest_neighbours, square_table


def normal(n: int, d: int, seed: int = 0, shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) / np.sqrt(d) + shift


def by_square_root(a: np.ndarray, b: np.ndarray) -> float:
    """The published form, with SciPy's matrix square root."""
    ca, cb = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = scipy.linalg.sqrtm(ca @ cb)
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca + cb) - 2 * np.trace(root).real)


@pytest.mark.parametrize(("n", "m", "d"), [(300, 200, 16), (900, 700, 64), (200, 30, 20)])
def test_frechet_agrees_with_scipys_square_root(n, m, d):
    a, b = normal(n, d, 1), normal(m, d, 2, 0.3)
    assert frechet_distance(a, b) == pytest.approx(by_square_root(a, b), rel=1e-9)


def test_frechet_of_diagonal_gaussians_has_a_closed_form():
    s, t, mean = np.array([1.0, 4.0, 9.0]), np.array([4.0, 1.0, 0.25]), np.array([1.0, -2.0, 0.5])
    closed = mean @ mean + ((np.sqrt(s) - np.sqrt(t)) ** 2).sum()
    assert frechet_from_moments(np.zeros(3), np.diag(s), mean, np.diag(t)) == pytest.approx(closed, rel=1e-12)


def test_frechet_below_the_dimension_is_the_same_number_by_both_routes():
    a, b = normal(40, 100, 3), normal(60, 100, 4)
    ma, mb = Moments.of(a), Moments.of(b)
    through = frechet_from_moments(ma.mean, ma.covariance, mb.mean, mb.covariance)
    assert frechet_distance(a, b) == pytest.approx(through, rel=1e-7)


def test_frechet_of_a_singular_covariance_is_finite_and_right():
    a, b = normal(300, 8, 5), normal(300, 8, 6)
    b[:, 3] = 1.0
    value = frechet_distance(a, b)
    keep = [0, 1, 2, 4, 5, 6, 7]
    assert np.isfinite(value)
    assert value >= frechet_distance(a[:, keep], b[:, keep]) - 1e-9


@given(st.integers(1, 9), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_moments_merge_exactly(cut, seed):
    rows = np.random.default_rng(seed).normal(100, 1, (10, 3))
    merged, whole = Moments.of(rows[:cut]).merge(Moments.of(rows[cut:])), Moments.of(rows)
    np.testing.assert_allclose(merged.mean, whole.mean, rtol=1e-13)
    np.testing.assert_allclose(merged.m2, whole.m2, rtol=1e-9, atol=1e-10)


def test_frechet_of_features_that_depend_on_one_another_keeps_its_digits():
    """As radiomic features do; the cross product of the images themselves has the exact value."""
    a, b = normal(60, 6, 1), normal(70, 6, 2, 0.3)
    a, b = (np.hstack([x, 4 * x[:, :3], x[:, :1] - x[:, 1:2]]) for x in (a, b))
    fa, fb = ((x - x.mean(axis=0)) / np.sqrt(len(x) - 1) for x in (a, b))
    apart = a.mean(axis=0) - b.mean(axis=0)
    cross = np.linalg.svd(fa @ fb.T, compute_uv=False).sum()
    assert frechet_distance(a, b) == pytest.approx(
        apart @ apart + (fa**2).sum() + (fb**2).sum() - 2 * cross, rel=1e-11
    )


def test_kid_is_the_definition_and_is_unbiased():
    a, b = normal(30, 5, 1), normal(20, 5, 2)
    k = lambda x, y: (x @ y / 5 + 1) ** 3  # noqa: E731
    within = lambda s: np.mean([k(s[i], s[j]) for i in range(len(s)) for j in range(len(s)) if i != j])  # noqa: E731
    cross = np.mean([k(x, y) for x in a for y in b])
    assert kid(a, b) == pytest.approx(within(a) + within(b) - 2 * cross, rel=1e-10)
    rng = np.random.default_rng(0)
    many = [kid(rng.normal(size=(20, 3)), rng.normal(size=(20, 3))) for _ in range(400)]
    assert abs(np.mean(many)) < 3 * np.std(many) / 20, "equal distributions give 0 on average"
    assert min(many) < 0, "and negative values are kept"


def test_kid_of_subsets_refuses_what_is_too_small_and_has_the_whole_sets_mean():
    a, b = normal(200, 4, 1), normal(150, 4, 2, 1.0)
    with pytest.raises(CannotMeasure, match="the smaller set has 150"):
        kid_subsets(a, b, rng=np.random.default_rng(0))
    mean, spread = kid_subsets(a, b, rng=np.random.default_rng(0), subsets=50, size=100)
    assert mean == pytest.approx(kid(a, b), abs=3 * spread)


def test_kid_of_many_pairs_of_parts_is_the_kid_of_each(monkeypatch):
    monkeypatch.setattr("metrics.functional.kernel.CHUNK", 32)
    rows, rng = normal(90, 4, 1), np.random.default_rng(0)
    pairs = [(order[: 20 + n], order[20 + n : 70]) for n in range(5) for order in [rng.permutation(90)]]
    expected = [kid(rows[first], rows[second]) for first, second in pairs]
    np.testing.assert_allclose(kid_of_pairs(rows, pairs), expected, rtol=1e-10)
    with pytest.raises(CannotMeasure, match="at least 2"):
        kid_of_pairs(rows, [(np.array([3]), np.arange(10, 20))])


def test_the_permutation_test_of_kid_holds_its_size_and_finds_a_shift():
    rng = np.random.default_rng(1)
    p = [
        kid_p_value(rng.normal(size=(20, 3)), rng.normal(size=(20, 3)), rng=rng, permutations=39)
        for _ in range(100)
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.12
    assert kid_p_value(normal(50, 3, 1), normal(50, 3, 1, 2.0), rng=rng, permutations=99) == pytest.approx(
        0.01
    )


@pytest.mark.parametrize("k", [1, 3, 5])
def test_prdc_agrees_with_the_authors_package(k):
    from prdc import compute_prdc

    a, b = normal(150, 6, 1), normal(120, 6, 2, 0.4)
    ours, theirs = prdc(a, b, k=k), compute_prdc(a, b, nearest_k=k)
    for part in ("precision", "recall", "density", "coverage"):
        assert getattr(ours, part) == pytest.approx(theirs[part], abs=1e-12), part


def test_prdc_of_parts_of_a_set_is_that_of_their_features():
    rng = np.random.default_rng(0)
    rows = np.vstack([normal(150, 6, 1), normal(120, 6, 2, 0.4), normal(30, 6, 1)])  # with copies
    square = square_table(rows)
    for first, second in ((100, 80), (30, 200), (6, 6)):
        drawn = rng.permutation(len(rows))
        one, two = drawn[:first], drawn[-second:]
        whole, part = prdc(rows[one], rows[two]), prdc_of_parts(square, one, two)
        for name in PRDC.__dataclass_fields__:
            np.testing.assert_allclose(getattr(part, name), getattr(whole, name), rtol=1e-9, err_msg=name)
    with pytest.raises(CannotMeasure, match="The synthetic set has 5 images"):
        prdc_of_parts(square, one, two[:5])
    with pytest.raises(CannotMeasure, match="4096 are the most"):
        square_table(np.zeros((5000, 1)))


def test_prdc_of_one_distribution_has_the_known_null_values():
    rng = np.random.default_rng(0)
    result = prdc(rng.normal(size=(3000, 3)), rng.normal(size=(3000, 3)), k=5)
    assert result.coverage == pytest.approx(1 - 2**-5, abs=0.02)
    assert result.density == pytest.approx(1, abs=0.05)


def test_precision_and_recall_are_not_swapped():
    rng = np.random.default_rng(0)
    real = np.vstack([rng.normal(0, 1, (100, 2)), rng.normal(20, 1, (100, 2))])
    collapsed = prdc(real, rng.normal(0, 0.3, (200, 2)))
    assert collapsed.precision > 0.9
    assert collapsed.coverage < 0.6
    assert collapsed.recall < 0.6


def test_copies_have_distance_zero_far_from_the_origin():
    rows = normal(50, 8, 1, 1e4)
    assert distances(rows, rows).diagonal().max() == 0
    exact = np.sqrt(((rows[:, None] - rows) ** 2).sum(-1))
    np.testing.assert_allclose(distances(rows, rows), exact, rtol=1e-3)
    index, far = nearest_neighbours(rows[:5] + 1e-7, rows)
    assert index[:, 0].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(far[:, 0], np.sqrt(8) * 1e-7, rtol=0.05)


def test_realism_and_rarity_of_an_image_on_top_of_a_real_one():
    real = np.vstack([np.zeros((7, 2)), normal(20, 2, 1, 5.0)])
    result = prdc(real, np.vstack([np.zeros((1, 2)), np.full((8, 2), 1e3)]), k=5)
    assert np.isinf(result.realism[0])
    assert result.rarity[0] == 0
    assert np.isinf(result.rarity[1:]).all()
    assert (result.realism[1:] < 1).all()


@pytest.mark.parametrize("q", [0.5, 1.0, 2.0, np.inf])
def test_vendi_of_equal_and_of_orthogonal_images(q):
    assert vendi_score(np.ones((9, 4)), q) == pytest.approx(1)
    assert vendi_score(np.repeat(np.eye(6), 5, axis=0), q) == pytest.approx(6)


def test_vendi_is_one_number_by_either_matrix():
    rows = normal(30, 10, 1)
    wide = np.hstack([rows, np.zeros((30, 90))])
    assert vendi_score(rows) == pytest.approx(vendi_score(wide), rel=1e-10)


def test_vendi_by_the_definition_of_its_entropy():
    rows = normal(12, 40, 2)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    p = np.linalg.eigvalsh(unit @ unit.T / 12)
    p = p[p > 1e-15]
    assert vendi_score(rows) == pytest.approx(np.exp(-(p * np.log(p)).sum()), rel=1e-9)
    assert vendi_score(rows, 2.0) == pytest.approx(1 / (p**2).sum(), rel=1e-9)
    assert vendi_score(rows, np.inf) == pytest.approx(1 / p.max(), rel=1e-9)


def test_inception_score_of_sure_even_guesses_is_the_number_of_classes():
    assert inception_score(np.repeat(np.eye(7), 4, axis=0)) == pytest.approx(7)
    assert inception_score(np.full((20, 7), 1 / 7), splits=10) == pytest.approx(1)
    with pytest.raises(CannotMeasure, match="sum to 1"):
        inception_score(np.full((20, 7), 0.5))


def test_copies_are_found_and_a_clean_set_raises_no_alarm():
    rng = np.random.default_rng(0)
    training, held_out, fresh = (rng.normal(size=(300, 4)) for _ in range(3))
    clean = suspected_copies(fresh, training, held_out)
    assert clean.p_value > 0.01
    planted = fresh.copy()
    planted[:30] = training[:30] + rng.normal(0, 1e-3, (30, 4))
    found = suspected_copies(planted, training, held_out)
    assert found.is_suspected[:30].all()
    assert found.nearest[:30].tolist() == list(range(30))
    assert found.p_value < 1e-4
    assert authenticity(fresh, training) == pytest.approx(0.5, abs=0.1)


def test_correlation_ignores_brightness_and_contrast():
    picture = np.random.default_rng(0).normal(size=(8, 8))
    assert correlation(picture, 3 * picture + 7) == pytest.approx(1)
    assert correlation(picture, -picture) == pytest.approx(-1)
    assert correlation(picture, np.ones((8, 8))) == 0


PAIRWISE = {
    "frechet": frechet_distance,
    "kid": kid,
    "coverage": lambda a, b: prdc(a, b).coverage,
    "precision": lambda a, b: prdc(a, b).precision,
    "vendi": lambda a, b: vendi_score(b),
}


@pytest.mark.parametrize("name", PAIRWISE)
def test_the_order_of_images_does_not_matter(name):
    a, b, rng = normal(60, 5, 1), normal(50, 5, 2), np.random.default_rng(0)
    assert PAIRWISE[name](rng.permutation(a), rng.permutation(b)) == pytest.approx(
        PAIRWISE[name](a, b), rel=1e-9
    )


@pytest.mark.parametrize("name", PAIRWISE)
def test_float32_gives_nearly_the_same_number(name):
    a, b = normal(60, 5, 1), normal(50, 5, 2)
    assert PAIRWISE[name](a.astype(np.float32), b.astype(np.float32)) == pytest.approx(
        PAIRWISE[name](a, b), rel=1e-4, abs=1e-5
    )


@pytest.mark.parametrize("name", PAIRWISE)
def test_numbers_that_are_none_are_refused(name):
    a, b = normal(60, 5, 1), normal(50, 5, 2)
    b[3, 2] = np.nan
    with pytest.raises(CannotMeasure, match="the first is number 3"):
        PAIRWISE[name](a, b)


@pytest.mark.parametrize("name", ["frechet", "kid", "coverage"])
def test_too_few_images_and_other_encoders_are_refused(name):
    with pytest.raises(CannotMeasure, match="at least|images"):
        PAIRWISE[name](normal(60, 5, 1), normal(1, 5, 2))
    with pytest.raises(CannotMeasure, match="one encoder for both"):
        PAIRWISE[name](normal(60, 5, 1), normal(60, 4, 2))


def test_many_subsets_by_one_pass_are_the_subsets_one_by_one():
    a, b = normal(1300, 4, 1), normal(1100, 4, 2, 0.5)
    mean, spread = kid_subsets(a, b, rng=np.random.default_rng(3), subsets=40, size=200)
    rng = np.random.default_rng(3)
    each = [
        kid(a[rng.choice(1300, 200, replace=False)], b[rng.choice(1100, 200, replace=False)])
        for _ in range(40)
    ]
    assert (mean, spread) == pytest.approx((np.mean(each), np.std(each)), rel=1e-9)


@pytest.mark.parametrize("options", [{"degree": 0}, {"degree": 2.5}, {"gamma": 0.0}, {"gamma": np.nan}])
def test_kernels_that_are_none_are_refused(options):
    with pytest.raises(CannotMeasure, match="allowed"):
        kid(normal(20, 3, 1), normal(20, 3, 2), **options)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_several_blocks_are_the_authors_numbers_and_the_exact_neighbours(dtype):
    from prdc import compute_prdc
    from sklearn.neighbors import NearestNeighbors

    a, b = normal(2500, 6, 1, 30.0).astype(dtype), normal(1100, 6, 2, 30.3).astype(dtype)
    ours, theirs = prdc(a, b), compute_prdc(a.astype(float), b.astype(float), nearest_k=5)
    for part in ("precision", "recall", "density", "coverage"):
        assert getattr(ours, part) == pytest.approx(
            theirs[part], abs=2e-3 if dtype is np.float32 else 1e-12
        ), part
    far, index = (
        NearestNeighbors(n_neighbors=4, algorithm="brute").fit(a.astype(float)).kneighbors(b.astype(float))
    )
    our_index, our_far = nearest_neighbours(b, a, 4)
    np.testing.assert_allclose(our_far, far, rtol=1e-3 if dtype is np.float32 else 1e-6)
    assert (our_index == index).mean() > 0.99
    np.testing.assert_allclose(ours.nearest_distance, far[:, 0], rtol=1e-3 if dtype is np.float32 else 1e-6)


def test_exact_copies_in_float32_have_distance_zero():
    rows = normal(1500, 8, 1, 1e3).astype(np.float32)
    result = prdc(rows, rows[::-1].copy())
    assert result.nearest_distance.max() == 0
    assert result.nearest.tolist() == list(range(1499, -1, -1))
    assert result.precision == result.recall == result.coverage == 1
