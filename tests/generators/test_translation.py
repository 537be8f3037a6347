"""Networks that make pictures from pictures, on the site: two sets, pairs, masks; what is made keeps its source."""

import dataclasses

import numpy as np
import pytest
import torch
from django.core.management import CommandError, call_command
from django.urls import reverse

from generators.catalogue import NETWORKS
from generators.models import Generator, Run
from generators.options import option_fields
from generators.output import Output
from generators.translating import Source, translate
from imagesets.models import ImageSet
from tests import factories
from tests.generators.systems import tiny

pytestmark = pytest.mark.django_db


def fields(network: str, **changed) -> dict:
    """A form filled in with a tiny configuration."""
    options, training = tiny(network, images_seen=16, checkpoint_every_images=16, sample_every_images=16)
    data = {"name": network}
    for prefix, values in (("option_", options), ("training_", training)):
        for field in option_fields(type(values)):
            value = getattr(values, field.name)
            if field.kind is not bool or value:
                data[prefix + field.name] = value
    return data | changed


def post(client, network: str, **changed):
    return client.post(reverse("generators:train", args=[network]), fields(network, **changed))


def trained(client, work, network: str, **changed) -> Generator:
    response = post(client, network, **changed)
    assert response.status_code == 302, response.context["form"].errors
    (job,) = work()
    assert job.status == "done", job.error
    return Run.objects.latest("pk").generator


def make(client, work, generator: Generator, **more) -> ImageSet:
    response = client.post(
        reverse("generators:detail", args=[generator.pk]), {"name": "Made", "seed": 3, **more}
    )
    assert response.status_code == 302, response.context["form"].errors
    work()
    return ImageSet.objects.latest("pk")


@pytest.fixture
def sets(researcher):
    first = factories.blobs(12, size=48)
    bright = [255 - picture for picture in first]
    return (
        factories.image_set(researcher, images=first, name="First", labels=["well"] * 12),
        factories.image_set(researcher, images=bright, name="Second", labels=["ill"] * 12),
    )


@pytest.fixture
def masked(researcher):
    from imagesets.building import SetBuilder

    builder = SetBuilder(
        name="Masked", owner=researcher, origin="real", intensity=(0.0, 255.0), provenance={"words": []}
    )
    for number, pixels in enumerate(factories.blobs(12, size=48)):
        mask = np.zeros((48, 48), np.uint8)
        mask[10:30, 12:40] = 2
        marks = {"boxes": [[12, 10, 40, 30, "organ"]], "points": [[20, 20, "tip"]]}
        builder.add(pixels, mask=mask, patient=f"p{number // 2}", label="ab"[number % 2], annotations=marks)
    return builder.finish()


def test_two_sets_give_a_generator_for_each_direction(client, researcher, work, sets):
    client.force_login(researcher)
    first, second = sets
    there = trained(client, work, "cyclegan", image_set=first.pk, second_set=second.pk)
    run = Run.objects.get()
    assert (there.training_set, run.back.training_set) == (second, first)
    assert run.back.name == "cyclegan, back"
    assert there.weights_digest != run.back.weights_digest
    made = make(client, work, run.back, image_set=second.pk)
    assert (made.count, list(made.parents.all()), made.origin) == (12, [second], "synthetic")


def test_lesions_fill_the_class_of_the_second_set(client, researcher, work, sets):
    client.force_login(researcher)
    generator = trained(client, work, "lesion", image_set=sets[0].pk, second_set=sets[1].pk)
    page = client.get(reverse("generators:detail", args=[generator.pk]))
    assert page.context["form"].fields["label"].initial == "ill"
    made = make(client, work, generator, image_set=sets[0].pk, label="ill", count=5)
    assert set(made.pictures.values_list("label", flat=True)) == {"ill"}
    assert "--class ill" in made.provenance["command"]


