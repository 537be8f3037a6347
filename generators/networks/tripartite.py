"""Tripartite-GAN: Zhao J. et al., "Tripartite-GAN: Synthesizing liver contrast-enhanced MRI to improve tumor detection",
Medical Image Analysis 2020, 63:101667.

Pairs of a picture before and after contrast, and a mask of the lesions. Three networks learn together: an attention-aware generator
(dilated convolutions for a wide view, attention over places and over maps, residual learning) makes the second picture out of the
first; a convolutional discriminator tells it from true ones; a detector looks for the lesions in what was made, reading the
generator's attention map as one more channel, and its loss goes back into the generator.

Departures: sizes of layers are ours where the abstract leaves them open; attention over places and maps is that of Fu et al. 2019
("Dual attention network", arXiv:1809.02983), as the paper's is; the detector is of one stage (a score and four sides at each place of a
grid of 8 pixels, in the manner of FCOS, Tian et al. 2019) instead of a region-based one with VGG-16. Boxes are the bounding boxes of the mask's
connected parts. Smooth L1 for their sides as in Girshick 2015; cross-entropy elsewhere.
"""

from typing import Any

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate, l1_loss, smooth_l1_loss

from ..system import Batch, Feed
from ..system import System as Base
from .losses import discriminator_loss, generator_loss
from .translation import PatchDiscriminator

DILATIONS = (1, 2, 5)  # no common factor, so that no pixel is left out (Wang et al. 2018)
CELL = 8  # pixels of the detector's grid


