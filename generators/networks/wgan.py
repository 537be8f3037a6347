"""WGAN: Arjovsky, Chintala & Bottou, "Wasserstein GAN", ICML 2017 (arXiv:1701.07875).

The DCGAN's networks with a critic that has no sigmoid: it estimates the Wasserstein distance, and its weights are clipped to
[-0.01, 0.01] after each of its steps (algorithm 1). RMSprop 5e-5; five critic steps for one of the generator, 100 during
the first 25 generator steps and at every 500th, as in the authors' code.
"""

from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from ..system import Feed
from ..system import System as Base
from .dcgan import Discriminator as Critic
from .dcgan import Generator
from .losses import critic_loss, wasserstein_generator_loss

WARM, EVERY = 25, 500  # generator steps


class System(Base):
    turns: Tensor

    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.generator, self.critic = Generator(**asdict(options)), Critic(**asdict(options))
        self.optimisers = {"g": rmsprop(self.generator, training), "d": rmsprop(self.critic, training)}
        self.register_buffer("turns", torch.zeros((), dtype=torch.int64))  # generator steps so far

    def step(self, feed: Feed) -> dict[str, Tensor]:
        for _step in range(self.critic_steps()):
            real = feed.draw()
            with torch.no_grad():
                fake = self.generator(feed.noise(len(real), self.options.latent), real.labels)
            loss_d = critic_loss(self.critic(real.images, real.labels), self.critic(fake, real.labels))
            feed.descend(loss_d, self.optimisers["d"])
            clip(self.critic, self.training_options.clip)
        fake = self.generator(feed.noise(len(real), self.options.latent), real.labels)
        loss_g = wasserstein_generator_loss(self.critic(fake, real.labels))
        feed.descend(loss_g, self.optimisers["g"])
        self.turns += 1
        return {"loss_g": loss_g, "loss_d": loss_d, "wasserstein": -loss_d}

    def critic_steps(self) -> int:
        training, turns = self.training_options, int(self.turns)
        return training.warm_critic_steps if turns < WARM or turns % EVERY == 0 else training.critic_steps


@torch.no_grad()
def clip(critic: nn.Module, limit: float) -> None:
    for parameter in critic.parameters():
        parameter.clamp_(-limit, limit)


def rmsprop(module: nn.Module, training: Any) -> torch.optim.RMSprop:
    return torch.optim.RMSprop(
        module.parameters(), training.learning_rate, alpha=training.beta2, momentum=training.beta1
    )
