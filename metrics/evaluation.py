"""One evaluation from images to report: looks, encodes, measures, words. Pure: no database; a killed one goes on from the
features and looks that it kept, and the same seed gives the same report.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from foreign.refusal import Refused

from . import looking
from .catalogue import GROUPS, METRICS
from .classes import class_parts
from .course import Course, Tell
from .encoding import ENCODE, encoded, not_asked_for, scored, viewed
from .feature_sets import Features
from .features import BrokenFeatures
from .functional.errors import CannotMeasure
from .images import EvaluationRefused, Images, Sets
from .inspection import inspect, notes, refuse_unlike, summary
from .measuring import feature_numbers
from .memorising import Memorisation, memorisation
from .mode_numbers import ModeParts, mode_parts
from .one_set import SCORES
from .pixel_numbers import paired_numbers, within_numbers
from .reports import Modes, Number, Report
from .reports import gettext_noop as _
from .verdicts import RULES, verdicts

# Rough seconds, an image and an encoder: they only pace the progress bar.
READ, COMPARE = 0.003, 8.0


def evaluate(
    real: Images, synthetic: Images, *, cache: Path, training: Images | None = None, encoders: Sequence[str] = ("radiomics",),
    encoders_folder: Path | None = None, metrics: Sequence[str] | None = None, paired: bool = False, seed: int = 0,
    version: str = "", progress: Tell | None = None, threads: int = 1,
) -> Report:  # fmt: skip
    """The report of a synthetic set against a real one.

    The first encoder leads: verdicts, neighbours and copies are told by its features. `metrics` are names of the catalogue,
    None for all that apply. `progress(done, total, sentence)` may raise to stop the work: what was computed is kept in `cache`.
    Raises EvaluationRefused, with a sentence for the person who asked, where the sets cannot be evaluated.
    """
    with refusals_in_words():
        began = time.monotonic()
        chosen = set(METRICS if metrics is None else metrics)
        counts = sum(len(images) for images in (real, synthetic, training) if images is not None)
        course = Course(progress, counts * (READ + ENCODE * len(encoders)) + COMPARE * len(encoders) + 8)
        sets = _looked_at(real, synthetic, training, cache, course)
        rng = np.random.default_rng(seed)
        numbers: list[Number] = []
        every: list[Features] = []
        copies, modes = Memorisation.unknown(), ModeParts()
        for name in encoders:
            found = encoded(sets, name, encoders_folder, cache, threads, course)
            if isinstance(found, list):
                numbers += [number for number in found if number.metric in chosen]
                continue
            features, trained = found
            numbers += feature_numbers(features, chosen, rng=rng, course=course)
            if name == "inception" and chosen & set(SCORES):
                numbers += scored(sets, features, chosen, encoders_folder, cache, threads, rng, course)
            if not every:
                modes = mode_parts(
                    features, chosen, real.labels, rng=np.random.default_rng([seed, 2]), course=course
                )
                numbers += modes.numbers
                copies = memorisation(sets, features, trained, chosen, course=course)
            every.append(features)
        numbers += copies.numbers + within_numbers(sets, chosen, rng=rng, course=course, cache=cache)
        numbers += viewed(sets, chosen, cache, threads, rng, course)
        pairs, rows = paired_numbers(sets, chosen, rng=rng, course=course) if paired else ([], {})
        numbers += pairs + not_asked_for(encoders, encoders_folder, chosen)
        classes = class_parts(sets, every[0], chosen, rng=rng, course=course) if every else ()
        course.end()
        report = _report(sets, every, _in_order(numbers), copies, modes.table, rows, seed, version)
        return replace(report, classes=classes, seconds=round(time.monotonic() - began, 1))


@contextmanager
def refusals_in_words() -> Iterator[None]:
    """What a function could not measure is, for the person who asked, a refusal of the evaluation."""
    try:
        yield
    except Refused as refusal:  # of an uploaded encoder
        raise EvaluationRefused(refusal.words, **refusal.values) from refusal
    except (CannotMeasure, BrokenFeatures) as error:
        raise EvaluationRefused("%(cause)s", cause=str(error)) from error


def _looked_at(real: Images, synthetic: Images, training: Images | None, cache: Path, course: Course) -> Sets:
    sets = Sets(real, synthetic, training, {})
    for role, images in sets.named().items():
        step = course.stage(READ * len(images), READING[role], set=images.name)
        sets.looks[role] = inspect(images, cache=cache, step=step)
    for role in ("synthetic", "training"):
        if role in sets.looks:
            refuse_unlike(real, sets.looks["real"], sets.named()[role], sets.looks[role])
    return sets


READING = {
    "real": _("looking at the real images of %(set)s, %(done)s of %(total)s"),
    "synthetic": _("looking at the synthetic images of %(set)s, %(done)s of %(total)s"),
    "training": _("looking at the training images of %(set)s, %(done)s of %(total)s"),
}


def _in_order(numbers: list[Number]) -> tuple[Number, ...]:
    """By the catalogue, encoders in the order in which they were asked for; what has too few images stands last in its group."""
    groups, order = list(GROUPS), list(METRICS)
    return tuple(
        sorted(
            numbers, key=lambda number: (groups.index(number.group), number.unfit, order.index(number.metric))
        )
    )


def _report(
    sets: Sets, every: list[Features], numbers: tuple[Number, ...], copies: Memorisation, modes: Modes | None,
    rows: dict[str, np.ndarray], seed: int, version: str,
) -> Report:  # fmt: skip
    rng = np.random.default_rng(
        [seed, 1]
    )  # what is drawn to be looked at does not depend on what was measured
    lead = every[0] if every else None
    near = looking.nearest(lead) if lead else None
    histograms = [looking.distance_histogram(lead, near)] if lead and near else []
    histograms.append(looking.intensities(sets.looks["real"], sets.looks["synthetic"], sets.real))
    named = {role: summary(images, sets.looks[role]) for role, images in sets.named().items()}
    return Report(
        real=named["real"], synthetic=named["synthetic"], training=named.get("training"),
        verdicts=verdicts(numbers, lead=lead.encoder if lead else "", memorisation=copies.verdict, modes=modes),
        numbers=numbers, notes=tuple(notes(sets.real, sets.looks["real"], sets.synthetic, sets.looks["synthetic"])),
        stacks=looking.stacks(near, rng) if near else (), least_realistic=looking.least_realistic(near) if near else (),
        pairs=copies.pairs, maps=tuple(looking.feature_map(features, rng) for features in every),
        histograms=tuple(histograms), images=looking.image_rows(sets.synthetic, near, {**copies.columns, **rows}),
        protocol=_protocol(sets, every, seed, version), seed=seed, seconds=0.0, version=version, modes=modes,
    )  # fmt: skip


def _protocol(sets: Sets, every: list[Features], seed: int, version: str) -> dict[str, str]:
    protocol = {
        f"Encoder {features.encoder}": "; ".join(f"{name}: {value}" for name, value in features.protocol.items())
        for features in every
    }  # fmt: skip
    return protocol | {
        "Scale of features": "handmade features in standard deviations of the real set, those constant there left out; a network's as they are",
        "Intervals": "95 %; delete-10 % grouped jackknife for distances and Vendi score, random halves for precision to coverage, Student's t for means, exact binomial for copies",
        "Floor": "ten random splits of the real set into two parts of equal size, patients kept whole; 95 % range for one more split",
        "Verdicts": str(RULES),
        "Seed": str(seed),
        "Version": f"evalsite {version}".strip(),
    }
