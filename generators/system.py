"""What a trainable system is: the contract between one architecture's file and the one training loop.

A file `networks/<name>.py` holds the networks and a `System`, read top to bottom. The loop (`training.py`) draws the data,
counts, logs, saves and resumes; the system says everything else:

networks    attributes set in __init__. A System is a torch module, so whatever must survive a kill lives in it as a
            parameter or a buffer (an average of weights, a pool of old pictures, an augmentation's strength): its state
            dict, its optimisers' states and the loop's source of chance are the whole checkpoint.
optimisers  dict set in __init__, after the networks.
step        what one step does: feed.draw() gives real pictures (as often as the algorithm wants them), feed.noise()
            chance, feed.descend(loss, optimiser) one descent. Returns the losses to log, by name ("loss_..." is drawn as a
            curve, anything else is listed). Every picture drawn counts as seen.
schedule    begin(images_seen) runs before each step: learning rates, phases. It depends on images_seen alone.
sampler     name of the network that is kept, sampled and uploaded.
make        pictures for the sample grid and the watch numbers, one for each row of a fixed batch of the data.
target      "images" or "partners": which real pictures those should resemble.
back        name of a second network that is kept too, leading from the partners to the images; "" where there is none.
equip       takes what the operator supplies (weights of a perceptual loss) from a folder, and says what it found.

A network that makes pictures from pictures has translate(given: Batch, chance) -> pictures in [-1, 1], where `chance` is a
torch.Generator on the CPU; one that makes them from chance has `latent` (or `latent_shape`) and forward(z, labels).

Data may be one set, two unpaired domains, paired pictures, or pictures with masks: see Batch.
Chance comes from the feed only, never from torch's global state: that is what makes a resumed run bit-identical.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Batch:
    """Pictures are (n, channels, size, size) float32 in [-1, 1].

    labels (n,) integers; partners: pictures of the second domain, those of the same row where the data is paired;
    masks (n, 1, size, size) float32, 0 or 1. None where the data has none."""

    images: Tensor
    labels: Tensor | None = None
    partners: Tensor | None = None
    masks: Tensor | None = None

    def __len__(self) -> int:
        return len(self.images)

    def rows(self, chosen: Any) -> "Batch":
        def pick(values: Tensor | None) -> Tensor | None:
            return None if values is None else values[chosen]

        return Batch(self.images[chosen], pick(self.labels), pick(self.partners), pick(self.masks))


class Feed(Protocol):
    """What the loop hands to a step."""

    images_seen: int
    device: torch.device

    def draw(self, count: int = 0) -> Batch:
        """`count` random rows of the data (0: the batch of the training options); they count as seen."""

    def noise(self, *shape: int) -> Tensor:
        """Standard normal numbers; the first axis counts pictures."""

    def uniform(self, *shape: int) -> Tensor:
        """Uniform on [0, 1); the first axis counts pictures."""

    def descend(self, loss: Tensor, optimiser: torch.optim.Optimizer, retain_graph: bool = False) -> None:
        """Zero this optimiser's gradients, go back from `loss`, average over processes, step."""


class System(nn.Module):
    """Base of every trainable system; see the head of this file."""

    sampler = "generator"
    target = "images"
    back = ""
    optimisers: dict[str, torch.optim.Optimizer]

    def __init__(self, options: Any, training: Any) -> None:
        super().__init__()
        self.options, self.training_options = options, training

    def begin(self, images_seen: int) -> None:
        """The schedule: nothing changes unless a system says so."""

    def step(self, feed: Feed) -> dict[str, Tensor]:
        raise NotImplementedError

    def equip(self, folder: Path | None) -> list[str]:
        """Sentences for the user, one for each thing that was looked for; a resumed run must find the same."""
        return []

    def make(self, given: Batch, chance: torch.Generator) -> Tensor:
        """(n, channels, size, size) in [-1, 1], by the kept network: from given pictures, or from chance and classes alone."""
        network: Any = self.get_submodule(self.sampler)
        if hasattr(network, "translate"):
            return network.translate(given, chance)
        z = torch.randn(len(given), *latent_shape(network), generator=chance).to(given.images.device)
        return network(z, given.labels)


def latent_shape(generator: Any) -> tuple[int, ...]:
    """Shape of the chance behind one picture: `latent_shape` where a network says it, else its `latent` numbers."""
    return tuple(getattr(generator, "latent_shape", None) or (generator.latent,))


def adam(module: nn.Module, training: Any) -> torch.optim.Adam:
    """Adam by the training options."""
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    return torch.optim.Adam(parameters, training.learning_rate, (training.beta1, training.beta2))


@torch.no_grad()
def average_weights(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Exponential moving average: a <- decay * a + (1 - decay) * w for parameters; buffers are copied."""
    for kept, new in zip(average.parameters(), network.parameters()):
        kept.lerp_(new.detach(), 1 - decay)
    for held, current in zip(average.buffers(), network.buffers()):
        held.copy_(current)
