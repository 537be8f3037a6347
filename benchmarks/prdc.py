"""Precision, recall, density and coverage of 5000 x 5000 x 2048 against the authors' package, time and memory.

python -m benchmarks.prdc
"""

from benchmarks.peers import features, medians, peak_mib, show  # isort: skip  (sets the thread count before numpy is loaded)

import contextlib
import io

from prdc import compute_prdc

from metrics.functional.manifold import prdc


def theirs(a, b) -> dict[str, float]:
    with contextlib.redirect_stdout(io.StringIO()):
        return {name: float(value) for name, value in compute_prdc(a, b, nearest_k=5).items()}


if __name__ == "__main__":
    real, synthetic = features(5000, 2048, 0), features(5000, 2048, 1, 0.02)
    work = {"ours": lambda: prdc(real, synthetic), "prdc": lambda: theirs(real, synthetic)}
    show("5000 x 5000 x 2048, k = 5", medians(3, **work), {"prdc": 3.3})
    memory = {name: peak_mib(function) for name, function in work.items()}
    print(
        f"  memory: ours {memory['ours']:.0f} MiB, prdc {memory['prdc']:.0f} MiB, {memory['prdc'] / memory['ours']:.1f} x, goal 3 x"
    )
    ours = work["ours"]()
    print("  values:", {name: (getattr(ours, name), value) for name, value in work["prdc"]().items()})
