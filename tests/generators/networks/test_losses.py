"""Losses and penalties against closed forms."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from generators.networks.losses import (
    critic_loss,
    gradient_penalty,
    r1_penalty,
    wasserstein_generator_loss,
)


@given(st.floats(0.01, 20), st.integers(1, 6))
def test_the_penalty_of_a_linear_critic_is_its_slope_less_one_squared(slope, n):
    """f(x) = w . x has the gradient w everywhere, so the penalty is (|w| - 1)^2 whatever the pictures are."""
    direction = torch.randn(1, 3, 3, dtype=torch.float64)
    weight = slope * direction / direction.norm()

    def critic(images: Tensor) -> Tensor:
        return (images * weight).sum(dim=(1, 2, 3))

    real, fake = torch.randn(n, 1, 3, 3, dtype=torch.float64), torch.randn(n, 1, 3, 3, dtype=torch.float64)
    share = torch.rand(n, dtype=torch.float64)
    assert float(gradient_penalty(critic, real, fake, share)) == pytest.approx((slope - 1) ** 2, abs=1e-9)


def test_the_penalty_is_taken_between_the_pictures():
    """f(x) = |x|^2 / 2 has the gradient x, so at share 1 the penalty is that of the real pictures themselves."""
    real, fake = torch.full((2, 1, 1, 1), 3.0), torch.full((2, 1, 1, 1), -5.0)

    def critic(images: Tensor) -> Tensor:
        return images.square().sum(dim=(1, 2, 3)) / 2

    assert float(gradient_penalty(critic, real, fake, torch.ones(2))) == pytest.approx(4)
    assert float(gradient_penalty(critic, real, fake, torch.zeros(2))) == pytest.approx(16)
    assert float(gradient_penalty(critic, real, fake, torch.full((2,), 0.5))) == pytest.approx(0)


def test_a_penalty_teaches_the_critic():
    """d/dw (|w| - 1)^2 = 2 (|w| - 1) for one pixel and w > 0: the second derivative reaches the weights."""
    weight = torch.tensor(3.0, requires_grad=True)
    gradient_penalty(
        lambda x: x.sum(dim=(1, 2, 3)) * weight,
        torch.ones(4, 1, 1, 1),
        torch.zeros(4, 1, 1, 1),
        torch.rand(4),
    ).backward()
    assert float(weight.grad) == pytest.approx(4)


def test_r1_is_the_mean_squared_gradient_at_real_pictures():
    real = torch.randn(5, 2, 4, 4, requires_grad=True)
    judged = real.square().sum(dim=(1, 2, 3)) / 2
    expected = real.detach().square().sum(dim=(1, 2, 3)).mean()
    torch.testing.assert_close(r1_penalty(real, judged), expected)


def test_wasserstein_losses_are_differences_of_means():
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([-1.0, -2.0])
    assert float(critic_loss(real, fake)) == -3.5
    assert float(wasserstein_generator_loss(fake)) == 1.5
