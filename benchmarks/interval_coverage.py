"""How often the 95 % intervals of a report hold the truth, by simulation, for every metric that has one.

    python -m benchmarks.interval_coverage [RUNS [SCENARIO ...]]

Each scenario draws both sets anew RUNS (500) times and asks the code that reports use for its Numbers. Truths are closed forms for
Frechet and spectrum distances; for the others the mean of the number itself over 4 RUNS further draws of the same sizes
(most depend on the sizes, so that is what the interval is of). Tables of single scenarios are kept in docs/validation/coverage
and brought together in docs/validation/interval_coverage.json.
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


def simulate(name: str, runs: int) -> dict[str, Any]:
    scenario, rng = SCENARIOS[name], np.random.default_rng([7, *name.encode()])
    began, drawn = time.perf_counter(), [scenario.values(rng) for _run in range(4 * runs)]
    truths = {metric: float(np.mean([one[metric] for one in drawn])) for metric in drawn[0]} | scenario.truths
    held: dict[str, list[bool]] = {}
    floors: dict[str, list[bool]] = {}
    for _run in range(runs):
        with contextlib.nullcontext() if name == "null" else without_floors():
            numbers = scenario.numbers(rng)
        for number in numbers:
            if number.interval is not None and number.metric in truths and not number.unfit:
                low, high = number.interval
                held.setdefault(number.metric, []).append(low <= truths[number.metric] <= high)
            if number.floor is not None and number.matched is not None:
                floors.setdefault(number.metric, []).append(
                    number.floor[0] <= number.matched <= number.floor[1]
                )
    coverage = {metric: float(np.mean(each)) for metric, each in held.items()}
    within = {metric: float(np.mean(each)) for metric, each in floors.items()}
    seconds = round(time.perf_counter() - began)
    return {"title": scenario.title, "runs": runs, "truths": truths, "coverage": coverage, "within_floor": within, "seconds": seconds}  # fmt: skip


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
        found = [table["coverage"].get(name) for table in kept.values()]
        if any(value is not None for value in found):
            rows.append([f"{metric.title} (`{name}`)", *(None if v is None else f"{100 * v:.1f}" for v in found), judged(found)])  # fmt: skip
    runs = "; ".join(f"{table['title']}: {table['runs']} runs" for table in kept.values())
    stored = {
        "title": "Coverage of the 95 % intervals, in per cent",
        "command": "python -m benchmarks.interval_coverage",
        "conditions": f"{runs}. Standard error of a figure: 1.0 with 500 runs, 1.3 with 300.",
        "note": "Wanted is 93 or more; above 97 an interval is called conservative: it is wider than it need be.",
        "columns": ["metric", *(table["title"] for table in kept.values()), "verdict"],
        "rows": rows,
    }
    null = [(name, value) for name, value in kept.get("null", {}).get("within_floor", {}).items()]
    (FOLDER / "interval_coverage.json").write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n")
    if null:
        floor = {
            "title": "Real against real: how often the value of an equal set lies within its floor, in per cent",
            "command": "python -m benchmarks.interval_coverage",
            "conditions": f"{kept['null']['title']}, {kept['null']['runs']} runs; 95 is meant.",
            "columns": ["metric", "within the floor"],
            "rows": [[f"{METRICS[name].title} (`{name}`)", f"{100 * value:.1f}"] for name, value in null],
        }
        (FOLDER / "floor_coverage.json").write_text(json.dumps(floor, indent=1, ensure_ascii=False) + "\n")


def judged(found: list[float | None]) -> str:
    present = [value for value in found if value is not None]
    if min(present) < WANTED:
        return "too narrow"
    return "conservative" if np.mean(present) > GENEROUS else "holds"


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    (FOLDER / "coverage").mkdir(exist_ok=True)
    for name in sys.argv[2:] or SCENARIOS:
        found = simulate(name, runs)
        (FOLDER / "coverage" / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
        print(f"{name} ({found['seconds']} s): " + ", ".join(f"{m} {100 * v:.1f}" for m, v in found["coverage"].items()), flush=True)  # fmt: skip
    together()


if __name__ == "__main__":
    main()
