"""What GAN and DCGAN share: two networks, two Adams, cross-entropy (Goodfellow et al. 2014), adaptive augmentation."""

from dataclasses import asdict
from typing import Any

from torch import Tensor, nn

from ..system import Feed, System, adam
from .ada import AdaptiveAugmentation
from .losses import discriminator_loss, generator_loss


class Adversarial(System):
    """One discriminator step, then one generator step on the same fake pictures."""

    generator_class: type[nn.Module]
    discriminator_class: type[nn.Module]

    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.generator = self.generator_class(**asdict(options))
        self.discriminator = self.discriminator_class(**asdict(options))
        self.augment = AdaptiveAugmentation(training.ada_target)
        self.optimisers = {
            "g": adam(self.generator, training),
            "d": adam(self.discriminator, training),
        }

    def step(self, feed: Feed) -> dict[str, Tensor]:
        real = feed.draw()
        fake = self.generator(feed.noise(len(real), self.options.latent), real.labels)
        judged = self.discriminator(self.augment(real.images, feed), real.labels)
        loss_d = discriminator_loss(
            judged, self.discriminator(self.augment(fake.detach(), feed), real.labels)
        )
        feed.descend(loss_d, self.optimisers["d"])
        self.augment.adapt(judged)
        loss_g = generator_loss(self.discriminator(self.augment(fake, feed), real.labels))
        feed.descend(loss_g, self.optimisers["g"])
        return {"loss_g": loss_g, "loss_d": loss_d, **self.augment.told()}
