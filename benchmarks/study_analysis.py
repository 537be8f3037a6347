"""How long does the whole analysis of a study take, intervals by the two-way jackknife included?

python -m benchmarks.study_analysis [READERS IMAGES]

Everything that the report is made of (turing.analysis.report), then keeping it as JSON and reading it back, on simulated answers with
confidence, three generators, two strata and three groups. The goal is 10 s for 50 readers x 1,000 images; it was 1.8 s of one core when last measured. The peer is statsmodels'
Fleiss kappa with the same jackknife written the plain way, one evaluation for every item and rater left out.
"""

import json
import sys
import time

import numpy as np
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from turing.analysis import agreement
from turing.analysis.keeping import from_plain, to_plain
from turing.analysis.readings import Readings, readings
from turing.analysis.report import Judging, StudyReport, report


def simulated(readers: int, images: int) -> Readings:
    rng = np.random.default_rng(1)
    truth = rng.permutation(np.repeat([0, 1], [images - images // 2, images // 2]))
    skill = rng.normal(0.6, 0.3, (readers, 1))
    evidence = (
        (truth - 0.5) * skill + 0.4 * rng.normal(size=images) + 0.9 * rng.normal(size=(readers, images))
    )
    ratings = np.searchsorted([-1, -0.5, 0, 0.5, 1], evidence) + 1.0
    return readings(
        truth, (ratings > 3).astype(float), ratings=ratings, graded=True, seconds=np.exp(rng.normal(2, 0.4, evidence.shape)),
        places=np.argsort(rng.random(evidence.shape), axis=1).astype(float), strata=rng.choice(["chest", "head"], images).astype(object),
        sources=np.where(truth == 1, rng.choice(["a", "b", "c"], images), "").astype(object),
        groups=rng.choice(["junior", "senior", "resident"], readers).astype(object),
    )  # fmt: skip


def timed(work) -> tuple[float, object]:
    begun = time.process_time()  # of this one thread: what others do on the machine is not counted
    made = work()
    return time.process_time() - begun, made


def plain_jackknife(said: np.ndarray) -> float:
    """The variance as one would write it first: every item and every rater left out by a computation of its own."""
    value = lambda table: fleiss_kappa(aggregate_raters(table.T.astype(int), n_cat=2)[0])  # noqa: E731
    items = np.array([value(np.delete(said, i, axis=1)) for i in range(said.shape[1])])
    raters = np.array([value(np.delete(said, i, axis=0)) for i in range(said.shape[0])])
    return sum((len(x) - 1) / len(x) * ((x - x.mean()) ** 2).sum() for x in (items, raters))


if __name__ == "__main__":
    size = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (50, 1000)
    study = simulated(*size)
    runs = [timed(lambda: report(study, Judging("auc", 0.1, 0.14))) for _run in range(3)]
    made = runs[0][1]
    kept, _again = timed(lambda: from_plain(StudyReport, json.loads(json.dumps(to_plain(made)))))
    print(
        f"{size[0]} readers x {size[1]} images: {np.median([seconds for seconds, _made in runs]):.2f} s of one core (median of 3), kept and read back {kept:.2f} s"
    )
    ours, found = timed(lambda: agreement.fleiss_kappa(study.said))
    theirs, variance = timed(lambda: plain_jackknife(study.said))
    print(
        f"Fleiss kappa with its two-way jackknife: ours {ours:.3f} s, plain {theirs:.3f} s, ratio {theirs / ours:.0f}; standard errors {found.standard_error:.6f}, {variance**0.5:.6f}"
    )
