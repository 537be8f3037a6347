"""The Inception network: our torch graph against its ONNX form, and the operator's command. Weights are random here."""

import numpy as np
import pytest
import torch
from django.core.management import CommandError, call_command
from PIL import Image

from metrics.encoders.base import Intensity
from metrics.encoders.inception import FILE, Inception, prepared, softmax
from metrics.encoders.inception_graph import FidInception, from_state, write_onnx


@pytest.fixture(scope="module")
def network() -> FidInception:
    torch.manual_seed(0)
    network = FidInception().eval()
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    return network


@pytest.fixture(scope="module")
def folder(network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("encoders")
    write_onnx(network, folder / FILE)
    return folder


def pictures() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [
        rng.integers(0, 4096, (64, 80)).astype(np.uint16),
        rng.integers(0, 4096, (30, 30, 3)).astype(np.uint16),
    ]


def test_the_graph_is_the_published_one():
    """94 convolutions and 1,008 classes, without the auxiliary head."""
    network = FidInception()
    assert network.fc.weight.shape == (1008, 2048)
    convolutions = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    assert len(convolutions) == 94


def test_onnx_gives_what_torch_gives(network, folder):
    encoder, intensity = Inception(folder), Intensity(0, 4095)
    features = np.stack(list(encoder.encode(pictures(), intensity=intensity)))
    with torch.inference_mode():
        expected, logits = network(torch.from_numpy(np.stack([prepared(p, intensity) for p in pictures()])))
    assert expected.abs().max() > 0.1
    np.testing.assert_allclose(features, expected.numpy(), rtol=1e-5, atol=1e-5 * float(expected.abs().max()))
    probabilities = np.stack(list(encoder.probabilities(pictures(), intensity=intensity)))
    np.testing.assert_allclose(probabilities, torch.softmax(logits.double(), 1).numpy(), atol=1e-5)
    assert encoder.protocol()["weights"]


def test_a_batch_does_not_change_a_picture(folder):
    many = pictures() * 5  # more than one batch
    rows = list(Inception(folder).encode(many, intensity=Intensity(0, 4095)))
    np.testing.assert_allclose(rows[0], rows[8], rtol=1e-5, atol=1e-5)


def test_twelve_bits_in_sixteen_keep_their_levels():
    ramp = np.tile(np.arange(4096, dtype=np.uint16), (16, 1))
    ready = prepared(ramp, Intensity(0, 4095))
    assert ready.shape == (3, 299, 299)
    assert ready.min() == pytest.approx(-1, abs=0.01)
    assert ready.max() == pytest.approx(1, abs=0.01)
    assert len(np.unique(ready[0, 0])) == 299, "no level is clipped away"
    expected = (
        np.asarray(
            Image.fromarray(ramp.astype(np.float32) / 4095).resize((299, 299), Image.Resampling.BICUBIC)
        )
        * 2
        - 1
    )
    np.testing.assert_allclose(ready[0], expected, atol=1e-5)


def test_softmax_of_large_logits_is_finite():
    np.testing.assert_allclose(softmax(np.array([[1000.0, 1000.0]])), [[0.5, 0.5]])


def test_without_weights_it_says_what_to_do(tmp_path):
    assert "manage.py encoders install inception FILE" in Inception(tmp_path).available()
    with pytest.raises(ValueError, match="not installed"):
        next(Inception(tmp_path).encode(pictures(), intensity=Intensity(0, 1)))


def test_the_command_lists_and_installs(folder, settings, capsys):
    call_command("encoders")
    assert "not installed" in capsys.readouterr().out
    call_command("encoders", "install", "inception", str(folder / FILE))
    call_command("encoders")
    assert "inception  Inception network of the FID: ready" in capsys.readouterr().out


def test_only_the_known_file_is_opened(tmp_path):
    (tmp_path / "weights.pth").write_bytes(b"anything")
    with pytest.raises(CommandError, match="begins 6726825d"):
        call_command("encoders", "install", "inception", str(tmp_path / "weights.pth"))
    (tmp_path / "weights.onnx").write_bytes(b"anything")
    with pytest.raises(CommandError, match="no ONNX model"):
        call_command("encoders", "install", "inception", str(tmp_path / "weights.onnx"))


def test_a_state_dict_loads_strictly(network):
    state = {**network.state_dict(), "AuxLogits.fc.bias": torch.zeros(3)}
    again = from_state(state)
    assert torch.equal(again.Mixed_7c.branch_pool.conv.weight, network.Mixed_7c.branch_pool.conv.weight)
    del state["fc.weight"]
    with pytest.raises(RuntimeError, match=r"fc\.weight"):
        from_state(state)
