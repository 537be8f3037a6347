"""Readers by cases against other people's programs, to the digits they print: Van Dyke's five readers, two modalities, 114 cases.

OR-DBM MRMC 2.5 (Schartz, Hillis, Pesce & Berbaum, University of Iowa; RJafroc 2 prints two digits more of the same) takes covariances
by a jackknife, MRMCaov 0.2 (Smith & Hillis 2020) by DeLong too, and has the design whose cases are nested in tests.
"""

import numpy as np
from scipy.linalg import block_diag

from tests.validation import Entry, apart_relative
from tests.van_dyke import van_dyke
from turing.analysis.merit import figures
from turing.analysis.mrmc import compare, obuchowski_rockette, single_modality, these_readers
from turing.analysis.overall import rate_over_readers

CASES = 114


def _one_modality(covariance: str, expected: tuple[tuple[float, ...], ...]) -> float:
    """Estimate, standard error, degrees of freedom and the ends of the 95 % interval, of each modality."""
    truth, ratings = van_dyke()
    found = [single_modality(truth, rated, covariance=covariance) for rated in ratings]
    return apart_relative(
        [(one.estimate, one.standard_error, one.df, *one.interval) for one in found], expected
    )


def _jackknife() -> float:
    return _one_modality(
        "jackknife",
        ((0.89703704, 0.033173597, 12.744648, 0.82522360, 0.96885048), (0.94083736, 0.021566368, 12.710190, 0.89413783, 0.98753689)),
    )  # fmt: skip


def _delong() -> float:
    return _one_modality(
        "delong", ((0.8970370, 0.03307642, 12.59597, 0.8253461, 0.9687280), (0.9408374, 0.02150464, 12.56530, 0.8942155, 0.9874592))
    )  # fmt: skip


def _these_readers() -> float:
    """Estimate, standard error and interval with the readers fixed."""
    truth, ratings = van_dyke()
    found = [these_readers(*figures(truth, rated, "auc", "jackknife")) for rated in ratings]
    ours = [(one.estimate, one.standard_error, *one.interval) for one in found]
    return apart_relative(
        ours,
        ((0.89703704, 0.02428971, 0.84943008, 0.94464399), (0.94083736, 0.01677632, 0.90795637, 0.97371835)),
    )


def _sensitivity() -> float:
    """Of ratings cut at 3: estimate, standard error, degrees of freedom."""
    truth, ratings = van_dyke()
    found = [rate_over_readers((rated[:, truth == 1] >= 3).astype(float)) for rated in ratings]
    ours = [(one.estimate, one.standard_error, one.df) for one in found]
    return apart_relative(ours, ((0.8222222, 0.05893747, 14.456811), (0.92, 0.03741657, 7.575855)))


def _two_modalities() -> float:
    found = obuchowski_rockette(*van_dyke(), covariance="jackknife")
    error = (2 / 5 * found.components["error"]) ** 0.5
    ours = (found.f, found.df2, found.p_value, found.difference, error)
    return apart_relative(ours, (4.4563187, 15.259675, 0.051665686, -0.043800322, 0.020748618))


def _two_modalities_these_readers() -> float:
    truth, ratings = van_dyke()
    theta, cov = figures(truth, ratings.reshape(-1, CASES), "auc", "jackknife")
    found = compare(theta.reshape(2, 5), cov, fixed=True)
    return apart_relative((found.f, found.p_value), (5.475953, 0.01927984))


def _nested() -> float:
    """Each modality as if it had cases of its own: a jackknife over all 228, no covariance between modalities (Hillis 2014)."""
    truth, ratings = van_dyke()
    parts = [figures(truth, rated, "auc", "jackknife") for rated in ratings]
    larger = (2 * CASES - 1) / (2 * CASES) / ((CASES - 1) / CASES)
    found = compare(
        np.stack([theta for theta, _cov in parts]), larger * block_diag(*(cov for _theta, cov in parts))
    )
    return apart_relative((found.f, found.df2, found.p_value), (2.104491, 68.42325, 0.1514363))


ROOM = "turing.analysis."
JOINT = "Van Dyke, "
ENTRIES: tuple[Entry, ...] = (
    Entry(ROOM + "mrmc.single_modality", JOINT + "each modality: area, error, df, interval (jackknife)", "OR-DBM MRMC 2.5, RJafroc 2", 1e-7, _jackknife, relative=True),
    Entry(ROOM + "mrmc.single_modality", JOINT + "each modality: area, error, df, interval (DeLong)", "MRMCaov 0.2", 1e-6, _delong, relative=True),
    Entry(ROOM + "mrmc.these_readers", JOINT + "each modality, these readers only: area, error, interval", "OR-DBM MRMC 2.5", 1e-6, _these_readers, relative=True),
    Entry(ROOM + "overall.rate_over_readers", JOINT + "sensitivity at a cut of 3: value, error, df", "MRMCaov 0.2, binary_sens", 1e-6, _sensitivity, relative=True),
    Entry(ROOM + "mrmc.obuchowski_rockette", JOINT + "both modalities: F, df2, p, difference, error (jackknife)", "OR-DBM MRMC 2.5, RJafroc 2", 1e-7, _two_modalities, relative=True),
    Entry(ROOM + "mrmc.compare", JOINT + "both modalities, these readers only: chi-square, p", "OR-DBM MRMC 2.5, MRMCaov 0.2", 1e-6, _two_modalities_these_readers, relative=True),
    Entry(ROOM + "mrmc.compare", JOINT + "cases nested in modalities: F, df2, p", "MRMCaov 0.2 (Hillis 2014)", 1e-6, _nested, relative=True),
)  # fmt: skip
