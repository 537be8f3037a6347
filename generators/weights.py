"""Where trained weights are kept, and what their output means."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from imagesets.models import ImageSet


def keep_weights(source: Path, folder: str = "weights", suffix: str = ".safetensors") -> tuple[str, str]:
    """Copy a file under its SHA-256; returns (path relative to the data folder, digest)."""
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    relative = f"{folder}/{digest}{suffix}"
    path = Path(settings.DATA_DIR) / relative
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        os.close(handle)
        shutil.copyfile(source, temporary)
        os.replace(temporary, path)
    return relative, digest


def output_for(low: float, high: float, unit: str) -> dict[str, Any]:
    """How a range of physical values is stored: whole steps where they fit 8 or 16 bits, else 65,536 equal ones."""
    span = high - low
    whole = float(low).is_integer() and float(high).is_integer() and span <= 65535
    depth = 8 if whole and span <= 255 else 16
    slope = 1.0 if whole else span / 65535
    intercept = 0.0 if whole and low >= 0 and high < 2**depth else low
    return {"low": low, "high": high, "unit": unit, "depth": depth, "slope": slope, "intercept": intercept}


def output_like(image_set: ImageSet) -> dict[str, Any]:
    """A network's output is stored as the pictures it learnt from were, where those agree among themselves."""
    low, high = image_set.intensity or (0.0, 255.0)
    ways = set(image_set.pictures.values_list("depth", "slope", "intercept"))
    if len(ways) == 1:
        depth, slope, intercept = ways.pop()
        if depth in (8, 16):
            return {
                "low": low, "high": high, "unit": image_set.intensity_unit,
                "depth": depth, "slope": slope, "intercept": intercept,
            }  # fmt: skip
    return output_for(low, high, image_set.intensity_unit)
