"""Encoders that come as an ONNX file: preprocessing against Pillow and torch, what is refused, the command, the page, a whole evaluation."""

import json

import numpy as np
import onnx
import pytest
import torch
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import helper
from PIL import Image

from foreign.refusal import Refused
from metrics.encoders.base import Intensity
from metrics.encoders.declaration import Declaration
from metrics.encoders.foreign import ForeignEncoder, install, installed, remove, try_out
from metrics.encoders.registry import ENCODERS, get_encoder, known_encoders
from metrics.features import features
from tests import factories
from tests.foreign import files

SIDE = 8


def network(
    channels: int = 3, kind: str = "rows", batch="n", last: bool = False, seed: int = 0, dimension: int = 5
) -> bytes:
    """A linear map of the pixels: rows (n, d); or a convolution that keeps places (n, d, 2, 2); or tokens (n, 4, d)."""
    rng = np.random.default_rng(seed)
    shape = [batch, SIDE, SIDE, channels] if last else [batch, channels, SIDE, SIDE]
    inputs = [files.value("x", shape)]
    if kind == "rows":
        weights = rng.normal(size=(channels * SIDE * SIDE, dimension)).astype(np.float32)
        nodes = [
            helper.make_node("Flatten", ["x"], ["flat"]),
            helper.make_node("MatMul", ["flat", "w"], ["y"]),
        ]
        return files.model(nodes, inputs, [files.value("y", [batch, dimension])], {"w": weights})
    weights = rng.normal(size=(dimension, channels, 4, 4)).astype(np.float32)
    nodes = [helper.make_node("Conv", ["x", "w"], ["places"], strides=[4, 4])]
    if kind == "places":
        return files.model(nodes, inputs, [files.value("places", [batch, dimension, 2, 2])], {"w": weights})
    nodes += [
        helper.make_node("Reshape", ["places", "shape"], ["long"]),
        helper.make_node("Transpose", ["long"], ["y"], perm=[0, 2, 1]),
    ]
    return files.model(
        nodes,
        inputs,
        [files.value("y", [batch, 4, dimension])],
        {"w": weights, "shape": np.array([0, dimension, 4])},
    )


@pytest.fixture
def keep(tmp_path):
    def kept(data: bytes, name: str = "mine", **declared) -> ForeignEncoder:
        (tmp_path / "n.onnx").write_bytes(data)
        declaration = Declaration(**{"title": "My network", "side": SIDE, **declared})
        return install(tmp_path / "n.onnx", name, declaration, tmp_path / "encoders", ENCODERS)

    return kept


def pictures(count: int = 5, shape=(20, 30)) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.integers(0, 256, shape).astype(np.uint8) for _picture in range(count)]


GREY = Intensity(0, 255)


def test_preprocessing_is_pillow_and_torchvisions_arithmetic():
    """DINOv2's evaluation transform: shorter side 16 by bicubic, middle 8, ImageNet's mean and deviation."""
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    declared = Declaration(title="d", side=8, resized=16, fit="crop", filter="bicubic", mean=mean, std=std)
    picture = np.random.default_rng(0).integers(0, 256, (32, 48, 3)).astype(np.uint8)
    planes = [
        Image.fromarray(picture[..., c].astype(np.float32) / 255).resize((24, 16), Image.Resampling.BICUBIC)
        for c in range(3)
    ]
    expected = np.stack([np.asarray(plane)[4:12, 8:16] for plane in planes])
    expected = (expected - np.reshape(mean, (3, 1, 1))) / np.reshape(std, (3, 1, 1))
    np.testing.assert_allclose(declared.prepared(picture, GREY), expected, atol=1e-5)


def test_resizing_is_torchs_antialiased_one():
    declared = Declaration(title="d", side=8, filter="bilinear", channels=1, low=-1024.0, high=1024.0)
    picture = np.random.default_rng(0).integers(0, 4096, (30, 22)).astype(np.uint16)
    scaled = torch.from_numpy(picture.astype(np.float32) / 4095)[None, None]
    small = torch.nn.functional.interpolate(scaled, (8, 8), mode="bilinear", antialias=True)[0].numpy()
    np.testing.assert_allclose(declared.prepared(picture, Intensity(0, 4095)), small * 2048 - 1024, atol=2e-2)


