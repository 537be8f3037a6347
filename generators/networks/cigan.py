"""ciGAN: Wu, Wu, Cox & Lotter, "Conditional infilling GANs for data augmentation in mammogram classification", RAMBO 2018
(arXiv:1807.08093).

A picture whose pixels inside a mask are uniform noise, the mask and a class become a whole picture again, with or without a lesion
there. The generator is a cascade of refinements (Chen & Koltun 2017): at each of seven levels, from 4 to 256 pixels with
128, 128, 64, 64, 32, 32, 32 maps, the input at that size stands beside the enlarged maps of the level before. With one channel and two
classes it has 735,969 parameters, which includes a habit of the authors' code: the class maps are added again at each halving of
the input, so that the coarsest level sees them six times and the finest not at all.

Losses: cross-entropy of a discriminator that sees the class; features of the picture inside, outside and along the border of the mask
(L1, section 3.3); L1 weighted by a Gaussian of the mask's border. Adam 1e-4, batch 8.

Departures: the losses are summed and descended at once, where the authors' code takes them in turns; the last layer has no
rectifier, since pictures are in [-1, 1]; the weights of VGG-19 are the operator's (`perceptual.py`).
"""

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, interpolate, l1_loss, leaky_relu, max_pool2d, pad, relu

from ..system import Batch, Feed, adam
from ..system import System as Base
from .dcgan import one_hot
from .losses import discriminator_loss, generator_loss
from .perceptual import Features, RandomFeatures, perceptual_features

DISCRIMINATOR_LEVELS = 4


def maps_of(levels: int, width: int) -> list[int]:
    """Feature maps from the coarsest level to full size: the last three have `width`, two before them twice, others four times."""
    return [width * (1 if left < 3 else 2 if left < 5 else 4) for left in reversed(range(levels))]


def corrupt(images: Tensor, masks: Tensor, noise: Tensor) -> Tensor:
    """U(0, 1) noise, on the scale from -1 to 1, inside the mask."""
    return torch.where(masks > 0.5, 2 * noise - 1, images)


