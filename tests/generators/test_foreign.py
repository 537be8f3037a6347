"""Generators that come as an ONNX file: what is declared against what the file does, the pages, the job."""

import json
import pickle

import numpy as np
import onnx
import pytest
import torch
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from foreign.network import Network
from foreign.refusal import Refused
from generators.catalogue import FOREIGN
from generators.foreign import draw, try_out
from generators.models import Generator
from generators.networks.dcgan import Generator as DCGAN
from generators.options import InvalidOptions, make_options
from generators.output import Output
from generators.sampling import sample
from imagesets.models import ImageSet
from tests.foreign import files


def options(**values):
    return make_options(FOREIGN.options, values)


@pytest.fixture
def file(tmp_path):
    def keep(data: bytes):
        path = tmp_path / "network.onnx"
        path.write_bytes(data)
        return path

    return keep


def drawn(path, chosen, **which):
    with Network(path) as network:
        return list(draw(network, chosen, **which))


def test_a_picture_is_the_network_of_its_own_numbers(file):
    pictures = drawn(file(files.affine()), options(), count=3, seed=5)
    weights = np.random.default_rng(0).normal(size=(3, 16)).astype(np.float32)
    for index, (picture, label) in enumerate(pictures):
        z = np.random.default_rng([5, index]).standard_normal((1, 3), dtype=np.float32)
        np.testing.assert_allclose(picture, np.tanh(z @ weights).reshape(4, 4), rtol=1e-5)
        assert label is None


@pytest.mark.parametrize("batch", ["n", 1, 4])
def test_it_goes_on_with_the_same_pictures(file, batch):
    path = file(files.affine(batch=batch))
    whole = drawn(path, options(), count=7, seed=1)
    rest = drawn(path, options(), count=7, seed=1, start=3)
    assert len(whole) == 7
    for (first, _), (again, _) in zip(whole[3:], rest, strict=True):
        np.testing.assert_array_equal(first, again)


def test_a_batch_of_the_file_changes_no_picture(file):
    one = drawn(file(files.affine(batch=1)), options(), count=5, seed=1)
    four = drawn(file(files.affine(batch=4)), options(), count=5, seed=1)
    np.testing.assert_allclose([p for p, _ in one], [p for p, _ in four], rtol=1e-5)


@pytest.mark.parametrize("one_hot", [False, True])
def test_classes_take_turns(file, one_hot):
    chosen = options(classes=3, class_names="a, b, c", low=0.0, high=0.2)
    pictures = drawn(file(files.conditional(3, one_hot)), chosen, count=4, seed=0)
    assert [label for _, label in pictures] == [0, 1, 2, 0]
    assert [picture.mean() for picture, _ in pictures] == pytest.approx([-1, 0, 1, -1], abs=1e-6)
    assert chosen.labels == ("a", "b", "c")


def test_an_exported_dcgan_makes_the_pictures_that_it_makes_here(file, tmp_path):
    torch.manual_seed(0)
    network = DCGAN(width=8, size=32).eval()
    torch.onnx.export(
        network, (torch.zeros(1, 100),), str(tmp_path / "d.onnx"), dynamo=False, opset_version=17,
        input_names=["z"], output_names=["image"], dynamic_axes={"z": {0: "n"}, "image": {0: "n"}},
    )  # fmt: skip
    ours = [pixels for pixels, _ in sample(network, count=4, seed=3, output=Output(0, 255))]
    theirs = [Output(0, 255).pixels(v) for v, _ in drawn(tmp_path / "d.onnx", options(), count=4, seed=3)]
    assert np.abs(np.array(ours, int) - np.array(theirs, int)).max() <= 1


@pytest.mark.parametrize(("noise", "low", "high"), [("uniform", -1, 1), ("unit", 0, 1)])
def test_noise_is_drawn_as_declared(noise, low, high):
    from generators.foreign import noise_of

    drawn = noise_of(noise, (10_000,), 0, 0)
    assert (drawn.min(), drawn.max()) == pytest.approx((low, high), abs=2e-3)


@pytest.mark.parametrize("last", [False, True])
def test_colours_first_or_last(file, last):
    data = files.affine(channels=3)
    if last:
        model = onnx.load_from_string(data)
        model.graph.node[-1].output[0] = "first"
        model.graph.node.append(onnx.helper.make_node("Transpose", ["first"], ["image"], perm=[0, 2, 3, 1]))
        model.graph.output[0].CopyFrom(files.value("image", ["n", 4, 4, 3]))
        data = model.SerializeToString()
    ((picture, _),) = drawn(file(data), options(pictures="colour"), count=1, seed=0)
    assert picture.shape == (4, 4, 3)
    ((plain, _),) = drawn(file(files.affine(channels=3)), options(pictures="colour"), count=1, seed=0)
    np.testing.assert_array_equal(picture, plain)


