"""F&BGAN: Zhao D. et al., "Synthetic medical images using F&BGAN for improved lung nodules classification by multi-scale VGG16",
Symmetry 2018, 10(10), 519.

Two stages. A forward GAN makes varied pictures out of chance; a backward GAN takes each of them and makes it better. No code was
published and the paper leaves layers open, so this is our reading of its idea: the forward GAN is a DCGAN; the backward generator
is a residual network without normalisation that begins as the identity. It learns, against a discriminator of its own, to make the
forward GAN's pictures look real while it stays near them (L1), and to remove noise added to real pictures (L1), which is what the
paper has it do. The forward GAN learns first and then stands still.

`stage` chooses which of the two is sampled, so that both can be looked at and evaluated apart with the same weights.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ..system import Feed, adam
from ..system import System as Base
from . import dcgan
from .ada import AdaptiveAugmentation
from .losses import discriminator_loss, generator_loss


class Refiner(nn.Module):
    """(n, channels, h, w) in [-1, 1] -> the same shape; the identity before it has learnt anything."""

    def __init__(self, channels: int, width: int, blocks: int) -> None:
        super().__init__()
        self.enter = nn.Conv2d(channels, width, 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.ReLU(), nn.Conv2d(width, width, 3, padding=1), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1))
            for _block in range(blocks)
        )  # fmt: skip
        self.leave = nn.Conv2d(width, channels, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)  # type: ignore[arg-type]

    def forward(self, images: Tensor) -> Tensor:
        x = self.enter(images)
        for block in self.blocks:
            x = x + block(x)
        return images + self.leave(torch.relu(x))


class Generator(nn.Module):
    """(n, latent) standard normal, and (n,) labels if conditional -> (n, channels, size, size) in [-1, 1]."""

    def __init__(
        self, latent: int = 100, width: int = 64, size: int = 64, channels: int = 1, classes: int = 0,
        with_mask: bool = False, refiner_width: int = 32, refiner_blocks: int = 4, stage: str = "refined",
    ) -> None:  # fmt: skip
        super().__init__()
        self.latent, self.classes, self.stage = latent, classes, stage
        self.first = dcgan.Generator(latent, width, size, channels, classes, with_mask)
        self.refiner = Refiner(channels + with_mask, refiner_width, refiner_blocks)

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        made = self.first(z, labels)
        return self.refiner(made).clamp(-1, 1) if self.stage == "refined" else made


class System(Base):
    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        config = {
            name: getattr(options, name)
            for name in ("latent", "width", "size", "channels", "classes", "with_mask")
        }
        more = {name: getattr(options, name) for name in ("refiner_width", "refiner_blocks", "stage")}
        self.generator = Generator(**config, **more)
        self.judge_first, self.judge_refined = (dcgan.Discriminator(**config) for _stage in range(2))
        self.augment = AdaptiveAugmentation(training.ada_target)
        self.refining = False
        self.optimisers = {
            "g": adam(self.generator.first, training), "d": adam(self.judge_first, training),
            "g_refined": adam(self.generator.refiner, training), "d_refined": adam(self.judge_refined, training),
        }  # fmt: skip

    def begin(self, images_seen: int) -> None:
        training = self.training_options
        self.refining = images_seen >= training.forward_share * training.images_seen

    def step(self, feed: Feed) -> dict[str, Tensor]:
        return self.step_refiner(feed) if self.refining else self.step_forward(feed)

    def step_forward(self, feed: Feed) -> dict[str, Tensor]:
        """A DCGAN's step."""
        real = feed.draw()
        made = self.generator.first(feed.noise(len(real), self.options.latent), real.labels)
        judged = self.judge_first(self.augment(real.images, feed), real.labels)
        loss_d = discriminator_loss(judged, self.judge_first(self.augment(made.detach(), feed), real.labels))
        feed.descend(loss_d, self.optimisers["d"])
        self.augment.adapt(judged)
        loss_g = generator_loss(self.judge_first(self.augment(made, feed), real.labels))
        feed.descend(loss_g, self.optimisers["g"])
        return {"loss_g": loss_g, "loss_d": loss_d, **self.augment.told()}

    def step_refiner(self, feed: Feed) -> dict[str, Tensor]:
        training, real = self.training_options, feed.draw()
        self.generator.first.eval()  # it stands still: its running means too
        with torch.no_grad():
            made = self.generator.first(feed.noise(len(real), self.options.latent), real.labels)
        refined = self.generator.refiner(made)
        judged = self.judge_refined(real.images, real.labels)
        loss_d = discriminator_loss(judged, self.judge_refined(refined.detach(), real.labels))
        feed.descend(loss_d, self.optimisers["d_refined"])
        noisy = real.images + training.noise * feed.noise(*real.images.shape)
        removed = l1_loss(self.generator.refiner(noisy), real.images)
        near = l1_loss(refined, made)
        loss_g = generator_loss(self.judge_refined(refined, real.labels)) + training.fidelity * (
            near + removed
        )
        feed.descend(loss_g, self.optimisers["g_refined"])
        return {"loss_g": loss_g, "loss_d": loss_d, "loss_denoising": removed, "loss_fidelity": near}
