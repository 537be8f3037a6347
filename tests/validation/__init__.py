"""What the numbers of the product were compared with, and how far off they are: one file a room, one entry a comparison.

To add one, write a function of no arguments that computes the same quantity by our code and by an outside reference (a closed
form, a published table, another library) and returns the largest difference, and list it in ENTRIES of your room's file:

    Entry("kid", "KID", "torchmetrics 1.9, poly_mmd", 1e-10, _kid)

`subject` is a key of metrics.catalogue.METRICS, or the dotted name of the function where the quantity is no metric.
Every entry is a test (tests/validation/test_validation.py), and `python -m tests.validation` writes docs/validation.md with the
differences found. Slow simulations are not run again for that: whoever makes one stores its table as docs/validation/NAME.json
with the keys `title`, `command`, `conditions`, `columns` and `rows`, and it becomes a section.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np


@dataclass(frozen=True)
class Entry:
    """One comparison. `difference` returns the largest difference, relative where `relative`; at most `tolerance` passes."""

    subject: str
    name: str
    reference: str
    tolerance: float
    difference: Callable[[], float]
    relative: bool = False


ROOMS: dict[str, str] = {
    "Metrics of features": "tests.validation.metrics",
    "Collapse and copying": "tests.validation.collapse",
    "Metrics of pixels": "tests.validation.pictures",
    "Reader studies": "tests.validation.turing",
    "Generators": "tests.validation.generators",
    "Uploads": "tests.validation.uploads",
    "Networks": "tests.validation.networks",
}


def entries(room: str) -> tuple[Entry, ...]:
    return import_module(ROOMS[room]).ENTRIES


def apart(ours: object, theirs: object) -> float:
    """Largest absolute difference of two numbers or arrays; NaN where either has one."""
    return float(np.max(np.abs(np.asarray(ours, float) - np.asarray(theirs, float))))


def apart_relative(ours: object, theirs: object) -> float:
    """The same, relative to the reference."""
    other = np.asarray(theirs, float)
    return float(np.max(np.abs(np.asarray(ours, float) - other) / np.abs(other)))