def test_what_is_made_keeps_source_patient_mask_and_marks(client, researcher, work, masked):
    client.force_login(researcher)
    generator = trained(client, work, "cigan", image_set=masked.pk)
    made = make(client, work, generator, image_set=masked.pk, count=14, option_keep_outside="on")
    pictures = list(made.pictures.all())
    assert [p.parameters["source"] for p in pictures] == [*range(12), 0, 1]
    assert pictures[3].patient == "p1"
    size = generator.config["size"]
    assert pictures[0].mask().shape == (size, size)
    assert set(np.unique(pictures[0].mask())) == {0, 2}, "the numbers of the classes stay"
    scale = size / 48
    np.testing.assert_allclose(pictures[0].annotations["boxes"][0][:4], np.array([12, 10, 40, 30]) * scale)
    assert pictures[0].annotations["points"] == [[int(20.5 * scale), int(20.5 * scale), "tip"]]
    assert not np.array_equal(pictures[0].pixels(), pictures[12].pixels()), "another chance, another filling"
    outside = pictures[0].mask() == 0
    np.testing.assert_array_equal(pictures[0].pixels()[outside], pictures[12].pixels()[outside])


def test_pairs_learn_and_the_same_seed_makes_the_same_set_by_command(client, researcher, work, sets, capsys):
    client.force_login(researcher)
    generator = trained(client, work, "denoising", image_set=sets[0].pk, second_set=sets[1].pk)
    made = make(client, work, generator, image_set=sets[0].pk)
    command = made.provenance["command"].removeprefix("manage.py generate ").split()
    call_command("generate", *command)
    assert made.digest[:8] in capsys.readouterr().out
    assert "substitute" in Run.objects.get().job.message


def test_found_boxes_are_kept_and_the_threshold_may_change_each_time(client, researcher, work, masked, sets):
    client.force_login(researcher)
    generator = trained(client, work, "tripartite", image_set=masked.pk, second_set=sets[1].pk)
    made = make(client, work, generator, image_set=masked.pk, count=2, option_threshold=0.01)
    assert made.provenance["options"]["threshold"] == 0.01
    assert "--option threshold=0.01" in made.provenance["command"]
    names = {row[-1] for picture in made.pictures.all() for row in picture.annotations["boxes"]}
    assert names == {"organ", "found"}


@pytest.mark.parametrize(("network", "more"), [("dcgan", {}), ("pggan", {"option_base_maps": 64})])
def test_pictures_are_made_with_their_masks(client, researcher, work, masked, network, more):
    client.force_login(researcher)
    generator = trained(client, work, network, image_set=masked.pk, option_with_mask="on", **more)
    made = make(client, work, generator, count=3)
    for picture in made.pictures.all():
        assert picture.channels == 1
        assert set(np.unique(picture.mask())) <= {0, 1}
        assert picture.mask().shape == picture.pixels().shape


def test_either_stage_of_fbgan_can_be_sampled(client, researcher, work, sets):
    client.force_login(researcher)
    generator = trained(client, work, "fbgan", image_set=sets[0].pk, training_forward_share=0.5)
    refined, early = (
        make(client, work, generator, count=3, option_stage=stage) for stage in ("refined", "forward")
    )
    assert refined.digest != early.digest
    assert early.provenance["options"]["stage"] == "forward"


def test_what_cannot_be_trained_is_refused_in_words(client, researcher, sets, masked):
    client.force_login(researcher)
    first, second = sets
    few = factories.image_set(researcher, images=factories.blobs(9, size=48), name="Few")
    for network, given, words in (
        ("cyclegan", {"image_set": first.pk}, "This field is required"),
        ("cyclegan", {"image_set": first.pk, "second_set": first.pk}, "Both are the same set"),
        (
            "denoising",
            {"image_set": first.pk, "second_set": few.pk},
            "Pairs need as many pictures in both sets; here are 12 and 9",
        ),
        ("cigan", {"image_set": first.pk}, "12 of 12 pictures have no mask"),
        ("dcgan", {"image_set": first.pk, "option_with_mask": "on"}, "12 of 12 pictures have no mask"),
        ("cigan", {"image_set": masked.pk, "option_channels": 3}, "do not have 3 channel(s)"),
    ):
        response = post(client, network, **given)
        assert response.status_code == 200
        assert words in response.content.decode(), network
    assert not Run.objects.exists()


