"""A training in a process of its own, for the test that kills it: arguments are the folder and the images to see."""

import sys
from pathlib import Path

import numpy as np

from generators.options import DCGANOptions, GANTraining
from generators.training import train
from tests.factories import blobs


def run(folder: Path, images_seen: int = 1600) -> None:
    train(
        np.stack(blobs(40, size=32)), network="dcgan", options=DCGANOptions(width=4, size=32), intensity=(0, 255), folder=folder,
        training=GANTraining(images_seen=images_seen, batch=8, checkpoint_every_images=160, sample_every_images=800, seed=3),
    )  # fmt: skip


if __name__ == "__main__":
    run(Path(sys.argv[1]))
