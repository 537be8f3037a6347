"""KID as 100 subsets of 1,000 out of 5,000 x 2048, against clean-fid's and torch-fidelity's way, written from their papers.

    python -m benchmarks.kid

Both draw a subset, build its three kernels with numpy and sum them; clean-fid sums kernels in the type of the features,
torch-fidelity builds them one after another and takes off the diagonals.
"""

from benchmarks.peers import features, medians, show  # isort: skip  (sets the thread count before numpy is loaded)

import numpy as np

from metrics.functional.kernel import kid_subsets


def clean_fid(a, b, rng, subsets=100, m=1000) -> float:
    total, d = 0.0, a.shape[1]
    for _subset in range(subsets):
        x, y = a[rng.choice(len(a), m, replace=False)], b[rng.choice(len(b), m, replace=False)]
        within = (x @ x.T / d + 1) ** 3 + (y @ y.T / d + 1) ** 3
        cross = (x @ y.T / d + 1) ** 3
        total += (within.sum() - np.diag(within).sum()) / (m - 1) - cross.sum() * 2 / m
    return float(total / subsets / m)


def torch_fidelity(a, b, rng, subsets=100, m=1000) -> float:
    values, gamma = [], 1 / a.shape[1]
    for _subset in range(subsets):
        x, y = a[rng.choice(len(a), m, replace=False)], b[rng.choice(len(b), m, replace=False)]
        xx, yy, xy = ((np.matmul(u, v.T) * gamma + 1) ** 3 for u, v in ((x, x), (y, y), (x, y)))
        within = (xx.sum(axis=1) - np.diagonal(xx)).sum() + (yy.sum(axis=1) - np.diagonal(yy)).sum()
        values.append(within / (m * (m - 1)) - 2 * xy.sum(axis=0).sum() / (m * m))
    return float(np.mean(values))


if __name__ == "__main__":
    real, synthetic = features(5000, 2048, 0), features(5000, 2048, 1, 0.05)
    ways = {
        "ours": lambda a, b, rng: kid_subsets(a, b, rng=rng)[0],
        "clean-fid's": clean_fid,
        "torch-fidelity's": torch_fidelity,
    }
    values: dict[str, float] = {}

    def work(name):
        return lambda: values.update({name: ways[name](real, synthetic, np.random.default_rng(2))})

    show(
        "100 x 1000 of 5000 x 2048",
        medians(3, **{n: work(n) for n in ways}),
        {"clean-fid's": 2, "torch-fidelity's": 2},
    )
    print("  values:", values)
