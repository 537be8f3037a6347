"""CycleGAN against the published sizes, its losses by hand, the pool and the schedule."""

import pytest
import torch

from generators.networks.cyclegan import Generator, System, judge_loss
from generators.networks.translation import PatchDiscriminator, Pool, least_squares, linear_decay
from generators.options_translation import CycleGANOptions, CycleGANTraining, InvalidOptions
from tests.generators.training_process import run


def parameters(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    ("channels", "generator", "judge"), [(3, 11_378_179, 2_764_737), (1, 11_365_633, 2_762_689)]
)
def test_sizes_are_those_of_the_authors_networks(channels, generator, judge):
    assert parameters(Generator(channels=channels)) == generator
    assert parameters(PatchDiscriminator(channels)) == judge


def test_each_judgement_sees_seventy_pixels():
    """The gradient of one value reaches 70 x 70 pixels of the picture and no more (normalisation aside)."""
    judge = PatchDiscriminator(1, 2)
    for index, layer in enumerate(judge.layers):
        if isinstance(layer, torch.nn.InstanceNorm2d):
            judge.layers[index] = torch.nn.Identity()
    picture = torch.randn(1, 1, 128, 128, requires_grad=True)
    values = judge(picture)
    assert values.shape == (1, 1, 14, 14)
    values[0, 0, 7, 7].backward()
    rows = picture.grad[0, 0].abs().sum(1).nonzero().flatten()
    assert int(rows.max() - rows.min()) + 1 == 70


def test_the_rate_is_constant_for_half_the_pictures_then_falls_linearly_to_zero():
    assert [linear_decay(seen, 200) for seen in (0, 99, 100, 150, 199, 200)] == pytest.approx(
        [1, 1, 1, 0.5, 0.01, 0]
    )
    system = System(CycleGANOptions(width=4, blocks=1, size=24), CycleGANTraining(images_seen=200))
    system.begin(150)
    assert [group["lr"] for o in system.optimisers.values() for group in o.param_groups] == pytest.approx(
        [1e-4, 1e-4]
    )


def test_losses_follow_the_papers_equations():
    torch.manual_seed(0)
    system = System(CycleGANOptions(width=4, blocks=1, size=24), CycleGANTraining())
    a, b = torch.rand(2, 1, 24, 24) * 2 - 1, torch.rand(2, 1, 24, 24) * 2 - 1
    g, f, d_a, d_b = system.generator, system.backward, system.judge_first, system.judge_second
    losses = system.generators_loss(a, b, f(b), g(a))
    cycle = (f(g(a)) - a).abs().mean() + (g(f(b)) - b).abs().mean()
    identity = (g(b) - b).abs().mean() + (f(a) - a).abs().mean()
    deceiving = ((d_b(g(a)) - 1) ** 2).mean() + ((d_a(f(b)) - 1) ** 2).mean()
    torch.testing.assert_close(losses["loss_g"], deceiving + 10 * cycle + 5 * identity)
    torch.testing.assert_close(
        judge_loss(d_b, b, a), ((d_b(b) - 1) ** 2).mean() / 2 + (d_b(a) ** 2).mean() / 2
    )
    assert float(least_squares(torch.tensor([3.0, 1.0]), 1)) == 2.0


def test_the_pool_keeps_fifty_and_gives_old_ones_back_half_the_time():
    pool = Pool(50, 1, 1)
    chance = torch.Generator().manual_seed(0)
    first = torch.arange(50.0).view(50, 1, 1, 1)
    assert torch.equal(pool.exchange(first, torch.rand(50, 2, generator=chance)), first)
    new = torch.arange(50.0, 2050.0).view(2000, 1, 1, 1)
    given = pool.exchange(new, torch.rand(2000, 2, generator=chance))
    assert float((given != new).float().mean()) == pytest.approx(0.5, abs=0.04)
    seen = torch.cat([given.flatten(), pool.kept.flatten()]).sort().values
    assert torch.equal(seen, torch.arange(2050.0)), "nothing is lost or doubled"


def test_both_directions_are_kept(tmp_path):
    summary = run("cyclegan", tmp_path, training={"images_seen": 32})
    assert summary.back.keys() == summary.generator.keys()
    assert not torch.equal(summary.back["layers.1.weight"], summary.generator["layers.1.weight"])
    network = Generator(width=4, blocks=1, size=24, channels=1)
    network.load_state_dict(summary.back, strict=True)


def test_a_size_that_cannot_be_halved_twice_is_refused():
    with pytest.raises(InvalidOptions, match="divisible by 4"):
        CycleGANOptions(size=30)