class Dilated(nn.Module):
    """x + three 3 x 3 convolutions with dilations of 1, 2 and 5."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for dilation in DILATIONS:
            layers += [
                nn.Conv2d(maps, maps, 3, padding=dilation, dilation=dilation), nn.InstanceNorm2d(maps), nn.ReLU()
            ]  # fmt: skip
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class DualAttention(nn.Module):
    """Every place looks at every place, and every map at every map; both are added, each by a weight that begins at 0."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        small = max(1, maps // 8)
        self.query, self.key, self.value = (
            nn.Conv2d(maps, small, 1),
            nn.Conv2d(maps, small, 1),
            nn.Conv2d(maps, maps, 1),
        )
        self.places, self.maps = nn.Parameter(torch.zeros(())), nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x and, (n, 1, h, w), how much each place is looked at: 1 if all were looked at alike."""
        flat = x.flatten(2)
        looks = (self.query(x).flatten(2).transpose(1, 2) @ self.key(x).flatten(2)).softmax(dim=2)
        by_place = self.value(x).flatten(2) @ looks.transpose(1, 2)
        by_map = (flat @ flat.transpose(1, 2) / flat.shape[2]).softmax(dim=2) @ flat
        seen = looks.sum(dim=1).unflatten(1, x.shape[2:])[:, None]
        return x + self.places * by_place.view_as(x) + self.maps * by_map.view_as(x), seen


class Painter(nn.Module):
    """(n, channels, size, size) before contrast -> after contrast, and the attention map (n, 1, size, size)."""

    def __init__(self, width: int, blocks: int, channels: int) -> None:
        super().__init__()
        self.enter = nn.Sequential(
            nn.Conv2d(channels, width, 7, padding=3), nn.InstanceNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, 2, 1), nn.InstanceNorm2d(2 * width), nn.ReLU(),
            nn.Conv2d(2 * width, 4 * width, 3, 2, 1), nn.InstanceNorm2d(4 * width), nn.ReLU(),
            *(Dilated(4 * width) for _block in range(blocks)),
        )  # fmt: skip
        self.attention = DualAttention(4 * width)
        self.leave = nn.Sequential(
            nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1), nn.InstanceNorm2d(2 * width), nn.ReLU(),
            nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.InstanceNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, channels, 7, padding=3),
        )  # fmt: skip

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        x, seen = self.attention(self.enter(images))
        made = images + self.leave(x)  # what contrast changes is learnt, not the whole picture
        return made, interpolate(seen, images.shape[2:], mode="bilinear")


class Detector(nn.Module):
    """Picture and attention map -> (n, h / 8, w / 8) logits and (n, 4, h / 8, w / 8) distances from a cell's centre to the left,
    top, right and bottom side of its box, in cells."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = channels + 1
        for after in (width, 2 * width, 4 * width):
            layers += [nn.Conv2d(before, after, 3, 2, 1), nn.GroupNorm(1, after), nn.ReLU()]
            before = after
        self.layers = nn.Sequential(*layers, nn.Conv2d(before, before, 3, padding=1), nn.ReLU())
        self.score, self.sides = nn.Conv2d(before, 1, 1), nn.Conv2d(before, 4, 1)
        nn.init.constant_(self.score.bias, -4.0)  # type: ignore[arg-type]  # most cells hold nothing (Lin et al. 2017)

    def forward(self, images: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        x = self.layers(torch.cat([images, seen], dim=1))
        return self.score(x)[:, 0], self.sides(x).exp()


class Generator(nn.Module):
    """What is kept: the painter and the detector that reads its attention. (n, channels, size, size) -> the same shape."""

    def __init__(
        self, width: int = 32, blocks: int = 3, size: int = 256, channels: int = 1, threshold: float = 0.5
    ) -> None:
        super().__init__()
        self.threshold = threshold
        self.painter, self.detector = Painter(width, blocks, channels), Detector(channels, width)

    def forward(self, images: Tensor) -> Tensor:
        return self.painter(images)[0].clamp(-1, 1)

    def translate(self, given: Batch, chance: torch.Generator) -> Tensor:
        """Nothing of it is chance."""
        return self(given.images)

    def find(self, images: Tensor) -> list[np.ndarray]:
        """For each picture before contrast (k, 5): left, top, right, bottom in pixels, and the score; best first, no two boxes
        that overlap by half."""
        made, seen = self.painter(images)
        scores, sides = self.detector(made, seen)
        return [
            boxes_from(score.sigmoid().cpu().numpy(), side.cpu().numpy(), self.threshold)
            for score, side in zip(scores, sides)
        ]


def boxes_of(mask: np.ndarray) -> np.ndarray:
    """(h, w), non-zero inside -> (k, 4) left, top, right, bottom of its connected parts, in pixels."""
    parts, _count = ndimage.label(mask)
    found = [(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(parts)]
    return np.array(found, dtype=np.float32).reshape(-1, 4)


def wanted(masks: Tensor) -> tuple[Tensor, Tensor]:
    """What the detector should say of (n, 1, h, w) masks: 1 where a cell's centre lies in a box (or at the box's middle, where
    it is smaller than a cell), and that box's sides. The smallest box has a cell that several want."""
    n, _one, height, width = masks.shape
    scores = np.zeros((n, height // CELL, width // CELL), np.float32)
    sides = np.ones((n, 4, height // CELL, width // CELL), np.float32)
    centres_y, centres_x = np.mgrid[: height // CELL, : width // CELL] + 0.5
    for index, mask in enumerate(masks[:, 0].cpu().numpy()):
        boxes = boxes_of(mask > 0.5) / CELL
        areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        for left, top, right, bottom in boxes[np.argsort(-areas)]:
            inside = (centres_x > left) & (centres_x < right) & (centres_y > top) & (centres_y < bottom)
            middle = int((top + bottom) / 2), int((left + right) / 2)
            inside[min(middle[0], inside.shape[0] - 1), min(middle[1], inside.shape[1] - 1)] = True
            scores[index][inside] = 1
            distances = (centres_x - left, centres_y - top, right - centres_x, bottom - centres_y)
            for side, distance in enumerate(distances):
                sides[index, side][inside] = np.maximum(distance[inside], 0.05)
    return torch.from_numpy(scores).to(masks.device), torch.from_numpy(sides).to(masks.device)


def detection_loss(scores: Tensor, sides: Tensor, masks: Tensor) -> Tensor:
    """Cross-entropy of the scores, both kinds of cells weighing alike, and smooth L1 of the sides' logarithms where a box is."""
    true_scores, true_sides = wanted(masks)
    held = true_scores > 0.5
    weight = torch.where(held, 0.5 / held.sum().clamp_min(1), 0.5 / (~held).sum().clamp_min(1))
    loss = (binary_cross_entropy_with_logits(scores, true_scores, reduction="none") * weight).sum()
    if held.any():
        chosen = held[:, None].expand_as(sides)
        loss = loss + smooth_l1_loss(sides[chosen].log(), true_sides[chosen].log())
    return loss


def boxes_from(scores: np.ndarray, sides: np.ndarray, threshold: float) -> np.ndarray:
    """(h, w) scores and (4, h, w) sides in cells -> (k, 5) boxes in pixels with their score, without those that overlap a
    better one by half of their union."""
    height, width = scores.shape
    y, x = np.nonzero(scores >= threshold)
    left, top, right, bottom = sides[:, y, x]
    boxes = np.stack([x + 0.5 - left, y + 0.5 - top, x + 0.5 + right, y + 0.5 + bottom], axis=1) * CELL
    boxes = boxes.clip(0, [width * CELL, height * CELL, width * CELL, height * CELL])
    order = np.argsort(-scores[y, x], kind="stable")
    kept: list[np.ndarray] = []
    for box, score in zip(boxes[order], scores[y, x][order]):
        if all(overlap(box, other) < 0.5 for other in kept):
            kept.append(np.array([*box, score], dtype=np.float32))
    return np.array(kept, dtype=np.float32).reshape(-1, 5)


def overlap(box: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two boxes."""
    sides = np.minimum(box[2:4], other[2:4]) - np.maximum(box[:2], other[:2])
    common = float(np.prod(sides.clip(0)))
    areas = [float(np.prod(b[2:4] - b[:2])) for b in (box, other)]
    return common / max(sum(areas) - common, 1e-9)


class System(Base):
    target = "partners"

    def __init__(self, options: Any, training: Any) -> None:
        super().__init__(options, training)
        self.generator = Generator(
            options.width, options.blocks, options.size, options.channels, options.threshold
        )
        self.discriminator = PatchDiscriminator(options.channels, options.width)
        betas = (training.beta1, training.beta2)
        self.optimisers = {
            "g": torch.optim.Adam(self.generator.parameters(), training.learning_rate, betas),
            "d": torch.optim.Adam(self.discriminator.parameters(), training.learning_rate, betas),
        }

    def step(self, feed: Feed) -> dict[str, Tensor]:
        training, batch = self.training_options, feed.draw()
        true, masks = batch.partners, batch.masks
        assert true is not None
        assert masks is not None
        made, seen = self.generator.painter(batch.images)
        loss_d = discriminator_loss(self.discriminator(true), self.discriminator(made.detach()))
        feed.descend(loss_d, self.optimisers["d"])
        scores, sides = self.generator.detector(made, seen)
        detection = detection_loss(scores, sides, masks)
        pixels = l1_loss(made, true)
        deceiving = generator_loss(self.discriminator(made))
        loss_g = deceiving + training.pixels * pixels + training.detection * detection
        feed.descend(loss_g, self.optimisers["g"])
        return {"loss_g": loss_g, "loss_d": loss_d, "loss_pixels": pixels, "loss_detection": detection}
