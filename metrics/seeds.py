"""How far the trainings of one method lie apart: the same network, options and data, other seeds. Pure.

An interval of a set says how far its number would move with other images of the same training; only further trainings say how
far it would move with another seed. Fewer than three say next to nothing, and are not called a method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

ENOUGH = 3  # trainings from which something is said of a method


@dataclass(frozen=True)
class Method:
    """By which training a set was made: `key` is equal where all but the seed was equal."""

    key: str
    name: str
    seed: int


@dataclass(frozen=True)
class Seeds:
    """Sets of one method by their positions, and for each line of numbers the mean and standard deviation over its trainings."""

    name: str
    sets: tuple[int, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]

    @property
    def is_enough(self) -> bool:
        return len(self.sets) >= ENOUGH


def method_of(provenance: dict[str, Any]) -> Method | None:
    """From what a set's provenance says of the training; None where it says nothing."""
    told = provenance.get("method")
    return Method(told["key"], told["name"], int(told["seed"])) if told else None


def over_seeds(methods: Sequence[Method | None], lines: Sequence[Sequence[float]]) -> list[Seeds]:
    """Of every method with two trainings or more; lines: (lines, sets). Of two sets from one training the first counts."""
    found: dict[str, dict[int, int]] = {}
    for position, method in enumerate(methods):
        if method is not None:
            found.setdefault(method.key, {}).setdefault(method.seed, position)
    names = {method.key: method.name for method in methods if method is not None}
    values = np.array(lines, float)
    return [
        Seeds(
            names[key], tuple(seeds.values()), tuple(values[:, list(seeds.values())].mean(axis=1).tolist()),
            tuple(values[:, list(seeds.values())].std(axis=1, ddof=1).tolist()),
        )
        for key, seeds in found.items() if len(seeds) > 1
    ]  # fmt: skip
