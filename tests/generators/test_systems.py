"""What every system of the catalogue must do: train, be killed and go on bit for bit, sample from a seed."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import cache

import numpy as np
import pytest
import torch

from generators import checkpoints
from generators.catalogue import NETWORKS
from generators.sampling import Output, sample
from generators.system import latent_shape
from generators.training_log import WATCH, read_log
from tests.generators.systems import TINY, tiny
from tests.generators.training_process import run
from tests.paths import ROOT

# A server that has torch already: each process of ours is a fork of it, and starts in no time.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.generators.training_process"])


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """network -> (folder, summary) of a run that nobody disturbed, made once."""

    @cache
    def made(network):
        folder = tmp_path_factory.mktemp(network)
        return folder, run(network, folder)

    return made


def weights(folder) -> dict[str, torch.Tensor]:
    return checkpoints.load(checkpoints.latest(folder / "checkpoints"))[0]


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


def test_every_network_has_a_tiny_configuration():
    assert set(TINY) == set(NETWORKS)


@pytest.mark.parametrize("network", TINY)
def test_stopped_at_any_step_and_resumed_it_ends_with_the_same_weights(network, tmp_path, unbroken):
    """Stopped at the first logged step, at an odd place for every checkpoint interval, then once more."""
    torch.manual_seed(99)
    run(network, tmp_path, should_stop=lambda: True)
    torch.manual_seed(5)  # the global state of chance must not matter
    torch.randn(17)
    summary = run(network, tmp_path)
    folder, whole = unbroken(network)
    assert summary.finished
    assert whole.finished
    same(weights(tmp_path), weights(folder))
    same(summary.generator, whole.generator)
    first, last = read_log(folder, WATCH)[0], read_log(folder, WATCH)[-1]
    assert (first["images_seen"], last["images_seen"]) == (0, summary.images_seen)
    assert read_log(tmp_path, WATCH)[-1] == last
    assert any(
        not torch.equal(tensor, start) for tensor, start in zip(whole.generator.values(), _untrained(network))
    )


def _untrained(network: str) -> list[torch.Tensor]:
    options, training = tiny(network)
    torch.manual_seed(training.seed)
    system = NETWORKS[network].load().System(options, training)
    return list(system.get_submodule(system.sampler).state_dict().values())


@pytest.mark.slow
@pytest.mark.parametrize("network", TINY)
def test_killed_with_sigkill_it_ends_with_the_weights_of_an_unbroken_run(network, tmp_path, unbroken):
    process = FORKS.Process(target=run, args=(network, tmp_path))
    process.start()
    while process.is_alive() and not list((tmp_path / "checkpoints").glob("*.safetensors")):
        time.sleep(0.002)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    run(network, tmp_path)
    same(weights(tmp_path), weights(unbroken(network)[0]))


@pytest.mark.parametrize("network", [name for name, entry in NETWORKS.items() if entry.needs == "set"])
def test_a_picture_depends_on_weights_seed_and_number_alone(network):
    options, training = tiny(network)
    torch.manual_seed(0)
    system = NETWORKS[network].load().System(options, training)
    generator = system.get_submodule(system.sampler)
    assert len(latent_shape(generator)) in (1, 4)
    whole = [p for p, _label in sample(generator, count=3, seed=5, output=Output(0, 255))]
    later = [p for p, _label in sample(generator, count=3, seed=5, output=Output(0, 255), start=2)]
    np.testing.assert_array_equal(whole[2:], later)
    assert whole[0].shape == (16, 16)
    assert whole[0].dtype == np.uint8
    assert not np.array_equal(whole[0], whole[1])


@pytest.mark.slow
def test_two_processes_take_the_steps_of_one(tmp_path, unbroken):
    """Gradients of shared batches are averaged: the weights are those of one process but for rounding."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    launch = [
        "torch.distributed.run",
        "--nproc-per-node",
        "2",
        "--master-port",
        "0",
        "--rdzv-backend",
        "c10d",
        "--rdzv-endpoint",
        "localhost:0",
    ]
    command = [
        sys.executable,
        "-m",
        *launch,
        "-m",
        "tests.generators.training_process",
        "lesion",
        str(tmp_path / "two"),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    folder, _summary = unbroken("lesion")
    one, two = weights(folder), weights(tmp_path / "two")
    assert one.keys() == two.keys()
    names = [name for name in one if name.startswith("system.generator") and name.endswith("weight")]
    for name in names:
        torch.testing.assert_close(one[name], two[name], atol=2e-3, rtol=2e-2)
    assert len(read_log(tmp_path / "two", WATCH)) == len(read_log(folder, WATCH)), "one of them writes"
