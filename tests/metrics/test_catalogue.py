"""Invariants over the whole catalogue: every entry is complete, its function exists and behaves as its entry says."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from metrics.catalogue import GROUPS, METRICS, title_with
from metrics.functional.errors import CannotMeasure

FEATURES = [name for name, metric in METRICS.items() if metric.needs == "features"]
TWO_SETS = [name for name in FEATURES if name != "vendi"]
PAIRS = [name for name, metric in METRICS.items() if metric.needs == "pairs"]


def number(name: str, *arrays: np.ndarray, **options: Any) -> float:
    """The metric as a plain float, called as its entry says."""
    metric = METRICS[name]
    result = metric.function()(*arrays, **options)
    return float(getattr(result, metric.part) if metric.part else result)


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(11)
    return SimpleNamespace(real=rng.normal(size=(60, 6)), synthetic=rng.normal(0.4, 1.2, size=(50, 6)))


def of(name: str, sets: SimpleNamespace) -> tuple[np.ndarray, ...]:
    return (sets.synthetic,) if name == "vendi" else (sets.real, sets.synthetic)


@pytest.mark.parametrize("name", METRICS)
def test_an_entry_is_complete(name):
    metric = METRICS[name]
    assert metric.name == name
    assert metric.group in GROUPS
    assert metric.direction in {"lower", "higher", "as real"}
    assert metric.needs in {"features", "probabilities", "images", "pairs", "training"}
    assert metric.low < metric.high
    assert metric.minimum >= 2
    assert metric.meaning.endswith(".")
    assert all(caution.endswith(".") for caution in metric.cautions)
    assert metric.function().__doc__


def test_only_one_network_gives_the_fid():
    for name in METRICS:
        assert ("FID" in title_with(METRICS[name], "inception")) == (name == "frechet")
        assert "FID" not in title_with(METRICS[name], "radiomics")
        assert "FID" not in title_with(METRICS[name], "random")


@pytest.mark.parametrize("name", FEATURES)
def test_the_order_of_images_is_irrelevant(name, sets):
    rng = np.random.default_rng(3)
    shuffled = tuple(rng.permutation(part) for part in of(name, sets))
    assert number(name, *shuffled) == pytest.approx(number(name, *of(name, sets)), rel=1e-9)


@pytest.mark.parametrize("name", TWO_SETS)
def test_a_set_against_itself_is_ideal(name, sets):
    value = number(name, sets.real, sets.real)
    if name == "kid":  # unbiased: the pairs of an image with itself are left out, so it lies at or below zero
        assert value <= 1e-12
    elif (
        name == "density"
    ):  # an image lies in its own ball too: k + 1 on average, where k are expected of strangers
        assert value == pytest.approx(6 / 5)
    else:
        assert value == pytest.approx(METRICS[name].ideal, abs=1e-9)


@pytest.mark.parametrize("name", FEATURES)
def test_single_precision_agrees_with_double(name, sets):
    single = tuple(part.astype(np.float32) for part in of(name, sets))
    assert number(name, *single) == pytest.approx(number(name, *of(name, sets)), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("name", FEATURES)
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


@pytest.mark.parametrize("name", TWO_SETS)
def test_a_worse_set_has_the_worse_number(name, sets):
    near = number(name, sets.real, sets.real[::2] + 0.01)
    far = number(name, sets.real, sets.real[::2] + 4.0)
    assert (near < far) == (METRICS[name].direction == "lower")


@pytest.mark.parametrize("name", FEATURES)
def test_values_keep_to_their_range(name, sets):
    metric = METRICS[name]
    assert metric.low <= number(name, *of(name, sets)) <= metric.high


@pytest.mark.parametrize("name", PAIRS)
def test_equal_pictures_are_ideal(name):
    picture = np.random.default_rng(0).random((16, 16))
    options = {} if name == "mae" else {"data_range": 1.0}
    assert number(name, picture, picture, **options) == pytest.approx(METRICS[name].ideal)


def test_vendi_counts_what_differs():
    assert number("vendi", np.eye(5)) == pytest.approx(5)
    assert number("vendi", np.ones((5, 3))) == pytest.approx(1)
