"""What a step draws from: the data and one source of chance, the same numbers on every device and in every process."""

from typing import Any

import torch
from lightning_fabric import Fabric
from torch import Tensor

from .system import Batch


class DataFeed:
    """See `system.Feed`. All chance is drawn on the CPU from one generator whose state goes into the checkpoint.

    With several processes each draws the same numbers and takes its own rows of them, and gradients are averaged: a step
    then means the same whatever their number.
    """

    def __init__(self, fabric: Fabric, data: Batch, paired: bool, training: Any) -> None:
        self.fabric, self.paired, self.batch = fabric, paired, training.batch
        self.device = fabric.device
        moved = [
            None if v is None else v.to(self.device)
            for v in (data.images, data.labels, data.partners, data.masks)
        ]
        self.data = Batch(*moved)  # type: ignore[arg-type]
        self.chance = torch.Generator().manual_seed(training.seed)
        self.images_seen = 0

    def draw(self, count: int = 0) -> Batch:
        count = count or self.batch
        chosen = self.share(torch.randint(len(self.data), (count,), generator=self.chance))
        batch = self.data.rows(chosen)
        if self.data.partners is not None and not self.paired:
            other = self.share(torch.randint(len(self.data.partners), (count,), generator=self.chance))
            batch = Batch(batch.images, batch.labels, self.data.partners[other], batch.masks)
        self.images_seen += count
        return batch

    def noise(self, *shape: int) -> Tensor:
        return self._drawn(torch.randn, shape)

    def uniform(self, *shape: int) -> Tensor:
        return self._drawn(torch.rand, shape)

    def descend(self, loss: Tensor, optimiser: torch.optim.Optimizer, retain_graph: bool = False) -> None:
        optimiser.zero_grad()
        self.fabric.backward(loss, retain_graph=retain_graph)
        if self.fabric.world_size > 1:
            for group in optimiser.param_groups:
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        parameter.grad = self.fabric.all_reduce(parameter.grad, reduce_op="mean")  # type: ignore[assignment]
        optimiser.step()

    def _drawn(self, how: Any, shape: tuple[int, ...]) -> Tensor:
        world = self.fabric.world_size
        return self.share(how(shape[0] * world, *shape[1:], generator=self.chance))

    def share(self, rows: Tensor) -> Tensor:
        """This process's part: every world-size-th row, beginning at its rank."""
        return rows[self.fabric.global_rank :: self.fabric.world_size].to(self.device)
