import torch

from generators.networks.gan import Discriminator, Generator
from generators.networks.wgan import System, clip
from generators.networks.wgan_gp import Critic
from generators.options_networks import DCGANOptions, WGANTraining


def parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_critic_is_warmed_up_as_in_the_authors_code():
    system = System(DCGANOptions(latent=4, width=4, size=16), WGANTraining())
    steps = []
    for turn in range(1002):
        system.turns.fill_(turn)
        steps.append(system.critic_steps())
    warm = [turn for turn, count in enumerate(steps) if count == 100]
    assert warm == [*range(25), 500, 1000]
    assert set(steps) == {5, 100}


def test_clipping_leaves_no_weight_outside():
    critic = Critic(width=4, size=16)
    clip(critic, 0.01)
    assert max(float(p.detach().abs().max()) for p in critic.parameters()) <= torch.tensor(0.01)


def test_the_penalised_critic_judges_each_picture_alone():
    """Without batch normalisation the value of a picture does not depend on those beside it."""
    torch.manual_seed(0)
    critic = Critic(width=4, size=16).train()
    pictures = torch.randn(4, 1, 16, 16)
    torch.testing.assert_close(critic(pictures)[:1], critic(pictures[:1]))
    assert not any(isinstance(layer, torch.nn.BatchNorm2d) for layer in critic.modules())


def test_the_first_gan_has_the_size_its_layers_say():
    """Closed form: 100 -> 1200 -> 1200 -> 784, and maxout of five pieces 784 -> 240 -> 240 -> 1."""
    assert parameters(Generator()) == 101 * 1200 + 1201 * 1200 + 1201 * 784
    assert parameters(Discriminator()) == 785 * 240 * 5 + 241 * 240 * 5 + 241
    assert Generator(classes=2)(torch.randn(3, 100), torch.tensor([0, 1, 0])).shape == (3, 1, 28, 28)
    assert Discriminator(classes=2)(torch.randn(3, 1, 28, 28), torch.tensor([0, 1, 0])).shape == (3,)