def test_a_grey_picture_is_shown_three_times_and_a_colour_one_weighed():
    grey = Declaration(title="d", side=8).prepared(pictures(1)[0], GREY)
    assert grey.shape == (3, 8, 8)
    np.testing.assert_array_equal(grey[0], grey[2])
    colour = np.dstack([np.full((9, 9), level, np.uint8) for level in (255, 0, 0)])
    one = Declaration(title="d", side=8, channels=1).prepared(colour, GREY)
    np.testing.assert_allclose(one, 0.299, atol=1e-5)


def test_padding_keeps_the_proportions():
    ready = Declaration(title="d", side=8, fit="pad", channels=1).prepared(
        np.full((10, 20), 255, np.uint8), GREY
    )[0]
    np.testing.assert_allclose(ready[2:6], 1, atol=1e-5)
    assert (ready[:2] == 0).all()
    assert (ready[6:] == 0).all()


@given(
    st.integers(8, 40),
    st.integers(8, 40),
    st.sampled_from(["stretch", "crop", "pad"]),
    st.sampled_from([0, 8, 13]),
)
@settings(max_examples=60, deadline=None)
def test_any_size_becomes_the_declared_one(height, width, fit, resized):
    picture = np.random.default_rng(0).integers(0, 256, (height, width)).astype(np.uint8)
    ready = Declaration(title="d", side=8, fit=fit, resized=resized).prepared(picture, GREY)
    assert ready.shape == (3, 8, 8)
    assert np.isfinite(ready).all()


@pytest.mark.parametrize("batch", ["n", 1, 3, 16])
def test_features_are_the_networks(keep, batch):
    encoder = keep(network(batch=batch))
    rows = np.stack(list(encoder.encode(pictures(), intensity=GREY)))
    weights = np.random.default_rng(0).normal(size=(3 * 64, 5)).astype(np.float32)
    flat = np.stack([encoder.declaration.prepared(picture, GREY).ravel() for picture in pictures()])
    np.testing.assert_allclose(rows, flat @ weights, rtol=1e-4, atol=1e-4)
    assert encoder.dimension == 5


def test_colours_last_is_read_off_the_file(keep):
    first, last = keep(network(), "first"), keep(network(last=True), "last")
    assert first.dimension == last.dimension == 5
    (row,) = last.encode(pictures(1), intensity=GREY)
    weights = np.random.default_rng(0).normal(size=(3 * 64, 5)).astype(np.float32)
    flat = last.declaration.prepared(pictures(1)[0], GREY).transpose(1, 2, 0).ravel()
    np.testing.assert_allclose(row, flat @ weights, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("kind", "pooling"), [("places", "mean"), ("tokens", "mean"), ("tokens", "first")])
