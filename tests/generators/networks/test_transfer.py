import pytest
import torch

from generators.networks import dcgan, transfer
from generators.networks.ada import AdaptiveAugmentation, augment
from generators.options_networks import TransferOptions, TransferTraining
from generators.training_data import TrainingError
from tests.generators.training_process import run


def test_before_it_learns_it_is_the_network_that_it_began_from():
    torch.manual_seed(0)
    base = dcgan.Generator(latent=8, width=4, size=32).eval()
    adapted = transfer.Generator(latent=8, width=4, size=32, frozen_generator=2).eval()
    missing = adapted.load_state_dict(base.state_dict(), strict=False)
    assert all(name.endswith(("gamma", "beta")) for name in missing.missing_keys)
    z = torch.randn(2, 8)
    torch.testing.assert_close(adapted(z), base(z))


def test_filters_are_scaled_and_shifted_as_wholes():
    layer = torch.nn.ConvTranspose2d(3, 2, 4, 2, 1, bias=False)
    adaptive = transfer.AdaptiveFilter(layer)
    with torch.no_grad():
        adaptive.gamma[1, 0], adaptive.beta[2, 1] = 5.0, 0.5
        layer.weight[1, 0] *= 5
        layer.weight[2, 1] += 0.5
    x = torch.randn(2, 3, 5, 5)
    torch.testing.assert_close(adaptive(x), layer(x))


def test_only_what_should_learn_learns(tmp_path):
    """From a trained DCGAN: frozen filters and the discriminator's first layers stay bit for bit, the others move."""
    from generators.checkpoints import latest, load, part, system_of

    run("dcgan", tmp_path / "base")
    start = system_of(tmp_path / "base" / "checkpoints")
    run("transfer", tmp_path / "new", start=start)
    end = part(load(latest(tmp_path / "new" / "checkpoints"))[0], "system")
    kept = [
        name
        for name in start
        if name in end and start[name].shape == end[name].shape and torch.equal(start[name], end[name])
    ]
    assert "generator.layers.6.weight" in kept
    assert "discriminator.layers.0.weight" in kept
    assert "generator.layers.0.weight" not in kept
    assert not torch.equal(end["generator.layers.6.gamma"], torch.ones_like(end["generator.layers.6.gamma"]))


def test_nothing_to_begin_from_is_said(tmp_path):
    from generators.checkpoints import system_of

    with pytest.raises(TrainingError, match="no checkpoint"):
        system_of(tmp_path)


def test_freezing_counts_from_the_picture_and_leaves_one_layer():
    network = transfer.Discriminator(width=4, size=32, frozen_discriminator=8)
    trained = [name for name, p in network.named_parameters() if p.requires_grad and p.ndim == 4]
    assert len(trained) == 1
    system = transfer.System(TransferOptions(latent=8, width=4, size=32), TransferTraining())
    assert all(p.requires_grad for group in system.optimisers["d"].param_groups for p in group["params"])


def test_augmentation_does_nothing_at_zero_and_moves_towards_its_target():
    pictures, u = torch.randn(16, 1, 16, 16), torch.rand(16, 15)
    torch.testing.assert_close(augment(pictures, u, 0.0), pictures, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(augment(pictures, u, 1.0), pictures, atol=0.1)
    ada = AdaptiveAugmentation(0.6)
    for _batch in range(8):
        ada.adapt(torch.ones(64))  # the discriminator is sure of every real picture: overfitting
    assert float(ada.p) == pytest.approx(8 * 64 / 500_000)
    for _batch in range(4):
        ada.adapt(-torch.ones(64))
    assert float(ada.p) == pytest.approx(4 * 64 / 500_000)


def test_geometry_moves_whole_pixels_exactly():
    """Mirrors, quarter turns and shifts move pixels and invent none."""
    pictures = torch.arange(256.0).reshape(1, 1, 16, 16).repeat(32, 1, 1, 1)
    u = torch.rand(32, 15, generator=torch.Generator().manual_seed(1))
    u[:, 3:6] = 1.0  # no scaling, contrast, brightness
    u[:, 2] = 1.0  # and no shift: what comes out is a permutation
    out = augment(pictures, u, 0.99)
    for picture in out:
        torch.testing.assert_close(picture.flatten().sort().values, torch.arange(256.0), atol=1e-2, rtol=0)
    assert len({tuple(picture.flatten().round().tolist()) for picture in out}) >= 4
