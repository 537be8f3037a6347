"""Losses of adversarial training, on logits or a critic's values."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import softplus


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Goodfellow et al. 2014, equation 1, as a loss: -E log D(x) - E log(1 - D(G(z))), means over the batch.

    `real`, `fake`: (n,) logits. softplus(-t) = -log sigmoid(t), so large logits stay finite.
    """
    return softplus(-real).mean() + softplus(fake).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """The non-saturating form of the same paper, section 3: -E log D(G(z)); `fake`: (n,) logits."""
    return softplus(-fake).mean()


def critic_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Arjovsky et al. 2017, equation 2, as a loss: E f(G(z)) - E f(x); minus this estimates the Wasserstein distance."""
    return fake.mean() - real.mean()


def wasserstein_generator_loss(fake: Tensor) -> Tensor:
    """-E f(G(z)); `fake`: (n,) the critic's values."""
    return -fake.mean()


def gradient_penalty(
    critic: Callable[..., Tensor], real: Tensor, fake: Tensor, share: Tensor, *given: Tensor | None
) -> Tensor:
    """Gulrajani et al. 2017, equation 3 without lambda: E (|grad f(x)| - 1)^2 at x = share * real + (1 - share) * fake.

    `share`: (n,) uniform numbers, one a picture; `given`: what else the critic takes."""
    share = share[:, None, None, None]
    between = (share * real.detach() + (1 - share) * fake.detach()).requires_grad_(True)
    return (_gradient(critic(between, *given), between).flatten(1).norm(dim=1) - 1).square().mean()


def r1_penalty(real: Tensor, judged: Tensor) -> Tensor:
    """Mescheder et al. 2018, equation 9 without gamma / 2: E |grad D(x)|^2 at real pictures, which must require grad."""
    return _gradient(judged, real).flatten(1).square().sum(1).mean()


def _gradient(values: Tensor, at: Tensor) -> Tensor:
    return torch.autograd.grad(values.sum(), at, create_graph=True)[0]
