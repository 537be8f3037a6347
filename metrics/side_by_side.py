"""Several synthetic sets beside one real set: values, paired differences, and what may be said of them. Pure."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from .catalogue import METRICS
from .course import Course, Tell
from .differences import Paired, Rows, paired_halves, paired_jackknife
from .distances import COMPONENTS
from .encoders.base import Encoder
from .encoders.registry import get_encoder
from .encoding import ENCODE, on_one_scale
from .evaluation import READ, READING, refusals_in_words
from .feature_sets import exact_interval
from .functional.diversity import vendi_score
from .functional.frechet import frechet_distance
from .functional.kernel import kid
from .functional.manifold import prdc
from .images import EvaluationRefused, Images, Sets
from .inspection import inspect, refuse_unlike, summary
from .neighbourhood import NEIGHBOURS, SHARES
from .odd_images import odd_images
from .reports import Sentence, SetSummary, counted, plain, rebuilt
from .reports import gettext_noop as _
from .seeds import Method, Seeds, over_seeds

SMOOTH = ("kid", "frechet_principal", "vendi")
ROUGH = ("precision", "recall", "coverage")
COMPARED = (*SMOOTH, *ROUGH)
DISTANCES = ("kid", "frechet_principal")  # which tell the nearest set
LEVEL = 0.95
MOST = 12  # sets: more pairs than a person reads


@dataclass(frozen=True)
class Difference:
    """first less second. `strict` is the interval that holds for all pairs by both distances at once (Bonferroni)."""

    first: int
    second: int
    value: float
    interval: tuple[float, float]
    strict: tuple[float, float]

    @property
    def is_certain(self) -> bool:
        """Zero lies outside, also in view of the number of comparisons."""
        return self.strict[0] > 0 or self.strict[1] < 0


@dataclass(frozen=True)
class Line:
    """One metric by one encoder: a value with its 95 % interval a set, a difference a pair."""

    metric: str
    encoder: str
    source: str
    values: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    differences: tuple[Difference, ...]
    reference: float | None = None  # the real set's own value, where that is the aim
    protocol: dict[str, str] = field(default_factory=dict)

    def difference(self, first: int, second: int) -> Difference:
        return next(d for d in self.differences if (d.first, d.second) == (first, second))

    def order(self) -> list[int]:
        """The sets from best to worst by their values."""
        direction = METRICS[self.metric].direction
        aim = self.reference or 0.0
        worth = {"lower": lambda v: v, "higher": lambda v: -v, "as real": lambda v: abs(v - aim)}[direction]
        return sorted(range(len(self.values)), key=lambda index: worth(self.values[index]))


@dataclass(frozen=True)
class SideBySide:
    real: SetSummary
    sets: tuple[SetSummary, ...]
    used: int  # images of each synthetic set: as many as the smallest has
    lines: tuple[Line, ...]
    notes: tuple[Sentence, ...]
    protocol: dict[str, str]
    seed: int
    seconds: float
    version: str
    methods: tuple[Method | None, ...] = ()  # of each set, where its training is known

    def line(self, metric: str, encoder: str = "") -> Line | None:
        return next((x for x in self.lines if x.metric == metric and encoder in {"", x.encoder}), None)

    def seeds(self) -> list[Seeds]:
        return over_seeds(self.methods, [line.values for line in self.lines]) if self.lines else []

    def to_data(self) -> dict[str, Any]:
        return plain(self)

    def to_json(self) -> str:
        return json.dumps(self.to_data(), ensure_ascii=False, allow_nan=False, indent=1)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> SideBySide:
        """Raises ReportError where an older version wrote it."""
        return rebuilt(cls, data)


def side_by_side(
    real: Images, sets: Sequence[Images], *, cache: Path, encoders: Sequence[str] = ("radiomics",),
    encoders_folder: Path | None = None, methods: Sequence[Method | None] = (), seed: int = 0, version: str = "",
    progress: Tell | None = None, threads: int = 1,
) -> SideBySide:  # fmt: skip
    """Each metric of COMPARED for every set, and all differences; raises EvaluationRefused with a sentence.

    `methods`: of each set the training that made it, None where that is unknown; empty where all are.
    """
    if not 2 <= len(sets) <= MOST:
        words = _("%(n)s sets were given; two to %(most)s can be compared at once.")
        raise EvaluationRefused(words, n=len(sets), most=MOST)
    with refusals_in_words():
        began = time.monotonic()
        images = len(real) + sum(map(len, sets))
        course = Course(progress, images * (READ + ENCODE * len(encoders)) + 3 * len(sets) * len(encoders))
        looked = _looked_at(real, sets, cache, course)
        used = min(map(len, sets))
        lines: list[Line] = []
        notes = _notes(sets, used)
        for name in encoders:
            encoder = get_encoder(name, folder=encoders_folder)
            if reason := encoder.available():
                raise EvaluationRefused("%(cause)s", cause=reason)
            features = on_one_scale(looked, encoder, cache, threads, course)
            lines += _lines(looked, encoder, features, used, seed, course)
            notes += _odd_notes(sets, features, lines)
        course.end()
        named = looked.named()
        summaries = {role: summary(one, looked.looks[role]) for role, one in named.items()}
        return SideBySide(
            summaries.pop("real"), tuple(summaries.values()), used, tuple(lines), tuple(notes),
            _protocol(seed, version), seed, round(time.monotonic() - began, 1), version, tuple(methods),
        )  # fmt: skip


def _looked_at(real: Images, sets: Sequence[Images], cache: Path, course: Course) -> Sets:
    looked = Sets(real, sets[0], None, {}, tuple(sets[1:]))
    for role, images in looked.named().items():
        step = course.stage(READ * len(images), READING[role.split()[0]], set=images.name)
        looked.looks[role] = inspect(images, cache=cache, step=step)
        if role != "real":
            refuse_unlike(real, looked.looks["real"], images, looked.looks[role])
    return looked


def _lines(
    sets: Sets, encoder: Encoder, features: dict[str, np.ndarray], used: int, seed: int, course: Course
) -> list[Line]:
    named, rng = sets.named(), np.random.default_rng(seed)
    rows = {role: Rows(features[role], images.group_numbers()) for role, images in named.items()}
    real = rows.pop("real")
    made = [one.take(np.sort(rng.choice(len(one.values), used, replace=False))) for one in rows.values()]
    course.stage(
        3 * len(made), _("comparing %(n)s sets by %(encoder)s features"), n=len(made), encoder=encoder.title
    )
    kept = min(COMPONENTS, real.values.shape[1], min(len(real.values), used) // 4)
    smooth = paired_jackknife(
        smooth_parts(real.values, kept),
        real,
        made,
        rng=rng,
        biased=[name == "frechet_principal" for name in SMOOTH],
    )
    rough = paired_halves(rough_parts, real, made, rng=rng)
    own = vendi_score(
        real.values[np.sort(rng.choice(len(real.values), min(used, len(real.values)), replace=False))]
    )
    facts = {
        "encoder": encoder.title,
        **{name: str(value) for name, value in encoder.protocol().items() if value is not None},
    }
    source = f"{encoder.name}, {real.values.shape[1]:,}"
    made_of: list[tuple[Paired, tuple[str, ...], str]] = [
        (smooth, SMOOTH, "delete-10 % grouped jackknife, real images left out of all sets at once"),
        (rough, ROUGH, "20 random halves, the same real half for all sets"),
    ]
    lines = []
    for paired, names, interval in made_of:
        for part, metric in enumerate(names):
            more = {"components": str(kept)} if metric == "frechet_principal" else {}
            reference = own if metric == "vendi" else None
            line = Line(
                metric, encoder.name, source, (), (), (), reference, {**facts, "interval": interval, **more}
            )
            lines.append(_filled(line, paired, part, used))
    return lines


def _filled(line: Line, paired: Paired, part: int, used: int) -> Line:
    count = len(paired.values)
    strict = 1 - (1 - LEVEL) / (len(DISTANCES) * max(1, count * (count - 1) // 2))
    differences = tuple(
        Difference(
            first, second, paired.difference(first, second, part), paired.difference_interval(first, second, part, LEVEL),
            paired.difference_interval(first, second, part, strict),
        )
        for first in range(count) for second in range(first + 1, count)
    )  # fmt: skip
    values = tuple(float(paired.corrected[index, part]) for index in range(count))
    intervals = tuple(
        _possible(line.metric, value, paired.interval(index, part), used)
        for index, value in enumerate(values)
    )
    return replace(line, values=values, intervals=intervals, differences=differences)


def _possible(metric: str, value: float, ends: tuple[float, float], count: int) -> tuple[float, float]:
    """Kept in the metric's range; a share of 0 or 1, halves of which may not vary, has the exact binomial interval at least."""
    if metric in SHARES and value in (0.0, 1.0):
        exact = exact_interval(int(value) * count, count)
        ends = min(ends[0], exact[0]), max(ends[1], exact[1])
    low, high = METRICS[metric].low, METRICS[metric].high
    return max(low, ends[0]), min(high, ends[1])


