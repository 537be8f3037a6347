"""A training in a process of its own, for the tests that kill it: arguments are the network and the folder."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from generators.catalogue import NETWORKS
from generators.training import Summary, train
from tests.factories import blobs
from tests.generators.systems import tiny


def pictures(size: int) -> np.ndarray:
    return np.stack(blobs(40, size=size))


def data(network: str, size: int) -> dict[str, Any]:
    """What the network learns from, as arguments of train()."""
    needs, first = NETWORKS[network].needs, pictures(size)
    given: dict[str, Any] = {"images": first}
    if needs in ("two_sets", "pairs", "pairs_masks"):
        given |= {
            "partners": 255 - first[::-1] if needs == "two_sets" else 255 - first,
            "paired": needs != "two_sets",
        }
    if needs in ("masks", "pairs_masks"):
        given["masks"] = first > 140
    return given


def run(network: str, folder: Path, **more: Any) -> Summary:
    options, training = tiny(network, **more.pop("training", {}))
    return train(
        **data(network, options.size), network=network, options=options, training=training, intensity=(0, 255),
        folder=folder, **more,
    )  # fmt: skip


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]))