def test_pooling(keep, kind, pooling):
    encoder = keep(network(kind=kind), pooling=pooling)
    (row,) = encoder.encode(pictures(1), intensity=GREY)
    weights = torch.from_numpy(np.random.default_rng(0).normal(size=(5, 3, 4, 4)).astype(np.float32))
    x = torch.from_numpy(encoder.declaration.prepared(pictures(1)[0], GREY))[None]
    places = torch.conv2d(x, weights, stride=4)[0].flatten(1)
    expected = places[:, 0] if pooling == "first" else places.mean(1)
    np.testing.assert_allclose(row, expected.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("data", "declared", "words"),
    [
        (network(channels=1), {}, "declared are 3 × 8 × 8"),
        (network(), {"side": 16}, "declared are 3 × 16 × 16"),
        (network(kind="places"), {}, "more than one row"),
        (network(kind="places"), {"pooling": "first"}, "first token"),
        (network(), {"output": 2}, "has 1 outputs; number 2"),
        (files.conditional(), {}, "takes 2 inputs"),
        (files.asks(200_000, 200_000), {}, "40,000,000,000"),
        (network(batch=1000), {}, "has the shape 1000"),
        (b"junk", {}, "damaged"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_kept(keep, tmp_path, data, declared, words):
    with pytest.raises(Refused, match=words):
        keep(data, **declared)
    assert not installed(tmp_path / "encoders")


@pytest.mark.parametrize("name", ["radiomics", "inception", "../up", "Up", "a", "a b", ""])
def test_a_name_that_is_not_free(keep, name):
    with pytest.raises(Refused, match="is not taken"):
        keep(network(), name)


def test_a_network_that_sees_no_picture_is_refused(tmp_path):
    blind = network(channels=3)
    model = onnx.load_from_string(blind)
    model.graph.initializer[0].raw_data = bytes(len(model.graph.initializer[0].raw_data))
    (tmp_path / "b.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(Refused, match="same features for different pictures"):
        try_out(tmp_path / "b.onnx", Declaration(title="b", side=SIDE))


@pytest.mark.parametrize(
    "data",
    [[], {"side": 8}, {"title": "t", "side": "8"}, {"title": "t", "side": 8, "std": [0]}, {"title": "t", "side": 8, "mean": [1, 2]},
     {"title": "t", "side": 8, "low": 1, "high": 0}, {"title": "t", "side": 8, "colour": 1}, {"title": "", "side": 8},
     {"title": "t", "side": 8, "fit": "x"}, {"title": "t", "side": 8, "mean": [float("nan")]}, {"title": "t", "side": 8, "mean": 3},
     {"title": "t", "side": 8, "resized": 4}, {"title": "t", "side": 8, "channels": 2}, {"title": "t", "side": 8, "fit": []}],
)  # fmt: skip
def test_a_declaration_is_checked(data):
    with pytest.raises(Refused):
        Declaration.from_data(data)


def test_features_are_kept_by_file_and_declaration(keep, tmp_path):
    """The same name with other weights, or with another preprocessing, is another encoder."""
    loaded = []

    def load():
        loaded.append(1)
        return pictures(1)[0]

    def encode(encoder):
        return features([("digest", load)], encoder=encoder, intensity=GREY, cache=tmp_path / "cache")

    first = encode(keep(network()))
    np.testing.assert_array_equal(encode(get_encoder("mine", folder=tmp_path / "encoders")), first)
    assert len(loaded) == 1
    for again in ({"data": network(seed=1)}, {"data": network(), "high": 2.0}):
        remove("mine", tmp_path / "encoders")
        assert not np.allclose(encode(keep(**again)), first)
    assert len(loaded) == 3


def test_only_a_declared_clip_gives_a_cmmd(keep):
    assert "family" not in keep(network(), "plain").protocol()
    protocol = keep(network(), "clip", family="clip").protocol()
    assert protocol["family"] == "clip"
    assert len(protocol["weights"]) == 64


def test_what_lies_in_the_folder_otherwise_is_left_alone(keep, tmp_path):
    keep(network())
    folder = tmp_path / "encoders"
    (folder / "inception.onnx").write_bytes(b"x")
    (folder / "broken").mkdir()
    (folder / "broken" / "encoder.json").write_text("{")
    assert list(known_encoders(folder)) == [*ENCODERS, "mine"]
    assert list(known_encoders(None)) == list(ENCODERS)


def test_the_command_adds_lists_and_removes(settings, tmp_path, capsys):
    (tmp_path / "n.onnx").write_bytes(network())
    (tmp_path / "n.json").write_text(json.dumps({"title": "My network", "side": SIDE}))
    call_command("encoders", "add", "mine", str(tmp_path / "n.onnx"), str(tmp_path / "n.json"))
    call_command("encoders")
    listed = capsys.readouterr().out
    assert "mine       My network: ready" in listed
    assert "stretched to 8 x 8" in listed
    with pytest.raises(CommandError, match="none of"):
        call_command("encoders", "add", "mine", str(tmp_path / "n.onnx"), str(tmp_path / "n.json"))
    call_command("encoders", "remove", "mine")
    with pytest.raises(CommandError, match="no uploaded encoder mine"):
        call_command("encoders", "remove", "mine")
    (tmp_path / "n.json").write_text("{")
    with pytest.raises(CommandError, match="is not JSON"):
        call_command("encoders", "add", "mine", str(tmp_path / "n.onnx"), str(tmp_path / "n.json"))


FORM = {
    "name": "mine", "title": "My network", "side": SIDE, "fit": "stretch", "filter": "bilinear", "channels": 3, "low": 0, "high": 1,
    "mean": "0.5", "std": "0.5", "output": 0, "pooling": "none", "family": "clip",
}  # fmt: skip


def upload(client, data: bytes, **more):
    fields = {**FORM, **more, "file": SimpleUploadedFile(more.pop("file", "n.onnx"), data)}
    return client.post(reverse("metrics:encoder_new"), fields, follow=True)


@pytest.mark.django_db
def test_an_administrator_brings_one_and_an_evaluation_uses_it(client, administrator, settings, work):
    client.force_login(administrator)
    page = upload(client, network()).content.decode()
    assert "My network" in page
    real = factories.image_set(administrator)
    made = factories.image_set(administrator, origin="synthetic", images=factories.blobs(12, seed=9))
    chosen = {"synthetic": made.pk, "real": real.pk, "encoders": ["radiomics", "mine"], "seed": 0}
    client.post(reverse("metrics:new"), chosen)
    job = work()[-1]
    assert job.status == "done", job.error
    from metrics.models import Evaluation

    report = Evaluation.objects.get().read_report()
    mine = [number for number in report.numbers if number.encoder == "mine"]
    digest = get_encoder("mine", folder=settings.ENCODERS_DIR).weights_digest
    assert {"kid", "frechet", "cmmd"} <= {number.metric for number in mine}
    assert all(number.protocol["weights"] == digest for number in mine if number.value is not None)
    assert "minus 0.5, over 0.5" in next(n for n in mine if n.metric == "kid").protocol["preprocessing"]
    assert digest in report.protocol["Encoder mine"]
    assert "CMMD" in client.get(Evaluation.objects.get().get_absolute_url()).content.decode()
    client.post(reverse("metrics:encoder_remove", args=["mine"]))
    assert not installed(settings.ENCODERS_DIR)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "more", "words"),
    [
        (network(), {"name": "radiomics"}, "is not taken"),
        (network(), {"mean": "a"}, "Enter one number"),
        (network(), {"mean": "1, 2"}, "1 or 3 numbers"),
        (network(channels=1), {}, "declared are 3"),
        (b"x", {"file": "n.pt"}, "convert_checkpoint"),
    ],
)
def test_a_refused_encoder_says_why(client, administrator, settings, data, more, words):
    client.force_login(administrator)
    assert words in upload(client, data, **more).content.decode()
    assert not installed(settings.ENCODERS_DIR)


@pytest.mark.django_db
def test_an_evaluation_with_a_file_that_went_bad_fails_in_words(client, administrator, settings, work):
    client.force_login(administrator)
    upload(client, network())
    (settings.ENCODERS_DIR / "mine" / "network.onnx").write_bytes(files.asks(200_000, 200_000))
    sets = [
        factories.image_set(administrator, origin=o, images=factories.blobs(12, seed=i))
        for i, o in enumerate(("real", "synthetic"))
    ]
    client.post(
        reverse("metrics:new"), {"synthetic": sets[1].pk, "real": sets[0].pk, "encoders": ["mine"], "seed": 0}
    )
    job = work()[-1]
    assert job.status == "failed"
    assert "40,000,000,000" in job.error


@pytest.mark.django_db
def test_an_evaluation_whose_encoder_was_removed_fails_in_words(client, administrator, settings, work):
    client.force_login(administrator)
    upload(client, network())
    sets = [
        factories.image_set(administrator, origin=o, images=factories.blobs(12, seed=i))
        for i, o in enumerate(("real", "synthetic"))
    ]
    client.post(
        reverse("metrics:new"), {"synthetic": sets[1].pk, "real": sets[0].pk, "encoders": ["mine"], "seed": 0}
    )
    remove("mine", settings.ENCODERS_DIR)
    job = work()[-1]
    assert job.status == "failed"
    assert "no encoder “mine” any more" in job.error


def test_evaluate_takes_it_by_name(settings, tmp_path, capsys):
    (tmp_path / "n.onnx").write_bytes(network())
    install(
        tmp_path / "n.onnx",
        "mine",
        Declaration(title="My network", side=SIDE),
        settings.ENCODERS_DIR,
        ENCODERS,
    )
    for index, role in enumerate(("real", "synthetic")):
        (tmp_path / role).mkdir()
        for number, picture in enumerate(factories.blobs(12, seed=index)):
            Image.fromarray(picture).save(tmp_path / role / f"{number}.png")
    folders = [
        "--real",
        str(tmp_path / "real"),
        "--synthetic",
        str(tmp_path / "synthetic"),
        "--output",
        str(tmp_path / "out"),
    ]
    call_command("evaluate", *folders, "--encoder", "mine", "--low", "0", "--high", "255")
    report = json.loads(next((tmp_path / "out").glob("*.json")).read_text())
    assert any(number["encoder"] == "mine" for number in report["numbers"])
    with pytest.raises(CommandError, match="invalid choice: 'yours'"):
        call_command("evaluate", *folders, "--encoder", "yours", "--low", "0", "--high", "255")
