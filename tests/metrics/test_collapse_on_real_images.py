"""Real images with a known mode dropped: a few draws of benchmarks.mode_collapse, so that its promise is kept by every change."""

import numpy as np
import pytest

from benchmarks.collapse_data import collection, features
from benchmarks.mode_collapse import clean_sets, dropped_modes
from tests.paths import DATA, needs_data

pytestmark = needs_data
CLUSTERS = {"inverted", "turned", "framed"}  # of these slices, by their pixels


@pytest.fixture(scope="module")
def slices(tmp_path_factory):
    data = collection("hippocampus", DATA)
    return data, features(data.pictures, "pixels", tmp_path_factory.mktemp("features"))


def test_a_dropped_mode_of_one_in_twenty_is_found_and_measured(slices):
    draws = [draw for draw in dropped_modes(*slices, np.random.default_rng(1), 5) if draw["mode"] in CLUSTERS]
    assert np.mean([draw["held"] for draw in draws]) > 0.9
    assert sum(draw["found"] for draw in draws) >= 14  # of 15
    assert np.sqrt(np.mean([(draw["share"] - 0.05) ** 2 for draw in draws])) <= 0.015
    assert sum(draw["low"] <= 0.05 <= draw["high"] for draw in draws) >= 13


def test_other_patients_slices_raise_no_alarm(slices):
    draws = clean_sets(*slices, np.random.default_rng(2), 15)
    assert sum(draw["found"] for draw in draws) <= 1
    assert np.mean([draw["spread"] for draw in draws]) == pytest.approx(1, abs=0.1)
