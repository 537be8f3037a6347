"""Sets of unlike size through an encoder that minds the size of a picture."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import zoom

from metrics.evaluation import evaluate
from metrics.images import EvaluationRefused, Images
from metrics.pixels import resized
from tests.factories import blobs


def as_images(name: str, pictures: list[np.ndarray]) -> Images:
    return Images(
        name=name, digests=tuple(f"{name}-{n}" for n in range(len(pictures))), load=lambda n: pictures[n].astype(np.float32),
        intensity=(0.0, 255.0),
    )  # fmt: skip


def test_pictures_of_another_size_are_not_strangers_for_their_size_alone(tmp_path):
    """The same kind of picture at twice the size: without one common size every radiomic feature would differ."""
    small, large = blobs(30, size=24, seed=1), [zoom(p, 2, order=1) for p in blobs(30, size=24, seed=2)]
    report = evaluate(
        as_images("large", large), as_images("small", small), cache=tmp_path, encoders=("radiomics",)
    )
    assert report.number("precision:radiomics").value > 0.4
    assert any("resizing all images to the smallest size" in note.template for note in report.notes)


def test_an_image_that_cannot_be_described_is_named_with_its_set(tmp_path):
    real, made = blobs(10, size=16, seed=1), [*blobs(10, size=16, seed=2), np.full((16, 16), 7, np.uint8)]
    named = replace(as_images("made", made), names=(*map(str, range(10)), "flat.png"))
    with pytest.raises(
        EvaluationRefused, match="cannot describe image 10: It has one grey level.*“made”, flat.png"
    ):
        evaluate(as_images("real", real), named, cache=tmp_path, encoders=("radiomics",))


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_a_resize_keeps_range_channels_and_sixteen_bits(shape):
    image = np.random.default_rng(0).integers(0, 65536, shape).astype(np.float32)
    out = resized(image, (10, 15))
    assert out.shape == (10, 15, *shape[2:])
    assert image.min() <= out.min() <= out.max() <= image.max()
    assert out.mean() == pytest.approx(image.mean(), rel=0.02)
    assert resized(image, (20, 30)) is image
