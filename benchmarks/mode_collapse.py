"""How often is a dropped mode, a shrunk variety, a copied image found, and how often is there a false alarm? On real images.

    python -m benchmarks.mode_collapse FOLDER [PART[:COLLECTION[:ENCODER]] ...] [tables]

FOLDER holds the collections (docs/validation.md names them). Without a part all are measured that are not kept yet, and the tables
written; with parts those alone, so that many processes can share the work (dropped:small-chest:random), and `tables`, called last,
writes the tables. What a draw is depends on its part, collection and encoder alone.

Each draw divides the patients of a collection by chance: one half gives the real set, the other, with something known done to it,
the set that is judged as a generator's would be. Thresholds, the number of components and of leaves were chosen on the small chest
X-rays with the random network; the rows of that pair are marked. Every part takes a minute or two and is kept in
docs/validation/mode_collapse, from where the tables in docs/validation are made. Features are kept in EVALSITE_BENCHMARK_CACHE.
"""

from benchmarks.peers import medians  # isort: skip  # noqa: F401  (sets the thread count before numpy is loaded)

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.collapse_data import ACQUISITIONS, NATIVE, PLAIN, Collection, collection, features
from benchmarks.collapse_tables import HELD, KEPT, write_tables
from benchmarks.copies import copies
from metrics.functional.missing import mode_coverage
from metrics.functional.quantification import class_shares
from metrics.functional.spread import within_spread
from metrics.functional.tails import area_under

SHARE = 0.05  # of the mode that is dropped
PAIRS = (
    ("small chest", "random"), ("chest", "random"), ("chest", "pixels"), ("chest", "radiomics"), ("hippocampus", "pixels"),
    ("hippocampus", "random"), ("hippocampus", "radiomics"),
)  # fmt: skip
PERMUTATIONS = 199
SHIFTS = (0.1, 0.3, 0.6)  # standard deviations
Row = dict[str, Any]


