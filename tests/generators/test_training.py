"""The training loop: killed for real and resumed bit for bit, stopped, refused, and seen to learn."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generators import checkpoints
from generators.options_networks import DCGANOptions, GANTraining
from generators.sampling import Output, sample
from generators.training import TrainingError, prepare, train
from tests.factories import blobs

OPTIONS = DCGANOptions(width=4, size=32)


def quick(**more) -> GANTraining:
    return GANTraining(
        **{"images_seen": 160, "batch": 8, "checkpoint_every_images": 80, "sample_every_images": 80, **more}
    )


def go(folder: Path, images=None, **more):
    images = np.stack(blobs(20, size=32)) if images is None else images
    defaults = {"network": "dcgan", "options": OPTIONS, "training": quick(), "intensity": (0, 255)}
    return train(images, folder=folder, **{**defaults, **more})


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return checkpoints.load(checkpoints.latest(folder / "checkpoints"))[0]


def test_a_stop_keeps_a_checkpoint_and_the_rest_follows_later(tmp_path):
    asked = []
    first = go(tmp_path / "a", should_stop=lambda: asked.append(1) or True)
    assert not first.finished
    second = go(tmp_path / "a")
    assert second.finished
    assert "Gone on from the checkpoint" in second.notes[0]
    unbroken = go(tmp_path / "b")
    for name, tensor in unbroken.generator.items():
        assert torch.equal(second.generator[name], tensor)


def test_only_two_checkpoints_are_kept_and_half_a_file_is_never_one(tmp_path):
    go(tmp_path / "a", training=quick(images_seen=400))
    kept = sorted(path.name for path in (tmp_path / "a" / "checkpoints").iterdir())
    assert kept == ["0000000320.safetensors", "0000000400.safetensors"]


def test_samples_show_the_same_latent_vectors(tmp_path):
    go(tmp_path / "a")
    grids = sorted((tmp_path / "a" / "samples").glob("*.png"))
    assert [path.stem for path in grids] == ["0000000000", "0000000080", "0000000160"]
    assert Image.open(grids[0]).size == (8 * 34 - 2, 8 * 34 - 2)


def test_other_data_or_options_do_not_go_on(tmp_path):
    go(tmp_path / "a")
    with pytest.raises(TrainingError, match="other pictures"):
        go(tmp_path / "a", images=np.stack(blobs(20, size=32, seed=9)))
    with pytest.raises(TrainingError, match="other training options"):
        go(tmp_path / "a", training=quick(images_seen=320))


def test_another_thread_count_is_said(tmp_path):
    go(tmp_path / "a", should_stop=lambda: True)
    again = go(tmp_path / "a", threads=2)
    torch.set_num_threads(1)
    assert any("not be bit-identical" in note and "threads 1 then, 2 now" in note for note in again.notes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"intensity": (0, 100)}, "outside the declared range"),
        ({"intensity": (5, 5)}, "must be above"),
        ({"training": quick(batch=64)}, "There are 20 pictures and a batch takes 64"),
        ({"options": DCGANOptions(width=4, size=32, channels=3)}, "have 1 channel"),
        ({"options": DCGANOptions(width=4, size=32, classes=2)}, "have no labels"),
        ({"options": DCGANOptions(width=4, size=32, with_mask=True)}, "these pictures have none"),
        ({"training": quick(watch_encoder="inception")}, "weights are not installed"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_words(tmp_path, change, words):
    with pytest.raises(TrainingError, match=words):
        go(tmp_path / "a", **change)


def test_a_diverged_loss_is_said_and_not_trained_on(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "generators.networks.adversarial.generator_loss", lambda fake: fake.mean() * float("nan")
    )
    with pytest.raises(TrainingError, match="diverged"):
        go(tmp_path / "a")


def test_sixteen_bits_keep_their_levels_and_a_resize_is_said():
    deep = np.stack([np.arange(32 * 32, dtype=np.uint16).reshape(32, 32) * 60] * 2)
    data, notes = prepare(deep, OPTIONS, (0, 65535))
    assert len(np.unique(data[0].numpy())) == 1024
    assert notes == []
    data, notes = prepare(np.zeros((2, 40, 40), np.uint8), OPTIONS, (0, 255))
    assert data.shape == (2, 1, 32, 32)
    assert notes == ["The pictures were resized from 40 × 40 to 32 × 32 pixels."]


def test_it_learns_the_brightness_of_its_pictures(tmp_path):
    """Bright pictures only: the mean of what it makes moves from the middle grey to theirs."""
    bright = np.stack(blobs(64, size=32, level=0.85))
    target = bright.mean() / 255
    summary = go(
        tmp_path / "a",
        images=bright,
        training=quick(
            images_seen=6400,
            learning_rate=1e-3,
            batch=16,
            checkpoint_every_images=6400,
            sample_every_images=6400,
        ),
    )

    def error(state) -> float:
        from generators.networks.dcgan import Generator

        network = Generator(width=4, size=32)
        if state:
            network.load_state_dict(state)
        pictures = [pixels for pixels, _label in sample(network, count=16, seed=1, output=Output(0, 255))]
        return abs(np.mean(pictures) / 255 - target)

    assert error(summary.generator) < error(None) / 3


def test_a_picture_depends_on_seed_and_number_alone():
    from generators.networks.dcgan import Generator

    torch.manual_seed(0)
    network = Generator(width=4, size=32)
    whole = [p for p, _label in sample(network, count=6, seed=5, output=Output(0, 255))]
    later = [p for p, _label in sample(network, count=6, seed=5, output=Output(0, 255), start=4)]
    np.testing.assert_array_equal(whole[4:], later)
    assert not np.array_equal(whole[0], whole[1])
    other = next(iter(sample(network, count=1, seed=6, output=Output(0, 255))))[0]
    assert not np.array_equal(whole[0], other)


@pytest.mark.parametrize(
    ("output", "low", "high"),
    [
        (Output(0, 255), 0, 255),
        (Output(0, 4095, 16), 0, 4095),
        (Output(-1024, 3071, 16, 1.0, -1024.0), 0, 4095),
    ],
)
def test_the_range_of_a_network_becomes_stored_pixels(output, low, high):
    pixels = output.pixels(np.array([-1.0, 0.0, 1.0]))
    assert pixels.tolist() == [low, round((low + high) / 2), high]
    assert pixels.dtype == (np.uint8 if output.depth == 8 else np.uint16)
