"""The U-Net of Ho, Jain & Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020 (arXiv:2006.11239), appendix B:
two residual blocks a resolution, group normalisation, attention at 16 x 16 pixels, sinusoidal time.

At 32 pixels, three channels, width 128 and factors 1, 2, 2, 2 it has the paper's 35.7 million parameters.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, silu

ATTENTION_SIDE = 16
BLOCKS = 2  # residual blocks a resolution on the way down; one more on the way up


def group_norm(maps: int) -> nn.GroupNorm:
    """32 groups as in the paper, fewer where the maps do not divide."""
    return nn.GroupNorm(math.gcd(32, maps), maps, eps=1e-6)


def embed_time(t: Tensor, width: int) -> Tensor:
    """(n,) steps -> (n, width): sines, then cosines, at frequencies 10000^(-i / (width / 2 - 1)) (Vaswani et al. 2017)."""
    half = width // 2
    exponents = torch.arange(half, device=t.device, dtype=torch.float32) / (half - 1)
    angles = t.float()[:, None] * torch.exp(-math.log(10000) * exponents)[None]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Residual(nn.Module):
    def __init__(self, before: int, after: int, time: int) -> None:
        super().__init__()
        self.norm_a, self.conv_a = group_norm(before), nn.Conv2d(before, after, 3, padding=1)
        self.time = nn.Linear(time, after)
        self.norm_b, self.conv_b = group_norm(after), nn.Conv2d(after, after, 3, padding=1)
        nn.init.zeros_(self.conv_b.weight)
        self.skip = nn.Identity() if before == after else nn.Conv2d(before, after, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        h = self.conv_a(silu(self.norm_a(x))) + self.time(silu(time))[:, :, None, None]
        return self.skip(x) + self.conv_b(silu(self.norm_b(h)))


class Attention(nn.Module):
    """Every pixel looks at every pixel, one head."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.norm, self.query, self.key = group_norm(maps), nn.Conv2d(maps, maps, 1), nn.Conv2d(maps, maps, 1)
        self.value, self.out = nn.Conv2d(maps, maps, 1), nn.Conv2d(maps, maps, 1)
        nn.init.zeros_(self.out.weight)

    def forward(self, x: Tensor) -> Tensor:
        h = self.norm(x)
        q, k, v = (layer(h).flatten(2) for layer in (self.query, self.key, self.value))
        looks = (q.transpose(1, 2) @ k / math.sqrt(q.shape[1])).softmax(dim=2)
        return x + self.out((v @ looks.transpose(1, 2)).unflatten(2, x.shape[2:]))


class Stage(nn.Module):
    """One residual block, with attention where the side asks for it."""

    def __init__(self, before: int, after: int, time: int, side: int) -> None:
        super().__init__()
        self.residual = Residual(before, after, time)
        self.attention = Attention(after) if side == ATTENTION_SIDE else nn.Identity()

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        return self.attention(self.residual(x, time))


class UNet(nn.Module):
    """(n, channels, size, size), (n,) steps, and (n,) labels if conditional -> the noise in it, of the same shape."""

    def __init__(self, width: int, levels: int, size: int, channels: int, classes: int) -> None:
        super().__init__()
        self.width, time = width, width * 4
        self.time = nn.Sequential(nn.Linear(width, time), nn.SiLU(), nn.Linear(time, time))
        self.classes = nn.Embedding(classes, time) if classes else None
        self.enter = nn.Conv2d(channels, width, 3, padding=1)
        maps, sides = [width * min(2**i, 2) for i in range(levels)], [size // 2**i for i in range(levels)]
        self.down, self.shrink = nn.ModuleList(), nn.ModuleList()
        kept, now = [width], width
        for level, (after, side) in enumerate(zip(maps, sides)):
            for _block in range(BLOCKS):
                self.down.append(Stage(now, after, time, side))
                now = after
                kept.append(now)
            if level < levels - 1:
                self.shrink.append(nn.Conv2d(now, now, 3, stride=2))
                kept.append(now)
        self.middle_a, self.middle, self.middle_b = (
            Residual(now, now, time),
            Attention(now),
            Residual(now, now, time),
        )
        self.up, self.grow = nn.ModuleList(), nn.ModuleList()
        for level, (after, side) in reversed(list(enumerate(zip(maps, sides)))):
            for _block in range(BLOCKS + 1):
                self.up.append(Stage(now + kept.pop(), after, time, side))
                now = after
            if level:
                self.grow.append(nn.Conv2d(now, now, 3, padding=1))
        self.norm, self.leave = group_norm(now), nn.Conv2d(now, channels, 3, padding=1)
        nn.init.zeros_(self.leave.weight)

    def forward(self, x: Tensor, t: Tensor, labels: Tensor | None = None) -> Tensor:
        time = self.time(embed_time(t, self.width))
        if self.classes is not None:
            if labels is None:
                raise ValueError(
                    f"This network knows {self.classes.num_embeddings} classes: give a label for each picture."
                )
            time = time + self.classes(labels.long())
        x = self.enter(x)
        kept = [x]
        for index, stage in enumerate(self.down):
            x = stage(x, time)
            kept.append(x)
            if index % BLOCKS == BLOCKS - 1 and index // BLOCKS < len(self.shrink):
                x = self.shrink[index // BLOCKS](nn.functional.pad(x, (0, 1, 0, 1)))
                kept.append(x)
        x = self.middle_b(self.middle(self.middle_a(x, time)), time)
        for index, stage in enumerate(self.up):
            x = stage(torch.cat([x, kept.pop()], dim=1), time)
            if index % (BLOCKS + 1) == BLOCKS and index // (BLOCKS + 1) < len(self.grow):
                x = self.grow[index // (BLOCKS + 1)](interpolate(x, scale_factor=2, mode="nearest"))
        return self.leave(silu(self.norm(x)))
