"""What is known of a made set without this project's metrics: which acquisitions a trained network names, and which images sit on one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

EPOCHS, BATCH = 25, 50
THIRD = 1 / 3


def modes_named(pictures: np.ndarray, modes: np.ndarray, made: np.ndarray, cache: Path) -> np.ndarray:
    """(m,) the mode that a small convolutional network, trained on (n, 32, 32) pictures with (n,) modes, names for each made one."""
    names, which = np.unique(modes, return_inverse=True)
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(512, len(names)),
    )  # fmt: skip
    path = cache / "names.pt"
    if path.exists():
        network.load_state_dict(torch.load(path, weights_only=True))
    else:
        _fit(network, _tensor(pictures), torch.from_numpy(which))
        cache.mkdir(parents=True, exist_ok=True)
        torch.save(network.state_dict(), path)
    with torch.inference_mode():
        return names[network(_tensor(made)).argmax(dim=1).numpy()]


def _fit(network: nn.Module, pictures: torch.Tensor, which: torch.Tensor) -> None:
    adam = torch.optim.Adam(network.parameters(), 2e-3)
    for _epoch in range(EPOCHS):
        for rows in torch.randperm(len(pictures)).split(BATCH):
            loss = nn.functional.cross_entropy(network(pictures[rows]), which[rows])
            adam.zero_grad()
            loss.backward()
            adam.step()


def _tensor(pictures: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pictures).float()[:, None] / 127.5 - 1


def near_one_of_two(pictures: np.ndarray, training: np.ndarray) -> np.ndarray:
    """(m,) bool: nearer than a third as far from the nearest training picture, pixel by pixel, as from the second nearest."""
    rows, known = (stack.reshape(len(stack), -1).astype(np.float64) for stack in (pictures, training))
    square = (rows**2).sum(axis=1)[:, None] - 2 * rows @ known.T + (known**2).sum(axis=1)
    two = np.sqrt(np.maximum(np.partition(square, 1, axis=1)[:, :2], 0))
    return two[:, 0] < THIRD * two[:, 1]