def test_what_cannot_be_made_is_refused_in_words(client, researcher, work, sets, masked):
    client.force_login(researcher)
    first, second = sets
    generator = trained(client, work, "cyclegan", image_set=first.pk, second_set=second.pk)
    address = reverse("generators:detail", args=[generator.pk])
    other = factories.image_set(researcher, images=factories.blobs(3, dtype=np.uint16), name="Other")
    for given, words in (
        ({"image_set": other.pk}, "the network learnt from 0 to 255"),
        ({"image_set": first.pk, "count": 13}, "The source has 12 pictures"),
        ({}, "This field is required"),
    ):
        response = client.post(address, {"name": "Made", "seed": 1, **given})
        assert words in response.content.decode()
    with pytest.raises(CommandError, match="name it with --from"):
        call_command("generate", str(generator.pk))
    with pytest.raises(CommandError, match="cannot be changed"):
        call_command("generate", str(generator.pk), "--from", str(first.pk), "--option", "width=8")
    with pytest.raises(CommandError, match="learns from two sets"):
        call_command("train", "cyclegan", str(first.pk))


def test_a_picture_depends_on_weights_seed_source_and_number_alone():
    options, training = tiny("cigan")
    torch.manual_seed(0)
    network = NETWORKS["cigan"].load().System(options, training).generator
    mask = np.ones((16, 16))
    sources = [Source(picture.astype(np.float32), mask) for picture in factories.blobs(3, size=16)]
    given = {"seed": 5, "options": options, "intensity": (0, 255), "output": Output(0, 255)}
    whole = list(translate(network, sources, count=5, **given))
    later = list(translate(network, sources, count=5, start=3, **given))
    for one, other in zip(whole[3:], later):
        np.testing.assert_array_equal(one.pixels, other.pixels)
    assert whole[0].pixels.dtype == np.uint8
    assert dataclasses.asdict(whole[0])["scale"] == (1.0, 1.0)


def test_snapshots_that_are_kept_become_sets_that_follow_the_training(client, researcher, work):
    client.force_login(researcher)
    source = factories.image_set(researcher, images=factories.blobs(12, size=32), name="Source")
    changed = {"image_set": source.pk, "training_keep_snapshots": "on", "training_sample_every_images": 8}
    generator = trained(client, work, "dcgan", **changed)
    assert generator.snapshots == [0, 8, 16]
    page = client.get(reverse("generators:run", args=[generator.run.pk])).content.decode()
    assert "Numbers of the snapshots" in page
    address = reverse("generators:detail", args=[generator.pk])
    client.post(address, {"name": "Made", "seed": 3, "count": 4, "snapshots": ["0", "16"]})
    work()
    made = list(ImageSet.objects.filter(provenance__generator=generator.pk).order_by("pk"))
    assert [one.provenance["images_seen"] for one in made] == [0, 16]
    assert made[0].digest != made[1].digest
    assert "--snapshot 16" in made[1].provenance["command"]
    kept = make(client, work, generator, count=4)
    assert kept.digest == made[1].digest, "the last snapshot's weights are those that are kept"
    with pytest.raises(CommandError, match="Kept: 0, 8, 16"):
        call_command("generate", str(generator.pk), "--snapshot", "5")


def test_a_conditional_filling_makes_the_class_that_is_asked_for(client, researcher, work, masked, sets):
    client.force_login(researcher)
    generator = trained(client, work, "cigan", image_set=masked.pk, option_classes=2)
    assert generator.class_names == ["a", "b"]
    ill = make(client, work, generator, image_set=masked.pk, count=4, label="b", option_keep_outside="on")
    own = make(client, work, generator, image_set=masked.pk, count=4, option_keep_outside="on")
    assert set(ill.pictures.values_list("label", flat=True)) == {"b"}
    assert list(own.pictures.values_list("label", flat=True)) == ["a", "b", "a", "b"]
    first, second = (list(one.pictures.values_list("digest", flat=True)) for one in (ill, own))
    assert first[1::2] == second[1::2]
    assert first[0] != second[0], "the class is read"
