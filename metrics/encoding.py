"""From images to the features that are compared, or to the reason why there are none. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .catalogue import METRICS, title_with
from .course import Course
from .encoders.base import Encoder, Intensity
from .encoders.inception import CLASSES, Inception
from .encoders.registry import get_encoder
from .feature_sets import Features
from .features import BrokenFeatures
from .features import features as encode
from .images import EvaluationRefused, Images, Sets
from .measuring import common_scale
from .one_set import SCORES, inception_number
from .pixel_sets import CHOICES, pixel_set_numbers, view_of
from .pixels import resized, smallest_size
from .reports import Number, Sentence
from .reports import gettext_noop as _

ENCODE = 0.03  # rough seconds an image: it only paces the progress bar
HANDMADE = {
    "radiomics"
}  # features in units of their own; a network's go in as they are, or its FID were none
SIZED = {"radiomics", "pixels"}  # depend on the size of a picture: all are brought to the smallest first

ENCODING = {
    "real": _("%(encoder)s: real images, %(done)s of %(total)s"),
    "synthetic": _("%(encoder)s: synthetic images, %(done)s of %(total)s"),
    "training": _("%(encoder)s: training images, %(done)s of %(total)s"),
}


def encoded(
    sets: Sets, name: str, folder: Path | None, cache: Path, threads: int, course: Course
) -> tuple[Features, np.ndarray | None] | list[Number]:
    """Features of the sets through one encoder, on the real set's scale; or absent numbers where its weights are missing."""
    encoder = get_encoder(name, folder=folder)
    if reason := encoder.available():
        return _absent(name, reason)
    scaled = on_one_scale(sets, encoder, cache, threads, course)
    features = Features(
        name, encoder.title, scaled["real"], scaled["synthetic"], sets.real.group_numbers(),
        sets.synthetic.group_numbers(), {"encoder": encoder.title, **_words(encoder.protocol())},
    )  # fmt: skip
    return features, scaled.get("training")


def on_one_scale(
    sets: Sets, encoder: Encoder, cache: Path, threads: int, course: Course
) -> dict[str, np.ndarray]:
    """(n, d) of each set by its role, handmade features in standard deviations of the real set."""
    raw = _raw(sets, encoder, cache, threads, course)
    if encoder.name not in HANDMADE:
        return raw
    return dict(zip(raw, common_scale(*raw.values(), name=encoder.title)))


def _raw(sets: Sets, encoder: Encoder, cache: Path, threads: int, course: Course) -> dict[str, np.ndarray]:
    """(n, d) of each set as the encoder gives it, kept in the cache."""
    raw = {}
    size = _common_size(sets, encoder)
    for role, images in sets.named().items():
        assert images.intensity is not None  # refused when it was looked at
        step = course.stage(ENCODE * len(images), ENCODING[role.split()[0]], encoder=encoder.title)
        pairs = [
            (f"{digest}@{size[0]}x{size[1]}" if size else digest, _loader(images, position, size))
            for position, digest in enumerate(images.digests)
        ]
        try:
            raw[role] = encode(
                pairs, encoder=encoder, intensity=Intensity(*images.intensity), cache=cache, progress=step, threads=threads
            )  # fmt: skip
        except BrokenFeatures as error:
            file = f", {images.names[error.position]}" if images.names else ""
            raise EvaluationRefused(
                "%(cause)s (“%(set)s”%(file)s)", cause=str(error), set=images.name, file=file
            ) from error
    return raw


def scored(
    sets: Sets, features: Features, chosen: set[str], folder: Path | None, cache: Path, threads: int, rng: np.random.Generator,
    course: Course,
) -> list[Number]:  # fmt: skip
    """The Inception Scores, from the class probabilities of the same network."""
    raw = _raw(replace(sets, training=None), ClassProbabilities(folder), cache, threads, course)
    return [inception_number(features, name, raw["real"], raw["synthetic"], rng) for name in SCORES if name in chosen]  # fmt: skip


def viewed(
    sets: Sets, chosen: set[str], cache: Path, threads: int, rng: np.random.Generator, course: Course
) -> list[Number]:
    """What pixels tell of two sets without a network."""
    if not chosen & CHOICES:
        return []
    two = replace(sets, training=None, looks={role: sets.looks[role] for role in ("real", "synthetic")})
    view = view_of(two)
    return pixel_set_numbers(two, view, _raw(two, view, cache, threads, course), chosen, rng)


class ClassProbabilities(Inception):
    """The network's 1,008 class probabilities as features, so that they are kept and resumed like any other."""

    title = "Inception class probabilities"
    dimension = CLASSES

    def protocol(self) -> dict[str, Any]:
        return {**super().protocol(), "output": "class probabilities"}

    def encode(
        self, images: Iterable[np.ndarray], *, intensity: Intensity, threads: int = 1
    ) -> Iterator[np.ndarray]:
        return self.probabilities(images, intensity=intensity, threads=threads)


def _absent(name: str, reason: str) -> list[Number]:
    """What this encoder would have given, each with the reason why not."""
    wanted = ("frechet", *SCORES) if name == "inception" else ("frechet", "kid")
    return [
        Number(
            metric=metric, title=Sentence(title_with(METRICS[metric], name)), group=METRICS[metric].group, encoder=name,
            source=name, absent=Sentence(reason),
        )
        for metric in wanted
    ]  # fmt: skip


def not_asked_for(encoders: Sequence[str], folder: Path | None, chosen: set[str]) -> list[Number]:
    """What readers look for and nobody asked for or could be had: the FID, the Inception Score, the CMMD."""
    absent = []
    if "inception" not in encoders and (reason := get_encoder("inception", folder=folder).available()):
        absent = _absent("inception", reason)
    if not any(_is_clip(name, folder) for name in encoders):
        metric = METRICS["cmmd"]
        absent.append(
            Number("cmmd", Sentence(metric.title), metric.group, "", "CLIP", absent=Sentence(NO_CLIP))
        )
    return [number for number in absent if number.metric in chosen]


NO_CLIP = _(
    "It is defined on the embeddings of a CLIP network, and no encoder that declares itself one was used."
)


def _is_clip(name: str, folder: Path | None) -> bool:
    return str(get_encoder(name, folder=folder).protocol().get("family", "")).lower() == "clip"


def _words(protocol: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in protocol.items() if value is not None}


def _common_size(sets: Sets, encoder: Encoder) -> tuple[int, int] | None:
    """Handmade features depend on the size of a picture: where sizes differ, all are brought to the smallest first.

    None where nothing has to be done: sizes agree, or the encoder is a network that resizes by its own rule."""
    sizes = {size for look in sets.looks.values() for size in look.sizes()}
    return smallest_size(*sets.looks.values()) if encoder.name in SIZED and len(sizes) > 1 else None


def _loader(images: Images, position: int, size: tuple[int, int] | None) -> Callable[[], np.ndarray]:
    if size is None:
        return lambda: images.load(position)
    return lambda: resized(images.load(position), size)
