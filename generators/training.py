"""One training loop for adversarial networks: readable top to bottom, stopped and resumed at any step.

A run killed at any moment and started again on the same data goes on from its last checkpoint; on the CPU, with the
recorded thread count and machine type, its weights are then bit for bit those of a run that was never killed.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from . import checkpoints, training_log
from .catalogue import NETWORKS
from .networks.losses import discriminator_loss, generator_loss
from .options import TrainingOptions

GRID = 8  # pictures along each side of a sample grid
LOG_EVERY = 10  # steps


class TrainingError(ValueError):
    """The training cannot begin or go on; the message says why and what to do."""


@dataclass(frozen=True)
class Event:
    """Told to `report` after each logged step."""

    images_seen: int
    images_total: int
    loss_g: float
    loss_d: float
    seconds: float


@dataclass(frozen=True)
class Summary:
    """How a call of train() ended. `notes` are sentences for the user: a resize, a resumed checkpoint."""

    images_seen: int
    finished: bool
    notes: tuple[str, ...]
    generator: dict[str, Tensor]


def train(
    images: np.ndarray,
    labels: np.ndarray | None = None,
    *,
    network: str,
    options: Any,
    training: TrainingOptions,
    intensity: tuple[float, float],
    folder: Path,
    report: Callable[[Event], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
    threads: int = 1,
) -> Summary:
    """Train `network` on `images`, (n, h, w) or (n, h, w, 3) of any real dtype, whose values lie within `intensity`.

    `labels`: (n,) integers below options.classes, for a conditional network. The folder receives `log.jsonl`,
    `samples/*.png` (the same latent vectors each time) and `checkpoints/`. Ends when training.images_seen pictures were
    seen or should_stop() says so, with a checkpoint either way.

    Raises TrainingError for values outside `intensity`, too few pictures, wrong channels, and for a loss that is no
    number any more (the last checkpoint is kept).
    """
    torch.set_num_threads(threads)
    folder.mkdir(parents=True, exist_ok=True)
    data, notes = prepare(images, options, intensity)
    _check(data, labels, options, training)
    loop = _Loop(data, labels, network, options, training, folder, checkpoints.data_digest(images, labels))
    notes += loop.resume()
    finished = loop.run(report, should_stop)
    state = {name: tensor.detach().clone() for name, tensor in loop.generator.state_dict().items()}
    return Summary(loop.images_seen, finished, tuple(notes), state)


def prepare(images: np.ndarray, options: Any, intensity: tuple[float, float]) -> tuple[Tensor, list[str]]:
    """(n, channels, size, size) float32 in [-1, 1]; the declared range is mapped, nothing is clipped in silence."""
    low, high = intensity
    if not low < high:
        raise TrainingError(
            f"The intensity range is {low:g} to {high:g}; the highest value must be above the lowest."
        )
    if images.min() < low or images.max() > high:
        raise TrainingError(
            f"The pictures hold values from {images.min():g} to {images.max():g}, outside the declared range "
            f"{low:g} to {high:g}. Declare a range that covers them."
        )
    channels = 1 if images.ndim == 3 else images.shape[3]
    if channels != options.channels:
        raise TrainingError(
            f"The pictures have {channels} channel(s) and the network {options.channels}. Make them equal."
        )
    scaled = (images.astype(np.float32) - low) * np.float32(2 / (high - low)) - 1
    data = (
        torch.from_numpy(scaled if images.ndim == 4 else scaled[..., None]).permute(0, 3, 1, 2).contiguous()
    )
    if data.shape[2:] == (options.size, options.size):
        return data, []
    was = f"{data.shape[3]} × {data.shape[2]}"
    data = torch.nn.functional.interpolate(
        data, (options.size, options.size), mode="bilinear", antialias=True
    )
    return data.clamp(-1, 1), [
        f"The pictures were resized from {was} to {options.size} × {options.size} pixels."
    ]


def _check(data: Tensor, labels: np.ndarray | None, options: Any, training: TrainingOptions) -> None:
    if len(data) < training.batch:
        raise TrainingError(
            f"There are {len(data)} pictures and a batch takes {training.batch}. Add some, or lower the batch."
        )
    if options.classes and labels is None:
        raise TrainingError(f"The network knows {options.classes} classes, and the pictures have no labels.")
    if options.classes and labels is not None and int(labels.max()) >= options.classes:
        raise TrainingError(
            f"The labels name {int(labels.max()) + 1} classes and the network {options.classes}."
        )


class _Loop:
    """The state of a run: two networks, two optimisers, one source of chance, the number of images seen."""

    def __init__(
        self, data: Tensor, labels: np.ndarray | None, network: str, options: Any, training: TrainingOptions, folder: Path, digest: str
    ) -> None:  # fmt: skip
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.data = data.to(self.device)
        self.labels = torch.from_numpy(np.asarray(labels)).to(self.device) if options.classes else None
        self.options, self.training, self.folder = options, training, folder
        self.facts = {"network": network, "options": asdict(options), "training": asdict(training), "data": digest, **checkpoints.machine()}  # fmt: skip
        module = import_module(NETWORKS[network].path)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(training.seed)  # initial weights come from the seed, whatever ran before
            self.generator = module.Generator(**asdict(options)).to(self.device)
            self.discriminator = module.Discriminator(**asdict(options)).to(self.device)
        self.chance = torch.Generator().manual_seed(training.seed)
        fixed = torch.Generator().manual_seed(training.seed + 1)
        self.fixed = torch.randn(GRID * GRID, options.latent, generator=fixed).to(self.device)
        betas = (training.beta1, training.beta2)
        self.optimiser_g = torch.optim.Adam(self.generator.parameters(), training.learning_rate, betas)
        self.optimiser_d = torch.optim.Adam(self.discriminator.parameters(), training.learning_rate, betas)
        self.images_seen, self.steps = 0, 0

    def run(self, report: Callable[[Event], None], should_stop: Callable[[], bool]) -> bool:
        began, total = time.monotonic(), self.training.images_seen
        if not self.images_seen:
            self.write_samples()
        while self.images_seen < total:
            loss_d, loss_g = self.step()
            self.steps += 1
            if self.steps % LOG_EVERY == 0:
                self.tell(report, loss_d, loss_g, time.monotonic() - began)
            if self.crossed(self.training.sample_every_images):
                self.write_samples()
            if self.crossed(self.training.checkpoint_every_images):
                self.save()
            if self.steps % LOG_EVERY == 0 and should_stop():
                break
        self.save()
        self.write_samples()
        return self.images_seen >= total

    def step(self) -> tuple[Tensor, Tensor]:
        batch = self.training.batch
        chosen = torch.randint(len(self.data), (batch,), generator=self.chance).to(self.device)
        real, labels = self.data[chosen], self.labels[chosen] if self.labels is not None else None
        fake = self.generator(self.latent(batch), labels)
        loss_d = discriminator_loss(
            self.discriminator(real, labels), self.discriminator(fake.detach(), labels)
        )
        self.optimiser_d.zero_grad()
        loss_d.backward()
        self.optimiser_d.step()
        loss_g = generator_loss(self.discriminator(fake, labels))
        self.optimiser_g.zero_grad()
        loss_g.backward()
        self.optimiser_g.step()
        self.images_seen += batch
        return loss_d, loss_g

    def latent(self, count: int) -> Tensor:
        # Drawn on the CPU: the same numbers whatever the device.
        return torch.randn(count, self.options.latent, generator=self.chance).to(self.device)

    def crossed(self, every: int) -> bool:
        return self.images_seen // every > (self.images_seen - self.training.batch) // every

    def tell(self, report: Callable[[Event], None], loss_d: Tensor, loss_g: Tensor, seconds: float) -> None:
        values = float(loss_g.detach()), float(loss_d.detach())
        if not np.isfinite(values).all():
            raise TrainingError(
                f"The loss is no number any more after {self.images_seen} pictures: the training diverged. "
                "The last checkpoint is kept. Try a lower learning rate."
            )
        row = {
            "images_seen": self.images_seen,
            "loss_g": values[0],
            "loss_d": values[1],
            "seconds": round(seconds, 2),
        }
        training_log.append(self.folder, row)
        report(Event(self.images_seen, self.training.images_seen, *values, seconds))

    def write_samples(self) -> None:
        labels = (
            torch.arange(GRID * GRID, device=self.device) % self.options.classes
            if self.options.classes
            else None
        )
        self.generator.eval()
        with torch.no_grad():
            pictures = self.generator(self.fixed, labels).cpu()
        self.generator.train()
        path = self.folder / "samples" / f"{self.images_seen:010d}.png"
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_suffix(".part")
        grid(pictures).save(temporary, "PNG")
        temporary.replace(path)

    def save(self) -> None:
        tensors = {
            **checkpoints.module_state("generator", self.generator),
            **checkpoints.module_state("discriminator", self.discriminator),
            **checkpoints.optimiser_state("optimiser_g", self.optimiser_g),
            **checkpoints.optimiser_state("optimiser_d", self.optimiser_d),
            "chance": self.chance.get_state(),
        }
        facts = {**self.facts, "images_seen": self.images_seen, "steps": self.steps}
        checkpoints.save(self.folder / "checkpoints", self.images_seen, tensors, facts)

    def resume(self) -> list[str]:
        path = checkpoints.latest(self.folder / "checkpoints")
        if path is None:
            return []
        tensors, facts = checkpoints.load(path)
        notes = self.compare(facts)
        self.generator.load_state_dict(checkpoints.part(tensors, "generator"))
        self.discriminator.load_state_dict(checkpoints.part(tensors, "discriminator"))
        checkpoints.restore_optimiser(self.optimiser_g, checkpoints.part(tensors, "optimiser_g"))
        checkpoints.restore_optimiser(self.optimiser_d, checkpoints.part(tensors, "optimiser_d"))
        self.chance.set_state(tensors["chance"])
        self.images_seen, self.steps = facts["images_seen"], facts["steps"]
        training_log.cut(self.folder, self.images_seen)
        return [f"Gone on from the checkpoint after {self.images_seen} pictures.", *notes]

    def compare(self, facts: dict[str, Any]) -> list[str]:
        for name, words in (
            ("data", "pictures"),
            ("options", "network options"),
            ("training", "training options"),
        ):
            if facts[name] != self.facts[name]:
                raise TrainingError(f"The checkpoint was made with other {words}. Start a new run.")
        changed = [name for name in ("machine", "torch", "threads") if facts[name] != self.facts[name]]
        if not changed:
            return []
        words = ", ".join(f"{name} {facts[name]} then, {self.facts[name]} now" for name in changed)
        return [f"The weights will not be bit-identical to an uninterrupted run: {words}."]


def grid(pictures: Tensor) -> Image.Image:
    """(64, channels, h, w) in [-1, 1] -> one 8-bit picture of 8 x 8, two pixels apart."""
    n, channels, height, width = pictures.shape
    sheet = np.zeros((GRID * (height + 2) - 2, GRID * (width + 2) - 2, channels), np.uint8)
    pixels = ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    for index, picture in enumerate(pixels):
        top, left = index // GRID * (height + 2), index % GRID * (width + 2)
        sheet[top : top + height, left : left + width] = picture
    return Image.fromarray(sheet[:, :, 0] if channels == 1 else sheet)
