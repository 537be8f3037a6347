"""Adaptive discriminator augmentation: Karras et al., "Training generative adversarial networks with limited data",
NeurIPS 2020 (arXiv:2006.06676).

Every picture the discriminator sees, real or made, is transformed with probability p by each of: mirror, quarter turns,
whole-pixel shift up to 1/8 of the side, scaling by 2^N(0, 0.2), brightness N(0, 0.2), contrast 2^N(0, 0.5).
These are the paper's pixel blitting and most of its geometry and colour steps; its rotations by any angle, anisotropic
scaling, hue, saturation, filters and noise are left out. p moves by the heuristic r_t = E[sign(D(real))]: up while r_t is above the target (0.6), down below, at a
rate that would take it from 0 to 1 within 500,000 real pictures. p and r_t's running sum are buffers, so they are in the
checkpoint. The transforms let gradients through. What is drawn comes from the feed, all of it each time, so that a run's
chance does not depend on p.
"""

import math
from typing import Any

import torch
from torch import Tensor, nn

EVERY, SPEED = 4, 500_000  # batches between changes of p; real pictures from p = 0 to p = 1
DRAWS = 15  # uniform numbers per picture


class AdaptiveAugmentation(nn.Module):
    """`target` 0 switches it off: pictures pass untouched and nothing is drawn."""

    p: Tensor
    signs: Tensor

    def __init__(self, target: float) -> None:
        super().__init__()
        self.target = target
        self.register_buffer("p", torch.zeros(()))
        self.register_buffer("signs", torch.zeros(3, dtype=torch.float64))  # sum of signs, pictures, batches

    def forward(self, images: Tensor, feed: Any) -> Tensor:
        if not self.target:
            return images
        return augment(images, feed.uniform(len(images), DRAWS), float(self.p))

    @torch.no_grad()
    def adapt(self, judged: Tensor) -> None:
        """After each discriminator step: `judged` are its logits for real pictures."""
        if not self.target:
            return
        self.signs += torch.stack([judged.sign().sum(), torch.tensor(len(judged), device=judged.device), torch.tensor(1, device=judged.device)]).double()  # fmt: skip
        if self.signs[2] >= EVERY:
            share = self.signs[0] / self.signs[1]
            step = torch.sign(share - self.target) * self.signs[1] / SPEED
            self.p.copy_((self.p + step).clamp(0, 1))
            self.signs.zero_()

    def told(self) -> dict[str, Tensor]:
        return {"ada_p": self.p} if self.target else {}


def augment(images: Tensor, u: Tensor, p: float) -> Tensor:
    """`u`: (n, 15) uniform numbers; the same numbers and p give the same pictures. (n, c, h, w) -> the same shape."""
    on = u[:, :6] < p
    images = _geometry(images, on, u)
    contrast = torch.where(on[:, 4], 2 ** (0.5 * _normal(u[:, 11], u[:, 12])), 1.0)
    brightness = torch.where(on[:, 5], 0.2 * _normal(u[:, 13], u[:, 14]), 0.0)
    return images * contrast[:, None, None, None] + brightness[:, None, None, None]


def _geometry(images: Tensor, on: Tensor, u: Tensor) -> Tensor:
    """Mirror, quarter turn, shift and scaling as one affine map, sampled bilinearly with mirrored borders."""
    n, _c, height, width = images.shape
    flip = torch.where(on[:, 0] & (u[:, 6] < 0.5), -1.0, 1.0)
    turns = torch.where(on[:, 1], (u[:, 7] * 4).floor(), 0.0) * (math.pi / 2)
    scale = torch.where(on[:, 3], 2 ** (0.2 * _normal(u[:, 9], u[:, 10])), 1.0)
    cos, sin = turns.cos().round(), turns.sin().round()
    x = torch.where(on[:, 2], _whole(u[:, 8], width), 0.0)
    y = torch.where(on[:, 2], _whole((u[:, 8] * 977) % 1, height), 0.0)
    rows = [flip * cos / scale, -sin / scale, x, flip * sin / scale, cos / scale, y]
    theta = torch.stack(rows, 1).view(n, 2, 3)
    places = nn.functional.affine_grid(theta, list(images.shape), align_corners=False).to(images.dtype)
    return nn.functional.grid_sample(images, places, padding_mode="reflection", align_corners=False)


def _whole(u: Tensor, side: int) -> Tensor:
    """A shift of whole pixels up to 1/8 of the side either way, in the units of affine_grid (2 is the side)."""
    return ((u * 2 - 1) * side / 8).round() * 2 / side


def _normal(u: Tensor, v: Tensor) -> Tensor:
    """Box & Muller 1958: a standard normal number from two uniform ones."""
    return (-2 * (1 - u).log()).sqrt() * (2 * math.pi * v).cos()
