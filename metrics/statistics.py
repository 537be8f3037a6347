"""Count, mean and squared deviations of a set's features, as a file: hospitals compare sets without sharing an image. Pure.

What leaves the house are three arrays and a protocol. Two files of one protocol merge exactly (Chan, Golub & LeVeque 1979), in
any order, so that the distance between merged sets is the one that all images in one place would have given. Of a handful
of images a mean says nearly all: fewer than MINIMUM are refused.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from .encoders.base import Encoder, Intensity
from .encoding import HANDMADE
from .features import features
from .functional.frechet import Moments, frechet_from_moments
from .images import MINIMUM, EvaluationRefused, Images
from .reports import gettext_noop as _

FORMAT = 1


@dataclass(frozen=True)
class Statistics:
    """Moments of raw features (d,), with what they depend on: the encoder's protocol and the declared intensity range."""

    moments: Moments
    protocol: dict[str, Any]

    @property
    def encoder(self) -> str:
        return str(self.protocol["encoder"]["name"])


def statistics_of(images: Images, encoder: Encoder, *, cache: Path, threads: int = 1) -> Statistics:
    """Raises EvaluationRefused for few images, an undeclared range, a missing encoder."""
    if len(images) < MINIMUM:
        raise EvaluationRefused(
            _("“%(name)s” has %(n)s images; fewer than %(least)s would give single images away. Add images to it."),
            name=images.name, n=len(images), least=MINIMUM,
        )  # fmt: skip
    if reason := encoder.available():
        raise EvaluationRefused("%(cause)s", cause=reason)
    assert images.intensity is not None  # a scanned folder has one, or was refused
    intensity = Intensity(*images.intensity)
    loaders = [(digest, lambda at=at: images.load(at)) for at, digest in enumerate(images.digests)]  # type: ignore[misc]
    rows = features(loaders, encoder=encoder, intensity=intensity, cache=cache, threads=threads)
    facts = json.loads(json.dumps(encoder.protocol(), default=str))
    return Statistics(
        Moments.of(rows),
        {"encoder": {"name": encoder.name, **facts}, "low": intensity.low, "high": intensity.high},
    )


def merged(parts: Sequence[Statistics]) -> Statistics:
    """All of them as one set. Raises EvaluationRefused where they were not made alike."""
    first, *others = parts
    for other in others:
        _refuse_unlike(first, other)
    return Statistics(reduce(Moments.merge, (part.moments for part in parts)), first.protocol)


def distance(real: Statistics, synthetic: Statistics) -> float:
    """The squared Fréchet distance of the report: handmade features in standard deviations of the real set."""
    _refuse_unlike(real, synthetic)
    a, b = real.moments, synthetic.moments
    scale, kept = np.ones(len(a.mean)), slice(None)
    if real.encoder in HANDMADE:
        scale = np.sqrt(np.diag(a.m2) / a.n)
        kept = scale > 1e-12 * np.maximum(1.0, np.abs(a.mean))
        scale = scale[kept]
    means = [(one.mean[kept] / scale) for one in (a, b)]
    covariances = [one.covariance[kept][:, kept] / np.outer(scale, scale) for one in (a, b)]
    return frechet_from_moments(means[0], covariances[0], means[1], covariances[1])


def write(found: Statistics, path: Path) -> None:
    """Whole or not at all; three arrays and a protocol in NumPy's .npz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}-{os.getpid()}.npz")
    moments = found.moments
    words = json.dumps({"format": FORMAT, **found.protocol}, sort_keys=True)
    np.savez(part, n=moments.n, mean=moments.mean, m2=moments.m2, protocol=np.array(words))
    os.replace(part, path)


def read(path: Path) -> Statistics:
    """Raises EvaluationRefused for what is no such file; nothing in it is ever executed."""
    try:
        with np.load(path, allow_pickle=False) as file:
            protocol = json.loads(str(file["protocol"]))
            n, mean, m2 = int(file["n"]), np.asarray(file["mean"], float), np.asarray(file["m2"], float)
        right = protocol.pop("format") == FORMAT and m2.shape == (len(mean), len(mean)) and n >= 2
        right = (
            right
            and bool(np.isfinite(mean).all() and np.isfinite(m2).all())
            and "name" in protocol["encoder"]
        )
    except (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise _unreadable(path) from error
    if not right:
        raise _unreadable(path)
    return Statistics(Moments(n, mean, m2), protocol)


def _unreadable(path: Path) -> EvaluationRefused:
    words = _("%(file)s is no file of feature statistics. Make one with: manage.py features export.")
    return EvaluationRefused(words, file=str(path))


def _refuse_unlike(first: Statistics, other: Statistics) -> None:
    if first.protocol == other.protocol:
        return
    here, there = (
        {**s.protocol["encoder"], "low": s.protocol["low"], "high": s.protocol["high"]}
        for s in (first, other)
    )
    unlike = sorted(name for name in here | there if here.get(name) != there.get(name))
    raise EvaluationRefused(
        _("The files were not made alike: they differ in %(what)s. Export both with the same encoder and intensity range."),
        what=", ".join(unlike) or "dimension",
    )  # fmt: skip
