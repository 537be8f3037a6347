import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from generators.networks.dcgan import Discriminator, Generator, doublings
from generators.networks.losses import discriminator_loss, generator_loss


def parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_papers_network_has_the_papers_size():
    assert parameters(Generator()) == 3_574_656
    assert parameters(Discriminator()) == 2_763_520


@pytest.mark.parametrize(("size", "block"), [(28, 7), (32, 4), (56, 7), (64, 4), (96, 6), (128, 4)])
@pytest.mark.parametrize("channels", [1, 3])
def test_sizes_that_halve_down_to_a_block_work(size, block, channels):
    assert doublings(size)[0] == block
    config = {"width": 4, "size": size, "channels": channels}
    pictures = Generator(**config)(torch.randn(2, 100))
    assert pictures.shape == (2, channels, size, size)
    assert pictures.abs().max() <= 1
    assert Discriminator(**config)(pictures).shape == (2,)


@pytest.mark.parametrize("size", [30, 37, 100, 7, 2])
def test_other_sizes_are_refused_in_words(size):
    with pytest.raises(ValueError, match="Allowed are for example"):
        Generator(size=size)


def test_weights_begin_as_in_the_paper():
    torch.manual_seed(0)
    first = Generator().layers[0].weight
    assert float(first.mean()) == pytest.approx(0, abs=1e-3)
    assert float(first.std()) == pytest.approx(0.02, rel=0.02)


def test_a_conditional_network_listens_to_the_class_and_asks_for_it():
    torch.manual_seed(0)
    generator = Generator(width=4, size=32, classes=3).eval()
    z = torch.randn(1, 100)
    with torch.inference_mode():
        one, other = generator(z, torch.tensor([0])), generator(z, torch.tensor([2]))
    assert not torch.equal(one, other)
    with pytest.raises(ValueError, match="knows 3 classes"):
        generator(z)


def test_losses_are_binary_cross_entropy_and_stay_finite():
    real, fake = torch.randn(50), torch.randn(50)
    ones, zeros = torch.ones(50), torch.zeros(50)
    expected = binary_cross_entropy_with_logits(real, ones) + binary_cross_entropy_with_logits(fake, zeros)
    assert float(discriminator_loss(real, fake)) == pytest.approx(float(expected), rel=1e-6)
    assert float(generator_loss(fake)) == pytest.approx(
        float(binary_cross_entropy_with_logits(fake, ones)), rel=1e-6
    )
    assert np.isfinite(float(generator_loss(torch.tensor([-1e4, 1e4]))))
