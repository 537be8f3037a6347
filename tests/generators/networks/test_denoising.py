"""WGAN denoising against the layers of the paper, its patches, and the perceptual features' substitute and original."""

import pytest
import torch
from safetensors.torch import save_file

from generators.networks.denoising import Critic, Generator, System, cut
from generators.networks.perceptual import BLOCKS, FILE, VGG19, RandomFeatures, perceptual_features
from generators.options_translation import DenoisingOptions, DenoisingTraining
from generators.training import TrainingError
from tests.generators.training_process import run

MAPS = (
    64,
    64,
    128,
    128,
    256,
    256,
    256,
    256,
    512,
    512,
    512,
    512,
    512,
    512,
    512,
    512,
)  # VGG-19's sixteen convolutions


def test_layers_are_those_of_the_paper():
    convolutions = [layer for layer in Generator().layers if isinstance(layer, torch.nn.Conv2d)]
    assert [layer.out_channels for layer in convolutions] == [32] * 7 + [1]
    assert sum(p.numel() for p in Generator().parameters()) == 320 + 6 * 9248 + 289 == 56_097
    critic = [layer for layer in Critic().layers if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear)]
    assert [layer.weight.shape[0] for layer in critic] == [64, 64, 128, 128, 256, 256, 1024, 1]
    assert [layer.stride[0] for layer in critic[:6]] == [1, 2, 1, 2, 1, 2]
    assert critic[6].in_features == 256 * 8 * 8
    training = DenoisingTraining()
    assert (training.learning_rate, training.beta1, training.beta2) == (1e-5, 0.5, 0.9)
    assert (training.penalty, training.perceptual, training.critic_steps) == (10, 0.1, 4)


def test_a_denoiser_works_on_any_side():
    assert Generator(width=4, layers=3)(torch.zeros(1, 1, 37, 50)).shape == (1, 1, 37, 50)


def test_patches_of_a_pair_come_from_the_same_place():
    pictures = torch.rand(3, 1, 20, 20)
    places = [[0, 4], [4, 0], [2, 2]]
    torch.testing.assert_close(cut(pictures, places, 16) + 1, cut(pictures + 1, places, 16))
    assert torch.equal(cut(pictures, places, 16)[0], pictures[0, :, 0:16, 4:20])


def vgg(folder, seed: int = 0) -> dict[str, torch.Tensor]:
    """A file with VGG-19's shapes and small random values."""
    chance, before, tensors = torch.Generator().manual_seed(seed), 3, {}
    places = [place for block in BLOCKS for place in block]
    for place, maps in zip(places, MAPS):
        tensors[f"features.{place}.weight"] = (
            torch.randn(maps, before, 3, 3, generator=chance) * (2 / (9 * before)) ** 0.5
        )
        tensors[f"features.{place}.bias"] = torch.zeros(maps)
        before = maps
    save_file(tensors, folder / FILE)
    return tensors


def test_vgg_features_are_those_of_its_plain_definition(tmp_path):
    tensors = vgg(tmp_path)
    layers: list[torch.nn.Module] = []
    before = 3
    for index, maps in enumerate(MAPS):
        layer = torch.nn.Conv2d(before, maps, 3, padding=1)
        place = [place for block in BLOCKS for place in block][index]
        assert len(layers) == place, "the tensors' numbers count rectifiers and poolings too"
        layer.weight.data, layer.bias.data = (
            tensors[f"features.{place}.weight"],
            tensors[f"features.{place}.bias"],
        )
        layers += [layer, torch.nn.ReLU()]
        if index in (1, 3, 7, 11):
            layers.append(torch.nn.MaxPool2d(2))
        before = maps
    plain = torch.nn.Sequential(*layers)
    picture = torch.rand(1, 1, 32, 32) * 2 - 1
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    scaled = ((picture.expand(-1, 3, -1, -1) + 1) / 2 - mean[:, None, None]) / deviation[:, None, None]
    features, said = perceptual_features(tmp_path)
    assert isinstance(features, VGG19)
    assert "VGG-19, SHA-256" in said
    torch.testing.assert_close(features.deep(picture), plain(scaled))
    torch.testing.assert_close(features.levels(picture)[2], plain[:19](scaled))
    assert not list(features.parameters())
    assert not features.state_dict(), "80 MB that every checkpoint would carry"


def test_the_substitute_is_named_and_always_the_same(tmp_path):
    features, said = perceptual_features(tmp_path)
    assert isinstance(features, RandomFeatures)
    assert "substitute" in said
    assert "VGG-19" in said
    picture = torch.rand(2, 1, 16, 16)
    torch.testing.assert_close(features.deep(picture), RandomFeatures().deep(picture))
    assert [f.shape[1:] for f in features.levels(picture)] == [(16, 8, 8), (32, 4, 4), (64, 2, 2)]


def test_a_file_that_is_not_vgg_is_refused_by_name(tmp_path):
    save_file({"features.0.weight": torch.zeros(1)}, tmp_path / FILE)
    with pytest.raises(ValueError, match="features.0.bias"):
        perceptual_features(tmp_path)


def test_a_run_says_which_features_it_used_and_does_not_go_on_with_others(tmp_path):
    summary = run("denoising", tmp_path / "run", should_stop=lambda: True)
    assert any("substitute" in note for note in summary.notes)
    vgg(tmp_path)
    with pytest.raises(TrainingError, match="Now: Perceptual loss by VGG-19"):
        run("denoising", tmp_path / "run", encoders=tmp_path)


def test_the_error_of_pairs_is_watched(tmp_path):
    summary = run("denoising", tmp_path, training={"images_seen": 32})
    assert all(row["error"] > 0 for row in summary.watched)


def test_a_patch_is_never_larger_than_the_picture():
    assert System(DenoisingOptions(width=4, layers=2, size=24), DenoisingTraining(critic_width=4)).patch == 24
