"""A small report, written by hand, and tiny sets of images for tests of the metrics."""

from typing import Any

import numpy as np

from metrics.images import Images
from metrics.reports import (
    Histogram,
    ImageRow,
    Map,
    Neighbour,
    Number,
    Pair,
    Report,
    Sentence,
    SetSummary,
    Stack,
    Verdict,
)
from metrics.side_by_side import Difference, Line, SideBySide
from tests.factories import blobs


def example_report() -> Report:
    summary = SetSummary("Real", 40, 30, ("32 × 32",), 1, (0.0, 255.0), "grey levels", "ab" * 32)
    kid = Number(
        metric="kid", title=Sentence("KID"), group="fidelity", encoder="radiomics", source="radiomics, 385", value=0.02,
        interval=(0.01, 0.03), floor=(-0.001, 0.001), matched=0.021, floor_n=20, n_real=40, n_synthetic=40,
        protocol={"encoder": "radiomics 1", "kernel": "cubic"},
    )  # fmt: skip
    fid = Number(
        metric="frechet", title=Sentence("Fréchet Inception distance (FID)"), group="fidelity", encoder="inception",
        source="Inception", absent=Sentence("No weights."), command="manage.py encoders install inception FILE",
    )  # fmt: skip
    verdict = Verdict(
        "memorisation",
        "alarm",
        Sentence("Three of %(n)s images are copies.", {"n": 40}),
        Sentence("Look."),
        "kid:radiomics",
    )
    return Report(
        real=summary, synthetic=summary, training=None, verdicts=(verdict,), numbers=(kid, fid), notes=(Sentence("A note."),),
        stacks=(Stack(3, (Neighbour(1, 0.5), Neighbour(2, 0.75))),), least_realistic=(Neighbour(4, 0.25),),
        pairs=(Pair(3, 1, 0.06, 0.998),),
        maps=(Map("radiomics", "radiomics, 385", (0.4, 0.2), ((0.0, 1.0), (1.0, 0.0)), ((0.5, 0.5),)),),
        histograms=(Histogram("intensity", Sentence("Intensities"), Sentence("Share"), 0.0, 255.0, (0.5, 0.5), (0.25, 0.75), 40, 40),),
        images=(ImageRow(0, "0000", 1, {"realism": 0.9}), ImageRow(1, "=cmd()", None, {})),
        protocol={"Seed": "0"}, seed=0, seconds=1.5, version="0.1.0",
    )  # fmt: skip


def images(
    count: int = 40,
    *,
    seed: int = 0,
    size: int = 32,
    level: float = 0.5,
    name: str = "set",
    pixels: list[np.ndarray] | None = None,
    **more: Any,
) -> Images:
    pixels = blobs(count, size=size, seed=seed, level=level) if pixels is None else pixels
    import hashlib

    digests = tuple(hashlib.sha256(p.tobytes() + str(p.shape).encode()).hexdigest() for p in pixels)
    settings = {"intensity": (0.0, 255.0), **more}
    return Images(name=name, digests=digests, load=lambda position: pixels[position], **settings)


def example_side_by_side(*, apart: bool) -> SideBySide:
    """Two sets by one metric, the first one nearer."""
    summary = SetSummary("Real", 40, 30, ("32 × 32",), 1, (0.0, 255.0), "", "ab" * 32)
    ends = (-0.3, -0.1) if apart else (-0.4, 0.1)
    line = Line(
        "kid", "radiomics", "radiomics, 385", (0.1, 0.3), ((0.05, 0.15), (0.2, 0.4)), (Difference(0, 1, -0.2, ends, ends),)
    )  # fmt: skip
    return SideBySide(summary, (summary, summary), 40, (line,), (), {"Seed": "0"}, 0, 1.0, "0.1.0")
