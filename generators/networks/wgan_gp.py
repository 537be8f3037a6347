"""WGAN-GP: Gulrajani et al., "Improved training of Wasserstein GANs", NeurIPS 2017 (arXiv:1704.00028).

Clipping gives way to a penalty on the critic's gradient between real and made pictures (algorithm 1): lambda 10, Adam 1e-4 with
betas (0, 0.9), five critic steps. The penalty is of single pictures, so the critic has no batch normalisation.
"""

from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from ..system import Feed, adam
from ..system import System as Base
from .dcgan import Discriminator, Generator
from .losses import critic_loss, gradient_penalty, wasserstein_generator_loss


class Critic(Discriminator):
    """The DCGAN's discriminator without batch normalisation, with biases instead."""

    def __init__(self, **config: Any) -> None:
        super().__init__(**config, normalise=False)


class System(Base):
    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.generator, self.critic = Generator(**asdict(options)), Critic(**asdict(options))
        self.optimisers = {"g": adam(self.generator, training), "d": adam(self.critic, training)}

    def step(self, feed: Feed) -> dict[str, Tensor]:
        for _step in range(self.training_options.critic_steps):
            real = feed.draw()
            with torch.no_grad():
                fake = self.generator(feed.noise(len(real), self.options.latent), real.labels)
            distance = critic_loss(self.critic(real.images, real.labels), self.critic(fake, real.labels))
            penalty = gradient_penalty(self.critic, real.images, fake, feed.uniform(len(real)), real.labels)
            loss_d = distance + self.training_options.penalty * penalty
            feed.descend(loss_d, self.optimisers["d"])
        fake = self.generator(feed.noise(len(real), self.options.latent), real.labels)
        loss_g = wasserstein_generator_loss(self.critic(fake, real.labels))
        feed.descend(loss_g, self.optimisers["g"])
        return {"loss_g": loss_g, "loss_d": loss_d, "wasserstein": -distance, "penalty": penalty}
