"""One training loop for every system: stopped and resumed at any step. What a system is: see `system.py`.

A run killed at any moment and started again on the same data goes on from its last checkpoint; on the CPU, with the
recorded thread count and machine type, its weights are then bit for bit those of a run that was never killed.
"""

import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor

from . import checkpoints, training_log
from .catalogue import NETWORKS
from .feeding import DataFeed
from .snapshots import Snapshots
from .system import Batch
from .training_data import TrainingError, gather, prepare

__all__ = ["Event", "Summary", "TrainingError", "prepare", "train"]
LOG_EVERY = 10  # steps


@dataclass(frozen=True)
class Event:
    """Told to `report` after each logged step."""

    images_seen: int
    images_total: int
    losses: dict[str, float]
    seconds: float


@dataclass(frozen=True)
class Summary:
    """How a call of train() ended. `notes` are sentences for the user: a resize, a resumed checkpoint. `generator` is the
    kept network's state, after the last step or at the best snapshot as the training options say; `kept` says which;
    `back` is the state of the network of the other direction, at the same moment, where the system has one."""

    images_seen: int
    finished: bool
    notes: tuple[str, ...]
    generator: dict[str, Tensor]
    kept: int = 0  # images seen by the weights in `generator`
    watched: tuple[dict[str, Any], ...] = field(default=())
    back: dict[str, Tensor] = field(default_factory=dict)


def train(
    images: np.ndarray,
    labels: np.ndarray | None = None,
    *,
    network: str,
    options: Any,
    training: Any,
    intensity: tuple[float, float],
    folder: Path,
    partners: np.ndarray | None = None,
    paired: bool = False,
    partners_intensity: tuple[float, float] | None = None,
    masks: np.ndarray | None = None,
    start: dict[str, Tensor] | None = None,
    encoders: Path | None = None,
    report: Callable[[Event], None] = lambda event: None,
    should_stop: Callable[[], bool] = lambda: False,
    snapshot: Callable[[int, Tensor], None] = lambda images_seen, pictures: None,
    threads: int = 1,
) -> Summary:
    """Train `network` on `images`, (n, h, w) or (n, h, w, 3) of any real dtype, whose values lie within `intensity`.

    `labels`: (n,) integers below options.classes, for a conditional network. `partners`: pictures of a second domain, in
    pairs with the first where `paired`, within `partners_intensity` where that is another range. `masks`: (n, h, w), zero outside. `start`: a state of the whole system to begin
    from (transfer). `encoders`: folder of weights that the operator supplies. The folder receives `log.jsonl`, `watch.jsonl`, `samples/*.png` (the same chance each time),
    `checkpoints/` and `best.safetensors`. Ends when training.images_seen pictures were seen or should_stop() says so,
    with a checkpoint either way. `snapshot` receives the pictures made at each snapshot, (n, channels, h, w) in [-1, 1].

    Raises TrainingError for values outside `intensity`, too few pictures, wrong channels, and for a loss that is no
    number any more (the last checkpoint is kept).
    """
    torch.set_num_threads(threads)
    folder.mkdir(parents=True, exist_ok=True)
    data, notes = gather(
        images, labels, partners, masks, paired=paired, options=options, batch=training.batch, intensity=intensity,
        partners_intensity=partners_intensity,
    )  # fmt: skip
    digest = checkpoints.data_digest(images, labels, partners, masks)
    loop = _Loop(data, paired, network, options, training, folder, digest, snapshot, encoders)
    notes += loop.found
    if start is not None:
        loop.system.load_state_dict(start, strict=False)
    notes += loop.resume()
    finished = loop.run(report, should_stop)
    state, back, kept = loop.snapshots.kept()
    watched = tuple(training_log.read_log(folder, training_log.WATCH))
    return Summary(loop.feed.images_seen, finished, tuple(notes), state, kept, watched, back)


def fabric_for(training: Any) -> Fabric:
    """On the GPU if there is one, else on the CPU; mixed precision by the options, on a GPU only. One process, or as many as
    torchrun has started: gradients are then averaged, and the first process alone writes."""
    gpu = torch.cuda.is_available()
    mixed = gpu and training.precision == "mixed"
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if training.batch % processes:
        raise TrainingError(f"A batch of {training.batch} cannot be shared evenly by {processes} processes.")
    fabric = Fabric(
        accelerator="cuda" if gpu else "cpu", devices=int(os.environ.get("LOCAL_WORLD_SIZE", "1")),
        num_nodes=processes // int(os.environ.get("LOCAL_WORLD_SIZE", "1")), strategy="ddp" if processes > 1 else "auto",
        precision="bf16-mixed" if mixed else "32-true",
    )  # fmt: skip
    fabric.launch()
    return fabric


