"""Tripartite-GAN: attention, boxes and the detector's loss against arithmetic done by hand."""

import numpy as np
import pytest
import torch

from generators.networks.tripartite import (
    CELL,
    DILATIONS,
    Dilated,
    DualAttention,
    Generator,
    Painter,
    boxes_from,
    boxes_of,
    detection_loss,
    overlap,
    wanted,
)


def test_dilations_widen_the_view_without_gaps():
    """Each block sees 1 + 2 * (1 + 2 + 5) = 17 pixels, all of them."""
    block = Dilated(1)
    for layer in block.layers:
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.ones_(layer.weight)
    block.layers = torch.nn.Sequential(
        *(layer for layer in block.layers if isinstance(layer, torch.nn.Conv2d))
    )
    picture = torch.zeros(1, 1, 41, 41, requires_grad=True)
    block(picture)[0, 0, 20, 20].backward()
    seen = picture.grad[0, 0].nonzero()
    assert len(seen) == (1 + 2 * sum(DILATIONS)) ** 2


def test_attention_begins_as_the_identity_and_its_map_has_mean_one():
    torch.manual_seed(0)
    attention = DualAttention(16)
    x = torch.randn(2, 16, 5, 5)
    out, seen = attention(x)
    assert torch.equal(out, x)
    torch.testing.assert_close(seen.mean(dim=(1, 2, 3)), torch.ones(2))


def test_attention_of_places_and_maps_is_a_weighted_mean():
    torch.manual_seed(0)
    attention = DualAttention(8)
    with torch.no_grad():
        attention.places.fill_(1.0)
    x = torch.randn(1, 8, 3, 3)
    q, k, v = (layer(x)[0].flatten(1) for layer in (attention.query, attention.key, attention.value))
    expected = torch.stack(
        [sum(w * v[:, j] for j, w in enumerate((q[:, i] @ k).softmax(0))) for i in range(9)], dim=1
    )
    torch.testing.assert_close(attention(x)[0] - x, expected.view_as(x), atol=1e-5, rtol=1e-5)


def test_boxes_hold_the_connected_parts_of_a_mask():
    mask = np.zeros((32, 32))
    mask[2:6, 3:10] = 1
    mask[20:30, 16:18] = 2
    assert boxes_of(mask).tolist() == [[3, 2, 10, 6], [16, 20, 18, 30]]
    assert boxes_of(np.zeros((8, 8))).shape == (0, 4)


def test_overlap_is_intersection_over_union():
    assert overlap(np.array([0, 0, 4, 4]), np.array([2, 2, 6, 6])) == pytest.approx(4 / 28)
    assert overlap(np.array([0, 0, 1, 1]), np.array([5, 5, 6, 6])) == 0


def test_what_is_wanted_of_the_detector_gives_the_boxes_back():
    masks = torch.zeros(2, 1, 64, 64)
    masks[0, 0, 8:30, 16:45] = 1
    masks[0, 0, 50:53, 2:5] = 1  # smaller than a cell, between the centres of cells
    scores, sides = wanted(masks)
    assert float(scores[1].sum()) == 0
    found = boxes_from(scores[0].numpy(), sides[0].numpy(), 0.5)
    assert sorted(found[:, :4].round().tolist())[1] == [16, 8, 45, 30]
    assert len(found) == 2
    assert overlap(found[np.argmax(found[:, 1])], np.array([2, 50, 5, 53])) > 0.1


def test_a_detector_that_says_what_is_wanted_has_no_loss():
    masks = torch.zeros(1, 1, 32, 32)
    masks[0, 0, 4:20, 4:20] = 1
    scores, sides = wanted(masks)
    assert float(detection_loss((scores * 2 - 1) * 30, sides, masks)) == pytest.approx(0, abs=1e-6)
    unsure = float(detection_loss(torch.zeros_like(scores), sides, masks))
    assert unsure == pytest.approx(np.log(2), rel=1e-5), "both kinds of cells weigh one half"
    e = float(detection_loss((scores * 2 - 1) * 30, sides * np.e, masks))
    assert e == pytest.approx(0.5, abs=1e-5), "smooth L1 of a difference of 1"


def test_the_detectors_loss_reaches_the_painter():
    torch.manual_seed(0)
    network = Generator(width=8, blocks=1, size=32)
    masks = torch.zeros(2, 1, 32, 32)
    masks[:, :, 4:20, 4:20] = 1
    made, seen = network.painter(torch.randn(2, 1, 32, 32))
    detection_loss(*network.detector(made, seen), masks).backward()
    assert all(float(p.grad.abs().sum()) > 0 for p in network.painter.leave[-1].parameters())
    assert float(network.painter.attention.query.weight.grad.abs().sum()) > 0, "through the attention map too"


def test_finding_gives_boxes_with_scores_for_each_picture():
    network = Generator(width=8, blocks=1, size=32, threshold=0.01).eval()
    with torch.no_grad():
        found = network.find(torch.randn(3, 1, 32, 32))
    assert len(found) == 3
    assert all(boxes.shape[1] == 5 for boxes in found)
    assert Painter(8, 1, 3)(torch.zeros(1, 3, 32, 32))[1].shape == (1, 1, 32, 32)
    assert CELL == 8
