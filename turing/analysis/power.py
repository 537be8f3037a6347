"""Power and width of the interval over readers and images, by simulating studies and judging each as the report does.

A reader's evidence about an image is normal: d'/2 away from the criterion on the side of the truth, with unit variance of which a
part is the image's own (the same for every reader). A reader's accuracy without bias is then Phi(d'/2), whatever that part is;
accuracies are normal over readers. All cells of a plan are parts of the same simulated studies (the first readers, the first
images), so neighbouring cells differ by the design and not by chance. Roe & Metz, Academic Radiology 4 (1997) simulate likewise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from scipy import special

from .errors import CannotAnalyse
from .merit import accuracy_covariance

CELLS = 2_000_000  # answers simulated at once
SEED = 20260101
FIGURES = ("accuracy", "auc")
Judgements = dict[tuple[str, str], tuple[np.ndarray, ...]]  # scene and figure to what _judged gives


@dataclass(frozen=True)
class Spread:
    """What a plan needs to know of readers and images. reader_sd: standard deviation between readers' true accuracies;
    case_correlation: of two readers' right-or-wrong about one image at an accuracy of one half (some images are harder)."""

    reader_sd: float = 0.05
    case_correlation: float = 0.1


@dataclass(frozen=True)
class Cell:
    """Of one design, by figure ('accuracy', 'auc'). apart: probability of 'told apart' (within the margin or not) where the true
    accuracy is the one supposed; inside: that the interval lies inside the margin where readers can only guess on average; equivalent:
    of that verdict, which also needs that no single reader differs from chance after Holm (more images find them, where readers
    differ); half_width: median half of the 95 % interval at the accuracy supposed."""

    readers: int
    images: int
    apart: dict[str, float]
    inside: dict[str, float]
    equivalent: dict[str, float]
    half_width: dict[str, float]


def plan(
    readers: Sequence[int], images: Sequence[int], *, accuracy: float, margins: dict[str, float], spread: Spread,
    steps: int = 3, simulations: int = 400, rng: Any = None,
) -> tuple[Cell, ...]:  # fmt: skip
    """Every design of so many readers and images, half of them real. margins: distance from one half, by figure; steps: of
    confidence, 1 for none (no area is then planned). Readers are taken as a sample, also where they are fewer than five.

    Monte Carlo error: at most 1 / sqrt(simulations) (two standard errors). rng None: a fixed seed. Raises CannotAnalyse for
    designs of fewer than 2 readers or 4 images, and for assumptions outside their range."""
    _check(readers, images, accuracy, spread, simulations)
    figures = FIGURES if steps > 1 else FIGURES[:1]
    sums: dict[tuple[int, int], list[Judgements]] = {(r, n): [] for r in readers for n in images}
    chance = np.random.default_rng(SEED) if rng is None else rng
    for studies in _batches(max(readers), max(images), simulations, spread, chance):
        scenes = {"seen": _evidence(studies, accuracy, spread), "guessed": _evidence(studies, 0.5, spread)}
        for design, rows in sums.items():
            rows.append({(name, figure): _judged(evidence, *design, figure, margins[figure], steps)
                         for name, evidence in scenes.items() for figure in figures})  # fmt: skip
    return tuple(_cell(design, rows, figures) for design, rows in sums.items())


def mrmc_power(
    readers: int, images: int, *, accuracy: float = 0.5, margin: float | None = 0.1, reader_sd: float = 0.05,
    case_correlation: float = 0.1, alpha: float = 0.05, simulations: int = 4000, rng: Any = None,
) -> float:  # fmt: skip
    """Probability that the interval over readers and images shows equivalence within `margin` of one half (the one at 1 - 2 alpha lies
    inside), or with margin None a difference from one half (the one at 1 - alpha leaves it out): accuracy, half of the images real.

    Obuchowski-Rockette with Hillis's degrees of freedom, as the report; single readers are not looked at here (plan does).
    rng: a numpy Generator; None takes a fixed seed. Raises CannotAnalyse for fewer than 2 readers or 4 images."""
    spread = Spread(reader_sd, case_correlation)
    _check([readers], [images], accuracy, spread, simulations)
    chance = np.random.default_rng(SEED) if rng is None else rng
    shown = []
    for studies in _batches(readers, images, simulations, spread, chance):
        found = _over_readers(_components(_evidence(studies, accuracy, spread), "accuracy", 1))
        low, high = found.interval(1 - (alpha if margin is None else 2 * alpha))
        shown.append(
            (low > 0.5) | (high < 0.5) if margin is None else (low > 0.5 - margin) & (high < 0.5 + margin)
        )
    return float(np.concatenate(shown).mean())


