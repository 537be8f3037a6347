"""CycleGAN: Zhu, Park, Isola & Efros, "Unpaired image-to-image translation using cycle-consistent adversarial networks",
ICCV 2017 (arXiv:1703.10593).

Two sets without pairs. One generator leads from the first to the second, one back; each has a patch discriminator of 70 x 70.
Least-squares losses, both ways round must give the picture again (lambda 10, equation 2), pictures of the target set must stay
as they are (0.5 lambda, section 5.2), discriminators also see a pool of 50 earlier pictures, Adam 2e-4 with beta1 0.5, batch 1, the
learning rate constant for the first half and then linear to zero. The generator is Johnson's with nine residual blocks:
11,378,179 parameters in colour, 11,365,633 in grey.

It may invent or remove structures: only the look of the second set is asked for, not that the anatomy stays (Cohen et al. 2018).
"""

from dataclasses import asdict
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ..system import Batch, Feed
from ..system import System as Base
from .translation import PatchDiscriminator, Pool, Residual, initialise, least_squares, linear_decay, set_rate


class Generator(nn.Module):
    """(n, channels, size, size) in [-1, 1] -> the same shape and range. `size` is said for the record: any multiple of 4 works."""

    def __init__(self, width: int = 64, blocks: int = 9, size: int = 256, channels: int = 3) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(3), nn.Conv2d(channels, width, 7), nn.InstanceNorm2d(width), nn.ReLU(inplace=True),
            *_shrink(width), *_shrink(2 * width),
            *(Residual(4 * width) for _block in range(blocks)),
            *_grow(4 * width), *_grow(2 * width),
            nn.ReflectionPad2d(3), nn.Conv2d(width, channels, 7), nn.Tanh(),
        )  # fmt: skip
        self.apply(initialise)

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)

    def translate(self, given: Batch, chance: torch.Generator) -> Tensor:
        """Nothing of it is chance."""
        return self(given.images)


def _shrink(maps: int) -> list[nn.Module]:
    return [nn.Conv2d(maps, 2 * maps, 3, 2, 1), nn.InstanceNorm2d(2 * maps), nn.ReLU(inplace=True)]


def _grow(maps: int) -> list[nn.Module]:
    layer = nn.ConvTranspose2d(maps, maps // 2, 3, 2, 1, output_padding=1)
    return [layer, nn.InstanceNorm2d(maps // 2), nn.ReLU(inplace=True)]


class System(Base):
    """`generator` leads from the first set to the second, `back` from the second to the first; both are kept."""

    back = "backward"
    target = "partners"

    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.generator, self.backward = Generator(**asdict(options)), Generator(**asdict(options))
        self.judge_second = PatchDiscriminator(options.channels, options.width)
        self.judge_first = PatchDiscriminator(options.channels, options.width)
        self.pool_second, self.pool_first = (
            Pool(training.pool, options.channels, options.size) for _set in range(2)
        )
        betas = (training.beta1, training.beta2)
        generators = chain(self.generator.parameters(), self.backward.parameters())
        judges = chain(self.judge_second.parameters(), self.judge_first.parameters())
        self.optimisers = {
            "g": torch.optim.Adam(generators, training.learning_rate, betas),
            "d": torch.optim.Adam(judges, training.learning_rate, betas),
        }

    def begin(self, images_seen: int) -> None:
        share = linear_decay(images_seen, self.training_options.images_seen)
        set_rate(self.optimisers.values(), self.training_options.learning_rate * share)

    def step(self, feed: Feed) -> dict[str, Tensor]:
        batch = feed.draw()
        first, second = batch.images, batch.partners
        assert second is not None
        made_second, made_first = self.generator(first), self.backward(second)
        losses = self.generators_loss(first, second, made_first, made_second)
        judges = (self.judge_first, self.judge_second)
        for judge in judges:
            judge.requires_grad_(False)
        feed.descend(losses["loss_g"], self.optimisers["g"])
        for judge in judges:
            judge.requires_grad_(True)
        old_second = self.pool_second.exchange(made_second, feed.uniform(len(first), 2))
        old_first = self.pool_first.exchange(made_first, feed.uniform(len(first), 2))
        loss_d = judge_loss(self.judge_second, second, old_second) + judge_loss(
            self.judge_first, first, old_first
        )
        feed.descend(loss_d, self.optimisers["d"])
        return {**losses, "loss_d": loss_d}

    def generators_loss(
        self, first: Tensor, second: Tensor, made_first: Tensor, made_second: Tensor
    ) -> dict[str, Tensor]:
        training = self.training_options
        deceiving = least_squares(self.judge_second(made_second), 1) + least_squares(
            self.judge_first(made_first), 1
        )
        cycle = l1_loss(self.backward(made_second), first) + l1_loss(self.generator(made_first), second)
        identity = first.new_zeros(())
        if training.identity:
            identity = l1_loss(self.generator(second), second) + l1_loss(self.backward(first), first)
        total = deceiving + training.cycle * (cycle + training.identity * identity)
        return {"loss_g": total, "loss_cycle": cycle, "loss_identity": identity}


def judge_loss(judge: nn.Module, real: Tensor, made: Tensor) -> Tensor:
    """Half of the two squares, so that the discriminators learn at half the generators' speed (section 4)."""
    return 0.5 * (least_squares(judge(real), 1) + least_squares(judge(made.detach()), 0))
