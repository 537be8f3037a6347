"""What the verdicts say of generators that were really trained: one whose latents are truncated, one that collapses, others that copy.

    python -m benchmarks.collapse_trained FOLDER [NAME ...]     FOLDER holds the collections (docs/validation.md names them)

One half of the small chest X-rays, each also as one of seven other acquisitions, at 32 x 32, is learned from; the other half is the
real set. Beside the verdicts stands what is known without them: how many of the eight acquisitions a network that was trained to
name them finds among the images made, and how many images lie nearer than a third as far from their nearest training image as from
the second (Yoon et al., "Diffusion probabilistic models generalize when they fail to memorize", ICML 2023 workshop). Each training takes one
to five minutes on one thread, the diffusion models as long on a GPU and a day without. What was made is kept in EVALSITE_BENCHMARK_CACHE, so
that it may be carried from one machine to another; rows are kept in docs/validation/mode_collapse.
"""

from benchmarks.peers import medians  # isort: skip  # noqa: F401  (sets the thread count before numpy is loaded)

import hashlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.collapse_data import collection
from benchmarks.collapse_sheets import sheet, with_nearest
from benchmarks.collapse_tables import KEPT
from benchmarks.collapse_truth import modes_named, near_one_of_two
from generators import checkpoints
from generators.catalogue import NETWORKS
from generators.system import latent_shape
from generators.training import train
from metrics.evaluation import evaluate
from metrics.images import Images
from metrics.reports import Report

