"""What networks that make pictures from pictures share: instance-normalised residual blocks, a patch discriminator,
the pool of earlier pictures, least-squares losses."""

from typing import Any

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """x + two 3 x 3 convolutions with mirrored borders and instance normalisation (Johnson et al. 2016; Zhu et al. 2017)."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1), nn.Conv2d(maps, maps, 3), nn.InstanceNorm2d(maps), nn.ReLU(inplace=True),
            nn.ReflectionPad2d(1), nn.Conv2d(maps, maps, 3), nn.InstanceNorm2d(maps),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class PatchDiscriminator(nn.Module):
    """(n, channels, h, w) in [-1, 1] -> (n, 1, h / 8 - 2, w / 8 - 2) values, one for each patch of 70 x 70 pixels
    (Isola et al. 2017, section 3.2.2). Width 64 has 2,764,737 parameters in colour, 2,762,689 in grey."""

    def __init__(self, channels: int = 3, width: int = 64) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2, inplace=True)]
        before = width
        for factor, stride in ((2, 2), (4, 2), (8, 1)):
            after = width * factor
            layers += [
                nn.Conv2d(before, after, 4, stride, 1), nn.InstanceNorm2d(after), nn.LeakyReLU(0.2, inplace=True)
            ]  # fmt: skip
            before = after
        self.layers = nn.Sequential(*layers, nn.Conv2d(before, 1, 4, 1, 1))
        self.apply(initialise)

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)


def initialise(module: nn.Module) -> None:
    """Weights from N(0, 0.02), biases 0 (Zhu et al. 2017, appendix 7.1)."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


class Pool(nn.Module):
    """Earlier made pictures that the discriminator sees again (Shrivastava et al. 2017, section 2.3; 50 in Zhu et al. 2017).

    Until it is full each picture is kept and passed on. Then each is passed on, or, with probability 1/2, put in the place
    of a random kept one, which is passed on instead. Buffers, so that a checkpoint holds it; size 0 passes all on."""

    kept: Tensor
    count: Tensor

    def __init__(self, size: int, channels: int, side: int) -> None:
        super().__init__()
        self.register_buffer("kept", torch.zeros(size, channels, side, side))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def exchange(self, made: Tensor, chance: Tensor) -> Tensor:
        """`chance`: (n, 2) uniform numbers, one pair a picture."""
        if not len(self.kept):
            return made
        out = []
        for picture, (old, place) in zip(made.detach(), chance.tolist()):
            if int(self.count) < len(self.kept):
                self.kept[int(self.count)] = picture
                self.count += 1
            elif old < 0.5:
                index = int(place * len(self.kept))
                picture, self.kept[index] = self.kept[index].clone(), picture
            out.append(picture)
        return torch.stack(out)


def least_squares(values: Tensor, target: float) -> Tensor:
    """Mao et al. 2017: mean of (D(x) - target)^2; target 1 for 'real', 0 for 'made'."""
    return (values - target).square().mean()


def linear_decay(images_seen: int, total: int) -> float:
    """Factor of the learning rate: 1 for the first half, then linear to 0 (Zhu et al. 2017, section 4: 100 + 100 epochs)."""
    return min(1.0, max(0.0, 2 * (1 - images_seen / total)))


def set_rate(optimisers: Any, rate: float) -> None:
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = rate
