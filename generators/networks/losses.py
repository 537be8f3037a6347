"""Losses of adversarial training, on logits."""

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