def pilot(truth: Any, said: Any) -> tuple[float, Spread]:
    """Accuracy and spread of a study that was read: truth (cases,), said (readers, cases) without gaps. Moment estimates as in
    Hillis 2018's sizing: readers' spread beyond their own sampling error, and covariance of two readers over their variance. Rough
    from few readers. Raises CannotAnalyse for fewer than 3 readers."""
    theta, cov = accuracy_covariance(truth, said)
    readers = len(theta)
    if readers < 3:
        raise CannotAnalyse(f"{readers} readers; a spread between readers needs at least 3.")
    own = float(np.trace(cov)) / readers
    shared = max(float((cov.sum() - np.trace(cov)) / (readers * (readers - 1))), 0.0)
    between = max(float(theta.var(ddof=1)) - max(own - shared, 0.0), 0.0)
    return float(theta.mean()), Spread(float(np.sqrt(between)), min(shared / own, 0.95) if own > 0 else 0.0)


def _check(readers: Sequence[int], images: Sequence[int], accuracy: float, spread: Spread, simulations: int) -> None:  # fmt: skip
    if min(readers) < 2 or min(images) < 4 or simulations < 1:
        raise CannotAnalyse(
            f"{min(readers)} readers and {min(images)} images; at least 2 readers and 4 images are needed."
        )
    if not (0 < accuracy < 1 and 0 <= spread.reader_sd < 0.5 and 0 <= spread.case_correlation < 1):
        raise CannotAnalyse(
            f"Accuracy {accuracy}, reader_sd {spread.reader_sd}, case_correlation {spread.case_correlation}: an accuracy lies between "
            "0 and 1, a standard deviation below .5, a correlation below 1."
        )


@dataclass(frozen=True)
class _Studies:
    """people (studies, readers, 1): standard normal; noise, one array a truth (studies, readers, images of it), unit variance."""

    people: np.ndarray
    noise: tuple[np.ndarray, np.ndarray]


