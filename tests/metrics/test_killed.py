"""Encoding in a process of its own, killed without warning again and again: what was written is whole, and the end is the same."""

import signal
import subprocess
import sys
import time

import numpy as np

from metrics.encoders.base import Intensity
from metrics.features import SHARD, features
from tests.paths import ROOT

COUNT = 5 * SHARD

PROGRAM = """
import sys, time
from pathlib import Path
from metrics.encoders.base import Intensity
from metrics.features import features
from tests.metrics.test_killed import Slow, pictures
features(pictures(), encoder=Slow(), intensity=Intensity(0, 1), cache=Path(sys.argv[1]))
"""


class Slow:
    """Mean and spread of an image, a millisecond each."""

    name, title, dimension = "slow", "slow", 2

    def protocol(self):
        return {"name": "slow"}

    def encode(self, images, *, intensity, threads=1):
        for image in images:
            time.sleep(0.001)
            yield np.array([image.mean(), image.std()])


def pictures():
    rows = np.random.default_rng(0).random((COUNT, 4, 4))
    return [(f"digest-{at}", lambda at=at: rows[at]) for at in range(COUNT)]


def test_killed_at_any_moment_it_goes_on_from_the_last_shard(tmp_path):
    cache, found = tmp_path / "killed", 0
    for _kill in range(3):
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(cache)], cwd=ROOT)
        wanted, patience = found + 1, time.monotonic() + 60
        while (
            len(list(cache.rglob("*.npz"))) < wanted
            and process.poll() is None
            and time.monotonic() < patience
        ):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = len(list(cache.rglob("*.npz")))
        assert found >= wanted
    encoded = []

    class Counting(Slow):
        def encode(self, images, **more):
            for row in super().encode(images, **more):
                encoded.append(1)
                yield row

    resumed = features(pictures(), encoder=Counting(), intensity=Intensity(0, 1), cache=cache)
    whole = features(pictures(), encoder=Slow(), intensity=Intensity(0, 1), cache=tmp_path / "whole")
    assert (resumed == whole).all()
    assert len(encoded) == COUNT - found * SHARD  # what was written was not done again
