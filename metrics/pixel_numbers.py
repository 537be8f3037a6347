"""The numbers that pixels give: likeness within a set against the real set's own, and the differences of pairs. Pure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from .catalogue import METRICS
from .course import Course
from .functional.information import BINS
from .functional.resampling import bootstrap_mean
from .functional.similarity import WINDOW, scales_of
from .images import Sets
from .pixels import PAIRS, likeness_within, mean_interval, paired, smallest_size
from .reports import Number, Sentence
from .reports import gettext_noop as _


def within_numbers(
    sets: Sets, chosen: set[str], *, rng: np.random.Generator, course: Course, cache: Path
) -> list[Number]:
    if "ms_ssim" not in chosen:
        return []
    size = smallest_size(sets.looks["real"], sets.looks["synthetic"])
    blank = _blank(sets, "ms_ssim", Sentence(_("Mean MS-SSIM within the set, %(scales)s scales"), {"scales": scales_of(size)}))  # fmt: skip
    if min(size) < WINDOW:
        return [
            _absent(
                blank,
                _("Images need at least %(least)s pixels a side; the smallest here has %(side)s."),
                least=WINDOW,
                side=min(size),
            )
        ]
    values = {}
    for role, images, words in (
        ("real", sets.real, _("likeness of real images, pair %(done)s of %(total)s")),
        ("synthetic", sets.synthetic, _("likeness of synthetic images, pair %(done)s of %(total)s")),
    ):
        values[role] = likeness_within(images, size, rng=rng, step=course.stage(2, words), cache=cache)
    if min(len(v) for v in values.values()) < 3:
        return [
            _absent(
                blank,
                _(
                    "Fewer than three pairs of images of different patients could be drawn from one of the sets."
                ),
            )
        ]
    protocol = {
        "pairs": f"{len(values['synthetic'])} disjoint random pairs of the synthetic set, {len(values['real'])} of the real set (at most {PAIRS})",
        "size": f"{size[1]} × {size[0]}",
        "interval": "Student's t over pairs",
        "floor": "the real set's own mean, with its interval",
    }
    return [
        _filled(
            blank, float(values["synthetic"].mean()), mean_interval(values["synthetic"]), protocol,
            mean_interval(values["real"]),
        )
    ]  # fmt: skip


def paired_numbers(
    sets: Sets, chosen: set[str], *, rng: np.random.Generator, course: Course
) -> tuple[list[Number], dict[str, np.ndarray]]:
    """The paired metrics with their columns for the table of images."""
    names = [name for name, metric in METRICS.items() if metric.needs == "pairs"]
    if not chosen & set(names):
        return [], {}
    step = course.stage(4, _("comparing pairs, %(done)s of %(total)s"))
    rows = paired(sets.real, sets.synthetic, step=step)
    columns: dict[str, np.ndarray] = {name: getattr(rows, name) for name in names}
    return [_mean(sets, name, columns[name], rng) for name in columns if name in chosen], columns


def _mean(sets: Sets, name: str, values: np.ndarray, rng: np.random.Generator) -> Number:
    blank = _blank(sets, name, Sentence(METRICS[name].title))
    kept = np.isfinite(values)
    finite, groups = values[kept], sets.real.group_numbers()[kept]
    if len(finite) < METRICS[name].minimum:
        return _absent(
            blank, _("All but %(n)s of the pairs are equal, so that no mean can be had."), n=len(finite)
        )
    protocol = {"interval": "bootstrap over images, patients kept whole", "images": "grey, at their own size"}
    if name == "psnr" and len(finite) < len(values):
        protocol["equal pairs left out"] = str(len(values) - len(finite))
    if name in {"mae", "mse"} and sets.real.unit:
        protocol["unit"] = sets.real.unit if name == "mae" else f"{sets.real.unit}, squared"
    if name == "ms_ssim_paired":
        protocol["scales"] = str(scales_of(smallest_size(sets.looks["real"])))
    if name == "nmi":
        protocol["bins"] = f"{BINS} over each image's own range"
    if len(set(groups)) < 2:
        groups = np.arange(len(finite))
    estimate = bootstrap_mean(finite, rng=rng, groups=groups)
    return _filled(blank, estimate.value, (estimate.low, estimate.high), protocol, None)


def _blank(sets: Sets, name: str, title: Sentence) -> Number:
    metric = METRICS[name]
    low, high = (end if np.isfinite(end) else None for end in (metric.low, metric.high))
    return Number(
        metric=name, title=title, group=metric.group, encoder="", source="pixels",
        n_real=len(sets.real), n_synthetic=len(sets.synthetic), low=low, high=high,
    )  # fmt: skip


def _absent(number: Number, template: str, **values: object) -> Number:
    return replace(number, absent=Sentence(template, values))


def _filled(
    number: Number,
    value: float,
    interval: tuple[float, float],
    protocol: dict[str, str],
    floor: tuple[float, float] | None,
) -> Number:
    metric = METRICS[number.metric]
    kept = (max(interval[0], metric.low), min(interval[1], metric.high))
    return replace(number, value=value, interval=kept, floor=floor, protocol=protocol)
