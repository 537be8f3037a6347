"""GAN: Goodfellow et al., "Generative adversarial nets", NeurIPS 2014 (arXiv:1406.2661).

Fully connected networks as in the paper's MNIST experiment: a generator of two rectified layers and a discriminator of two
maxout layers (Goodfellow 2013: the largest of five linear pieces), cross-entropy with the non-saturating generator loss.
Departures: tanh at the output instead of a sigmoid, since pictures are in [-1, 1]; no dropout; Adam. With `classes` above 0 a
one-hot class stands beside the input of both (Mirza & Osindero 2014).
"""

import torch
from torch import Tensor, nn

from .adversarial import Adversarial
from .dcgan import one_hot

PIECES = 5


class Generator(nn.Module):
    """(n, latent) standard normal, and (n,) labels if conditional -> (n, channels, size, size) in [-1, 1]."""

    def __init__(
        self, latent: int = 100, width: int = 1200, size: int = 28, channels: int = 1, classes: int = 0
    ) -> None:
        super().__init__()
        self.latent, self.classes = latent, classes
        self.shape = (channels, size, size)
        self.layers = nn.Sequential(
            nn.Linear(latent + classes, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(),
            nn.Linear(width, channels * size * size), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        given = torch.cat([z, one_hot(labels, self.classes, len(z), z.device)], dim=1)
        return self.layers(given).unflatten(1, self.shape)


class Maxout(nn.Module):
    """The largest of five linear functions, unit by unit."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.linear = nn.Linear(before, after * PIECES)

    def forward(self, values: Tensor) -> Tensor:
        return self.linear(values).unflatten(1, (-1, PIECES)).amax(2)


class Discriminator(nn.Module):
    """(n, channels, size, size) in [-1, 1], and (n,) labels if conditional -> (n,) logits, above 0 for 'real'.

    Each maxout layer has a fifth of the generator's units: 240 for 1,200, as in the paper."""

    def __init__(
        self, width: int = 1200, size: int = 28, channels: int = 1, classes: int = 0, latent: int = 0
    ) -> None:
        super().__init__()  # `latent` is taken so that both networks are built from one configuration
        self.classes = classes
        units = max(1, width // PIECES)
        self.layers = nn.Sequential(
            Maxout(channels * size * size + classes, units), Maxout(units, units), nn.Linear(units, 1)
        )

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        hot = one_hot(labels, self.classes, len(images), images.device)
        return self.layers(torch.cat([images.flatten(1), hot], dim=1)).flatten()


class System(Adversarial):
    generator_class, discriminator_class = Generator, Discriminator
