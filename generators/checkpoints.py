"""Everything a training needs to go on, in one safetensors file written whole or not at all; no pickle anywhere."""

import hashlib
import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from .training_data import TrainingError

KEPT = 2


def data_digest(images: np.ndarray, *others: np.ndarray | None) -> str:
    digest = hashlib.sha256(f"{images.shape}{images.dtype}".encode())
    digest.update(np.ascontiguousarray(images).tobytes())
    for values in others:
        digest.update(b"-" if values is None else np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def machine() -> dict[str, Any]:
    """What bit-identical arithmetic depends on."""
    return {"machine": platform.machine(), "torch": torch.__version__, "threads": torch.get_num_threads()}


def save(folder: Path, images_seen: int, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / f"{images_seen:010d}.safetensors", tensors, facts)
    for old in sorted(folder.glob("*.safetensors"))[:-KEPT]:
        old.unlink()


def write(path: Path, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
    temporary = path.with_suffix(".part")
    whole = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    save_file(whole, temporary, metadata={"facts": json.dumps(facts)})
    with temporary.open("rb") as written:
        os.fsync(written.fileno())
    temporary.replace(path)


def latest(folder: Path) -> Path | None:
    found = sorted(folder.glob("*.safetensors"))
    return found[-1] if found else None


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()["facts"])
        return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118  (not a dict)


def compare(kept: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Sentences about what keeps a resumed run from being bit-identical. Raises TrainingError where it is another run."""
    names = (
        ("network", "network"),
        ("data", "pictures"),
        ("options", "network options"),
        ("training", "training options"),
    )
    for name, words in names:
        if kept[name] != now[name]:
            raise TrainingError(f"The checkpoint was made with other {words}. Start a new run.")
    if kept.get("found", []) != now["found"]:
        raise TrainingError(
            f"The checkpoint was made with: {' '.join(kept['found'])} Now: {' '.join(now['found'])} Start a new run."
        )
    parts = ("machine", "torch", "threads", "processes")
    changed = [name for name in parts if kept.get(name, now[name]) != now[name]]
    if not changed:
        return []
    words = ", ".join(f"{name} {kept[name]} then, {now[name]} now" for name in changed)
    return [f"The weights will not be bit-identical to an uninterrupted run: {words}."]


def system_of(folder: Path) -> dict[str, Tensor]:
    """The whole system at the last checkpoint, to begin another training from. Raises TrainingError where there is none."""
    path = latest(folder)
    if path is None:
        raise TrainingError("The training to go on from has no checkpoint any more.")
    return part(load(path)[0], "system")


def module_state(prefix: str, module: torch.nn.Module) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": tensor for name, tensor in module.state_dict().items()}


def optimiser_state(prefix: str, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    state = optimiser.state_dict()["state"]
    return {
        f"{prefix}.{index}.{name}": torch.as_tensor(value)
        for index, one in state.items()
        for name, value in one.items()
    }


def part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    head = prefix + "."
    return {name[len(head) :]: tensor for name, tensor in tensors.items() if name.startswith(head)}


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, key = name.split(".", 1)
        state.setdefault(int(index), {})[key] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