def _batches(readers: int, images: int, simulations: int, spread: Spread, rng: Any) -> Iterator[_Studies]:
    latent = np.sin(
        np.pi / 2 * spread.case_correlation
    )  # gives ones and zeros of that correlation at one half
    step = max(1, CELLS // (readers * images))
    for start in range(0, simulations, step):
        count = min(step, simulations - start)
        draw = lambda *shape: rng.standard_normal(shape, np.float32)  # noqa: E731
        people = draw(count, readers, 1)
        noise = tuple(
            np.float32(np.sqrt(latent)) * draw(count, 1, size)
            + np.float32(np.sqrt(1 - latent)) * draw(count, readers, size)
            for size in (images - images // 2, images // 2)
        )
        yield _Studies(people, noise)  # type: ignore[arg-type]


def _evidence(studies: _Studies, accuracy: float, spread: Spread) -> tuple[np.ndarray, np.ndarray]:
    """Of real and of synthetic images; above 0 is 'synthetic'."""
    skill = np.clip(accuracy + spread.reader_sd * studies.people, 1e-6, 1 - 1e-6)
    half = special.ndtri(skill).astype(np.float32)
    real, synthetic = studies.noise
    return real - half, synthetic + half


def _components(
    evidence: tuple[np.ndarray, np.ndarray], figure: str, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Each case's part in the figure, for synthetic and for real images; both average to it (as turing.analysis.mrmc.structural)."""
    real, synthetic = evidence
    if figure == "accuracy":
        right, rejected = (synthetic > 0).astype(np.float32), (real <= 0).astype(np.float32)
        return (right + rejected.mean(axis=2, keepdims=True)) / 2, (
            rejected + right.mean(axis=2, keepdims=True)
        ) / 2
    low, high, count = _answers(evidence, steps)
    return _placed(high, low, count), 1 - _placed(low, high, count)


def _answers(evidence: tuple[np.ndarray, np.ndarray], steps: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Ratings of real and of synthetic images, whole numbers, and how many there are."""
    cuts = np.linspace(-1, 1, 2 * steps - 1) if steps > 1 else np.zeros(1)
    return np.searchsorted(cuts, evidence[0]), np.searchsorted(cuts, evidence[1]), len(cuts) + 1


def _placed(values: np.ndarray, among: np.ndarray, count: int) -> np.ndarray:
    """Share of `among` below each of `values`, ties one half; whole numbers below count."""
    shares = np.stack([(among == value).mean(axis=2, dtype=np.float32) for value in range(count)], axis=2)
    below = np.cumsum(shares, axis=2) - shares / 2
    return np.take_along_axis(below, values, axis=2)


@dataclass(frozen=True)
class _Over:
    """(studies,) mean over readers, its error on the logit scale, and degrees of freedom."""

    mean: np.ndarray
    error: np.ndarray
    df: np.ndarray

    def interval(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        centre = special.logit(np.clip(self.mean, 1e-9, 1 - 1e-9))
        reach = special.stdtrit(self.df, 1 - (1 - level) / 2) * self.error
        return special.expit(centre - reach), special.expit(centre + reach)


def _over_readers(components: tuple[np.ndarray, np.ndarray]) -> _Over:
    """turing.analysis.mrmc.over_readers of every study at once, on the logit scale."""
    readers = components[0].shape[1]
    theta = components[0].mean(axis=2, dtype=float)
    own = sum(part.var(axis=2, ddof=1, dtype=float).sum(axis=1) / part.shape[2] for part in components)
    whole = sum(part.sum(axis=1, dtype=float).var(axis=1, ddof=1) / part.shape[2] for part in components)
    shared = np.maximum((whole - own) / (readers * (readers - 1)), 0.0)
    spread = theta.var(axis=1, ddof=1)
    total = spread + readers * shared
    df = np.where(spread > 0, (total / np.where(spread > 0, spread, 1.0)) ** 2 * (readers - 1), 1e6)
    mean = theta.mean(axis=1)
    slope = np.clip(mean * (1 - mean), 1e-9, None)
    return _Over(mean, np.sqrt(total / readers) / slope, np.minimum(df, 1e6))


def _judged(
    whole: tuple[np.ndarray, np.ndarray], readers: int, images: int, figure: str, margin: float, steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(studies,) each: told apart, inside the margin, equivalent, half width, of the first readers and images."""
    real, synthetic = images - images // 2, images // 2
    evidence = whole[0][:, :readers, :real], whole[1][:, :readers, :synthetic]
    found = _over_readers(_components(evidence, figure, steps))
    (low, high), (least, most) = found.interval(0.95), found.interval(0.9)
    inside = (least > 0.5 - margin) & (most < 0.5 + margin)
    single = _rank_p(evidence, steps) if figure == "auc" else _fisher_p(evidence)
    differs = single.min(axis=1) <= 0.05 / readers  # Holm's first step
    equivalent = inside & (low <= 0.5) & (high >= 0.5) & ~differs
    return low > 0.5, inside, equivalent, (high - low) / 2


def _rank_p(evidence: tuple[np.ndarray, np.ndarray], steps: int) -> np.ndarray:
    """(studies, readers) turing.analysis.roc.rank_test of every reader at once."""
    low, high, count = _answers(evidence, steps)
    n, m = high.shape[2], low.shape[2]
    area = _placed(high, low, count).mean(axis=2, dtype=float)
    tied = np.stack([(high == v).sum(axis=2) + (low == v).sum(axis=2) for v in range(count)])
    ties = (tied.astype(float) ** 3 - tied).sum(axis=0) / ((n + m) * (n + m - 1))
    error = np.sqrt(np.clip(n * m / 12 * (n + m + 1 - ties), 1e-12, None))
    return 2 * scipy.stats.norm.sf(np.maximum(np.abs(area - 0.5) * n * m - 0.5, 0) / error)


def _fisher_p(evidence: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(studies, readers) Fisher's test as Yates's corrected normal approximation has it."""
    real, synthetic = ((part > 0).mean(axis=2) for part in evidence)
    n, m = evidence[0].shape[2], evidence[1].shape[2]
    pooled = (n * real + m * synthetic) / (n + m)
    error = np.sqrt(np.clip(pooled * (1 - pooled), 1e-12, None) * (1 / n + 1 / m))
    z = np.maximum(np.abs(synthetic - real) - (1 / n + 1 / m) / 2, 0) / error
    return 2 * scipy.stats.norm.sf(z)


def _cell(design: tuple[int, int], rows: list[Judgements], figures: Sequence[str]) -> Cell:
    def over(name: str, figure: str, part: int) -> np.ndarray:
        return np.concatenate([row[name, figure][part] for row in rows])

    return Cell(
        *design,
        {figure: float(over("seen", figure, 0).mean()) for figure in figures},
        {figure: float(over("guessed", figure, 1).mean()) for figure in figures},
        {figure: float(over("guessed", figure, 2).mean()) for figure in figures},
        {figure: float(np.median(over("seen", figure, 3))) for figure in figures},
    )
