"""DDPM: Ho, Jain & Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020 (arXiv:2006.11239).

A picture is noised in T = 1000 steps, q(x_t | x_0) = N(sqrt(abar_t) x_0, (1 - abar_t) I) with beta from 1e-4 to 0.02 in equal
steps; a U-Net learns to tell the noise (equation 14, the simple loss), and sampling walks back (algorithm 2) with the
posterior's variance (equation 7) and x_0 clipped to [-1, 1]. With fewer sampling steps the walk uses a subset of the time steps and its
own betas (Nichol & Dhariwal 2021, section 4). An average of the weights is what is sampled. Dropout is left out, as the paper does
for all but CIFAR-10.

All the chance of a picture is its latent array: the last noise x_T and one for each step but the last.
"""

import copy
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..system import Feed, adam, average_weights
from ..system import System as Base
from .unet import UNet


def alpha_bars(timesteps: int) -> np.ndarray:
    """(T,) float64: the product of 1 - beta up to each step; beta from 1e-4 to 0.02, scaled by 1000 / T for other T."""
    scale = 1000 / timesteps
    return np.cumprod(1 - np.minimum(np.linspace(1e-4 * scale, 0.02 * scale, timesteps), 0.999))


def walk(timesteps: int, sampling_steps: int) -> list[tuple[int, float, float]]:
    """[(t, abar at t, abar at the step before)] from the last step to the first; abar before the first is 1."""
    bars = alpha_bars(timesteps)
    steps = np.unique(np.linspace(0, timesteps - 1, sampling_steps).round().astype(int))
    if sampling_steps == 1:
        steps = np.array([timesteps - 1])
    before = [1.0, *bars[steps[:-1]]]
    return [(int(t), float(bars[t]), float(b)) for t, b in zip(steps, before)][::-1]


def posterior(x0: Tensor, x: Tensor, bar: float, before: float) -> tuple[Tensor, float]:
    """Mean and variance of q(x_{t-1} | x_t, x_0): equations 6 and 7."""
    beta = 1 - bar / before
    mean = before**0.5 * beta / (1 - bar) * x0 + (bar / before) ** 0.5 * (1 - before) / (1 - bar) * x
    return mean, (1 - before) / (1 - bar) * beta


class Generator(nn.Module):
    """(n, sampling_steps, channels, size, size) standard normal, and labels if conditional -> pictures in [-1, 1]."""

    def __init__(
        self, width: int = 64, levels: int = 3, size: int = 32, channels: int = 1, classes: int = 0,
        timesteps: int = 1000, sampling_steps: int = 50,
    ) -> None:  # fmt: skip
        super().__init__()
        self.unet = UNet(width, levels, size, channels, classes)
        self.timesteps, self.steps = timesteps, walk(timesteps, sampling_steps)
        self.latent_shape = (len(self.steps), channels, size, size)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        x = z[:, 0]
        for index, (t, bar, before) in enumerate(self.steps):
            noise = self.unet(x, torch.full((len(x),), t, device=x.device), labels)
            x0 = ((x - (1 - bar) ** 0.5 * noise) / bar**0.5).clamp(-1, 1)
            x, variance = posterior(x0, x, bar, before)
            if index + 1 < len(self.steps):
                x = x + variance**0.5 * z[:, index + 1]
        return x


class System(Base):
    sampler = "average"
    bars: Tensor

    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.generator = Generator(**asdict(options))
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.optimisers = {"g": adam(self.generator, training)}
        self.register_buffer("bars", torch.from_numpy(alpha_bars(options.timesteps)).float())

    def step(self, feed: Feed) -> dict[str, Tensor]:
        real = feed.draw()
        t = (feed.uniform(len(real)) * self.options.timesteps).long()
        noise = feed.noise(*real.images.shape)
        bar = self.bars[t][:, None, None, None]
        noised = bar.sqrt() * real.images + (1 - bar).sqrt() * noise
        loss = (self.generator.unet(noised, t, real.labels) - noise).square().mean()
        feed.descend(loss, self.optimisers["g"])
        average_weights(self.average, self.generator, self.training_options.average)
        return {"loss_g": loss}
