"""The planner beside the figures that its specification gives: power of equivalence over readers and images, margin .10 of accuracy.

python -m benchmarks.study_power [SIMULATIONS]

The figures name the spread of readers, and neither how much harder some images are nor the test. So the power is given for three
correlations by image, and at the one that fits best for what else could have been meant: a spread as it shows in the answers when
images differ in difficulty (nine tenths of the one named), other intervals, readers or images that are not a sample. Fewer
readers than five are taken as a sample here.
"""

import json
import sys
from collections.abc import Callable

import numpy as np
from scipy import stats

from tests.paths import ROOT
from turing.analysis import power
from turing.analysis.planning import equivalence_sample_size, mrmc_power
from turing.analysis.power import Spread

GIVEN = (
    (3, 100, 0.05, 0.41),
    (6, 100, 0.05, 0.77),
    (10, 100, 0.05, 0.92),
    (3, 300, 0.05, 0.56),
    (6, 300, 0.05, 0.96),
    (10, 100, 0.19, 0.08),
)
MARGIN, SHOWN = 0.1, 0.9
Power = Callable[[int, int, float, int], float]  # readers, images, spread, simulations


def correlated(rho: float, part: float = 1.0, alpha: float = 0.05) -> Power:
    return lambda readers, images, spread, simulations: mrmc_power(
        readers, images, reader_sd=part * spread, case_correlation=rho, alpha=alpha, simulations=simulations
    )


def with_error(error: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, float]]) -> Power:
    """error: from readers' accuracies (studies, readers) and the variance of their mean over images (studies,), the standard error
    of the mean and its degrees of freedom."""

    def found(readers: int, images: int, spread: float, simulations: int) -> float:
        shown = []
        rng = np.random.default_rng(power.SEED)
        for studies in power._batches(readers, images, simulations, Spread(spread, 0.15), rng):
            parts = power._components(power._evidence(studies, 0.5, Spread(spread, 0.15)), "accuracy", 1)
            theta = parts[0].mean(axis=2, dtype=float)
            over_images = sum(
                part.mean(axis=1, dtype=float).var(axis=1, ddof=1) / part.shape[2] for part in parts
            )
            size, df = error(theta, over_images)
            shown.append(np.abs(theta.mean(axis=1) - 0.5) + stats.t.ppf(0.95, df) * size < MARGIN)
        return float(np.concatenate(shown).mean())

    return found


COLUMNS: dict[str, Power] = {
    "correlation 0.05": correlated(0.05),
    "correlation 0.1": correlated(0.1),
    "correlation 0.15": correlated(0.15),
    "0.15, sd x 0.9": correlated(0.15, SHOWN),
    "0.15, by the 95 % interval": correlated(0.15, alpha=0.025),
    "0.15, images fixed": with_error(
        lambda theta, _images: (theta.std(axis=1, ddof=1) / theta.shape[1] ** 0.5, theta.shape[1] - 1)
    ),
    "0.15, readers fixed": with_error(lambda _theta, images: (images**0.5, np.inf)),
}


def table(simulations: int) -> dict:
    rows = [
        [readers, images, spread, given, *(round(of(readers, images, spread, simulations), 3) for of in COLUMNS.values())]
        for readers, images, spread, given in GIVEN
    ]  # fmt: skip
    sizes = ", ".join(f"{margin}: {equivalence_sample_size(margin)}" for margin in (0.15, 0.1, 0.05))
    return {
        "title": "Power of equivalence within .10 of accuracy, where readers can only guess on average",
        "command": f"python -m benchmarks.study_power {simulations}",
        "conditions": f"{simulations:,} simulated studies a cell; two one-sided tests at 5 %. Independent judgements for 80 % power by margin: {sizes}. Two Monte Carlo errors of a cell: at most {1 / simulations**0.5:.3f}.",
        "note": note(rows),
        "columns": ["readers", "images", "sd of readers", "given", *COLUMNS],
        "rows": rows,
    }


def note(rows: list[list[float]]) -> str:
    given = np.array([row[3] for row in rows])
    apart = {
        name: np.abs(np.array([row[4 + i] for row in rows]) - given).max() for i, name in enumerate(COLUMNS)
    }
    best = min(apart, key=lambda name: apart[name])
    others = "; ".join(f"{name}: {value:.3f}" for name, value in apart.items())
    return (
        f"The figures given name neither the correlation by image nor the test. Largest distance from them by assumption: {others}. "
        f"So they are met best ({best}) where images correlate and the standard deviation named is one of skill, of which varying "
        "difficulty of images lets nine tenths show in the answers; the planner takes the standard deviation of the accuracies themselves."
    )


if __name__ == "__main__":
    made = table(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    (ROOT / "docs" / "validation" / "study_power.json").write_text(json.dumps(made, indent=1) + "\n")
    print(made["note"])
    for row in [made["columns"], *made["rows"]]:
        print(*row, sep="\t")
