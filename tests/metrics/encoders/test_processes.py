"""Encoding by several processes: the same rows in order, errors in their turn, nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from metrics.encoders import processes
from metrics.encoders.base import Intensity
from metrics.encoders.radiomics import Radiomics
from metrics.features import BrokenFeatures, features

PARENT = """
import multiprocessing, numpy as np
from metrics.encoders.processes import in_order

if __name__ == "__main__":
    found = in_order(np.sum, ([n, n] for n in range(10**9)), 2)
    next(found)
    print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    list(found)
"""


@pytest.fixture
def pictures():
    return [np.random.default_rng(n).random((20, 22)) for n in range(70)]


@pytest.fixture(scope="module", autouse=True)
def _no_process_outlives_the_tests():
    yield
    processes._pool(2).shutdown()
    processes._pool.cache_clear()


def through(tmp_path, pictures, threads):
    images = [(str(n), lambda picture=picture: picture) for n, picture in enumerate(pictures)]
    return features(images, encoder=Radiomics(), intensity=Intensity(0, 1), cache=tmp_path, threads=threads)


def test_two_processes_give_the_rows_of_one_in_their_order(tmp_path, pictures):
    alone, both = (through(tmp_path / str(threads), pictures, threads) for threads in (1, 2))
    np.testing.assert_array_equal(alone, both)


def test_an_error_is_told_in_its_turn(tmp_path, pictures):
    pictures[66] = np.full((20, 22), 0.5)
    with pytest.raises(BrokenFeatures, match="cannot describe image 66: It has one grey level.*Remove it"):
        through(tmp_path, pictures, 2)
    assert len(list(tmp_path.rglob("*.npz"))) == 1, "the first shard is kept"


def test_a_killed_process_is_told_and_the_next_call_has_new_ones(tmp_path, pictures):
    def killer():
        os.kill(next(iter(processes._pool(2)._processes)), signal.SIGKILL)
        time.sleep(0.2)
        return pictures[5]

    images = [(str(n), lambda picture=picture: picture) for n, picture in enumerate(pictures)]
    images[5] = ("5", killer)
    with pytest.raises(
        BrokenFeatures, match="was ended from outside.*--threads 1.*what was finished is kept"
    ):
        features(images, encoder=Radiomics(), intensity=Intensity(0, 1), cache=tmp_path, threads=2)
    assert len(through(tmp_path, pictures[:3], 2)) == 3


def test_children_end_with_a_killed_parent(tmp_path):
    (tmp_path / "parent.py").write_text(PARENT)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py")], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.getcwd()}
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        children = parent.stdout.readline().split()
        parent.kill()
    assert len(children) == 2
    until = time.monotonic() + 10
    while any(_runs(child) for child in children) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(_runs(child) for child in children)


def _runs(child: str) -> bool:
    """A zombie, which only waits to be buried, does not."""
    try:
        return Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
