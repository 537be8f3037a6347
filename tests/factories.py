"""Rows for tests, made the way the product makes them."""

from typing import Any

import numpy as np


def user(role: str, name: str, password: str = "correct horse") -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.create_user(name, password=password, role=role)


def run_waiting_jobs() -> list[Any]:
    from jobs.models import Job
    from jobs.runner import run_attempt

    ran = []
    while job := Job.objects.filter(status=Job.Status.WAITING).order_by("pk").first():
        run_attempt(job.pk, job.attempt)
        job.refresh_from_db()
        ran.append(job)
    return ran


def blobs(
    count: int, *, size: int = 32, seed: int = 0, dtype: Any = np.uint8, level: float = 0.5
) -> list[np.ndarray]:
    """Smooth random pictures that differ from one another; `level` moves their mean."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    top = np.iinfo(dtype).max
    fields = gaussian_filter(rng.normal(size=(count, size, size)), (0, 2, 2))
    scaled = np.clip(level + fields / (6 * fields.std()), 0, 1)
    return list((scaled * top).round().astype(dtype))


def image_set(
    owner: Any, *, origin: str = "real", images: list[np.ndarray] | None = None, name: str = "", **more: Any
):
    """A complete set through the product's own builder; labels, patients, masks, annotations as lists in `more`."""
    from imagesets.building import SetBuilder

    images = blobs(12, seed=len(origin)) if images is None else images
    labels, patients = more.pop("labels", None), more.pop("patients", None)
    masks, annotations = more.pop("masks", None), more.pop("annotations", None)
    high = float(np.iinfo(images[0].dtype).max)
    builder = SetBuilder(name=name or f"A {origin} set", owner=owner, origin=origin, intensity=(0.0, high), provenance={"maker": "test", "words": ["Made by a test."]}, **more)  # fmt: skip
    for index, pixels in enumerate(images):
        builder.add(
            pixels,
            label=labels[index] if labels else "",
            patient=patients[index] if patients else f"p{index}",
            mask=masks[index] if masks is not None else None,
            annotations=annotations[index] if annotations else None,
        )
    return builder.finish()
