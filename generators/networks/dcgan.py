"""DCGAN: Radford, Metz & Chintala, "Unsupervised representation learning with deep convolutional generative
adversarial networks", ICLR 2016 (arXiv:1511.06434).

All convolutions are 4 x 4 with stride 2, batch normalised except at the picture's side, ReLU in the generator and
LeakyReLU(0.2) in the discriminator, weights from N(0, 0.02). At size 64, width 64 and one channel the generator has
3,574,656 parameters and the discriminator 2,763,520.

Sizes need not be powers of two: the picture is halved while it stays even and above 7 pixels, and what remains (4 for
32, 64, 128; 7 for 28 and 56) is the side of the first block, made from the latent vector by one convolution of that
side. With `classes` above 0 both networks are conditional (Mirza & Osindero 2014): the generator gets the class as a
one-hot vector beside the latent one, the discriminator as constant maps beside the picture. `with_mask` adds a channel: picture
and mask are made together (Bowles et al. 2018, arXiv:1810.10863).
"""

import torch
from torch import Tensor, nn

from .adversarial import Adversarial

SMALLEST_BLOCK, LARGEST_BLOCK = 3, 7


def doublings(size: int) -> tuple[int, int]:
    """(side of the first block, number of doublings) for a picture of `size` pixels. Raises ValueError if none fit."""
    block, count = size, 0
    while block > LARGEST_BLOCK and block % 2 == 0:
        block, count = block // 2, count + 1
    if not SMALLEST_BLOCK <= block <= LARGEST_BLOCK or count < 1:
        raise ValueError(
            f"Size {size} cannot be built by doubling from a block of 3 to 7 pixels. "
            "Allowed are for example 28, 32, 48, 56, 64, 96, 112, 128."
        )
    return block, count


def one_hot(labels: Tensor | None, classes: int, count: int, device: torch.device) -> Tensor:
    """(count, classes) float; labels are (count,) integers. Raises ValueError when a conditional network gets none."""
    if classes and labels is None:
        raise ValueError(f"This network knows {classes} classes: give a label for each picture.")
    if not classes:
        return torch.zeros(count, 0, device=device)
    return nn.functional.one_hot(labels.long(), classes).float()  # type: ignore[union-attr]


class Generator(nn.Module):
    """(n, latent) standard normal, and (n,) labels if conditional -> (n, channels, size, size) in [-1, 1]."""

    def __init__(
        self, latent: int = 100, width: int = 64, size: int = 64, channels: int = 1, classes: int = 0,
        with_mask: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.latent, self.classes = latent, classes
        block, count = doublings(size)
        channels += with_mask
        maps = [width * 2**level for level in reversed(range(count))]
        layers: list[nn.Module] = [
            nn.ConvTranspose2d(latent + classes, maps[0], block, 1, 0, bias=False),
            nn.BatchNorm2d(maps[0]),
            nn.ReLU(inplace=True),
        ]
        for before, after in zip(maps, maps[1:]):
            layers += [
                nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(inplace=True),
            ]
        layers += [nn.ConvTranspose2d(maps[-1], channels, 4, 2, 1, bias=False), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        self.apply(initialise)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        given = torch.cat([z, one_hot(labels, self.classes, len(z), z.device)], dim=1)
        return self.layers(given[:, :, None, None])


class Discriminator(nn.Module):
    """(n, channels, size, size) in [-1, 1], and (n,) labels if conditional -> (n,) logits, above 0 for 'real'."""

    def __init__(
        self,
        width: int = 64,
        size: int = 64,
        channels: int = 1,
        classes: int = 0,
        latent: int = 0,
        with_mask: bool = False,
        normalise: bool = True,
    ) -> None:
        super().__init__()  # `latent` is taken so that both networks are built from one configuration
        self.classes = classes
        block, count = doublings(size)
        maps = [width * 2**level for level in range(count)]
        layers: list[nn.Module] = [
            nn.Conv2d(channels + with_mask + classes, maps[0], 4, 2, 1, bias=False),
            nn.LeakyReLU(0.2, inplace=True),
        ]
        for before, after in zip(maps, maps[1:]):
            layers += [
                nn.Conv2d(before, after, 4, 2, 1, bias=not normalise),
                nn.BatchNorm2d(after) if normalise else nn.Identity(),
                nn.LeakyReLU(0.2, inplace=True),
            ]
        layers += [nn.Conv2d(maps[-1], 1, block, 1, 0, bias=False)]
        self.layers = nn.Sequential(*layers)
        self.apply(initialise)

    def forward(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        hot = one_hot(labels, self.classes, len(images), images.device)
        maps = hot[:, :, None, None].expand(-1, -1, *images.shape[2:])
        return self.layers(torch.cat([images, maps], dim=1)).flatten()


def initialise(module: nn.Module) -> None:
    """The paper's: convolutions from N(0, 0.02), batch norm scales from N(1, 0.02), shifts 0."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


class System(Adversarial):
    """Cross-entropy, discriminator first, one step each; the generator learns from the same fake pictures."""

    generator_class, discriminator_class = Generator, Discriminator
