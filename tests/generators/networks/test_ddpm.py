"""DDPM against the paper's numbers and Gaussian arithmetic."""

import math

import numpy as np
import pytest
import torch

from generators.networks.ddpm import Generator, alpha_bars, posterior, walk
from generators.networks.unet import UNet, embed_time
from generators.options_networks import DDPMOptions, InvalidOptions


def test_the_unet_has_the_size_of_the_papers_cifar_model():
    assert sum(p.numel() for p in UNet(128, 4, 32, 3, 0).parameters()) == 35_746_307


def test_the_noise_schedule_is_the_papers():
    bars = alpha_bars(1000)
    betas = 1 - bars / np.array([1, *bars[:-1]])
    assert betas[[0, -1]] == pytest.approx([1e-4, 0.02])
    # Section 4: the divergence of q(x_T | x_0) from N(0, I) is about 1e-5 bits a dimension.
    kl = 0.5 * (bars[-1] * 1 + (1 - bars[-1]) - 1 - math.log(1 - bars[-1])) / math.log(2)
    assert kl < 4e-5


def test_a_step_back_follows_bayes():
    """q(x_{t-1} | x_t, x_0) from the product of two Gaussians, at one number."""
    bars = alpha_bars(1000)
    for t in (1, 10, 500, 999):
        bar, before = bars[t], bars[t - 1]
        alpha, beta = bar / before, 1 - bar / before
        precision = alpha / beta + 1 / (1 - before)
        mean = (alpha**0.5 / beta * 0.7 + before**0.5 / (1 - before) * -0.2) / precision
        ours, variance = posterior(
            torch.tensor(-0.2, dtype=torch.float64), torch.tensor(0.7, dtype=torch.float64), bar, before
        )
        assert float(ours) == pytest.approx(mean, rel=1e-9)
        assert variance == pytest.approx(1 / precision, rel=1e-9)


def test_the_walk_visits_all_steps_or_some_and_ends_at_the_picture():
    whole = walk(1000, 1000)
    assert [t for t, _bar, _before in whole] == list(range(999, -1, -1))
    some = walk(1000, 10)
    assert len(some) == 10
    assert (some[0][0], some[-1][0], some[-1][2]) == (999, 0, 1.0)
    assert posterior(torch.tensor(0.3), torch.tensor(9.0), some[-1][1], 1.0)[0] == pytest.approx(0.3)


def deviation_of_the_walk(timesteps: int, deviation: float) -> float:
    """Closed form: with the best guess of x_0, linear in x, each step multiplies the variance and adds the posterior's."""
    variance = 1.0
    for _t, bar, before in walk(timesteps, timesteps):
        beta, guess = 1 - bar / before, bar**0.5 * deviation**2 / (bar * deviation**2 + 1 - bar)
        slope = (before**0.5 * beta * guess + (bar / before) ** 0.5 * (1 - before)) / (1 - bar)
        variance = slope**2 * variance + (1 - before) / (1 - bar) * beta
    return variance**0.5


def test_sampling_with_the_true_noise_of_a_gaussian_gives_that_gaussian():
    """For data N(m, s^2) the walk ends in N(m, s^2), a little narrower for few steps: by as much as the closed form says."""
    assert deviation_of_the_walk(4000, 0.1) == pytest.approx(0.1, rel=0.02)
    mean, deviation = 0.2, 0.1
    network = Generator(width=8, levels=1, size=8, timesteps=200, sampling_steps=200)
    bars = torch.from_numpy(alpha_bars(200)).float()

    class Perfect(torch.nn.Module):
        def forward(self, x, t, labels=None):
            bar = bars[t][:, None, None, None]
            return (1 - bar).sqrt() * (x - bar.sqrt() * mean) / (bar * deviation**2 + 1 - bar)

    network.unet = Perfect()
    pictures = network(torch.randn(100, *network.latent_shape, generator=torch.Generator().manual_seed(0)))
    assert float(pictures.mean()) == pytest.approx(mean, abs=0.01)
    assert float(pictures.std()) == pytest.approx(deviation_of_the_walk(200, deviation), rel=0.03)


def test_time_is_embedded_by_sines_and_cosines():
    out = embed_time(torch.tensor([0, 3]), 8)
    torch.testing.assert_close(out[0], torch.tensor([0.0] * 4 + [1.0] * 4))
    assert float(out[1, 0]) == pytest.approx(math.sin(3))
    assert float(out[1, 7]) == pytest.approx(math.cos(3e-4))


def test_a_conditional_network_asks_for_the_class():
    network = UNet(8, 1, 8, 1, 3)
    with pytest.raises(ValueError, match="knows 3 classes"):
        network(torch.zeros(1, 1, 8, 8), torch.tensor([1]))


def test_options_that_cannot_be_built_are_refused():
    with pytest.raises(InvalidOptions, match="divisible by 4"):
        DDPMOptions(size=30, levels=3)
    with pytest.raises(InvalidOptions, match="at most the 10"):
        DDPMOptions(timesteps=10, sampling_steps=11)
