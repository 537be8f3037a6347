"""Does the interval over readers cover their skill, and how often does the verdict err? Simulated studies, analysed as the report does.

python -m benchmarks.study_coverage [STUDIES [coverage | verdict | gaps [SEED]]]

Readers differ: their accuracies without bias are normal around the mean with the standard deviation named, and their criteria, in the
biased studies, around 0.5 (standard deviation 0.3). Images differ: the evidence of two readers about one image correlates by 0.15.
The skill to be covered is that of the whole population of readers, computed from its distribution and not from the studies. Error
rates: told apart (either way round) where readers cannot, and equivalent where the skill lies on the margin.
"""

import json
import sys
from functools import cache
from itertools import product

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from tests.paths import ROOT
from turing.analysis.mrmc import OneModality, single_modality
from turing.analysis.overall import overall
from turing.analysis.readings import readings
from turing.analysis.roc import rank_test
from turing.analysis.verdict import APART, EQUIVALENT, REVERSED, WITHIN, verdict

IMAGES, SHARED, MARGIN = 100, 0.15, 0.1
MARGINS = {
    "accuracy": MARGIN,
    "auc": float(stats.norm.cdf(np.sqrt(2) * stats.norm.ppf(0.5 + MARGIN))) - 0.5,
}  # the same d'
CUTS = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])  # six answers: sure real ... sure synthetic
POPULATION = 200_000
FIRST_SEED = 20261124  # methods were chosen with its studies; another one is free of that choice


def readers_of(rng: np.random.Generator, count: int, mean: float, spread: float, biased: bool) -> np.ndarray:
    """(count, 2): d' and criterion."""
    accuracy = np.clip(mean + spread * rng.standard_normal(count), 0.01, 0.99)
    criterion = 0.5 + 0.3 * rng.standard_normal(count) if biased else np.zeros(count)
    return np.stack([2 * stats.norm.ppf(accuracy), criterion], axis=1)


def skill(people: np.ndarray, figure: str) -> float:
    """Mean over a population of the figure that endless images would give."""
    dprime, criterion = people[:, :1], people[:, 1:]
    if figure == "accuracy":
        return float(
            (stats.norm.cdf(dprime / 2 - criterion) + stats.norm.cdf(dprime / 2 + criterion)).mean() / 2
        )
    edges = np.concatenate([[-np.inf], CUTS, [np.inf]])
    synthetic = np.diff(stats.norm.cdf(edges + criterion - dprime / 2), axis=1)
    real = np.diff(stats.norm.cdf(edges + criterion + dprime / 2), axis=1)
    below = np.cumsum(real, axis=1) - real
    return float((synthetic * (below + real / 2)).sum(axis=1).mean())


