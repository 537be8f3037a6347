"""Frechet distance against torch-fidelity's and clean-fid's algorithms, written here from their published descriptions.

    python -m benchmarks.frechet

torch-fidelity: numpy covariances, then the eigenvalues of the (unsymmetric) product of both. clean-fid, as the first FID
code: SciPy's matrix square root of the product. Both in float64.
"""

from benchmarks.peers import features, medians, show  # isort: skip  (sets the thread count before numpy is loaded)

import numpy as np
import scipy.linalg

from metrics.functional.frechet import frechet_distance


def _moments(a, b):
    (ma, ca), (mb, cb) = ((x.mean(axis=0), np.cov(x.astype(np.float64), rowvar=False)) for x in (a, b))
    return ((ma - mb) ** 2).sum() + np.trace(ca) + np.trace(cb), ca @ cb


def by_eigenvalues(a, b) -> float:
    rest, product = _moments(a, b)
    return float(rest - 2 * np.sqrt(np.linalg.eigvals(product).astype(complex)).real.sum())


def by_square_root(a, b) -> float:
    rest, product = _moments(a, b)
    return float(rest - 2 * np.trace(scipy.linalg.sqrtm(product)).real)


def compare(n: int, runs: int, goals: dict[str, float]) -> None:
    a, b = features(n, 2048, 0), features(n, 2048, 1, 0.05)
    ways = {"ours": frechet_distance, "torch-fidelity's": by_eigenvalues, "sqrtm": by_square_root}
    values: dict[str, float] = {}

    def work(name):
        return lambda: values.update({name: ways[name](a, b)})

    show(f"{n} x 2048", medians(runs, **{name: work(name) for name in ("ours", *goals)}), goals)
    print("  values:", {name: round(value, 9) for name, value in values.items()}, flush=True)


if __name__ == "__main__":
    compare(500, 3, {"sqrtm": 50})
    compare(5000, 1, {"torch-fidelity's": 2.2})
    compare(5000, 1, {"sqrtm": 9})
