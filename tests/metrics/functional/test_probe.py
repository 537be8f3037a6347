"""What a probe tells apart, and which images it says are of a mode that branches hold in part."""

import numpy as np
import pytest

from metrics.functional.belonging import belongs, can_tell
from metrics.functional.logistic import fitted
from metrics.functional.missing import mode_coverage
from metrics.functional.probe import folds, learned
from metrics.functional.tails import area_under


def shells(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows about one centre, every other one (class 1) three times as far out: no plane parts them."""
    rng = np.random.default_rng(seed)
    which = np.arange(n) % 2
    return rng.normal(size=(n, 4)) * np.where(which, 3.0, 1.0)[:, None], which


def test_a_probe_tells_what_no_plane_parts():
    from sklearn.linear_model import LogisticRegression

    rows, which = shells(400, 0)
    fresh, truth = shells(400, 1)
    rated = learned(rows, which, np.random.default_rng(0))(fresh)
    assert rated.sum(axis=1) == pytest.approx(1)
    assert area_under(rated[truth == 0, 1], rated[truth == 1, 1]) > 0.9
    plane = LogisticRegression().fit(rows, which).predict_proba(fresh)[:, 1]
    assert area_under(plane[truth == 0], plane[truth == 1]) < 0.6


def test_coordinates_give_scikit_learns_kernel():
    """With every image a landmark the space is the kernel's own: the products of what is seen are the kernel."""
    from sklearn.metrics.pairwise import rbf_kernel

    from metrics.functional import probe

    rows = np.random.default_rng(2).normal(size=(60, 3))
    again, flat = probe._flattened(rows)
    assert again(rows) == pytest.approx(flat, abs=1e-12)
    wide = np.median(probe._squared(flat, flat))
    seen = probe._spanned(flat, flat)
    assert seen(flat) @ seen(flat).T == pytest.approx(rbf_kernel(flat, gamma=1 / wide), abs=1e-4)


@pytest.mark.parametrize(("strength", "apart"), [(0.1, 0.5), (27.0, 0.5), (27.0, 8.0)])
def test_logistic_regression_is_scikit_learns(strength, apart):
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(8)
    which = (np.arange(150) % 4 == 0).astype(int)
    rows = rng.normal(size=(150, 12)) * np.linspace(0.2, 3, 12) + apart * which[:, None]
    theirs = LogisticRegression(C=strength, max_iter=10_000, tol=1e-10).fit(rows, which).predict_proba(rows)
    assert fitted(rows, which, strength)(rows) == pytest.approx(theirs, abs=1e-5)


def test_the_order_of_images_plays_no_part():
    rows, which = shells(200, 3)
    order = np.random.default_rng(4).permutation(200)
    first, second = (
        learned(rows[each], which[each], np.random.default_rng(5))(rows[:20])
        for each in (np.arange(200), order)
    )
    assert first == pytest.approx(second, abs=1e-6)


def test_folds_keep_patients_whole_and_spread_a_class():
    groups = np.repeat(np.arange(30), 3)
    which = (groups < 10).astype(int)
    fold = folds(which, groups, np.random.default_rng(0))
    assert np.bincount(fold).tolist() == [6] * 5
    assert np.bincount(fold[:10]).tolist() == [2] * 5


@pytest.mark.parametrize("off", [0.0, 0.3])
def test_a_mode_is_followed_beyond_the_part_that_was_found(off):
    """Also where synthetic images lie a little off the real ones everywhere, which makes no more of these missing."""
    rng = np.random.default_rng(6)
    is_mode = np.arange(800) < 60
    real = rng.normal(size=(800, 5)) + 6 * is_mode[:, None] * np.eye(5)[0]
    synthetic = rng.normal(size=(700, 5)) + off
    inside = is_mode & (real[:, 1] > -0.8)  # a branch that cuts through the mode
    assert inside.sum() < 52
    ours, theirs = belongs(real, synthetic, np.arange(800), np.arange(700), inside, rng=rng)
    assert (ours & is_mode & ~inside).any()
    assert (ours & is_mode).sum() > inside.sum()
    assert (ours & ~is_mode).mean() < 0.01
    assert theirs.mean() < 0.01
    assert not can_tell(np.zeros(800, int), inside)


def test_the_interval_of_the_missing_share_covers_where_branches_leak():
    """Islands five standard deviations apart, of which a branch seldom holds all."""
    covered, shares = [], []
    for seed in range(12):
        rng = np.random.default_rng([seed, 7])
        sets = []
        for odds in ([0.5, 0.3, 0.15, 0.05], [0.5, 0.3, 0.15, 0]):
            which = rng.choice(4, 800, p=np.array(odds) / sum(odds))
            sets.append(5 * np.eye(8)[:4][which] + rng.normal(size=(800, 8)))
        found = mode_coverage(*sets, rng=rng, permutations=99)
        covered.append(found.interval[0] <= 0.05 <= found.interval[1])
        shares.append(found.share)
    assert sum(covered) >= 10
    assert np.sqrt(np.mean((np.array(shares) - 0.05) ** 2)) < 0.015
