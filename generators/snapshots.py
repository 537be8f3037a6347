"""What a training shows of itself at intervals: a sample grid, watch numbers, and the best weights so far."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from . import checkpoints, training_log
from .feeding import DataFeed
from .grids import GRID, beside, grid
from .system import Batch, System
from .watching import Watch

CHUNK = 16  # pictures made at once
HALF = GRID * GRID // 2


class Snapshots:
    """Of one system in one folder: `samples/*.png`, `watch.jsonl`, `best.safetensors`, and `snapshots/*.safetensors` if asked for.

    `told` receives the images seen and the pictures made each time. Raises TrainingError where the encoder is not installed."""

    def __init__(
        self,
        system: System,
        feed: DataFeed,
        folder: Path,
        told: Callable[[int, Tensor], None],
        encoders: Path | None,
    ) -> None:
        self.system, self.feed, self.folder, self.told = system, feed, folder, told
        self.options, self.training = system.options, system.training_options
        self.sampler = system.get_submodule(system.sampler)
        self.translates = hasattr(self.sampler, "translate")
        real = getattr(feed.data, system.target)[:, : self.options.channels]
        self.watch = Watch(real, self.training.watch_encoder, encoders)

    def write(self) -> None:
        """Once for each number of images seen, by the first process alone."""
        seen, earlier = self.feed.images_seen, training_log.read_log(self.folder, training_log.WATCH)
        done = bool(earlier) and earlier[-1]["images_seen"] >= seen
        if done or not self.feed.fabric.is_global_zero:
            return
        made = self.make(max(GRID * GRID, self.training.watch))
        self.write_sheet(made, self.folder / "samples" / f"{seen:010d}.png")
        watched = self.watch.measure(made[:, : self.options.channels], *self.true(len(made)))
        row, by = asdict(watched), self.training.best_by
        facts = {"images_seen": seen}
        if all(training_log.badness(old, by) > training_log.badness(row, by) for old in earlier):
            checkpoints.write(self.folder / "best.safetensors", self.samplers(), facts)
        if self.training.keep_snapshots:
            (self.folder / "snapshots").mkdir(exist_ok=True)
            weights = checkpoints.part(self.samplers(), "generator")
            checkpoints.write(self.folder / "snapshots" / f"{seen:010d}.safetensors", weights, facts)
        self.told(seen, made)
        alarms = watched.alarms if seen else []  # an untrained network collapses by nature
        training_log.append(self.folder, {**facts, **row, "alarms": alarms}, training_log.WATCH)

    def make(self, count: int) -> Tensor:
        """The same chance, classes and given pictures each time."""
        given = self.given(count)
        if given.labels is not None and not self.translates:
            given = Batch(given.images, torch.arange(count, device=self.feed.device) % self.options.classes)
        chance = torch.Generator().manual_seed(self.training.seed + 1)
        self.system.eval()
        with torch.no_grad(), self.feed.fabric.autocast():
            parts = [
                self.system.make(given.rows(slice(i, i + CHUNK)), chance) for i in range(0, count, CHUNK)
            ]
        self.system.train()
        return torch.cat(parts).float().cpu()

    def given(self, count: int) -> Batch:
        data = self.feed.data
        return Batch(data.images, data.labels, None, data.masks).rows(self.rows(count))

    def rows(self, count: int) -> Tensor:
        return torch.linspace(0, len(self.feed.data) - 1, count).long()

    def true(self, count: int) -> tuple[Tensor | None, Tensor | None]:
        """What should be made of given(), and inside of which masks to compare; None where nobody knows."""
        given, partners = self.given(count), self.feed.data.partners
        if self.feed.paired and partners is not None:
            return partners[self.rows(count)], None
        return (given.images, given.masks) if self.translates and given.masks is not None else (None, None)

    def write_sheet(self, made: Tensor, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        temporary = path.with_suffix(".part")
        self.sheet(made).save(temporary, "PNG")
        temporary.replace(path)

    def sheet(self, made: Tensor) -> Image.Image:
        """The sample grid; what belongs to each picture, its source above it or its mask below, has a row of its own."""
        if self.translates:
            return grid(beside(self.given(HALF).images.cpu(), self.make(HALF)))
        pictures, masks = made[:HALF, : self.options.channels], made[:HALF, self.options.channels :]
        if masks.shape[1]:
            return grid(beside(pictures, masks.expand_as(pictures)))
        return grid(made[: GRID * GRID])

    def samplers(self) -> dict[str, Tensor]:
        """What is kept of the system: one network, or one for each direction."""
        tensors = checkpoints.module_state("generator", self.sampler)
        if self.system.back:
            tensors |= checkpoints.module_state("back", self.system.get_submodule(self.system.back))
        return {name: tensor.detach().clone() for name, tensor in tensors.items()}

    def kept(self) -> tuple[dict[str, Tensor], dict[str, Tensor], int]:
        """State of the generator and of the network back, after the last step or at the best snapshot, and the images they saw."""
        best = self.folder / "best.safetensors"
        tensors, seen = self.samplers(), self.feed.images_seen
        if self.training.keep == "best" and best.exists():
            tensors, facts = checkpoints.load(best)
            seen = facts["images_seen"]
        return checkpoints.part(tensors, "generator"), checkpoints.part(tensors, "back"), seen