def study(rng: np.random.Generator, people: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """truth (images,), answers 0 to 5 (readers, images)."""
    truth = np.repeat([0, 1], [IMAGES - round(share * IMAGES), round(share * IMAGES)])
    case = rng.standard_normal(IMAGES)
    own = rng.standard_normal((len(people), IMAGES))
    evidence = (
        (truth - 0.5) * people[:, :1] - people[:, 1:] + np.sqrt(SHARED) * case + np.sqrt(1 - SHARED) * own
    )
    return truth, np.searchsorted(CUTS, evidence).astype(float)


def said_of(answers: np.ndarray) -> np.ndarray:
    return (answers > 2.5).astype(float)


def analysed(truth: np.ndarray, answers: np.ndarray, figure: str) -> OneModality:
    return single_modality(truth, answers if figure == "auc" else said_of(answers), figure, scale="logit")


def covered(rng: np.random.Generator, studies: int, readers: int, spread: float, biased: bool, share: float) -> list[float]:  # fmt: skip
    """Share of studies whose interval holds the skill, for accuracy and AUC, at a mean accuracy of 0.65."""
    population = readers_of(rng, POPULATION, 0.65, spread, biased)
    aims = {figure: skill(population, figure) for figure in ("accuracy", "auc")}
    hit = dict.fromkeys(aims, 0)
    for _study in range(studies):
        data = study(rng, readers_of(rng, readers, 0.65, spread, biased), share)
        for figure, aim in aims.items():
            low, high = analysed(*data, figure).interval
            hit[figure] += low <= aim <= high
    return [hit[figure] / studies for figure in aims]


@cache
def fisher(hits: int, false_alarms: int) -> float:
    """The p of turing.analysis.detection.reader_summary, half of the images synthetic; the same counts come again and again."""
    half = IMAGES // 2
    return float(stats.fisher_exact([[hits, half - hits], [false_alarms, half - false_alarms]]).pvalue)


def named(rng: np.random.Generator, studies: int, readers: int, spread: float, mean: float, endpoint: str) -> list[str]:  # fmt: skip
    """The verdicts of studies."""
    found = []
    for _study in range(studies):
        truth, answers = study(rng, readers_of(rng, readers, mean, spread, False), 0.5)
        over = analysed(truth, answers, endpoint)
        single = [alone(truth, row, endpoint) for row in answers]
        margin = MARGINS[endpoint]
        found.append(verdict(over.interval, inner=over.inner, margin=margin, reader_p_values=single).name)
    return found


def alone(truth: np.ndarray, row: np.ndarray, endpoint: str) -> float:
    if endpoint == "auc":
        return rank_test(truth, row)
    said = said_of(row)
    return fisher(int(said[truth == 1].sum()), int(said[truth == 0].sum()))


def on_the_margin(spread: float, endpoint: str) -> float:
    """The mean accuracy at which the readers' figure is one half and the margin."""
    if endpoint == "accuracy":
        return 0.5 + MARGIN
    aim = 0.5 + MARGINS[endpoint]
    return brentq(lambda mean: skill(readers_of(np.random.default_rng(1), POPULATION, mean, spread, False), "auc") - aim, 0.5, 0.75, xtol=1e-5)  # fmt: skip


def coverage_table(rng: np.random.Generator, studies: int) -> dict:
    rows = [
        [readers, spread, "biased" if biased else "none", f"{round(100 * share)} / {round(100 - 100 * share)}",
         *covered(rng, studies, readers, spread, biased, share)]
        for readers, spread, biased, share in product((5, 6, 10), (0.05, 0.15), (False, True), (0.5, 0.3))
    ]  # fmt: skip
    return {
        "title": "Coverage of the interval over readers (nominal 0.95)", "command": f"python -m benchmarks.study_coverage {studies} coverage",
        "conditions": f"{studies:,} simulated studies a row, {IMAGES} images, mean accuracy 0.65, six-point answers; Monte Carlo error of a share near 0.95: {1.96 * np.sqrt(0.95 * 0.05 / studies):.3f}.",
        "columns": ["readers", "sd of readers", "bias", "synthetic / real", "covered: accuracy", "covered: AUC"], "rows": rows,
    }  # fmt: skip


def gaps_table(rng: np.random.Generator, studies: int) -> dict:
    """A fifth of the answers missing at random: the U-statistic in place of Obuchowski-Rockette."""
    rows = []
    for readers, spread in product((5, 6, 10), (0.05, 0.15)):
        aim, hit = skill(readers_of(rng, POPULATION, 0.65, spread, False), "accuracy"), 0
        for _study in range(studies):
            truth, answers = study(rng, readers_of(rng, readers, 0.65, spread, False), 0.5)
            said = np.where(rng.random(answers.shape) < 0.2, np.nan, said_of(answers))
            found = overall(readings(truth, said), "accuracy")
            hit += found is not None and found.interval[0] <= aim <= found.interval[1]
        rows.append([readers, spread, hit / studies])
    return {
        "title": "Coverage where a fifth of the answers is missing (nominal 0.95)", "command": f"python -m benchmarks.study_coverage {studies} gaps",
        "conditions": f"{studies:,} simulated studies a row, {IMAGES} images, half synthetic, mean accuracy 0.65; U-statistic over readers and cases, its variance at least that of the cases alone.",
        "columns": ["readers", "sd of readers", "covered: accuracy"], "rows": rows,
    }  # fmt: skip


def verdict_table(rng: np.random.Generator, studies: int) -> dict:
    rows = []
    for endpoint, readers, spread in product(MARGINS, (5, 6, 10), (0.05, 0.15)):
        null = named(rng, studies, readers, spread, 0.5, endpoint)
        edge = named(rng, studies, readers, spread, on_the_margin(spread, endpoint), endpoint)
        apart = sum(name in (APART, WITHIN, REVERSED) for name in null) / studies
        rows.append(
            [endpoint, readers, spread, apart, null.count(EQUIVALENT) / studies, edge.count(EQUIVALENT) / studies,
             sum(name in (APART, WITHIN) for name in edge) / studies]
        )  # fmt: skip
    return {
        "title": "Error rates of the verdict", "command": f"python -m benchmarks.study_coverage {studies} verdict",
        "conditions": f"{studies:,} simulated studies a row, {IMAGES} images, half synthetic, margin {MARGIN} of accuracy and {MARGINS['auc']:.2f} of the area; equivalence by the 90 % interval and no single reader different.",
        "columns": ["endpoint", "readers", "sd of readers", "told apart at chance (error)", "equivalent at chance", "equivalent on the margin (error)", "told apart on the margin"],
        "rows": rows,
    }  # fmt: skip


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    folder = ROOT / "docs" / "validation"
    folder.mkdir(exist_ok=True)
    tables = {"coverage": coverage_table, "verdict": verdict_table, "gaps": gaps_table}
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else FIRST_SEED
    again = "" if seed == FIRST_SEED else "_again"
    for name, made in ((n, t) for n, t in tables.items() if n in (sys.argv[2:3] or tables)):
        table = made(np.random.default_rng(seed), wanted)
        if again:
            table["title"] += ", other random numbers"
            table["command"] += f" {seed}"
        (folder / f"study_{name}{again}.json").write_text(json.dumps(table, indent=1) + "\n")
        for row in [table["columns"], *table["rows"]]:
            print(*row, sep="\t")