def divided(
    data: Collection, rng: np.random.Generator, dropped: tuple[str, ...], *, drop: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the real and of the judged set; each of the modes named holds SHARE of the real one."""
    patients = rng.permutation(np.unique(data.patients))
    sides = []
    for number, part in enumerate(np.array_split(patients, 2)):
        inside = np.flatnonzero(np.isin(data.patients, part))
        kept = inside[~np.isin(data.modes[inside], dropped)]
        count = round(SHARE * len(kept) / (1 - SHARE * len(dropped)))
        rare = [] if number and drop else [
            rng.permutation(inside[data.modes[inside] == mode])[:count] for mode in dropped
        ]  # fmt: skip
        sides.append(np.sort(np.concatenate([kept, *rare])))
    return sides[0], sides[1]


def dropped_modes(data: Collection, rows: np.ndarray, rng: np.random.Generator, draws: int) -> list[Row]:
    """One row a draw and mode: found, how well a branch holds the mode, the share and its interval."""
    found = []
    for mode in ACQUISITIONS:
        for _draw in range(draws):
            real, judged = divided(data, rng, (mode,))
            result = _covered(data, rows, real, judged, rng)
            is_mode = data.modes[real] == mode
            hit = _is_hit(result, is_mode)
            found.append(
                {
                    "mode": mode, "held": _held(result, is_mode), "found": hit, "share": result.share,
                    "low": result.interval[0], "high": result.interval[1], "n": len(real),
                }
            )  # fmt: skip
    return found


def _covered(
    data: Collection, rows: np.ndarray, real: np.ndarray, judged: np.ndarray, rng: np.random.Generator
) -> Any:
    return mode_coverage(
        rows[real], rows[judged], rng=rng, real_groups=data.patients[real], synthetic_groups=data.patients[judged],
        permutations=PERMUTATIONS,
    )  # fmt: skip


def _held(result: Any, is_mode: np.ndarray) -> float:
    """F1 of the branch that holds the mode best, among real images that the tree has not seen: 1 where it is a cluster."""
    leaf, truth = result.real[result.counted], is_mode[result.counted]
    inside = result.tree.branches[:, leaf]
    return float((2 * (inside & truth).sum(axis=1) / np.maximum(1, inside.sum(axis=1) + truth.sum())).max())


def _is_hit(result: Any, is_mode: np.ndarray) -> bool:
    """At least half of the mode's real images lie in the leaves found."""
    leaves = np.concatenate([np.zeros(0, int), *(each.leaves for each in result.found)])
    return bool((np.isin(result.real, leaves) & is_mode).sum() >= 0.5 * is_mode.sum())


def _clusters(data: Collection, rows: np.ndarray, rng: np.random.Generator) -> list[str]:
    """The modes that a branch holds with a mean F1 of HELD, over six divisions."""
    held: dict[str, list[float]] = {mode: [] for mode in ACQUISITIONS}
    for mode, values in held.items():
        for _draw in range(6):
            real, judged = divided(data, rng, (mode,))
            values.append(_held(_covered(data, rows, real, judged, rng), data.modes[real] == mode))
    return [mode for mode, values in held.items() if np.mean(values) >= HELD]


def several_modes(data: Collection, rows: np.ndarray, rng: np.random.Generator, draws: int) -> list[Row]:
    """Two and three modes of .05 dropped together: clusters in every other draw, in the others any."""
    found, clusters = [], _clusters(data, rows, rng)
    for count in (2, 3):
        for draw in range(draws):
            pool = clusters if draw % 2 == 0 and len(clusters) >= count else list(ACQUISITIONS)
            modes = tuple(rng.choice(pool, count, replace=False).tolist())
            real, judged = divided(data, rng, modes)
            result = _covered(data, rows, real, judged, rng)
            are = {mode: data.modes[real] == mode for mode in modes}
            found.append(
                {
                    "dropped": count, "clusters": [mode in clusters for mode in modes],
                    "held": [_held(result, is_mode) for is_mode in are.values()],
                    "found": [_is_hit(result, is_mode) for is_mode in are.values()],
                    "share": result.share, "low": result.interval[0], "high": result.interval[1],
                }
            )  # fmt: skip
    return found


def shifted_sets(data: Collection, rows: np.ndarray, rng: np.random.Generator, draws: int) -> list[Row]:
    """A cluster is dropped, and every feature of the judged set lies off by about so many standard deviations, as a generator's do."""
    found, spread, clusters = [], rows.std(axis=0), _clusters(data, rows, rng)
    for shift in SHIFTS:
        for draw in range(draws):
            mode = clusters[draw % len(clusters)]
            real, judged = divided(data, rng, (mode,))
            moved = rows.copy()
            moved[judged] += shift * spread * rng.standard_normal(rows.shape[1])
            result = _covered(data, moved, real, judged, rng)
            hit = _is_hit(result, data.modes[real] == mode)
            found.append({"shift": shift, "found": hit, "share": result.share, "low": result.interval[0], "high": result.interval[1]})  # fmt: skip
    return found


def clean_sets(data: Collection, rows: np.ndarray, rng: np.random.Generator, draws: int) -> list[Row]:
    """Nothing is done to the judged set: whatever is found is a false alarm."""
    found = []
    for _draw in range(draws):
        real, judged = divided(data, rng, (), drop=False)
        result = _covered(data, rows, real, judged, rng)
        spread = within_spread(
            rows[real], rows[judged], rng=rng, real_groups=data.patients[real], synthetic_groups=data.patients[judged], permutations=PERMUTATIONS
        )  # fmt: skip
        found.append({"found": bool(result.found), "spread": spread.ratio, "spread_p": spread.p_value, "findable": result.findable})  # fmt: skip
    return found


def shrunk_modes(data: Collection, rows: np.ndarray, rng: np.random.Generator, draws: int) -> list[Row]:
    """Features of each mode drawn to their mean, so that the variance is a known part of what it was."""
    found = []
    for factor in (0.9, 0.8, 0.7, 0.5):
        for _draw in range(draws):
            real, judged = divided(data, rng, (), drop=False)
            moved = rows[judged].copy()
            for mode in (PLAIN, *ACQUISITIONS):
                inside = data.modes[judged] == mode
                mean = moved[inside].mean(axis=0)
                moved[inside] = mean + np.sqrt(factor) * (moved[inside] - mean)
            result = within_spread(
                rows[real], moved, rng=rng, real_groups=data.patients[real], synthetic_groups=data.patients[judged], permutations=PERMUTATIONS
            )  # fmt: skip
            found.append({"factor": factor, "ratio": result.ratio, "p": result.p_value})
    return found


def _linear(rows: np.ndarray, is_mode: np.ndarray, patients: np.ndarray) -> float:
    """AUC of a linear probe (32 principal components, logistic regression), patients left out in turn."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    probe = make_pipeline(
        StandardScaler(), PCA(32, whiten=True, random_state=0), LogisticRegression(max_iter=500)
    )
    rated = cross_val_predict(
        probe, rows, is_mode, groups=patients, cv=StratifiedGroupKFold(5), method="predict_proba"
    )[:, 1]
    return area_under(rated[~is_mode], rated[is_mode])


def labelled_modes(data: Collection, rows: np.ndarray, rng: np.random.Generator, draws: int) -> list[Row]:
    """Modes with names, of every separability: what class quantification finds, and its false alarms."""
    found = []
    for mode in ACQUISITIONS:
        for draw in range(draws):
            real, judged = divided(data, rng, (mode,), drop=draw % 2 == 0)
            with patch("metrics.functional.quantification.DRAWS", 20):
                result = class_shares(
                    rows[real], data.modes[real], rows[judged], rng=rng, real_groups=data.patients[real],
                    synthetic_groups=data.patients[judged],
                )  # fmt: skip
            each = next(one for one in result.classes if one.name == mode)
            linear = _linear(rows[real], data.modes[real] == mode, data.patients[real])
            truth = float((data.modes[judged] == mode).mean())
            wrong = [
                one.name for one in result.classes if one.is_found and one.is_separable and one.name != mode
            ]
            found.append(
                {
                    "mode": mode, "dropped": draw % 2 == 0, "auc": each.auc, "linear": linear, "found": each.is_found, "power": each.power,
                    "share": each.synthetic, "truth": truth, "wrong": len(wrong),
                }
            )  # fmt: skip
    return found


Part = Callable[[Collection, np.ndarray, np.random.Generator, int], list[Row]]
PARTS: dict[str, tuple[Part, int]] = {
    "dropped": (dropped_modes, 12),
    "several": (several_modes, 20),
    "shifted": (shifted_sets, 12),
    "clean": (clean_sets, 100),
    "shrunk": (shrunk_modes, 10),
    "labelled": (labelled_modes, 8),
}


def asked_for(words: list[str]) -> list[tuple[str, str, str]]:
    """(part, collection, encoder) of each piece of work that the words name; copies know no encoder."""
    every = [(part, name, encoder) for part in PARTS for name, encoder in PAIRS]
    every += [("copies", name, "") for name in NATIVE]
    chosen = []
    for word in words:
        asked = word.replace("-", " ").split(":")
        found = [each for each in every if list(each[: len(asked)]) == asked]
        if not found:
            raise SystemExit(
                f"{word} names no part; there are {', '.join(':'.join(filter(None, each)) for each in every)}."
            )
        chosen += found
    return chosen if words else every


def measure(part: str, name: str, encoder: str, folder: Path) -> None:
    """One piece of work, kept in a file of its own; what is kept is not measured again."""
    path = KEPT / (f"{part}-{name}-{encoder}".strip("-").replace(" ", "-") + ".json")
    if path.exists():
        return  # remove the file to measure anew
    if part == "copies":
        found: Any = copies(name, folder)
    else:
        cache = Path(os.environ.get("EVALSITE_BENCHMARK_CACHE", tempfile.gettempdir())) / "mode-collapse"
        data, (measured, draws) = collection(name, folder), PARTS[part]
        seed = [5, *f"{part}:{name}:{encoder}".encode()]
        found = measured(data, features(data.pictures, encoder, cache), np.random.default_rng(seed), draws)
    path.write_text(json.dumps(found, default=lambda value: value.item()) + "\n")
    print(part, name, encoder, len(found), flush=True)


def main() -> None:
    folder, words = Path(sys.argv[1]), sys.argv[2:]
    KEPT.mkdir(parents=True, exist_ok=True)
    parts = [word for word in words if word != "tables"]
    for part, name, encoder in asked_for(parts) if parts or not words else []:
        measure(part, name, encoder, folder)
    if not words or "tables" in words:
        write_tables()


if __name__ == "__main__":
    main()
