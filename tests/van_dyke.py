"""Van Dyke's readers: 2 modalities, 5 readers, 69 patients without and 45 with a dissection, five-point ratings."""

import csv

import numpy as np
import pytest

from tests.paths import REFERENCES


def van_dyke() -> tuple[np.ndarray, np.ndarray]:
    """truth (114,), ratings (2, 5, 114); the test is skipped where the file is not beside the checkout."""
    if not (REFERENCES / "mrmc_vandyke.csv").exists():
        pytest.skip("mrmc_vandyke.csv is not beside this checkout (../shared/references)")
    rows = list(csv.DictReader((REFERENCES / "mrmc_vandyke.csv").open()))
    names = sorted({row["case"] for row in rows}, key=int)
    ratings, truth = np.full((2, 5, len(names)), np.nan), np.zeros(len(names), int)
    for row in rows:
        case = names.index(row["case"])
        ratings[int(row["treatment"]) - 1, int(row["reader"]) - 1, case] = float(row["rating"])
        truth[case] = int(row["truth"])
    return truth, ratings
