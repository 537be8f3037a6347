"""Sets that benchmarks.interval_coverage draws beside a training set, which stays the one it is: some synthetic images hug it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from metrics.feature_sets import Features
from metrics.functional.memorisation import copying_test, distance_ratio, mifid
from metrics.reports import Number
from metrics.training_distances import training_distances


@dataclass(frozen=True)
class Trained:
    """`trained` training images, n unseen real ones of `patient` each, m synthetic ones, d features; `hugging` is the share of
    synthetic images that lie a `near` of the usual distance from one of the training images."""

    trained: int
    n: int
    m: int
    d: int
    patient: int = 1
    hugging: float = 0.0
    near: float = 0.3
    truths: dict[str, float] = field(default_factory=dict)

    def training(self) -> np.ndarray:
        return (
            np.random.default_rng(1).normal(size=(self.trained, self.d)) + 1
        )  # off the origin: MiFID looks at angles

    def draw(self, rng: np.random.Generator) -> Features:
        groups, training = np.arange(self.n) // self.patient, self.training()
        real = rng.normal(size=(self.n, self.d))
        if self.patient > 1:
            real = np.sqrt(0.5) * (real + rng.normal(size=(groups.max() + 1, self.d))[groups])
        made = rng.normal(size=(self.m, self.d)) + 1
        hugs = rng.random(self.m) < self.hugging
        made[hugs] = training[rng.integers(0, self.trained, hugs.sum())] + self.near * (made[hugs] - 1)
        return Features("simulated", "simulated", real + 1, made, groups, np.arange(self.m), {})

    def numbers(self, rng: np.random.Generator) -> list[Number]:
        return training_distances(self.draw(rng), self.training(), np.arange(self.n))

    def values(self, rng: np.random.Generator) -> dict[str, float]:
        drawn, training = self.draw(rng), self.training()
        of_three = (drawn.synthetic, training, drawn.real)
        return {
            "copying_test": copying_test(*of_three).value, "distance_ratio": distance_ratio(*of_three),
            "mifid": mifid(drawn.synthetic, training),
        }  # fmt: skip


MADE = {
    "training": ("300 training, 200 unseen, 300 synthetic images of which 30 % hug, d 8", Trained(300, 200, 300, 8, hugging=0.3)),
    "training-clean": ("300 training, 200 unseen, 300 synthetic images, none hugs, d 8", Trained(300, 200, 300, 8)),
    "training-patients": ("300 training images, 50 unseen patients of 4, 300 synthetic, 30 % hug, d 8", Trained(300, 200, 300, 8, 4, 0.3)),
    "training-unlike": ("800 training, 150 unseen, 200 synthetic images, 30 % hug, d 16", Trained(800, 150, 200, 16, hugging=0.3)),
}  # fmt: skip
