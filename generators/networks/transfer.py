"""Transfer to small data: Zhao, Cong & Carin, "On leveraging pretrained GANs for generation with limited data", ICML 2020
(arXiv:2002.11810).

A DCGAN trained on a large set is the start. The layers nearest the picture hold what all pictures share: those of the generator keep
their filters, which are only scaled and shifted as wholes, W' = gamma * W + beta (adaptive filter modulation, section 3.3), and
those of the discriminator are frozen; the other layers go on learning. Cross-entropy with R1 (Mescheder et al. 2018, gamma 10), Adam 1e-4,
batch 16. The paper freezes the 4 lowest groups of the generator and 2 of the discriminator; here layers of a DCGAN are counted.
"""

from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv_transpose2d

from ..system import Feed, adam
from ..system import System as Base
from . import dcgan
from .ada import AdaptiveAugmentation
from .losses import discriminator_loss, generator_loss, r1_penalty


class AdaptiveFilter(nn.Module):
    """A transposed convolution with frozen filters W of shape (in, out, k, k); gamma and beta are (in, out), from 1 and 0."""

    def __init__(self, layer: nn.ConvTranspose2d) -> None:
        super().__init__()
        self.weight = nn.Parameter(layer.weight.detach().clone(), requires_grad=False)
        self.gamma = nn.Parameter(torch.ones(*layer.weight.shape[:2], 1, 1))
        self.beta = nn.Parameter(torch.zeros(*layer.weight.shape[:2], 1, 1))
        self.stride: Any = layer.stride
        self.padding: Any = layer.padding

    def forward(self, x: Tensor) -> Tensor:
        filters = self.gamma * self.weight + self.beta
        return conv_transpose2d(x, filters, stride=self.stride, padding=self.padding)


class Generator(dcgan.Generator):
    """The DCGAN's, with its last `frozen_generator` layers adapted instead of trained."""

    def __init__(self, frozen_generator: int = 4, frozen_discriminator: int = 2, **config: Any) -> None:
        super().__init__(**config)
        places = [i for i, layer in enumerate(self.layers) if isinstance(layer, nn.ConvTranspose2d)]
        for place in places[max(1, len(places) - frozen_generator) :] if frozen_generator else []:
            self.layers[place] = AdaptiveFilter(self.layers[place])  # type: ignore[arg-type]


class Discriminator(dcgan.Discriminator):
    """The DCGAN's, with the first `frozen_discriminator` layers frozen."""

    def __init__(self, frozen_generator: int = 4, frozen_discriminator: int = 2, **config: Any) -> None:
        super().__init__(**config)
        layers = [layer for layer in self.layers if isinstance(layer, nn.Conv2d)]
        for layer in layers[: min(frozen_discriminator, len(layers) - 1)]:
            layer.requires_grad_(False)


class System(Base):
    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.generator, self.discriminator = Generator(**asdict(options)), Discriminator(**asdict(options))
        self.augment = AdaptiveAugmentation(training.ada_target)
        self.optimisers = {"g": adam(self.generator, training), "d": adam(self.discriminator, training)}

    def step(self, feed: Feed) -> dict[str, Tensor]:
        real = feed.draw()
        seen = self.augment(real.images, feed).detach().requires_grad_(True)
        fake = self.generator(feed.noise(len(real), self.options.latent), real.labels)
        judged = self.discriminator(seen, real.labels)
        adversarial = discriminator_loss(
            judged, self.discriminator(self.augment(fake.detach(), feed), real.labels)
        )
        penalty = r1_penalty(seen, judged)
        loss_d = adversarial + self.training_options.r1 / 2 * penalty
        feed.descend(loss_d, self.optimisers["d"])
        self.augment.adapt(judged.detach())
        loss_g = generator_loss(self.discriminator(self.augment(fake, feed), real.labels))
        feed.descend(loss_g, self.optimisers["g"])
        return {"loss_g": loss_g, "loss_d": loss_d, "penalty": penalty, **self.augment.told()}