class Generator(nn.Module):
    """(n, channels, size, size) with noise inside the mask, (n, 1, size, size) mask, (n,) labels -> (n, channels, size, size)."""

    def __init__(
        self, width: int = 32, levels: int = 7, size: int = 256, channels: int = 1, classes: int = 0,
        keep_outside: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.classes, self.keep_outside = classes, keep_outside
        maps = maps_of(levels, width)
        self.firsts, self.seconds = nn.ModuleList(), nn.ModuleList()
        before = 0
        for level, after in enumerate(maps):
            given = channels + 1 + classes * (levels - 1 - level)
            self.firsts.append(nn.Conv2d(given + before, after, 3, padding=1))
            self.seconds.append(nn.Conv2d(after, after, 3, padding=1))
            before = after
        self.last = nn.Conv2d(before, channels, 1)

    def forward(self, corrupted: Tensor, masks: Tensor, labels: Tensor | None = None) -> Tensor:
        given = self.pyramid(corrupted, masks, labels)
        x = given[0]
        for level, (first, second) in enumerate(zip(self.firsts, self.seconds)):
            if level:
                x = torch.cat([given[level], interpolate(x, scale_factor=2, mode="nearest")], dim=1)
            x = relu(second(relu(first(x))))
        return self.last(x)

    def pyramid(self, corrupted: Tensor, masks: Tensor, labels: Tensor | None) -> list[Tensor]:
        """The input at each level, coarsest first; class maps pile up from one halving to the next."""
        hot = one_hot(labels, self.classes, len(corrupted), corrupted.device)[:, :, None, None]
        steps = [torch.cat([corrupted, masks], dim=1)]
        for _level in range(len(self.firsts) - 1):
            smaller = steps[-1][:, :, ::2, ::2]
            steps.append(torch.cat([smaller, hot.expand(-1, -1, *smaller.shape[2:])], dim=1))
        return steps[::-1]

    def translate(self, given: Batch, chance: torch.Generator) -> Tensor:
        """The pictures filled in anew inside their masks, as their labels say."""
        images, masks = given.images, given.masks
        if masks is None:
            raise ValueError("Filling in needs a mask for each picture.")
        noise = torch.rand(images.shape, generator=chance).to(images.device)
        made = self(corrupt(images, masks, noise), masks, given.labels).clamp(-1, 1)
        return torch.where(masks > 0.5, made, images) if self.keep_outside else made


class Discriminator(nn.Module):
    """(n, channels, size, size), and (n,) labels if conditional -> (n,) logits. The class stands beside the maps of each level."""

    def __init__(self, width: int = 32, size: int = 256, channels: int = 1, classes: int = 0) -> None:
        super().__init__()
        self.classes = classes
        self.enter = nn.Conv2d(channels, width, 3, padding=1)
        self.layers = nn.ModuleList(
            nn.Conv2d(width * 2**level + classes, width * 2 ** (level + 1), 3, padding=1)
            for level in range(DISCRIMINATOR_LEVELS)
        )
        self.judge = nn.Linear(width * 2**DISCRIMINATOR_LEVELS * (size >> DISCRIMINATOR_LEVELS) ** 2, 1)

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        hot = one_hot(labels, self.classes, len(images), images.device)[:, :, None, None]
        x = leaky_relu(self.enter(images), 0.2)
        for layer in self.layers:
            x = torch.cat([x, hot.expand(-1, -1, *x.shape[2:])], dim=1)
            x = leaky_relu(max_pool2d(layer(x), 2), 0.2)
        return self.judge(x.flatten(1)).flatten()


def border(masks: Tensor, sigma: float) -> Tensor:
    """(n, 1, h, w) weights from 0 to 1: the mask's border, one pixel wide, smoothed by a Gaussian and scaled to a maximum of 1."""
    eroded = -max_pool2d(-pad(masks, (1, 1, 1, 1), mode="replicate"), 3, 1)
    edge = gaussian(masks - eroded, sigma)
    return edge / edge.amax(dim=(1, 2, 3), keepdim=True).clamp_min(1e-12)


def gaussian(images: Tensor, sigma: float) -> Tensor:
    """Separable, cut at three sigma, zero outside of the picture."""
    radius = max(1, math.ceil(3 * sigma))
    steps = torch.arange(-radius, radius + 1, device=images.device, dtype=images.dtype)
    kernel = torch.exp(-0.5 * (steps / sigma) ** 2)
    kernel = kernel / kernel.sum()
    return conv2d(
        conv2d(images, kernel.view(1, 1, -1, 1), padding=(radius, 0)),
        kernel.view(1, 1, 1, -1),
        padding=(0, radius),
    )


class System(Base):
    features: Features

    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.generator = Generator(**asdict(options))
        self.discriminator = Discriminator(options.width, options.size, options.channels, options.classes)
        self.features = RandomFeatures()
        self.optimisers = {"g": adam(self.generator, training), "d": adam(self.discriminator, training)}

    def equip(self, folder: Path | None) -> list[str]:
        self.features, said = perceptual_features(folder)
        return [said]

    def step(self, feed: Feed) -> dict[str, Tensor]:
        training, real = self.training_options, feed.draw()
        assert real.masks is not None
        noise = feed.uniform(*real.images.shape)
        made = self.generator(corrupt(real.images, real.masks, noise), real.masks, real.labels)
        loss_d = 0.5 * discriminator_loss(
            self.discriminator(real.images, real.labels), self.discriminator(made.detach(), real.labels)
        )
        feed.descend(loss_d, self.optimisers["d"])
        edge = border(real.masks, training.boundary_sigma * self.options.size / 256)
        deceiving = generator_loss(self.discriminator(made, real.labels))
        perceptual = self.perceptual(made, real.images, real.masks, edge)
        boundary = (edge * (made - real.images).abs()).mean()
        loss_g = deceiving + training.perceptual * perceptual + training.boundary * boundary
        feed.descend(loss_g, self.optimisers["g"])
        return {"loss_g": loss_g, "loss_d": loss_d, "perceptual": perceptual, "boundary": boundary}

    def perceptual(self, made: Tensor, real: Tensor, masks: Tensor, edge: Tensor) -> Tensor:
        """Outside of the mask the pixels alone; inside and along the border also features after three poolings."""
        total = l1_loss(made * (1 - masks), real * (1 - masks))
        for weight in (masks, edge):
            total = total + l1_loss(made * weight, real * weight)
            for one, other in zip(self.features.levels(made * weight), self.features.levels(real * weight)):
                total = total + l1_loss(one, other)
        return total
