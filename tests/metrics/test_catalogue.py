"""Invariants over the whole catalogue: every entry is complete, its function exists and behaves as its entry says."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from metrics.catalogue import GROUPS, METRICS, title_with
from metrics.functional.errors import CannotMeasure

ROWS = [name for name, metric in METRICS.items() if metric.needs in {"features", "profiles"}]
ONE_SET = [name for name in ROWS if METRICS[name].direction == "as real"]
TWO_SETS = [name for name in ROWS if name not in ONE_SET]
WITHIN = {"mode_spread", "near_repeats"}  # of what varies within a set: where it lies plays no part
SHARES = [name for name, metric in METRICS.items() if metric.needs == "probabilities"]
PAIRS = [name for name, metric in METRICS.items() if metric.needs == "pairs"]
TRAINING = [name for name, metric in METRICS.items() if metric.needs == "training"]
# What a function needs beside its arrays; a fresh generator each time, so that the same seed gives the same number.
OPTIONS = {
    "c2st": lambda: {"rng": np.random.default_rng(5)},
    "kid_subsets": lambda: {"rng": np.random.default_rng(5), "subsets": 400, "size": 25},
    "copying_test": lambda: {"held_out": np.random.default_rng(6).normal(size=(60, 6))},
    "distance_ratio": lambda: {"held_out": np.random.default_rng(6).normal(size=(60, 6))},
    "missing": lambda: {"rng": np.random.default_rng(5)},
    "mode_spread": lambda: {"rng": np.random.default_rng(5)},
}


def number(name: str, *arrays: np.ndarray, **options: Any) -> float:
    """The metric as a plain float, called as its entry says."""
    metric = METRICS[name]
    result = metric.function()(*arrays, **OPTIONS.get(name, dict)(), **options)
    result = result[0] if isinstance(result, tuple) else result
    return float(getattr(result, metric.part) if metric.part else result)


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(11)
    return SimpleNamespace(real=rng.normal(size=(60, 6)), synthetic=rng.normal(0.4, 1.2, size=(50, 6)))


def of(name: str, sets: SimpleNamespace) -> tuple[np.ndarray, ...]:
    return (sets.synthetic,) if name in ONE_SET else (sets.real, sets.synthetic)


@pytest.mark.parametrize("name", METRICS)
def test_an_entry_is_complete(name):
    metric = METRICS[name]
    assert metric.name == name
    assert metric.group in GROUPS
    assert metric.direction in {"lower", "higher", "as real"}
    assert metric.needs in {"features", "profiles", "probabilities", "images", "pairs", "training"}
    assert metric.low < metric.high
    assert metric.minimum >= 2
    assert metric.meaning.endswith(".")
    assert all(caution.endswith(".") for caution in metric.cautions)
    assert metric.function().__doc__
    assert metric.function().__name__ in metric.path


def test_only_one_network_gives_the_fid():
    for name in METRICS:
        assert ("FID" in title_with(METRICS[name], "inception")) == (name == "frechet")
        assert "FID" not in title_with(METRICS[name], "radiomics")
        assert "FID" not in title_with(METRICS[name], "random")


@pytest.mark.parametrize("name", ROWS)
def test_the_order_of_images_is_irrelevant(name, sets):
    rng = np.random.default_rng(3)
    shuffled = tuple(rng.permutation(part) for part in of(name, sets))
    # The subsets of the published KID are drawn by position: its mean over many stays, to their standard error.
    tolerance = {"abs": 0.05} if name == "kid_subsets" else {"rel": 1e-9}
    assert number(name, *shuffled) == pytest.approx(number(name, *of(name, sets)), **tolerance)


@pytest.mark.parametrize("name", ROWS)
def test_the_same_seed_gives_the_same_number(name, sets):
    assert number(name, *of(name, sets)) == number(name, *of(name, sets))


@pytest.mark.parametrize("name", TWO_SETS)
def test_a_set_against_itself_is_ideal(name, sets):
    value, ideal = number(name, sets.real, sets.real), METRICS[name].ideal
    if name in {"kid", "kid_subsets", "cmmd"}:
        assert value <= 1e-12, (
            "unbiased: pairs of an image with itself are left out, so it lies at or below 0"
        )
    elif name == "density":
        assert value == pytest.approx(6 / 5), "an image lies in its own ball too: k + 1, where k are expected"
    elif name in WITHIN:
        assert value == pytest.approx(ideal, abs=0.25), (
            "two parts of one set vary; real images repeat themselves"
        )
    else:
        assert value == pytest.approx(ideal, abs=1e-9)


@pytest.mark.parametrize("name", ROWS)
def test_single_precision_agrees_with_double(name, sets):
    single = tuple(part.astype(np.float32) for part in of(name, sets))
    assert number(name, *single) == pytest.approx(number(name, *of(name, sets)), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused(name, broken, sets):
    arrays = [part.copy() for part in of(name, sets)]
    arrays[-1][7, 2] = broken
    with pytest.raises(CannotMeasure, match="no numbers"):
        number(name, *arrays)


@pytest.mark.parametrize("name", TWO_SETS)
def test_too_few_images_are_refused(name, sets):
    with pytest.raises(CannotMeasure, match="needed"):
        number(name, sets.real, sets.synthetic[:1])


@pytest.mark.parametrize("name", [name for name in TWO_SETS if name not in WITHIN])
def test_a_worse_set_has_the_worse_number(name, sets):
    near = number(name, sets.real, sets.real[::2] + 0.01)
    far = number(name, sets.real, sets.real[::2] + 4.0)
    assert (near < far) == (METRICS[name].direction == "lower")


@pytest.mark.parametrize("name", ROWS)
def test_values_keep_to_their_range(name, sets):
    metric = METRICS[name]
    assert metric.low <= number(name, *of(name, sets)) <= metric.high


@pytest.mark.parametrize("name", PAIRS)
def test_equal_pictures_are_ideal_and_a_noisy_one_is_worse(name):
    rng = np.random.default_rng(0)
    picture = rng.random((16, 16))
    options = {} if name in {"mae", "mse", "nmi"} else {"data_range": 1.0}
    assert number(name, picture, picture, **options) == pytest.approx(METRICS[name].ideal)
    near = number(name, picture, picture + rng.normal(0, 0.01, picture.shape), **options)
    far = number(name, picture, picture + rng.normal(0, 0.3, picture.shape), **options)
    assert (near < far) == (METRICS[name].direction == "lower")
    assert METRICS[name].low <= far <= METRICS[name].high


@pytest.mark.parametrize("name", PAIRS)
def test_pairs_are_unmoved_by_order_and_by_the_type_of_the_pixels(name):
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 256, size=(2, 4, 16, 20)).astype(np.float64)
    options = {} if name in {"mae", "mse", "nmi"} else {"data_range": 255.0}
    function = METRICS[name].function()
    rows = function(first, second, **options)
    np.testing.assert_allclose(function(first[::-1], second[::-1], **options), rows[::-1])
    for kind in (np.float32, np.uint8, np.uint16):
        np.testing.assert_allclose(function(first.astype(kind), second.astype(kind), **options), rows, rtol=1e-5, atol=1e-5)  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (np.full((16, 16), np.nan), np.zeros((16, 16)), "no numbers"),
        (np.zeros((16, 16)), np.zeros((16, 17)), "Resize one first"),
    ],
)
def test_pairs_that_cannot_be_compared_are_refused(name, first, second, words):
    options = {} if name in {"mae", "mse", "nmi"} else {"data_range": 1.0}
    with pytest.raises(CannotMeasure, match=words):
        METRICS[name].function()(first, second, **options)


@pytest.mark.parametrize("name", SHARES)
def test_class_probabilities_have_the_same_rules(name):
    p = np.random.default_rng(0).dirichlet(np.full(8, 0.4), size=200)
    function, metric = METRICS[name].function(), METRICS[name]
    assert metric.low <= function(p) <= 8
    assert function(p.astype(np.float32)) == pytest.approx(function(p), rel=1e-5)
    assert function(p) == function(p)
    with pytest.raises(CannotMeasure, match="sum to 1"):
        function(np.where(p > 0.5, np.nan, p))
    with pytest.raises(CannotMeasure, match="split|Probabilities"):
        function(p[:0])
    shuffled = function(np.random.default_rng(1).permutation(p))
    # Ten splits are runs of rows, as published: shuffling moves them a little, one split not at all.
    assert shuffled == pytest.approx(function(p), rel=1e-12 if not metric.options else 0.05)


@pytest.mark.parametrize("name", TRAINING)
def test_numbers_from_training_images_have_the_same_rules(name, sets):
    function, metric = METRICS[name].function(), METRICS[name]

    def share(images: np.ndarray, training: np.ndarray) -> float:
        found = function(images, training, **OPTIONS.get(name, dict)())
        return float(getattr(found, metric.part or "share", found))

    value = share(sets.synthetic, sets.real)
    assert metric.low <= value <= metric.high
    assert share(sets.synthetic[::-1], sets.real[::-1]) == pytest.approx(value)
    assert share(sets.synthetic.astype(np.float32), sets.real.astype(np.float32)) == pytest.approx(
        value, abs=0.02
    )
    broken = sets.synthetic.copy()
    broken[7, 2] = np.nan
    for wrong in (broken, sets.synthetic[:0]):
        with pytest.raises(CannotMeasure, match="no numbers|needed"):
            share(wrong, sets.real)


def test_vendi_counts_what_differs():
    for name in ONE_SET:
        assert number(name, np.eye(5)) == pytest.approx(5)
        assert number(name, np.ones((5, 3))) == pytest.approx(1)
