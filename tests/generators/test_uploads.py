import io
import json
import pickle
import zipfile

import numpy as np
import pytest
import torch
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save, save_file

from foreign.refusal import Refused
from generators import bringing
from generators.models import Generator
from generators.networks.dcgan import Generator as Network
from generators.uploads import RefusedWeights, check_config, check_file, load_network

CONFIG = {"width": 4, "size": 32}


def weights(**config) -> bytes:
    return save(Network(**{**CONFIG, **config}).state_dict())


@pytest.fixture
def file(tmp_path):
    def write(data: bytes, name: str = "w.safetensors"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_weights_that_fit_are_loaded(file):
    network = load_network(file(weights()), "w.safetensors", "dcgan", check_config("dcgan", CONFIG))
    assert not network.training


@pytest.mark.parametrize("name", ["w.pt", "w.pth", "w.PKL", "w.ckpt", "w.bin"])
def test_pickles_are_refused_by_name_with_the_way_out(file, name):
    with pytest.raises(Refused, match="convert_checkpoint"):
        check_file(file(weights(), name), name)


def test_pickles_are_refused_by_content_whatever_they_are_called(file):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("data.pkl", b"x")
    for data in (pickle.dumps({"a": 1}), archive.getvalue()):
        with pytest.raises(Refused, match="can run any code"):
            check_file(file(data), "w.safetensors")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"width": 8}, "has other shapes"), ({"size": 64}, "lacks"), ({"classes": 2}, "has other shapes")],
)
def test_weights_of_another_network_are_refused_with_what_differs(file, change, words):
    with pytest.raises(RefusedWeights, match=words):
        load_network(file(weights()), "w", "dcgan", check_config("dcgan", {**CONFIG, **change}))


def test_weights_that_are_no_numbers_are_refused(file):
    state = Network(**CONFIG).state_dict()
    state["layers.0.weight"][0, 0, 0, 0] = float("nan")
    with pytest.raises(RefusedWeights, match="no numbers"):
        load_network(file(save(state)), "w", "dcgan", check_config("dcgan", CONFIG))


@pytest.mark.parametrize("config", [[1], {"width": "wide"}, {"unknown": 1}, {"size": 10_000}])
def test_a_configuration_is_checked_strictly(config):
    with pytest.raises(RefusedWeights):
        check_config("dcgan", config)
    with pytest.raises(RefusedWeights, match="Registered: dcgan"):
        check_config("stylegan", {})


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused_in_words(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("w") / "w.safetensors"
    path.write_bytes(data)
    with pytest.raises(Refused):
        check_file(path, "w.safetensors")


@given(st.integers(0, 3000), st.integers(0, 255))
@settings(max_examples=100, deadline=None)
def test_a_changed_header_is_read_or_refused_in_words(tmp_path_factory, place, value):
    data = bytearray(save({"a": torch.zeros(3, 2), "b": torch.zeros(4)}))
    data[place % 160] = value
    path = tmp_path_factory.mktemp("w") / "w.safetensors"
    path.write_bytes(bytes(data))
    try:
        tensors = check_file(path, "w.safetensors")
    except Refused as refusal:
        assert str(refusal)  # noqa: PT017  (either outcome is right)
    else:
        assert tensors


def test_a_header_that_promises_more_than_there_is_is_refused(file):
    header = json.dumps(
        {"a": {"dtype": "F32", "shape": [10**9, 10], "data_offsets": [0, 4 * 10**10]}}
    ).encode()
    with pytest.raises(RefusedWeights, match="beyond its end"):
        check_file(file(len(header).to_bytes(8, "little") + header), "w")


def upload(client, data: bytes, name: str = "w.safetensors", **more):
    fields = {
        "name": "Mine",
        "network": "dcgan",
        "config": json.dumps(CONFIG),
        "low": 0,
        "high": 255,
        "unit": "grey",
        **more,
    }
    return client.post(reverse("generators:upload"), {**fields, "weights": SimpleUploadedFile(name, data)})


@pytest.mark.django_db
def test_an_administrator_uploads_and_lets_it_draw(client, administrator, work):
    client.force_login(administrator)
    assert upload(client, weights()).status_code == 302
    generator = Generator.objects.get()
    assert generator.source == "uploaded"
    client.post(reverse("generators:detail", args=[generator.pk]), {"name": "Drawn", "count": 5, "seed": 1})
    (job,) = work()
    assert job.status == "done", job.error


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "name", "more", "words"),
    [
        (b"junk", "w.pth", {}, "convert_checkpoint"),
        (weights(width=8), "w.safetensors", {}, "has other shapes"),
        (weights(), "w.safetensors", {"config": "{"}, "Enter a valid JSON"),
        (weights(), "w.safetensors", {"high": -5}, "above the lowest value"),
    ],
)
def test_a_refused_upload_says_why_and_keeps_nothing(client, administrator, data, name, more, words):
    client.force_login(administrator)
    page = upload(client, data, name, **more)
    assert words in page.content.decode()
    assert not Generator.objects.exists()


@pytest.mark.django_db
def test_a_check_ends_before_the_server_would_give_the_page_up(client, administrator, monkeypatch, work):
    assert bringing.LONGEST_CHECK < 30
    monkeypatch.setattr(bringing, "LONGEST_CHECK", 0.01)
    client.force_login(administrator)
    page = upload(client, weights())
    assert "not checked within 0.01 seconds" in page.content.decode()
    assert not Generator.objects.exists()


@pytest.mark.django_db
def test_only_administrators_upload(client, researcher):
    client.force_login(researcher)
    assert upload(client, weights()).status_code == 403


def test_a_checkpoint_is_converted_offline(tmp_path, capsys):
    state = Network(**CONFIG).state_dict()
    torch.save({"generator": state, "step": 3}, tmp_path / "a.pth")
    call_command(
        "convert_checkpoint", str(tmp_path / "a.pth"), str(tmp_path / "a.safetensors"), "--key", "generator"
    )
    assert check_file(tmp_path / "a.safetensors", "a.safetensors").keys() == state.keys()
    with pytest.raises(CommandError, match="Inside are: generator, step"):
        call_command("convert_checkpoint", str(tmp_path / "a.pth"), str(tmp_path / "b.safetensors"))
    save_file({"a": torch.zeros(1)}, tmp_path / "plain")
    with pytest.raises(CommandError, match="not opened"):
        call_command("convert_checkpoint", str(tmp_path / "plain"), str(tmp_path / "b.safetensors"))
    np.testing.assert_equal((tmp_path / "b.safetensors").exists(), False)
