"""How often the 95 % interval of a paired difference between two synthetic sets holds the truth, by simulation.

    python -m benchmarks.difference_coverage [RUNS]

Normal features (d = 16), 150 real images of 50 patients and 150 of each synthetic set, one shifted, one shifted and wider. The truth is
the closed form for the Fréchet distance and, for the others, the mean difference over 4 RUNS further draws of the same sizes.
"""

from benchmarks.peers import medians  # isort: skip  # noqa: F401  (sets the thread count before numpy is loaded)

import json
import sys

import numpy as np

from metrics.catalogue import METRICS
from metrics.differences import Rows, paired_halves, paired_jackknife
from metrics.side_by_side import ROUGH, SMOOTH, rough_parts, smooth_parts
from tests.paths import ROOT

N, PATIENTS, D = 150, 50, 16
SHIFT, OTHER, WIDTH = 0.25, 0.35, 1.2
WANTED = 0.93
FILE = ROOT / "docs" / "validation" / "difference_coverage.json"


def draw(rng: np.random.Generator) -> tuple[Rows, list[Rows]]:
    """Images of a patient share two tenths of their variance."""
    patient = np.repeat(np.arange(PATIENTS), N // PATIENTS)
    values = np.sqrt(0.2) * rng.normal(size=(PATIENTS, D))[patient] + np.sqrt(0.8) * rng.normal(size=(N, D))
    alone = np.arange(N)
    near, far = rng.normal(size=(N, D)), WIDTH * rng.normal(size=(N, D))
    near[:, 0] += SHIFT
    far[:, 0] += OTHER
    return Rows(values, patient), [Rows(near, alone), Rows(far, alone)]


def values(rng: np.random.Generator) -> np.ndarray:
    real, (near, far) = draw(rng)
    smooth = smooth_parts(real.values, D)
    both = [
        np.concatenate([smooth(real.values, one.values), rough_parts(real.values, one.values)])
        for one in (near, far)
    ]
    return both[0] - both[1]


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    names, rng = (*SMOOTH, *ROUGH), np.random.default_rng(5)
    truth = np.mean([values(rng) for _run in range(4 * runs)], axis=0)
    truth[names.index("frechet_principal")] = SHIFT**2 - (OTHER**2 + D * (WIDTH - 1) ** 2)
    held = np.zeros(len(names))
    for _run in range(runs):
        real, sets = draw(rng)
        biased = [name == "frechet_principal" for name in SMOOTH]
        smooth = paired_jackknife(smooth_parts(real.values, D), real, sets, rng=rng, biased=biased)
        rough = paired_halves(rough_parts, real, sets, rng=rng)
        ends = [smooth.difference_interval(0, 1, part) for part in range(len(SMOOTH))]
        ends += [rough.difference_interval(0, 1, part) for part in range(len(ROUGH))]
        held += [low <= value <= high for (low, high), value in zip(ends, truth)]
    for name, count in zip(names, held):
        share = count / runs
        print(f"{name}: {share:.3f} of {runs}, at least {WANTED:g}, {'met' if share >= WANTED else 'MISSED'}")
    table = {
        "title": "Coverage of the interval of a paired difference", "command": f"python -m benchmarks.difference_coverage {runs}",
        "conditions": f"{runs} draws of {N} real images of {PATIENTS} patients and {N} of each of two synthetic sets, normal features, d = {D}; 95 % intervals.",
        "columns": ["metric", "held the truth", "at least"],
        "rows": [[METRICS[name].title, count / runs, WANTED] for name, count in zip(names, held)],
    }  # fmt: skip
    FILE.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