SIDE, COUNT = 32, 600
CACHE = Path(os.environ.get("EVALSITE_BENCHMARK_CACHE", tempfile.gettempdir())) / "collapse-trained"
ASKED = (
    "kid", "precision", "recall", "coverage", "vendi", "missing", "mode_spread", "near_repeats", "copies", "authenticity",
    "copying_test", "distance_ratio",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One training: on `learned` images (0: the whole half)."""

    network: str
    options: dict[str, Any]
    training: dict[str, Any]
    learned: int = 0


DCGAN = {"size": SIDE, "width": 16}
PLAIN = {"size": SIDE, "width": 512}  # fully connected: it can hold whole pictures
DDPM = {"size": SIDE, "width": 64, "levels": 3, "sampling_steps": 100}
LONG = {"batch": 50, "average": 0.999, "precision": "mixed"}
RUNS = {
    "dcgan": Run("dcgan", DCGAN, {"images_seen": 40_000}),
    "fast": Run("dcgan", DCGAN, {"images_seen": 10_000, "learning_rate": 5e-3, "beta1": 0.9}),
    **{f"gan-{n}": Run("gan", PLAIN, {"images_seen": 20_000, "batch": 25}, n) for n in (50, 200, 1000)},
    "dcgan-50": Run("dcgan", DCGAN, {"images_seen": 20_000, "batch": 25}, 50),
    "ddpm-50": Run("ddpm", DDPM, {**LONG, "images_seen": 236_000}, 50),
    "ddpm-200": Run("ddpm", DDPM, {**LONG, "images_seen": 800_000, "batch": 100}, 200),
    "ddpm-1000": Run("ddpm", DDPM, {**LONG, "images_seen": 234_500}, 1000),
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """One set to be judged: of a run, at a number of images seen (0: the end), with latents beyond `cut` drawn anew."""

    title: str
    run: str
    seen: int = 0
    cut: float = 0.0
    count: int = COUNT


SETS = {
    "dcgan": Made("DCGAN, 40,000 images seen", "dcgan"),
    **{f"cut-{cut:g}": Made(f"the same, latents cut at {cut:g}", "dcgan", cut=cut) for cut in (1.0, 0.5, 0.25, 0.1)},
    **{
        f"fast-{seen}": Made(f"DCGAN at 25 times the rate, {seen:,} seen", "fast", seen)
        for seen in (1_250, 5_000, 10_000)
    },
    **{f"gan-{n}": Made(f"fully connected GAN trained on {n:,}", f"gan-{n}") for n in (50, 200, 1000)},
    "dcgan-50": Made("DCGAN trained on 50", "dcgan-50"),
    **{f"ddpm-{n}": Made(f"diffusion model trained on {n:,}", f"ddpm-{n}") for n in (50, 200, 1000)},
}  # fmt: skip
COPIERS = ("gan-50", "dcgan-50", "ddpm-50", "ddpm-200", "ddpm-1000")


@dataclass(frozen=True)
class Halves:
    """Pictures (n, 32, 32) uint8 and the names of their acquisitions, of the half that is learned from and of the real set."""

    learned: np.ndarray
    learned_modes: np.ndarray
    real: np.ndarray
    real_modes: np.ndarray


@cache
def halves(folder: Path) -> Halves:
    data = collection("small chest", folder)
    small = data.pictures.reshape(-1, SIDE, 2, SIDE, 2).mean(axis=(2, 4))
    pictures = (255 * small).round().astype(np.uint8)
    rng = np.random.default_rng(17)
    first = np.isin(data.patients, rng.permutation(np.unique(data.patients))[: len(pictures) // 4])
    order, others = (rng.permutation(np.flatnonzero(side)) for side in (first, ~first))
    return Halves(pictures[order], data.modes[order], pictures[others[:COUNT]], data.modes[others[:COUNT]])


def learned_by(name: str, folder: Path) -> np.ndarray:
    learned = halves(folder).learned
    return learned[: RUNS[name].learned or len(learned)]


def trained(name: str, folder: Path) -> Path:
    """The folder of the run; goes on from its last checkpoint."""
    run, kept = RUNS[name], CACHE / name
    every = max(1, run.training["images_seen"] // (8 if run.network != "ddpm" else 1))
    settings = {
        "keep_snapshots": True,
        "sample_every_images": every,
        "checkpoint_every_images": every,
        "watch": 64,
        **run.training,
    }
    entry = NETWORKS[run.network]
    train(
        learned_by(name, folder), network=run.network, options=entry.options(**run.options), training=entry.training(**settings),  # type: ignore[misc]
        intensity=(0, 255), folder=kept,
    )  # fmt: skip
    return kept


def pictures_of(name: str, folder: Path) -> np.ndarray:
    """(count, 32, 32) uint8; made once."""
    path = CACHE / "made" / f"{name}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, drawn(SETS[name], folder))
    return np.load(path)


def drawn(made: Made, folder: Path) -> np.ndarray:
    run, device = RUNS[made.run], "cuda" if torch.cuda.is_available() else "cpu"
    generator = generator_of(made, folder).to(device)
    z = latents(made, latent_shape(generator))
    with torch.inference_mode():
        parts = [
            generator(part.to(device), None).cpu() for part in z.split(50 if run.network != "ddpm" else 200)
        ]
    return ((torch.cat(parts)[:, 0].numpy() + 1) * 127.5).round().clip(0, 255).astype(np.uint8)


def generator_of(made: Made, folder: Path) -> torch.nn.Module:
    run = RUNS[made.run]
    kept = sorted((trained(made.run, folder) / "snapshots").glob("*.safetensors"))
    chosen = next((path for path in kept if made.seen and int(path.stem) >= made.seen), kept[-1])
    tensors, _facts = checkpoints.load(chosen)
    generator = import_module(NETWORKS[run.network].path).Generator(**run.options)
    generator.load_state_dict(checkpoints.part(tensors, "generator") or tensors)
    return generator.eval()


def latents(made: Made, shape: tuple[int, ...]) -> torch.Tensor:
    """(count, *shape) standard normal; numbers beyond `cut` are drawn anew."""
    rng = np.random.default_rng(23)
    z = rng.standard_normal((made.count, *shape), dtype=np.float32)
    while made.cut and (beyond := np.abs(z) > made.cut).any():
        z[beyond] = rng.standard_normal(beyond.sum(), dtype=np.float32)
    return torch.from_numpy(z)


def as_images(name: str, pictures: np.ndarray, labels: tuple[str, ...] = ()) -> Images:
    digests = tuple(hashlib.sha256(picture.tobytes()).hexdigest() for picture in pictures)
    return Images(name, digests, lambda position: pictures[position], (0.0, 255.0), labels=labels)


def judged(name: str, folder: Path) -> dict[str, Any]:
    made, data = SETS[name], halves(folder)
    pictures, learned = pictures_of(name, folder), learned_by(made.run, folder)
    report = evaluate(
        as_images("real", data.real, tuple(data.real_modes)), as_images(name, pictures), training=as_images("learned", learned),
        encoders=("random",), metrics=ASKED, cache=CACHE / "features",
    )  # fmt: skip
    named = modes_named(data.learned, data.learned_modes, pictures, CACHE)
    modes, share = np.unique(data.real_modes, return_counts=True)
    reached = {
        str(mode): float((named == mode).mean() / (count / len(data.real)))
        for mode, count in zip(modes, share)
    }
    return {
        "name": name, "title": made.title, "reached": reached, "near": float(near_one_of_two(pictures, learned).mean()),
        "near_real": float(near_one_of_two(data.real, learned).mean()), **_said(report),
    }  # fmt: skip


def _said(report: Report) -> dict[str, Any]:
    numbers = {number.metric: [number.value, number.interval, number.floor] for number in report.numbers}
    verdicts = {each.subject: [each.state, str(each.finding)] for each in report.verdicts}
    return {"numbers": numbers, "verdicts": verdicts}


def main() -> None:
    folder, path = Path(sys.argv[1]), KEPT / "trained.json"
    for name in sys.argv[2:] or SETS:
        row = judged(name, folder)
        reached = sum(share > 0.1 for share in row["reached"].values())
        print(
            name,
            reached,
            row["near"],
            row["verdicts"]["diversity"],
            row["verdicts"]["memorisation"],
            flush=True,
        )
        rows = {old["name"]: old for old in json.loads(path.read_text())} if path.exists() else {}
        rows[name] = row
        kept = [rows[each] for each in SETS if each in rows]
        path.write_text(json.dumps(kept, indent=1, default=lambda value: value.item()) + "\n")
    draw_sheets(folder)


def draw_sheets(folder: Path) -> None:
    made = {name: pictures_of(name, folder) for name in SETS if (CACHE / "made" / f"{name}.npy").exists()}
    sheet(
        "collapse", [(SETS[name].title, pictures) for name, pictures in made.items() if name not in COPIERS]
    )
    pairs = [with_nearest(SETS[name].title, made[name], learned_by(SETS[name].run, folder)) for name in COPIERS if name in made]  # fmt: skip
    sheet("copiers", [row for pair in pairs for row in pair])


if __name__ == "__main__":
    main()