def smooth_parts(real: np.ndarray, kept: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """KID, Fréchet distance on the whole real set's principal components, Vendi score."""
    mean = real.mean(axis=0)
    axes = np.linalg.svd(real - mean, full_matrices=False)[2][:kept].T

    def statistic(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        distance = frechet_distance((a - mean) @ axes, (b - mean) @ axes)
        return np.array([kid(a, b), distance, vendi_score(b)])

    return statistic


def rough_parts(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    found = prdc(real, synthetic, k=NEIGHBOURS)
    return np.array([found.precision, found.recall, found.coverage])


def _odd_notes(
    sets: Sequence[Images], features: dict[str, np.ndarray], lines: Sequence[Line]
) -> list[Sentence]:
    """Of each set whose KID, the last that was measured, few images make."""
    line = next(line for line in reversed(lines) if line.metric == "kid")
    real, *made = features.values()
    found = []
    for images, synthetic, value, interval in zip(sets, made, line.values, line.intervals):
        if odd := odd_images(real, synthetic, value, interval):
            found.append(counted(odd.count, ODD_ONE, ODD_ONES, name=images.name, **odd.words()))
    return found


ODD_ONE = _("The KID of “%(name)s” comes from one of its images, number %(farthest)s, which lies %(times)s times as far out as any real one; without it the value would be %(without)s.")  # fmt: skip
ODD_ONES = _("The KID of “%(name)s” comes from %(n)s of its images, which lie more than twice as far out as any real one (the farthest, number %(farthest)s, %(times)s times as far); without them the value would be %(without)s.")  # fmt: skip


def _notes(sets: Sequence[Images], used: int) -> list[Sentence]:
    found = [
        Sentence(
            _("These are differences between these sets. A claim about a method, rather than about one training of it, needs at least three trainings with different seeds, each with a set of its own.")
        )
    ]  # fmt: skip
    if any(len(one) > used for one in sets):
        words = _("The sets differ in size: %(n)s images of each were compared, drawn by the seed.")
        found.append(Sentence(words, {"n": used}))
    return found


def _protocol(seed: int, version: str) -> dict[str, str]:
    return {
        "Sizes": "as many images of each synthetic set as the smallest has, all of the real set",
        "Differences": "paired: the same real images, whole patients, are left out of all sets at once",
        "Fréchet distance": "on principal components of the real features, corrected for the bias of finite sets",
        "Certain": "zero lies outside the interval at 95 % for all pairs by both distances together (Bonferroni)",
        "Seed": str(seed),
        "Version": f"evalsite {version}".strip(),
    }
