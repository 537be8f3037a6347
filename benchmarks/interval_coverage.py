"""How often the 95 % intervals of a report hold the truth, by simulation, for every metric that has one.

    python -m benchmarks.interval_coverage [RUNS [SCENARIO ...]]

Each scenario draws both sets anew RUNS (250) times and asks the code that reports use for its Numbers. Truths are closed forms for
Frechet and spectrum distances; for the others the mean of the number itself over 4 RUNS further draws of the same sizes
(most depend on the sizes, so that is what the interval is of). Tables of single scenarios are kept in docs/validation/coverage,
where further runs, with other random numbers, add up (remove a file to begin anew), and brought together in
docs/validation/interval_coverage.json.
"""

from benchmarks.peers import medians  # isort: skip  # noqa: F401  (sets the thread count before numpy is loaded)

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks import interval_scenarios, interval_training
from metrics.catalogue import METRICS
from metrics.reports import Number
from tests.paths import ROOT

FOLDER = ROOT / "docs" / "validation"
WANTED, GENEROUS = 0.93, 0.97
JUMPS = (
    "mifid",
)  # at a step: the mean of draws on both sides lies where no draw does, so the middle one is the truth


@dataclass(frozen=True)
class Scenario:
    """numbers(rng) -> the Numbers of one draw; values(rng) -> the plain values of another; truths known in closed form."""

    title: str
    numbers: Callable[[np.random.Generator], list[Number]]
    values: Callable[[np.random.Generator], dict[str, float]]
    truths: dict[str, float]


SCENARIOS: dict[str, Scenario] = {
    name: Scenario(title, made.numbers, made.values, made.truths) for name, (title, made) in {**interval_scenarios.MADE, **interval_training.MADE}.items()
}  # fmt: skip


Counts = dict[str, list[int]]  # of each metric: how often it held, and how often it was asked


def simulate(name: str, runs: int, before: int = 0) -> dict[str, Any]:
    """`before`: runs that were made earlier, so that the random numbers are others."""
    scenario, rng = SCENARIOS[name], np.random.default_rng([9, before, *name.encode()])
    began, drawn = time.perf_counter(), [scenario.values(rng) for _run in range(4 * runs)]
    truths = {
        metric: _middle(metric, [one[metric] for one in drawn]) for metric in drawn[0]
    } | scenario.truths
    held: Counts = {}
    floors: Counts = {}
    for _run in range(runs):
        with contextlib.nullcontext() if name == "null" else without_floors():
            numbers = scenario.numbers(rng)
        for number in numbers:
            if number.interval is not None and number.metric in truths and not number.unfit:
                _count(held, number.metric, number.interval, truths[number.metric])
            if number.floor is not None and number.matched is not None:
                _count(floors, number.metric, number.floor, number.matched)
    seconds = round(time.perf_counter() - began)
    return {"title": scenario.title, "runs": runs, "truths": truths, "held": held, "within_floor": floors, "seconds": seconds}  # fmt: skip


def _middle(metric: str, drawn: list[float]) -> float:
    return float(np.median(drawn) if metric in JUMPS else np.mean(drawn))


def _count(counts: Counts, metric: str, ends: tuple[float, float], truth: float) -> None:
    each = counts.setdefault(metric, [0, 0])
    each[0] += bool(ends[0] <= truth <= ends[1])
    each[1] += 1


def added(kept: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The counts of both; the truths are those of the later runs."""
    total = {**more, **{fact: kept[fact] + more[fact] for fact in ("runs", "seconds")}}
    for counts in ("held", "within_floor"):
        names = {**kept[counts], **more[counts]}
        total[counts] = {n: np.add(kept[counts].get(n, [0, 0]), more[counts].get(n, [0, 0])).tolist() for n in names}  # fmt: skip
    return total


def _share(counts: list[int]) -> float:
    return counts[0] / counts[1]


@contextlib.contextmanager
def without_floors() -> Iterator[None]:
    """They take half of the time and are looked at only where there is no difference."""
    with (
        patch("metrics.comparing.floor", return_value=None),
        patch("metrics.classifying.floor", return_value=None),
        patch("metrics.mode_numbers.floor", return_value=None),
    ):
        yield


def together() -> None:
    """One row a metric, one column a scenario."""
    kept = {name: json.loads(path.read_text()) for name in SCENARIOS if (path := FOLDER / "coverage" / f"{name}.json").exists()}  # fmt: skip
    rows = []
    for name, metric in METRICS.items():
        found = [table["held"].get(name) for table in kept.values()]
        if any(found):
            cells = [f"{100 * _share(counts):.1f}" if counts else None for counts in found]
            rows.append([f"{metric.title} (`{name}`)", *cells, judged([counts for counts in found if counts])])  # fmt: skip
    runs = "; ".join(f"{table['title']}: {table['runs']} runs or more" for table in kept.values())
    stored = {
        "title": "Coverage of the 95 % intervals, in per cent",
        "command": "python -m benchmarks.interval_coverage",
        "conditions": f"{runs}. Standard error of a figure near 95: 1.4 with 250 runs, 1.0 with 500.",
        "note": "Wanted is 93 or more in every scenario. A figure is called too narrow where it lies below 93, and surely so where by more than two "
        "standard errors; conservative where the mean of the scenarios is above 97: the interval is wider than it need be.",
        "columns": ["metric", *(table["title"] for table in kept.values()), "verdict"],
        "rows": rows,
    }  # fmt: skip
    (FOLDER / "interval_coverage.json").write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n")
    if "null" in kept:
        _write_floors(kept["null"])


def _write_floors(null: dict[str, Any]) -> None:
    floor = {
        "title": "Real against real: how often the value of an equal set lies within its floor, in per cent",
        "command": "python -m benchmarks.interval_coverage",
        "conditions": f"{null['title']}, {null['runs']} runs. A floor is the range of 95 % of further single splits; the value beside it is a mean over ten "
        "draws of the floor's size and so steadier than one split: 95 or more is meant.",
        "columns": ["metric", "within the floor"],
        "rows": [[f"{METRICS[name].title} (`{name}`)", f"{100 * _share(counts):.1f}"] for name, counts in null["within_floor"].items()],
    }  # fmt: skip
    (FOLDER / "floor_coverage.json").write_text(json.dumps(floor, indent=1, ensure_ascii=False) + "\n")


def judged(found: list[list[int]]) -> str:
    shares, counts = np.array([_share(each) for each in found]), np.array([each[1] for each in found])
    if (shares + 2 * np.sqrt(WANTED * (1 - WANTED) / counts) < WANTED).any():
        return "surely too narrow"
    if (shares < WANTED).any():
        return "too narrow"
    return "conservative" if shares.mean() > GENEROUS else "holds"


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    (FOLDER / "coverage").mkdir(exist_ok=True)
    for name in sys.argv[2:] or SCENARIOS:
        path = FOLDER / "coverage" / f"{name}.json"
        kept = json.loads(path.read_text()) if path.exists() else None
        found = simulate(name, runs, kept["runs"] if kept else 0)
        found = added(kept, found) if kept else found
        path.write_text(json.dumps(found, indent=1) + "\n")
        print(f"{name} ({found['seconds']} s): " + ", ".join(f"{m} {100 * _share(c):.1f}" for m, c in found["held"].items()), flush=True)  # fmt: skip
    together()


if __name__ == "__main__":
    main()
