"""F&BGAN: two stages that learn one after the other, and can be sampled apart."""

import torch

from generators import checkpoints
from generators.networks.dcgan import Generator as First
from generators.networks.fbgan import Generator, Refiner
from tests.generators.training_process import run


def test_the_refiner_begins_as_the_identity():
    pictures = torch.randn(2, 1, 16, 16)
    assert torch.equal(Refiner(1, 8, 2)(pictures), pictures)


def test_the_first_stage_is_a_dcgan_and_both_come_from_the_same_weights():
    torch.manual_seed(0)
    whole = Generator(latent=8, width=4, size=16).eval()
    assert sum(p.numel() for p in whole.first.parameters()) == sum(
        p.numel() for p in First(latent=8, width=4, size=16).parameters()
    )
    with torch.no_grad():
        whole.refiner.leave.bias.fill_(0.1)
    early = Generator(latent=8, width=4, size=16, stage="forward").eval()
    early.load_state_dict(whole.state_dict(), strict=True)
    z = torch.randn(3, 8)
    torch.testing.assert_close(whole(z), (early(z) + 0.1).clamp(-1, 1))


def test_the_forward_stage_stands_still_while_the_refiner_learns(tmp_path):
    """160 of 320 pictures with the first stage alone, then the refiner: each part moves in its own half only."""
    training = {"forward_share": 0.5, "checkpoint_every_images": 160, "sample_every_images": 160}
    run("fbgan", tmp_path, training=training)
    paths = sorted((tmp_path / "checkpoints").glob("*.safetensors"))
    half, end = (checkpoints.part(checkpoints.load(path)[0], "system.generator") for path in paths)
    still = {name for name in half if torch.equal(half[name], end[name])}
    assert {name for name in half if name.startswith("first.")} == still
    assert float(half["refiner.leave.weight"].abs().sum()) == 0
    assert float(end["refiner.leave.weight"].abs().sum()) > 0
