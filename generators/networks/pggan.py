"""PGGAN: Karras, Aila, Laine & Lehtinen, "Progressive growing of GANs for improved quality, stability, and variation",
ICLR 2018 (arXiv:1710.10196).

Both networks begin at 4 x 4 and grow: each resolution is stabilised for 600,000 pictures, then the next is faded in over
600,000 (figure 2). Pixel normalisation and equalised learning rate (section 4), minibatch standard deviation in groups of four
(section 3), WGAN-GP with lambda 10 and a drift of 0.001 D(x)^2, Adam 1e-3 with betas (0, 0.99), an average of the
generator's weights with decay 0.999 for what is shown (appendix A.1). Table 2's networks at 1024 x 1024 in colour have 23,079,115
and 23,087,249 parameters, every toRGB and fromRGB layer counted.

Departures: one batch size at every resolution, where the paper's depends on the memory of its machines.
"""

import copy
import math
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, interpolate, leaky_relu, linear

from ..system import Feed, adam, average_weights
from ..system import System as Base
from .losses import critic_loss, gradient_penalty, wasserstein_generator_loss


def schedule(images_seen: int, phase_images: int, top: int) -> tuple[int, float]:
    """(level, alpha): 4 * 2^level pixels; alpha below 1 while that resolution fades in. Level 0 is only stabilised."""
    phase, within = divmod(images_seen, phase_images)
    level, fading = (phase + 1) // 2, phase % 2 == 1
    return (top, 1.0) if level > top else (level, within / phase_images if fading else 1.0)


