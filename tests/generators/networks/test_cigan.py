"""ciGAN against the size of the authors' network, and its masks, borders and losses by hand."""

import pytest
import torch

from generators.networks.cigan import Discriminator, Generator, System, border, corrupt, gaussian, maps_of
from generators.options_translation import CiGANOptions, CiGANTraining, InvalidOptions
from generators.system import Batch


def disc(size: int = 32, radius: int = 8) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    return (((y - size / 2) ** 2 + (x - size / 2) ** 2) < radius**2).float()[None, None]


def test_the_generator_has_the_size_of_the_authors():
    assert maps_of(7, 32) == [128, 128, 64, 64, 32, 32, 32]
    assert sum(p.numel() for p in Generator(channels=1, classes=2).parameters()) == 735_969


def test_class_maps_pile_up_towards_the_coarsest_level():
    network = Generator(width=4, levels=3, size=16, classes=2)
    given = network.pyramid(torch.rand(1, 1, 16, 16), torch.ones(1, 1, 16, 16), torch.tensor([1]))
    assert [g.shape[1:] for g in given] == [(6, 4, 4), (4, 8, 8), (2, 16, 16)]
    assert given[0][0, 2:, 0, 0].tolist() == [0, 1, 0, 1]


def test_noise_is_inside_of_the_mask_alone_and_uniform():
    pictures, mask = torch.full((64, 1, 32, 32), 5.0), disc().expand(64, -1, -1, -1)
    out = corrupt(pictures, mask, torch.rand(pictures.shape, generator=torch.Generator().manual_seed(0)))
    assert (out[mask == 0] == 5).all()
    inside = out[mask == 1]
    assert float(inside.min()) >= -1
    assert float(inside.max()) < 1
    assert float(inside.mean()) == pytest.approx(0, abs=0.02)
    assert float(inside.var()) == pytest.approx(4 / 12, rel=0.03)


def test_the_border_is_highest_on_the_edge_and_falls_as_a_gaussian():
    weights = border(disc(64, 16), 2.0)[0, 0]
    middle = weights[32]
    assert float(weights.max()) == 1
    assert int(middle[32:].argmax()) in (14, 15), "the outermost pixels of the disc"
    assert float(middle[32]) < 1e-3
    spike = torch.zeros(1, 1, 41, 41)
    spike[0, 0, 20, 20] = 1
    smooth = gaussian(spike, 3.0)[0, 0]
    assert float(smooth.sum()) == pytest.approx(1, abs=1e-4)
    assert float(smooth[20, 23] / smooth[20, 20]) == pytest.approx(
        torch.exp(torch.tensor(-0.5)).item(), rel=1e-4
    )


def test_an_empty_mask_has_no_border_and_loses_nothing():
    assert float(border(torch.zeros(1, 1, 16, 16), 2.0).max()) == 0


def test_outside_of_the_mask_the_source_is_kept_bit_for_bit_unless_asked_otherwise():
    network = Generator(width=4, levels=3, size=32).eval()
    images, masks = torch.rand(2, 1, 32, 32) * 2 - 1, disc().expand(2, -1, -1, -1)
    with torch.no_grad():
        made = network.translate(Batch(images, masks=masks), torch.Generator().manual_seed(1))
        again = network.translate(Batch(images, masks=masks), torch.Generator().manual_seed(1))
        other = network.translate(Batch(images, masks=masks), torch.Generator().manual_seed(2))
        network.keep_outside = False
        whole = network.translate(Batch(images, masks=masks), torch.Generator().manual_seed(1))
    assert torch.equal(made[masks == 0], images[masks == 0])
    assert torch.equal(made, again)
    assert not torch.equal(made, other)
    assert not torch.equal(whole[masks == 0], images[masks == 0])
    with pytest.raises(ValueError, match="mask for each picture"):
        network.translate(Batch(images), torch.Generator())


def test_a_true_picture_has_no_perceptual_loss_and_a_wrong_border_has():
    system = System(CiGANOptions(width=4, levels=3, size=32), CiGANTraining())
    real, masks = torch.rand(2, 1, 32, 32), disc().expand(2, -1, -1, -1)
    edge = border(masks, 2.0)
    assert float(system.perceptual(real, real, masks, edge)) == 0
    assert float(system.perceptual(real + 0.1 * edge, real, masks, edge)) > 0


def test_the_discriminator_is_told_the_class():
    network = Discriminator(4, 32, 1, 2)
    pictures = torch.rand(2, 1, 32, 32)
    assert not torch.equal(network(pictures, torch.tensor([0, 0])), network(pictures, torch.tensor([1, 1])))


def test_a_size_with_too_few_halvings_is_refused():
    with pytest.raises(InvalidOptions, match="divisible by 64"):
        CiGANOptions(size=96)
