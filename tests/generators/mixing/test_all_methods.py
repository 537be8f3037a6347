"""What holds for every mixing method: nothing given is changed, types stay, stored parameters replay bit for bit."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.catalogue import MIXING
from generators.mixing.common import MixingError, one_hot
from generators.parameters import UnusableInput

METHODS = {name: entry.load() for name, entry in MIXING.items()}
each_method = pytest.mark.parametrize("name", METHODS)


def batch(seed=0, n=6, height=24, width=17, channels=None, dtype="uint8"):
    rng = np.random.default_rng(seed)
    shape = (n, height, width) if channels is None else (n, height, width, channels)
    peak = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    images = rng.random(shape) * peak
    images = images.astype(dtype) if peak == 1 else np.rint(images).astype(dtype)
    masks = rng.integers(0, 4, (n, height, width))
    return images, one_hot(np.arange(n) % 3), masks, [np.array([[2.0, 3, 9, 12, k]]) for k in range(n)]


@each_method
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("channels", [None, 1, 3])
def test_types_shapes_ranges_and_inputs_are_kept(name, dtype, channels):
    images, labels, masks, boxes = batch(dtype=dtype, channels=channels)
    before = [images.copy(), labels.copy(), masks.copy(), np.array(boxes)]
    for given_array in (images, labels, masks):
        given_array.setflags(write=False)
    method = METHODS[name]
    mixed = method.apply(images, labels, masks, method.draw(np.random.default_rng(1), images), boxes)
    for old, now in zip(before, [images, labels, masks, np.array(boxes)]):
        np.testing.assert_array_equal(old, now)
    assert (mixed.images.dtype, mixed.images.shape) == (images.dtype, images.shape)
    assert (mixed.masks.dtype, mixed.masks.shape) == (masks.dtype, masks.shape)
    assert mixed.images.min() >= 0
    assert mixed.images.max() <= (1 if dtype[0] == "f" else np.iinfo(dtype).max)
    np.testing.assert_allclose(mixed.labels.sum(axis=1), 1, rtol=0, atol=2**-52)
    for rows in mixed.boxes:
        assert (rows[:, 2] > rows[:, 0]).all()
        assert (rows[:, 3] > rows[:, 1]).all()
        assert (rows[:, :4] >= 0).all()
        assert (rows[:, [2, 3]] <= (17, 24)).all()


@each_method
def test_outputs_do_not_share_memory_with_inputs(name):
    images, labels, masks, _boxes = batch()
    method = METHODS[name]
    mixed = method.apply(images, labels, masks, method.draw(np.random.default_rng(1), images))
    assert not np.shares_memory(mixed.images, images)
    assert not np.shares_memory(mixed.masks, masks)
    assert not np.shares_memory(mixed.labels, labels)


@each_method
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), height=st.integers(1, 20), width=st.integers(1, 20), n=st.integers(1, 5))
def test_parameters_survive_json_and_replay_bit_for_bit(name, seed, height, width, n):
    images, labels, masks, _boxes = batch(seed, n, height, width, dtype="uint16")
    method = METHODS[name]
    parameters = method.draw(np.random.default_rng(seed), images)
    stored = type(parameters).from_dict(json.loads(json.dumps(parameters.to_dict())))
    assert stored == parameters
    first, again = (method.apply(images, labels, masks, p) for p in (parameters, stored))
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.labels, again.labels)
    np.testing.assert_array_equal(first.masks, again.masks)


@each_method
def test_sixteen_bits_survive(name):
    """A picture whose values need more than 8 bits is not squeezed through 8 on the way."""
    ramp = np.arange(48 * 48, dtype=np.uint16).reshape(1, 48, 48) * 28
    images = np.concatenate([ramp, ramp[:, ::-1]])
    method = METHODS[name]
    mixed = method.apply(images, None, None, method.draw(np.random.default_rng(3), images))
    assert max(len(np.unique(picture)) for picture in mixed.images) > 600


@each_method
def test_one_output_can_be_asked_for_out_of_many(name):
    images, labels, _masks, _boxes = batch()
    method = METHODS[name]
    asked = {"sources": [4]}
    if MIXING[name].partners > 1:
        asked["partners"] = [2] if MIXING[name].partners == 2 else [[2, 2, 2]]
    mixed = method.apply(images, labels, None, method.draw(np.random.default_rng(1), images, **asked))
    assert mixed.images.shape == (1, 24, 17)
    assert mixed.labels[0, 0] == 0  # neither picture 4 nor picture 2 is of class 0
    assert mixed.masks is None


@each_method
def test_wrong_input_is_refused_in_words(name):
    images, labels, masks, _boxes = batch()
    method = METHODS[name]
    parameters = method.draw(np.random.default_rng(1), images)
    for wrong, words in [
        ((images[0], labels, masks), "shape"),
        ((images.astype(np.int32), labels, masks), "int32"),
        ((images, np.arange(6), masks), "one_hot"),
        ((images, labels, masks[:3]), "Masks"),
        ((images, labels, masks / 2), "whole numbers"),
        ((images[:2], labels[:2], masks[:2]), "there are 2"),
    ]:
        with pytest.raises(MixingError, match=words):
            method.apply(*wrong, parameters)
    with pytest.raises(UnusableInput, match="needs exactly"):
        type(parameters).from_dict({"lam": 1})


@pytest.mark.parametrize("name", ["cutout", "cutmix", "ricap", "perlin"])
def test_parameters_of_another_picture_size_are_refused(name):
    images = batch()[0]
    method = METHODS[name]
    with pytest.raises(MixingError, match="drawn for 24 x 17"):
        method.apply(images[:, :20], None, None, method.draw(np.random.default_rng(1), images))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("cutout", {"size": 0}), ("cutout", {"fill": 2}), ("mixup", {"alpha": 0}), ("cutmix", {"alpha": float("nan")}),
     ("augmix", {"width": 0}), ("augmix", {"severity": 11}), ("ricap", {"beta": -1}), ("perlin", {"quantile": 1}),
     ("perlin", {"fade": "linear"})],
)  # fmt: skip
def test_wrong_options_are_refused(name, wrong):
    with pytest.raises(MixingError):
        METHODS[name].draw(np.random.default_rng(0), batch()[0], **wrong)


def test_one_hot():
    np.testing.assert_array_equal(one_hot([1, 0], 3), [[0, 1, 0], [1, 0, 0]])
    for wrong in ([0.5], [-1], [[1]]):
        with pytest.raises(MixingError):
            one_hot(wrong)
    with pytest.raises(MixingError, match="Class 3"):
        one_hot([3], 3)
