"""PGGAN against the paper's table 2, its formulas and its schedule."""

import math

import pytest
import torch

from generators.networks.pggan import (
    Discriminator,
    Equalised,
    Generator,
    System,
    minibatch_deviation,
    pixel_norm,
    schedule,
)
from generators.options_networks import InvalidOptions, PGGANOptions, PGGANTraining


def parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("size", "channels", "g", "d"), [(1024, 3, 23_079_115, 23_087_249), (256, 1, 23_039_303, 23_047_361)]
)
def test_the_networks_have_the_papers_size(size, channels, g, d):
    assert parameters(Generator(size=size, channels=channels)) == g
    assert parameters(Discriminator(size=size, channels=channels)) == d


@pytest.mark.parametrize(
    ("seen", "level", "alpha"),
    [
        (0, 0, 1),
        (599_999, 0, 1),
        (600_000, 1, 0),
        (900_000, 1, 0.5),
        (1_200_000, 1, 1),
        (1_800_000, 2, 0),
        (10**8, 3, 1),
    ],
)
def test_each_resolution_fades_in_and_is_stabilised(seen, level, alpha):
    assert schedule(seen, 600_000, 3) == (level, alpha)


def test_pixel_norm_makes_the_mean_square_one():
    x = torch.randn(2, 6, 3, 3) * 50
    torch.testing.assert_close(pixel_norm(x).square().mean(dim=1), torch.ones(2, 3, 3))


def test_minibatch_deviation_is_numpys():
    x = torch.randn(8, 5, 4, 4, dtype=torch.float64)
    expected = x.numpy().reshape(4, 2, 5, 4, 4).std(axis=0).mean(axis=(1, 2, 3))
    out = minibatch_deviation(x)
    assert out.shape == (8, 6, 4, 4)
    for index in range(8):
        torch.testing.assert_close(
            out[index, 5], torch.full((4, 4), expected[index % 2], dtype=torch.float64), atol=1e-6, rtol=1e-6
        )
    torch.testing.assert_close(out[:, :5], x)
    assert float(minibatch_deviation(x[:1].repeat(4, 1, 1, 1))[:, 5].max()) < 1e-3  # all alike: 0
    assert minibatch_deviation(x[:3]).shape == (3, 6, 4, 4)


def test_the_learning_rate_is_equalised():
    torch.manual_seed(0)
    layer = Equalised(64, 256, 3)
    assert float(layer.weight.std()) == pytest.approx(1, rel=0.02)
    assert layer.scale == math.sqrt(2) / math.sqrt(64 * 9)
    x = torch.randn(2, 64, 16, 16)
    assert float(layer(x)[:, :, 1:-1, 1:-1].std()) == pytest.approx(math.sqrt(2), rel=0.1)


def test_fading_in_goes_from_the_old_picture_enlarged_to_the_new_one():
    torch.manual_seed(0)
    network = Generator(latent=8, size=16, channels=1, base_maps=64, most_maps=8)
    z = torch.randn(3, 8)
    with torch.inference_mode():
        network.stand(1, 1.0)
        old = network.paint(z)
        network.stand(2, 0.0)
        torch.testing.assert_close(network.paint(z), old.repeat_interleave(2, 2).repeat_interleave(2, 3))
        start = network.paint(z)
        network.stand(2, 1.0)
        new = network.paint(z)
        network.stand(2, 0.25)
        torch.testing.assert_close(network.paint(z), 0.75 * start + 0.25 * new)
        network.stand(0, 1.0)
        assert network(z).shape == (3, 1, 16, 16)  # what is kept always has the full size


def test_real_pictures_fade_as_the_made_ones_do():
    system = System(
        PGGANOptions(latent=8, size=16, base_maps=32, most_maps=4), PGGANTraining(phase_images=100)
    )
    pictures = torch.randn(2, 1, 16, 16)
    system.begin(150)
    assert system.shrunk(pictures).shape == (2, 1, 8, 8)
    boxed = pictures.unflatten(2, (8, 2)).unflatten(4, (8, 2)).mean(dim=(3, 5))
    small = boxed.unflatten(2, (4, 2)).unflatten(4, (4, 2)).mean(dim=(3, 5))
    expected = (small.repeat_interleave(2, 2).repeat_interleave(2, 3) + boxed) / 2
    torch.testing.assert_close(system.shrunk(pictures), expected)


def test_a_side_that_is_no_power_of_two_is_refused():
    with pytest.raises(InvalidOptions, match="power of two"):
        PGGANOptions(size=100)