class _Loop:
    """The state of a run: a system, its data and chance, the number of images seen."""

    def __init__(
        self, data: Batch, paired: bool, network: str, options: Any, training: Any, folder: Path, digest: str,
        snapshot: Callable[[int, Tensor], None], encoders: Path | None,
    ) -> None:  # fmt: skip
        self.fabric = fabric_for(training)
        self.training, self.folder = training, folder
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(training.seed)  # initial weights come from the seed, whatever ran before
            self.system = import_module(NETWORKS[network].path).System(options, training)
        self.found = self.system.equip(encoders)
        self.system.to(self.fabric.device)
        self.facts = {
            "network": network, "options": asdict(options), "training": asdict(training), "data": digest,
            "found": self.found, "processes": self.fabric.world_size, **checkpoints.machine(),
        }  # fmt: skip
        self.feed = DataFeed(self.fabric, data, paired, training)
        self.snapshots = Snapshots(self.system, self.feed, folder, snapshot, encoders)
        self.steps = 0

    def run(self, report: Callable[[Event], None], should_stop: Callable[[], bool]) -> bool:
        began, total = time.monotonic(), self.training.images_seen
        if not self.feed.images_seen:
            self.snapshots.write()
        while self.feed.images_seen < total:
            before = self.feed.images_seen
            losses = self.step()
            if self.steps % LOG_EVERY == 0:
                self.tell(report, losses, time.monotonic() - began)
            if self.crossed(before, self.training.sample_every_images):
                self.snapshots.write()
            if self.crossed(before, self.training.checkpoint_every_images):
                self.save()
            if self.steps % LOG_EVERY == 0 and self.fabric.broadcast(should_stop()):
                break
        self.snapshots.write()
        self.save()
        self.fabric.barrier()
        return self.feed.images_seen >= total

    def step(self) -> dict[str, Tensor]:
        self.system.begin(self.feed.images_seen)
        with self.fabric.autocast():
            losses = self.system.step(self.feed)
        self.steps += 1
        return losses

    def crossed(self, before: int, every: int) -> bool:
        return self.feed.images_seen // every > before // every

    def tell(self, report: Callable[[Event], None], losses: dict[str, Tensor], seconds: float) -> None:
        values = {name: float(torch.as_tensor(value).detach()) for name, value in losses.items()}
        seen = self.feed.images_seen
        if not np.isfinite(list(values.values())).all():
            raise TrainingError(
                f"The loss is no number any more after {seen} pictures: the training diverged. "
                "The last checkpoint is kept. Try a lower learning rate."
            )
        if not self.fabric.is_global_zero:
            return
        training_log.append(self.folder, {"images_seen": seen, **values, "seconds": round(seconds, 2)})
        report(Event(seen, self.training.images_seen, values, seconds))

    def save(self) -> None:
        if not self.fabric.is_global_zero:
            return
        tensors = checkpoints.module_state("system", self.system)
        for name, optimiser in self.system.optimisers.items():
            tensors |= checkpoints.optimiser_state(f"optimiser_{name}", optimiser)
        tensors["chance"] = self.feed.chance.get_state()
        facts = {**self.facts, "images_seen": self.feed.images_seen, "steps": self.steps}
        checkpoints.save(self.folder / "checkpoints", self.feed.images_seen, tensors, facts)

    def forget(self, images_seen: int) -> None:
        """What was logged after a checkpoint that is gone back to."""
        if self.fabric.is_global_zero:
            training_log.cut(self.folder, images_seen)

    def resume(self) -> list[str]:
        path = checkpoints.latest(self.folder / "checkpoints")
        if path is None:
            self.forget(-1)
            return []
        tensors, facts = checkpoints.load(path)
        notes = checkpoints.compare(facts, self.facts)
        self.system.load_state_dict(checkpoints.part(tensors, "system"))
        for name, optimiser in self.system.optimisers.items():
            checkpoints.restore_optimiser(optimiser, checkpoints.part(tensors, f"optimiser_{name}"))
        self.feed.chance.set_state(tensors["chance"])
        self.feed.images_seen, self.steps = facts["images_seen"], facts["steps"]
        self.forget(self.feed.images_seen)
        return [f"Gone on from the checkpoint after {self.feed.images_seen} pictures.", *notes]
