"""The sets that benchmarks.interval_coverage draws: normal and heavy-tailed features, patients, few images, spectra, rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from metrics.catalogue import METRICS
from metrics.classes import MEASURED
from metrics.course import Course
from metrics.distances import components
from metrics.encoders.pixelview import PixelView
from metrics.feature_sets import Features, exact_interval
from metrics.functional.classifier import c2st
from metrics.functional.cmmd import cmmd
from metrics.functional.diversity import vendi_scores
from metrics.functional.frechet import frechet_from_moments
from metrics.functional.kernel import kid
from metrics.functional.memorisation import authenticity
from metrics.functional.modes import binned
from metrics.functional.resampling import bootstrap_mean
from metrics.functional.spread import near_repeats, within_spread
from metrics.measuring import feature_numbers
from metrics.mode_numbers import mode_parts
from metrics.neighbourhood import PARTS, manifold_parts
from metrics.one_set import SCORES, VENDI, inception_number
from metrics.pixel_sets import spectrum_number
from metrics.pixels import mean_interval
from metrics.reports import Number, Sentence

MODES = ("missing", "mode_spread", "near_repeats", "js", "ndb")
CHOSEN = frozenset({"kid", "cmmd", "frechet", "frechet_principal", "c2st", *PARTS, *VENDI})

# The training set is the one it is: only images are drawn.
TRAINED = np.random.default_rng(1).normal(size=(200, 6))


@dataclass(frozen=True)
class Normal:
    """Two sets of features with known moments: n and m images, d features whose spread falls, `patient` images a patient.

    `tails` are the degrees of freedom of Student's t, None for normal. Half of the variance is the patient's own.
    """

    n: int
    m: int
    d: int
    patient: int = 1
    tails: float | None = None
    shift: float = 0.3
    scale: float = 1.15
    falls: float = 0.5  # how steeply the spread falls from one feature to the next
    chosen: frozenset[str] = CHOSEN
    truths: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        spread, mean = self.spread(), self.shift * self.spread()
        everything = frechet_from_moments(
            0 * mean, np.diag(spread**2), mean, np.diag((self.scale * spread) ** 2)
        )
        self.truths["frechet"] = everything
        kept = components(self.draw(np.random.default_rng(0)))
        if kept < self.d:  # the axes are the population's own: the sample's differ where the spread is small
            top = slice(0, kept)
            self.truths["frechet_principal"] = frechet_from_moments(
                0 * mean[top], np.diag(spread[top] ** 2), mean[top], np.diag((self.scale * spread[top]) ** 2)
            )

    def spread(self) -> np.ndarray:
        return (1 + np.arange(self.d) / 4) ** -self.falls

    def draw(self, rng: np.random.Generator) -> Features:
        real, groups = self._set(self.n, rng)
        synthetic, others = self._set(self.m, rng)
        return Features(
            "simulated", "simulated", real * self.spread(), (synthetic * self.scale + self.shift) * self.spread(), groups, others,
            {"family": "CLIP"},
        )  # fmt: skip

    def _set(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        groups = np.arange(count) // self.patient
        rows = self._noise((count, self.d), rng)
        if self.patient > 1:
            rows = np.sqrt(0.5) * (rows + self._noise((groups.max() + 1, self.d), rng)[groups])
        return rows, groups

    def _noise(self, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
        if self.tails is None:
            return rng.normal(size=shape)
        return rng.standard_t(self.tails, size=shape) / np.sqrt(self.tails / (self.tails - 2))

    def numbers(self, rng: np.random.Generator) -> list[Number]:
        return feature_numbers(self.draw(rng), set(self.chosen), rng=rng, course=Course(None, 1))

    def values(self, rng: np.random.Generator) -> dict[str, float]:
        drawn = self.draw(rng)
        real, synthetic = drawn.real, drawn.synthetic
        told = c2st(real, synthetic, rng=rng, real_groups=drawn.groups, synthetic_groups=drawn.others)
        orders = [dict(METRICS[name].options).get("q", 1.0) for name in VENDI]
        return {
            "kid": kid(real, synthetic), "cmmd": cmmd(real, synthetic), "c2st": told.auc,
            **dict(zip(PARTS, np.minimum(manifold_parts(real, synthetic), [1, 1, np.inf, 1, 1, 1]))),
            **dict(zip(VENDI, vendi_scores(synthetic[: drawn.fewest], orders))),
        }  # fmt: skip


@dataclass(frozen=True)
class Components(Normal):
    """More features than components. The number is of the axes that the real images drawn have: intervals are moved by what the truth
    on those axes lies off the one on the population's axes."""

    def numbers(self, rng: np.random.Generator) -> list[Number]:
        drawn = self.draw(rng)
        axes = np.linalg.svd(drawn.real - drawn.real.mean(axis=0), full_matrices=False)[2][
            : components(drawn)
        ].T
        spread = self.spread()
        here = frechet_from_moments(
            np.zeros(axes.shape[1]), axes.T @ np.diag(spread**2) @ axes,
            axes.T @ (self.shift * spread), axes.T @ np.diag((self.scale * spread) ** 2) @ axes,
        )  # fmt: skip
        number = next(
            n for n in feature_numbers(drawn, set(self.chosen), rng=rng, course=Course(None, 1)) if n.interval
        )
        assert number.interval is not None
        off = self.truths["frechet_principal"] - here
        return [replace(number, interval=(number.interval[0] + off, number.interval[1] + off))]