@pytest.mark.parametrize(
    ("data", "declared", "words"),
    [
        (files.affine(), {"latent": "7"}, "of shape n × 3; declared are n × 7"),
        (files.affine(), {"pictures": "colour"}, "arrays of shape 1 × 1 × 4 × 4"),
        (files.affine(), {"classes": 2}, "no second input"),
        (files.conditional(), {}, "has a second input .y."),
        (files.conditional(3, True), {"classes": 2}, "no one-hot of 2 classes"),
        (files.affine(batch=1000), {}, "makes 1000 pictures at a time"),
        (files.asks(2, 2), {}, "takes 0 inputs"),
        (files.asks(200_000, 200_000), {}, "40,000,000,000 numbers"),
    ],
)
def test_what_does_not_fit_is_refused_with_both_sides(file, data, declared, words):
    with pytest.raises(Refused, match=words):
        try_out(file(data), options(**declared))


@pytest.mark.parametrize(
    "declared",
    [{"latent": "many"}, {"latent": "0"}, {"latent": "9999999"}, {"latent": "1,1,1,1,1,1"}, {"low": 1.0, "high": 1.0},
     {"classes": 2, "class_names": "a"}, {"noise": "pink"}],
)  # fmt: skip
def test_declarations_are_checked(declared):
    with pytest.raises(InvalidOptions):
        options(**declared)


def test_values_that_are_no_numbers_are_refused(file):
    data = onnx.load_from_string(files.affine())
    data.graph.node[1].op_type = "Log"  # of numbers below zero, too
    with pytest.raises(Refused, match="no numbers"):
        try_out(file(data.SerializeToString()), options())


def test_a_doubtful_range_is_noticed(file):
    path = file(files.affine())
    assert not try_out(path, options()).doubts_range(options())
    wide = options(low=0.0, high=255.0)
    assert try_out(path, wide).doubts_range(wide)


def upload(client, data: bytes, name: str = "g.onnx", **more):
    fields = {
        "name": "Mine", "option_latent": "", "option_noise": "normal", "option_pictures": "grey", "option_low": -1,
        "option_high": 1, "option_classes": 0, "option_class_names": "", "low": -1024, "high": 3071, "unit": "HU", **more,
    }  # fmt: skip
    url = reverse("generators:upload_network")
    return client.post(url, {**fields, "weights": SimpleUploadedFile(name, data)}, follow=True)


@pytest.mark.django_db
def test_an_administrator_brings_a_file_sees_pictures_and_lets_it_draw(client, administrator, work):
    client.force_login(administrator)
    page = upload(client, files.affine(), made_by="A. Nother", trained_on="100 CT slices")
    assert "drew 16 pictures" in page.content.decode()
    generator = Generator.objects.get()
    assert (generator.network, generator.made_by, generator.config["noise"]) == (
        "onnx",
        "A. Nother",
        "normal",
    )
    assert client.get(reverse("generators:grid", args=[generator.pk]))["Content-Type"] == "image/png"
    client.post(reverse("generators:detail", args=[generator.pk]), {"name": "Drawn", "count": 5, "seed": 1})
    (job,) = work()
    assert job.status == "done", job.error
    made = ImageSet.objects.get(name="Drawn")
    assert (made.count, made.intensity) == (5, (-1024.0, 3071.0))
    assert made.provenance["weights"] == generator.weights_digest
    values = made.pictures.first().values()
    expected = drawn(generator.weights_path, options(), count=1, seed=1)[0][0]
    np.testing.assert_allclose(values, -1024 + (expected + 1) / 2 * 4095, atol=0.51)


@pytest.mark.django_db
def test_classes_become_labels(client, administrator, work):
    client.force_login(administrator)
    upload(
        client,
        files.conditional(),
        option_classes=2,
        option_class_names="healthy, lesion",
        option_low=0,
        option_high=0.1,
    )
    client.post(
        reverse("generators:detail", args=[Generator.objects.get().pk]), {"name": "D", "count": 3, "seed": 1}
    )
    work()
    assert list(ImageSet.objects.get().pictures.values_list("label", flat=True)) == [
        "healthy",
        "lesion",
        "healthy",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "name", "more", "words"),
    [
        (files.asks(200_000, 200_000), "g.onnx", {}, "40,000,000,000 numbers"),
        (pickle.dumps({"a": 1}), "g.onnx", {}, "convert_checkpoint"),
        (b"anything", "g.pth", {}, "convert_checkpoint"),
        (b"anything", "g.onnx", {}, "damaged"),
        (files.asks_when_it_runs(), "g.onnx", {}, "more memory than"),
        (files.affine(), "g.onnx", {"option_low": 2}, "low must be below high"),
        (files.affine(), "g.onnx", {"high": -2000}, "above the lowest value"),
    ],
)  # fmt: skip
def test_a_refused_file_says_why_and_keeps_nothing(client, administrator, data, name, more, words):
    client.force_login(administrator)
    page = upload(client, data, name, **more)
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not Generator.objects.exists()


@pytest.mark.django_db
def test_a_file_that_turns_bad_fails_its_job_with_the_reason(client, administrator, work):
    client.force_login(administrator)
    upload(client, files.affine())
    generator = Generator.objects.get()
    generator.weights_path.write_bytes(files.asks_when_it_runs())
    client.post(reverse("generators:detail", args=[generator.pk]), {"name": "Drawn", "count": 5, "seed": 1})
    (job,) = work()
    assert job.status == "failed"
    assert "memory" in job.error
    assert json.dumps(job.arguments)
