"""Perlin noise against its definition, pixel by pixel, and the joining of two classes."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.mixing import perlin
from generators.mixing.common import MixingError, one_hot
from generators.mixing.perlin import noise
from tests.paths import ROOT

FADE = {"quintic": lambda t: 6 * t**5 - 15 * t**4 + 10 * t**3, "cubic": lambda t: 3 * t**2 - 2 * t**3}


def by_definition(shape, rows, columns, angles, fade):
    """Perlin's own words: ramps from the four corners of the cell, mixed along x, then along y."""
    out = np.zeros(shape)
    for i in range(shape[0]):
        for j in range(shape[1]):
            y, x = i * rows / shape[0], j * columns / shape[1]
            r, c = int(y), int(x)
            v, u = y - r, x - c

            def ramp(dr, dc, r=r, c=c, u=u, v=v):
                angle = angles[r + dr, c + dc]
                return math.cos(angle) * (u - dc) + math.sin(angle) * (v - dr)

            top = ramp(0, 0) + FADE[fade](u) * (ramp(0, 1) - ramp(0, 0))
            bottom = ramp(1, 0) + FADE[fade](u) * (ramp(1, 1) - ramp(1, 0))
            out[i, j] = top + FADE[fade](v) * (bottom - top)
    return out


@pytest.mark.parametrize("fade", FADE)
@pytest.mark.parametrize(("shape", "lattice"), [((16, 16), (4, 4)), ((19, 30), (3, 7)), ((5, 4), (6, 9))])
def test_the_matrix_product_is_perlin_noise(shape, lattice, fade):
    angles = np.random.default_rng(7).random((lattice[0] + 1, lattice[1] + 1), np.float32) * 2 * math.pi
    expected = by_definition(shape, *lattice, angles, fade)
    np.testing.assert_allclose(
        noise(shape, lattice, np.random.default_rng(7), fade=fade), expected, rtol=0, atol=1e-5
    )


def test_octaves_add_finer_layers_at_half_the_height():
    rng = np.random.default_rng(8)
    layers = [noise((32, 32), 2 * 2**k, rng) for k in range(3)]
    summed = layers[0] + layers[1] / 2 + layers[2] / 4
    np.testing.assert_allclose(
        noise((32, 32), 2, np.random.default_rng(8), octaves=3), summed, rtol=0, atol=1e-6
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 6), st.integers(1, 8))
def test_zero_at_lattice_points_and_bounded(seed, rows, columns, cell):
    field = noise((rows * cell, columns * cell), (rows, columns), np.random.default_rng(seed))
    assert field.shape == (rows * cell, columns * cell)
    assert field.dtype == np.float32
    assert (field[::cell, ::cell] == 0).all()
    assert np.abs(field).max() <= math.sqrt(0.5)


def test_the_bound_is_reached_when_all_gradients_meet():
    class Meeting:
        def random(self, _shape, dtype):
            return np.array([[1 / 8, 3 / 8], [7 / 8, 5 / 8]], dtype)

    assert noise((2, 2), 1, Meeting())[1, 1] == pytest.approx(math.sqrt(0.5), abs=1e-6)


def test_noise_has_mean_zero_and_is_the_same_for_the_same_seed():
    fields = np.stack([noise((16, 16), 4, np.random.default_rng(seed)) for seed in range(2000)])
    error = fields.std(axis=0) / math.sqrt(len(fields))
    assert (np.abs(fields.mean(axis=0)) <= 5 * error + 1e-9).all()
    np.testing.assert_array_equal(fields[3], noise((16, 16), 4, np.random.default_rng(3)))


def test_the_border_is_the_same_on_other_processors():
    """OpenBLAS is told to pose as another processor: the float32 field changes in its last bit, the border does not."""
    code = (
        "import hashlib, numpy as np; from generators.mixing import perlin;"
        "p = perlin.draw(np.random.default_rng(0), np.zeros((60, 128, 128), np.uint8));"
        "print(hashlib.sha256(b''.join(perlin.region(p, i).tobytes() for i in range(60))).hexdigest())"
    )
    kinds = [
        dict(os.environ, OPENBLAS_CORETYPE=kind, OPENBLAS_NUM_THREADS="1")
        for kind in ("Haswell", "Sandybridge")
    ]
    ran = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=kind, capture_output=True, text=True, check=True
        )
        for kind in kinds
    ]
    assert ran[0].stdout == ran[1].stdout


@pytest.mark.parametrize("wrong", [dict(shape=(0, 4)), dict(lattice=0), dict(octaves=0), dict(fade="linear")])
def test_wrong_noise_is_refused(wrong):
    with pytest.raises(MixingError):
        noise(**({"shape": (4, 4), "lattice": 2, "rng": np.random.default_rng(0)} | wrong))


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.8])
def test_two_classes_are_joined_by_area(quantile):
    images = np.repeat(np.array([10, 20, 30, 40], np.uint16), 64 * 48).reshape(4, 64, 48)
    classes = np.array([0, 0, 1, 1])
    parameters = perlin.draw(np.random.default_rng(1), images, quantile=quantile, classes=classes)
    labels = one_hot(classes)
    mixed = perlin.apply(images, labels, images.astype(int), parameters)
    assert (classes[list(parameters.partners)] != classes).all()
    np.testing.assert_array_equal(mixed.masks, mixed.images)
    np.testing.assert_array_equal(mixed.class_mask, mixed.images >= 30)
    for i in range(4):
        kept = np.mean(mixed.images[i] == images[i])
        assert kept == pytest.approx(quantile, abs=0.01)
        assert mixed.labels[i, classes[i]] == pytest.approx(kept, abs=1e-12)


def test_without_labels_the_class_mask_tells_source_from_partner():
    images = np.stack([np.zeros((20, 20, 3), np.float32), np.ones((20, 20, 3), np.float32)])
    mixed = perlin.apply(
        images, None, None, perlin.draw(np.random.default_rng(0), images, sources=[0], partners=[1])
    )
    np.testing.assert_array_equal(mixed.class_mask[..., None] * np.ones(3), mixed.images)


def test_one_class_alone_is_refused():
    with pytest.raises(MixingError, match="two classes"):
        perlin.draw(np.random.default_rng(0), np.zeros((3, 8, 8), np.uint8), classes=[1, 1, 1])


def test_the_border_is_natural_not_straight():
    """The border of a noise region is longer than the shortest line that halves the square."""
    parameters = perlin.draw(np.random.default_rng(2), np.zeros((2, 128, 128), np.uint8), lattice=4)
    where = perlin.region(parameters, 0)
    border = (where[1:] != where[:-1]).sum() + (where[:, 1:] != where[:, :-1]).sum()
    assert border > 2 * 128