@dataclass(frozen=True)
class Islands:
    """Modes that lie apart, one of which the synthetic set lacks (5 % of the real one) while the others vary less than real ones do.

    The missing share is known; the other truths depend on the sizes and are means over further draws.
    """

    n: int = 400
    d: int = 12
    patient: int = 1
    left: float = 0.7  # of the variance within modes
    truths: dict[str, float] = field(default_factory=lambda: {"missing": 0.05})

    def draw(self, rng: np.random.Generator) -> Features:
        real, groups = self._set(rng, [0.5, 0.3, 0.15, 0.05], 1.0)
        synthetic, others = self._set(rng, [0.5, 0.3, 0.15], self.left)
        return Features("simulated", "simulated", real, synthetic, groups, others, {})

    def _set(
        self, rng: np.random.Generator, shares: list[float], left: float
    ) -> tuple[np.ndarray, np.ndarray]:
        groups = np.arange(self.n) // self.patient
        which = rng.choice(len(shares), groups.max() + 1, p=np.array(shares) / sum(shares))
        own = rng.normal(size=(groups.max() + 1, self.d))[groups]
        noise = own if self.patient == 1 else np.sqrt(0.5) * (own + rng.normal(size=(self.n, self.d)))
        return 9 * np.eye(self.d)[which[groups]] + np.sqrt(left) * noise, groups

    def numbers(self, rng: np.random.Generator) -> list[Number]:
        return list(mode_parts(self.draw(rng), set(MODES), (), rng=rng, course=Course(None, 1)).numbers)

    def values(self, rng: np.random.Generator) -> dict[str, float]:
        drawn = self.draw(rng)
        bins = binned(drawn.real, drawn.synthetic)
        spread = within_spread(drawn.real, drawn.synthetic, rng=rng, real_groups=drawn.groups, synthetic_groups=drawn.others, permutations=1)  # fmt: skip
        return {"js": bins.js, "ndb": bins.ndb, "mode_spread": spread.ratio, "near_repeats": near_repeats(drawn.real, drawn.synthetic, groups=drawn.others).share}  # fmt: skip


@dataclass(frozen=True)
class Birthday:
    """A synthetic set drawn from `support` different images, each a little moved: another one of m images is the same with chance
    1 - (1 - 1 / support)^(m - 1)."""

    support: int
    m: int = 400
    d: int = 24
    truths: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.truths["near_repeats"] = 1 - (1 - 1 / self.support) ** (self.m - 1)

    def numbers(self, rng: np.random.Generator) -> list[Number]:
        real, support = rng.normal(size=(self.m, self.d)), rng.normal(size=(self.support, self.d))
        made = support[rng.integers(0, self.support, self.m)] + 0.01 * rng.normal(size=real.shape)
        single = np.arange(self.m)
        drawn = Features("simulated", "simulated", real, made, single, single, {})
        return list(mode_parts(drawn, {"near_repeats"}, (), rng=rng, course=Course(None, 1)).numbers)

    def values(self, rng: np.random.Generator) -> dict[str, float]:
        return {}


