"""WGAN denoising with a perceptual loss: Yang et al., "Low-dose CT image denoising using a generative adversarial network with
Wasserstein distance and perceptual loss", IEEE Trans Med Imaging 2018 (arXiv:1708.00961).

Pairs of a noisy and a clean picture. The generator is eight convolutions of 3 x 3 with 32 maps, the critic six convolutions
(64, 64, 128, 128, 256, 256, every second with stride 2) and two dense layers (1024, 1). WGAN-GP with lambda 10 and four critic steps,
plus 0.1 of the mean squared distance between features of what is made and of the clean picture (equation 7); Adam 1e-5 with betas
0.5 and 0.9; learnt from patches of 64 x 64 cut at random.

Departures: the last layer has no rectifier, since pictures are in [-1, 1]; the weights of VGG-19 are the operator's (`perceptual.py`).
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from ..system import Batch, Feed, adam
from ..system import System as Base
from .losses import critic_loss, gradient_penalty, wasserstein_generator_loss
from .perceptual import Features, RandomFeatures, perceptual_features


class Generator(nn.Module):
    """(n, channels, h, w) in [-1, 1] -> the same shape, denoised; any side works."""

    def __init__(self, width: int = 32, layers: int = 8, size: int = 512, channels: int = 1) -> None:
        super().__init__()
        maps = [channels, *[width] * (layers - 1), channels]
        parts: list[nn.Module] = []
        for before, after in zip(maps, maps[1:]):
            parts += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(inplace=True)]
        self.layers = nn.Sequential(*parts[:-1])

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)

    def translate(self, given: Batch, chance: torch.Generator) -> Tensor:
        """Nothing of it is chance."""
        return self(given.images).clamp(-1, 1)


class Critic(nn.Module):
    """(n, channels, patch, patch) -> (n,) values, larger for clean pictures."""

    def __init__(self, channels: int = 1, patch: int = 64, width: int = 64) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before, side = channels, patch
        for factor in (1, 2, 4):
            after = width * factor
            for inputs, stride in ((before, 1), (after, 2)):
                layers += [nn.Conv2d(inputs, after, 3, stride, 1), nn.LeakyReLU(0.2, inplace=True)]
            before, side = after, -(-side // 2)
        self.layers = nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(before * side * side, 16 * width), nn.LeakyReLU(0.2, inplace=True),
            nn.Linear(16 * width, 1),
        )  # fmt: skip

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images).flatten()


class System(Base):
    target = "partners"
    features: Features

    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.patch = min(training.patch, options.size)
        self.generator = Generator(**asdict(options))
        self.critic = Critic(options.channels, self.patch, training.critic_width)
        self.features = RandomFeatures()
        self.optimisers = {"g": adam(self.generator, training), "d": adam(self.critic, training)}

    def equip(self, folder: Path | None) -> list[str]:
        self.features, said = perceptual_features(folder)
        return [said]

    def step(self, feed: Feed) -> dict[str, Tensor]:
        training = self.training_options
        for _step in range(training.critic_steps):
            noisy, clean = self.patches(feed)
            with torch.no_grad():
                made = self.generator(noisy)
            distance = critic_loss(self.critic(clean), self.critic(made))
            penalty = gradient_penalty(self.critic, clean, made, feed.uniform(len(clean)))
            loss_d = distance + training.penalty * penalty
            feed.descend(loss_d, self.optimisers["d"])
        noisy, clean = self.patches(feed)
        made = self.generator(noisy)
        perceptual = mse_loss(self.features.deep(made), self.features.deep(clean))
        loss_g = wasserstein_generator_loss(self.critic(made)) + training.perceptual * perceptual
        feed.descend(loss_g, self.optimisers["g"])
        return {"loss_g": loss_g, "loss_d": loss_d, "perceptual": perceptual, "mse": mse_loss(made, clean)}

    def patches(self, feed: Feed) -> tuple[Tensor, Tensor]:
        """Random pairs, cut at the same random place in both pictures."""
        batch = feed.draw()
        places = (feed.uniform(len(batch), 2) * (self.options.size - self.patch + 1)).long().tolist()
        assert batch.partners is not None
        return cut(batch.images, places, self.patch), cut(batch.partners, places, self.patch)


def cut(images: Tensor, places: list[list[int]], side: int) -> Tensor:
    return torch.stack(
        [image[:, top : top + side, left : left + side] for image, (top, left) in zip(images, places)]
    )
