"""Networks against their authors' sizes, and losses against another library or a closed form."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from tests.validation import Entry, apart


def _size(module: str, name: str, published: int, **config: Any) -> Callable[[], float]:
    """How many parameters more or fewer than published."""

    def difference() -> float:
        import torch

        with torch.device("meta"):
            network = getattr(import_module(f"generators.networks.{module}"), name)(**config)
        return apart(sum(p.numel() for p in network.parameters()), published)

    return difference


def _cross_entropy() -> float:
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as theirs

    from generators.networks.losses import discriminator_loss

    real, fake = torch.linspace(-9, 9, 37), torch.linspace(-4, 7, 37)
    whole = theirs(real, torch.ones(37)) + theirs(fake, torch.zeros(37))
    return apart(float(discriminator_loss(real, fake)), float(whole))


def _penalty() -> float:
    """A linear critic f(x) = a.x has the gradient a everywhere: the penalty is (|a| - 1)^2."""
    import torch

    from generators.networks.losses import gradient_penalty

    slope = torch.linspace(-1, 2, 16).view(1, 4, 4)
    value = gradient_penalty(
        lambda x: (x * slope).sum(dim=(1, 2, 3)),
        torch.rand(5, 1, 4, 4),
        torch.rand(5, 1, 4, 4),
        torch.rand(5),
    )
    return apart(float(value), float((slope.norm() - 1) ** 2))


def _gaussian() -> float:
    import numpy as np
    import torch
    from scipy.ndimage import gaussian_filter

    from generators.networks.cigan import gaussian

    picture = np.random.default_rng(0).random((48, 48))
    theirs = gaussian_filter(picture, 3.0, mode="constant", truncate=3.0)
    return apart(gaussian(torch.from_numpy(picture)[None, None], 3.0)[0, 0].numpy(), theirs)


def _rate() -> float:
    """Constant for 100 epochs, then linear to zero over 100 (section 4 of the paper)."""
    from generators.networks.translation import linear_decay

    return apart([linear_decay(epoch, 200) for epoch in (0, 50, 100, 125, 150, 200)], [1, 1, 1, 0.75, 0.5, 0])


_PAPER = "the published size"
ENTRIES: tuple[Entry, ...] = (
    Entry("generators.networks.dcgan.Generator", "DCGAN, generator at 64 pixels", _PAPER, 0, _size("dcgan", "Generator", 3_574_656)),
    Entry("generators.networks.dcgan.Discriminator", "DCGAN, discriminator", _PAPER, 0, _size("dcgan", "Discriminator", 2_763_520)),
    Entry("generators.networks.pggan.Generator", "PGGAN, generator at 1024 pixels", "Karras et al. 2018, every toRGB", 0,
          _size("pggan", "Generator", 23_079_115)),
    Entry("generators.networks.pggan.Discriminator", "PGGAN, discriminator", "Karras et al. 2018, every fromRGB", 0,
          _size("pggan", "Discriminator", 23_087_249)),
    Entry("generators.networks.pggan.Generator", "PGGAN, generator at 256 pixels, grey", _PAPER, 0,
          _size("pggan", "Generator", 23_039_303, size=256, channels=1)),
    Entry("generators.networks.unet.UNet", "DDPM, U-Net for 32 pixels", "Ho et al. 2020, 35.7 million", 0,
          _size("unet", "UNet", 35_746_307, width=128, levels=4, size=32, channels=3, classes=0)),
    Entry("generators.networks.cyclegan.Generator", "CycleGAN, generator of nine blocks", "the authors' code", 0,
          _size("cyclegan", "Generator", 11_378_179)),
    Entry("generators.networks.cyclegan.Generator", "CycleGAN, generator, grey", "the authors' code", 0,
          _size("cyclegan", "Generator", 11_365_633, channels=1)),
    Entry("generators.networks.translation.PatchDiscriminator", "Discriminator of 70 x 70 patches", "the authors' code", 0,
          _size("translation", "PatchDiscriminator", 2_764_737)),
    Entry("generators.networks.cigan.Generator", "ciGAN, generator of seven levels", "the authors' code", 0,
          _size("cigan", "Generator", 735_969, channels=1, classes=2)),
    Entry("generators.networks.denoising.Generator", "WGAN denoising, eight convolutions of 32 maps", "closed form", 0,
          _size("denoising", "Generator", 320 + 6 * 9248 + 289)),
    Entry("generators.networks.losses.discriminator_loss", "Cross-entropy of a discriminator", "PyTorch, binary_cross_entropy_with_logits",
          1e-6, _cross_entropy),
    Entry("generators.networks.losses.gradient_penalty", "Gradient penalty of a linear critic", "closed form", 1e-5, _penalty),
    Entry("generators.networks.cigan.gaussian", "Gaussian of a mask's border", "SciPy, gaussian_filter", 1e-12, _gaussian),
    Entry("generators.networks.translation.linear_decay", "Learning rate of CycleGAN", "Zhu et al. 2017, section 4", 1e-12, _rate),
)  # fmt: skip
