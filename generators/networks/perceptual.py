"""Features for perceptual losses (Johnson, Alahi & Fei-Fei 2016): VGG-19 where the operator has its weights, else a named substitute.

VGG-19 (Simonyan & Zisserman 2015) is read from `vgg19.safetensors` in the folder of encoders, with the tensor names of the usual
PyTorch file (`features.0.weight` ...). Nothing is downloaded. Without it a fixed network of random convolutions stands in: untrained
features separate textures too (He, Wang & Hopcroft 2016), but results are not those of the papers, and each run says which it used.
"""

import hashlib
import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d, relu

FILE = "vgg19.safetensors"
BLOCKS = ((0, 2), (5, 7), (10, 12, 14, 16), (19, 21, 23, 25), (28, 30, 32, 34))  # places of the convolutions
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, on the scale from 0 to 1
RANDOM_MAPS, SEED = (16, 32, 64), 20160624


class Features(nn.Module):
    """(n, 1 or 3, h, w) in [-1, 1] -> features. Its weights learn nothing and are in no checkpoint; gradients pass to the pictures."""

    name = ""

    def levels(self, images: Tensor) -> list[Tensor]:
        """After each of the first three poolings."""
        raise NotImplementedError

    def deep(self, images: Tensor) -> Tensor:
        """The deepest features."""
        raise NotImplementedError

    def keep(self, name: str, tensor: Tensor) -> None:
        self.register_buffer(name, tensor, persistent=False)


class RandomFeatures(Features):
    """Three convolutions of 3 x 3 with rectifier and pooling, weights from N(0, 2 / fan-in) by a fixed seed."""

    name = "fixed random convolutions, version 1"

    def __init__(self) -> None:
        super().__init__()
        chance = torch.Generator().manual_seed(SEED)
        before = 3
        for level, maps in enumerate(RANDOM_MAPS):
            weight = torch.randn(maps, before, 3, 3, generator=chance) * math.sqrt(2 / (9 * before))
            self.keep(f"weight{level}", weight)
            before = maps

    def levels(self, images: Tensor) -> list[Tensor]:
        x, found = _colour(images), []
        for level in range(len(RANDOM_MAPS)):
            x = avg_pool2d(relu(conv2d(x, getattr(self, f"weight{level}"), padding=1)), 2)
            found.append(x)
        return found

    def deep(self, images: Tensor) -> Tensor:
        return self.levels(images)[-1]


class VGG19(Features):
    """The 16 convolutions. Raises ValueError, naming the tensor, where the file is not VGG-19's."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, path: Path) -> None:
        super().__init__()
        from safetensors.torch import load_file

        tensors = load_file(path)
        for place in (place for block in BLOCKS for place in block):
            for part in ("weight", "bias"):
                key = f"features.{place}.{part}"
                if key not in tensors:
                    raise ValueError(f"{path.name} holds no tensor {key}: it is not VGG-19.")
                self.keep(f"{part}{place}", tensors[key].float())
        self.keep("mean", torch.tensor(MEAN)[:, None, None])
        self.keep("deviation", torch.tensor(DEVIATION)[:, None, None])
        self.name = f"VGG-19, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"

    def levels(self, images: Tensor) -> list[Tensor]:
        x, found = self._scaled(images), []
        for block in BLOCKS[:3]:
            x = max_pool2d(self._block(x, block), 2)
            found.append(x)
        return found

    def deep(self, images: Tensor) -> Tensor:
        """After the 16th convolution and its rectifier, as Yang et al. 2018 take it."""
        x = self._scaled(images)
        for block in BLOCKS[:-1]:
            x = max_pool2d(self._block(x, block), 2)
        return self._block(x, BLOCKS[-1])

    def _scaled(self, images: Tensor) -> Tensor:
        return ((_colour(images) + 1) / 2 - self.mean) / self.deviation

    def _block(self, x: Tensor, places: tuple[int, ...]) -> Tensor:
        for place in places:
            x = relu(conv2d(x, getattr(self, f"weight{place}"), getattr(self, f"bias{place}"), padding=1))
        return x


def _colour(images: Tensor) -> Tensor:
    return images.expand(-1, 3, -1, -1) if images.shape[1] == 1 else images


def perceptual_features(folder: Path | None) -> tuple[Features, str]:
    """The best features there are, and a sentence that says which."""
    path = folder / FILE if folder else None
    if path and path.is_file():
        features: Features = VGG19(path)
        return features, f"Perceptual loss by {features.name}."
    features = RandomFeatures()
    return features, (
        f"Perceptual loss by a substitute ({features.name}): the weights of VGG-19 ({FILE}) are not installed here, "
        "so results are not those of the paper."
    )