def maps_at(level: int, base_maps: int, most_maps: int) -> int:
    """Feature maps of the block at 4 * 2^level pixels: base / 2^(level + 1), at most `most_maps`."""
    return max(1, min(base_maps // 2 ** (level + 1), most_maps))


def top_level(size: int) -> int:
    return int(math.log2(size)) - 2


class Equalised(nn.Module):
    """A convolution (kernel 1 or 3) or, with kernel 0, a dense layer whose weights, kept as N(0, 1), are scaled by
    gain / sqrt(fan_in) at run time (section 4.1)."""

    def __init__(
        self, before: int, after: int, kernel: int = 3, gain: float = math.sqrt(2), bias: bool = True
    ) -> None:
        super().__init__()
        shape = (after, before, kernel, kernel) if kernel else (after, before)
        self.weight = nn.Parameter(torch.randn(shape))
        self.bias = nn.Parameter(torch.zeros(after)) if bias else None
        self.scale = gain / math.sqrt(self.weight[0].numel())

    def forward(self, x: Tensor) -> Tensor:
        if self.weight.ndim == 2:
            return linear(x, self.weight * self.scale, self.bias)
        return conv2d(x, self.weight * self.scale, self.bias, padding=self.weight.shape[2] // 2)


def pixel_norm(x: Tensor) -> Tensor:
    """b = a / sqrt(mean over maps of a^2 + 1e-8), at each pixel (section 4.2)."""
    return x * (x.square().mean(dim=1, keepdim=True) + 1e-8).rsqrt()


def minibatch_deviation(x: Tensor, group: int = 4) -> Tensor:
    """Standard deviation over a group of pictures, averaged over maps and pixels, as one more map (section 3).

    The group is the largest divisor of the batch up to four."""
    n, _c, height, width = x.shape
    group = next(size for size in range(min(group, n), 0, -1) if n % size == 0)
    spread = (
        (x.reshape(group, n // group, *x.shape[1:]).var(dim=0, unbiased=False) + 1e-8)
        .sqrt()
        .mean(dim=(1, 2, 3))
    )
    return torch.cat([x, spread.repeat(group)[:, None, None, None].expand(n, 1, height, width)], dim=1)


def enlarge(x: Tensor, factor: int = 2) -> Tensor:
    return interpolate(x, scale_factor=factor, mode="nearest") if factor > 1 else x


class Growing(nn.Module):
    """Where both networks stand: buffers, so that weights know their own phase."""

    level: Tensor
    alpha: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.top = top_level(size)
        self.register_buffer("level", torch.tensor(self.top))
        self.register_buffer("alpha", torch.ones(()))

    def stand(self, level: int, alpha: float) -> None:
        self.level.fill_(level)
        self.alpha.fill_(alpha)


class Generator(Growing):
    """(n, latent) standard normal -> (n, channels, size, size); below its last resolution the picture is enlarged."""

    def __init__(
        self,
        latent: int = 512,
        size: int = 1024,
        channels: int = 3,
        base_maps: int = 8192,
        most_maps: int = 512,
        with_mask: bool = False,
    ) -> None:
        super().__init__(size)
        self.latent, channels = latent, channels + with_mask
        maps = [maps_at(level, base_maps, most_maps) for level in range(self.top + 1)]
        self.dense = Equalised(latent, maps[0] * 16, 0, math.sqrt(2) / 4, bias=False)
        self.bias = nn.Parameter(torch.zeros(maps[0], 1, 1))
        firsts = [Equalised(before, after) for before, after in zip(maps, maps[1:])]
        self.firsts = nn.ModuleList(firsts)
        self.seconds = nn.ModuleList([Equalised(m, m) for m in maps])
        self.to_pictures = nn.ModuleList([Equalised(m, channels, 1, 1.0) for m in maps])

    def forward(self, z: Tensor, labels: Tensor | None = None) -> Tensor:
        return enlarge(self.paint(z), 2 ** (self.top - int(self.level)))

    def paint(self, z: Tensor) -> Tensor:
        """The picture at the present resolution, 4 * 2^level pixels."""
        level, alpha = int(self.level), float(self.alpha)
        x = self.dense(pixel_norm(z)).unflatten(1, (-1, 4, 4))
        x = norm_after(self.seconds[0](norm_after(x + self.bias)))
        before = x
        for step in range(level):
            before = x
            x = norm_after(self.firsts[step](enlarge(x)))
            x = norm_after(self.seconds[step + 1](x))
        picture = self.to_pictures[level](x)
        if alpha < 1:
            picture = torch.lerp(enlarge(self.to_pictures[level - 1](before)), picture, alpha)
        return picture


def norm_after(x: Tensor) -> Tensor:
    return pixel_norm(leaky_relu(x, 0.2))


class Discriminator(Growing):
    """(n, channels, side, side) at the present resolution -> (n,) values, larger for real pictures."""

    def __init__(
        self,
        size: int = 1024,
        channels: int = 3,
        base_maps: int = 8192,
        most_maps: int = 512,
        latent: int = 0,
        with_mask: bool = False,
    ) -> None:
        super().__init__(size)  # `latent` is taken so that both networks are built from one configuration
        channels += with_mask
        maps = [maps_at(level, base_maps, most_maps) for level in range(self.top + 1)]
        self.from_pictures = nn.ModuleList([Equalised(channels, m, 1) for m in maps])
        self.firsts = nn.ModuleList([Equalised(m, m) for m in maps[1:]])
        self.seconds = nn.ModuleList([Equalised(after, before) for before, after in zip(maps, maps[1:])])
        self.last = Equalised(maps[0] + 1, maps[0])
        self.dense = Equalised(maps[0] * 16, maps[0], 0)
        self.judge = Equalised(maps[0], 1, 0, 1.0)

    def forward(self, images: Tensor) -> Tensor:
        level, alpha = int(self.level), float(self.alpha)
        x = leaky_relu(self.from_pictures[level](images), 0.2)
        for step in reversed(range(level)):
            x = leaky_relu(self.firsts[step](x), 0.2)
            x = avg_pool2d(leaky_relu(self.seconds[step](x), 0.2), 2)
            if step == level - 1 and alpha < 1:
                shortcut = leaky_relu(self.from_pictures[step](avg_pool2d(images, 2)), 0.2)
                x = torch.lerp(shortcut, x, alpha)
        x = leaky_relu(self.last(minibatch_deviation(x)), 0.2)
        return self.judge(leaky_relu(self.dense(x.flatten(1)), 0.2)).flatten()


class System(Base):
    sampler = "average"

    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.generator, self.critic = Generator(**asdict(options)), Discriminator(**asdict(options))
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.optimisers = {"g": adam(self.generator, training), "d": adam(self.critic, training)}
        self.begin(0)

    def begin(self, images_seen: int) -> None:
        level, alpha = schedule(images_seen, self.training_options.phase_images, self.generator.top)
        for network in (self.generator, self.critic, self.average):
            network.stand(level, alpha)

    def step(self, feed: Feed) -> dict[str, Tensor]:
        training, critic = self.training_options, self.critic
        real = self.shrunk(feed.draw().images)
        fake = self.generator.paint(feed.noise(len(real), self.options.latent))
        judged = critic(real)
        distance = critic_loss(judged, critic(fake.detach()))
        penalty = gradient_penalty(critic, real, fake, feed.uniform(len(real)))
        loss_d = distance + training.penalty * penalty + training.drift * judged.square().mean()
        feed.descend(loss_d, self.optimisers["d"])
        fake = self.generator.paint(feed.noise(len(real), self.options.latent))
        loss_g = wasserstein_generator_loss(critic(fake))
        feed.descend(loss_g, self.optimisers["g"])
        average_weights(self.average, self.generator, training.average)
        side = real.new_tensor(real.shape[-1])
        return {
            "loss_g": loss_g,
            "loss_d": loss_d,
            "wasserstein": -distance,
            "side": side,
            "alpha": self.generator.alpha,
        }

    def shrunk(self, images: Tensor) -> Tensor:
        """Real pictures at the present resolution, faded as the made ones are."""
        level, alpha = int(self.generator.level), float(self.generator.alpha)
        images = (
            avg_pool2d(images, 2 ** (self.generator.top - level)) if level < self.generator.top else images
        )
        return images if alpha == 1 else torch.lerp(enlarge(avg_pool2d(images, 2)), images, alpha)