@dataclass(frozen=True)
class Spectra:
    """Profiles in dB of 32 rings, correlated along the rings, with a known difference at the high ones."""

    n: int = 120
    patient: int = 1
    gap: float = 1.5
    truths: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.truths["spectrum"] = float(np.sqrt((self._gap() ** 2).mean()))

    def _gap(self) -> np.ndarray:
        return np.linspace(0, self.gap, 32)

    def _set(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        groups = np.arange(self.n) // self.patient
        level = rng.normal(0, 1.5, (groups.max() + 1, 1))[groups]
        return -np.linspace(20, 70, 32) + level + rng.normal(0, 1, (self.n, 32)), groups

    def numbers(self, rng: np.random.Generator) -> list[Number]:
        (real, groups), (synthetic, others) = self._set(rng), self._set(rng)
        view = PixelView((64, 64))
        return [spectrum_number(Features("", view.title, real, synthetic + self._gap(), groups, others, {}), view, rng)]  # fmt: skip

    def values(self, rng: np.random.Generator) -> dict[str, float]:
        return {}


@dataclass(frozen=True)
class Rows:
    """What is a mean over images or pairs (skewed, as SSIM and PSNR are), class probabilities, and shares against one training set."""

    n: int = 100
    patient: int = 1
    truths: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.truths.update({name: 4 / 5 for name in ("ssim", "ms_ssim_paired", "nmi", "ms_ssim")})
        self.truths.update({name: float(np.exp(0.5 * 0.8**2)) for name in ("mae", "mse", "psnr")})

    def numbers(self, rng: np.random.Generator) -> list[Number]:
        groups = np.arange(self.n) // self.patient
        skewed, bounded = self._rows(rng, groups)
        found = []
        for names, rows in ((("mae", "mse", "psnr"), skewed), (("ssim", "ms_ssim_paired", "nmi"), bounded)):
            estimate = bootstrap_mean(rows, rng=rng, groups=groups)
            found += [_number(name, estimate.value, (estimate.low, estimate.high)) for name in names]
        pairs = rng.beta(8, 2, self.n // 2)
        found.append(_number("ms_ssim", float(pairs.mean()), mean_interval(pairs)))
        real, synthetic = self._classes(rng), self._classes(rng)
        features = Features("inception", "", real, synthetic, np.arange(self.n), np.arange(self.n), {})
        found += [inception_number(features, name, real, synthetic, rng) for name in SCORES]
        share = authenticity(rng.normal(size=(self.n, 6)), TRAINED)
        return [*found, _number("authenticity", share, exact_interval(round(share * self.n), self.n))]

    def values(self, rng: np.random.Generator) -> dict[str, float]:
        classes = self._classes(rng)
        scores = {name: METRICS[name].function()(classes) for name in SCORES}
        return {
            **scores,
            "authenticity": authenticity(rng.normal(size=(self.n, 6)), TRAINED),
        }

    def _rows(self, rng: np.random.Generator, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log-normal errors and beta-distributed likenesses, alike within a patient."""
        from scipy.stats import beta, norm

        own = rng.normal(size=groups.max() + 1)[groups]
        z = rng.normal(size=self.n) if self.patient == 1 else np.sqrt(0.5) * (own + rng.normal(size=self.n))
        return np.exp(0.8 * z), beta.ppf(norm.cdf(z), 8, 2)

    def _classes(self, rng: np.random.Generator) -> np.ndarray:
        return rng.dirichlet(np.full(12, 0.3), size=self.n)


def _number(name: str, value: float, interval: tuple[float, float]) -> Number:
    return Number(name, Sentence(METRICS[name].title), METRICS[name].group, "", "simulated", value=value, interval=interval)  # fmt: skip


Made = Normal | Islands | Birthday | Spectra | Rows
MADE: dict[str, tuple[str, Made]] = {
    "normal": ("normal, 200 and 200, d 16", Normal(200, 200, 16)),
    "tails": ("heavy tails, 300 and 300, d 12", Normal(300, 300, 12, tails=6)),
    "unlike": ("unlike sizes, 300 and 120, d 24", Normal(300, 120, 24)),
    "patients": ("60 patients of 4, d 8", Normal(240, 240, 8, patient=4)),
    "few": ("few images, 60 and 60, d 6", Normal(60, 60, 6)),
    "many": (
        "200 and 200, d 96 on 50 components",
        Components(200, 200, 96, falls=1.5, chosen=frozenset({"frechet_principal"})),
    ),
    "class": ("a class of 20 and 20 images, d 6", Normal(20, 20, 6, chosen=frozenset(MEASURED))),
    "null": ("no difference, 200 and 200, d 8", Normal(200, 200, 8, shift=0.0, scale=1.0)),
    "modes": ("modes, 400 and 400, d 12", Islands()),
    "modes-patients": ("modes, 150 patients of 4, d 12", Islands(n=600, patient=4)),
    "birthday": ("400 images out of 2,000 different ones", Birthday(2000)),
    "birthday-collapsed": ("400 images out of 100 different ones", Birthday(100)),
    "spectra": ("spectra, 120 images", Spectra()),
    "spectra-patients": ("spectra, 40 patients of 3", Spectra(patient=3)),
    "spectra-null": ("spectra, no difference", Spectra(gap=0.0)),
    "rows": ("rows of 100 images", Rows()),
    "rows-patients": ("rows of 50 patients of 4", Rows(200, 4)),
    "rows-few": ("rows of 30 images", Rows(30)),
}
