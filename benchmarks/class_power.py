"""How often can a lost class of 5 % be found at all, and how often does the test of metrics.functional.quantification find it?

    python -m benchmarks.class_power

Ratings are binormal posteriors of a probe of known AUC; 1,000 real and 1,000 synthetic images; one of eight classes at a family-wise
level of .02, that is .0025. The bound is the likelihood ratio of a known share and known densities against none (Neyman & Pearson
1933), from synthetic images alone; ours compares both sets' mean evidence, as where neither share is known beforehand.
"""

from benchmarks.peers import medians  # isort: skip  # noqa: F401  (sets the thread count before numpy is loaded)

import numpy as np
from scipy.stats import norm

from metrics.functional.permuting import _z
from metrics.functional.quantification import _evidence

SHARE, IMAGES, LEVEL, DRAWS, AT_ONCE = 0.05, 1000, 0.02 / 8, 20_000, 1000
AREAS = (0.85, 0.9, 0.93, 0.95, 0.97, 0.99)


def posteriors(shift: float, share: float, rng: np.random.Generator) -> np.ndarray:
    """(AT_ONCE, IMAGES) ratings of sets with that share of the class."""
    x = rng.standard_normal((AT_ONCE, IMAGES)) + shift * (rng.random((AT_ONCE, IMAGES)) < share)
    odds = SHARE / (1 - SHARE) * np.exp(shift * x - shift**2 / 2)
    return odds / (1 + odds)


def of_both(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """(AT_ONCE,) statistics of our test."""
    is_real = np.repeat([1.0, 0.0], IMAGES)[None]
    found = []
    for pair in zip(real, synthetic):
        evidence = _evidence(np.concatenate(pair))[:, None]
        centred = evidence - evidence.mean()
        found.append(_z(is_real, np.hstack([centred, centred**2, np.ones_like(centred)]))[0, 0])
    return np.array(found)


def power(area: float, rng: np.random.Generator) -> tuple[float, float]:
    """Of the best test, and of ours."""
    shift = float(np.sqrt(2) * norm.ppf(area))
    kept: dict[str, list[np.ndarray]] = {"bound kept": [], "bound lost": [], "ours kept": [], "ours lost": []}
    for _part in range(DRAWS // AT_ONCE):
        real = posteriors(shift, SHARE, rng)
        for name, share in (("kept", SHARE), ("lost", 0.0)):
            made = posteriors(shift, share, rng)
            kept[f"bound {name}"].append(-np.log1p(-made).sum(axis=1))
            kept[f"ours {name}"].append(of_both(real, made))
    drawn = {name: np.concatenate(parts) for name, parts in kept.items()}
    bound, ours = (
        float((drawn[f"{test} lost"] <= np.quantile(drawn[f"{test} kept"], LEVEL)).mean())
        for test in ("bound", "ours")
    )
    return bound, ours


def main() -> None:
    rng = np.random.default_rng(1)
    print("AUC   best possible   ours")
    for area in AREAS:
        bound, ours = power(area, rng)
        print(f"{area:.2f}  {bound:.3f}           {ours:.3f}", flush=True)


if __name__ == "__main__":
    main()
