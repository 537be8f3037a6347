"""Generators on the site: recipes, training and sampling as jobs, who may see what."""

from dataclasses import asdict

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from generators.catalogue import STEPS
from generators.models import Generator, Run
from imagesets.models import ImageSet
from tests import factories

pytestmark = pytest.mark.django_db

TRAINING = {"training_seed": 0, "training_images_seen": 64, "training_batch": 8, "training_learning_rate": 2e-4, "training_beta1": 0.5,
            "training_beta2": 0.999, "training_checkpoint_every_images": 32, "training_sample_every_images": 32,
            "training_watch": 64, "training_keep": "last", "training_best_by": "distance", "training_watch_encoder": "random", "training_precision": "full", "training_ada_target": 0.0}  # fmt: skip
NETWORK = {
    "option_latent": 10,
    "option_width": 4,
    "option_size": 32,
    "option_channels": 1,
    "option_classes": 0,
}


def composed(client, method: str, **options) -> Generator:
    values = {
        f"1-option_{name}": value for name, value in (asdict(STEPS[method].options()) | options).items()
    }
    data = {
        "name": method,
        "balance": "as_is",
        "seed": 1,
        "step": f"1:{method}",
        "1-probability": 1,
        **values,
    }
    response = client.post(reverse("generators:compose"), data)
    assert response.status_code == 302, response.content.decode()
    return Generator.objects.latest("pk")


def make(client, work, generator: Generator, **more) -> ImageSet:
    data = {"name": "Made", "count": 10, "seed": 3, **more}
    response = client.post(reverse("generators:detail", args=[generator.pk]), data)
    assert response.status_code == 302, response.content.decode()
    work()
    return ImageSet.objects.latest("pk")


def test_cutmix_makes_a_set_with_shares_and_provenance(client, researcher, work):
    client.force_login(researcher)
    source = factories.image_set(researcher, labels=["a", "b"] * 6)
    made = make(client, work, composed(client, "cutmix", alpha=1), image_set=source.pk)
    assert (made.count, made.origin, list(made.parents.all())) == (10, "synthetic", [source])
    for picture in made.pictures.all():
        assert sum(picture.soft_label.values()) == pytest.approx(1)
        assert picture.parameters["steps"][0]["name"] == "cutmix"
    assert made.provenance["command"].startswith("manage.py generate ")


def test_the_same_seed_makes_the_same_set_and_each_picture_can_be_replayed(client, researcher, work):
    from generators.pipeline import replay
    from generators.working_set import WorkingSet

    client.force_login(researcher)
    source = factories.image_set(researcher, images=factories.blobs(12, dtype=np.uint16))
    generator = composed(client, "mixup", alpha=1)
    first, second = (make(client, work, generator, image_set=source.pk) for _time in range(2))
    assert first.digest == second.digest
    picture = first.pictures.get(position=4)
    again = replay(**WorkingSet(source).inputs(), parameters=picture.parameters)
    np.testing.assert_array_equal(again.image, picture.pixels())
    assert picture.depth == 16


@pytest.mark.parametrize("method", ["cutmix", "ricap", "horizontal_flip"])
def test_masks_boxes_points_and_patients_travel_through_a_job(client, researcher, work, method, capsys):
    """The class of each box's name is the picture it came from, so that what arrives can be followed."""
    client.force_login(researcher)
    masks = [np.full((32, 32), n, np.uint8) for n in range(12)]
    marks = [{"boxes": [[8, 8, 24, 24, f"p{n}"]], "points": [[15, 15, f"p{n}"]]} for n in range(12)]
    source = factories.image_set(researcher, masks=masks, annotations=marks)
    made = make(client, work, composed(client, method), image_set=source.pk)
    assert made.count == 10, made.job.error
    for picture in made.pictures.all():
        shown = {f"p{n}" for n in np.unique(picture.mask())}
        for x, y, name in picture.annotations["points"]:
            assert f"p{picture.mask()[int(y), int(x)]}" == name
        assert {box[4] for box in picture.annotations["boxes"]} <= shown
        assert picture.patient == (f"p{picture.parameters['source']}" if method == "horizontal_flip" else "")
    call_command("generate", "--replay", str(made.pk))
    assert "10 pictures made again, the same bit for bit" in capsys.readouterr().out


def test_a_picture_that_comes_out_otherwise_is_named(client, researcher, work):
    client.force_login(researcher)
    source = factories.image_set(researcher)
    made = make(client, work, composed(client, "gamma", low=0.5, high=2), image_set=source.pk)
    picture = made.pictures.get(position=7)
    picture.parameters["steps"][0]["parameters"]["gamma"] = 3.0
    picture.save()
    with pytest.raises(CommandError, match=r"1 of 10 pictures came out otherwise: \[7\]"):
        call_command("generate", "--replay", str(made.pk))
    with pytest.raises(CommandError, match="made by a recipe"):
        call_command("generate", "--replay", str(source.pk))


def test_what_a_recipe_cannot_work_on_fails_in_words(client, researcher, work):
    client.force_login(researcher)
    source = factories.image_set(researcher)  # no labels: Perlin mixing joins classes
    made = make(
        client,
        work,
        composed(client, "perlin", lattice=4, octaves=1, quantile=0.5, fade="quintic"),
        image_set=source.pk,
    )
    assert made.state == "failed"
    assert "no labels" in made.job.error


def test_a_training_becomes_a_generator_that_draws(client, researcher, work):
    client.force_login(researcher)
    source = factories.image_set(researcher, images=factories.blobs(16))
    response = client.post(
        reverse("generators:train", args=["dcgan"]),
        {"name": "Net", "image_set": source.pk, **NETWORK, **TRAINING},
    )
    assert response.status_code == 302, response.content.decode()
    (job,) = work()
    assert job.status == "done", job.error
    run = Run.objects.get()
    assert run.generator.training_set == source
    page = client.get(reverse("generators:run", args=[run.pk])).content.decode()
    assert "What it makes now" in page
    assert client.get(reverse("generators:snapshot", args=[run.pk, run.snapshots[-1]])).status_code == 200
    assert (
        client.get(reverse("generators:snapshot", args=[run.pk, "..%2fgenerator.safetensors"])).status_code
        == 404
    )
    made = make(client, work, run.generator)
    assert (made.count, made.intensity, list(made.parents.all())) == (10, source.intensity, [source])


def test_a_set_without_a_range_is_missing_from_the_form_and_the_form_says_why(client, researcher):
    client.force_login(researcher)
    source = factories.image_set(researcher, name="Bare")
    address = reverse("generators:train", args=["dcgan"]) + f"?set={source.pk}"
    assert "cannot be chosen yet" not in client.get(address).content.decode()
    type(source).objects.filter(pk=source.pk).update(intensity_low=None, intensity_high=None)
    assert "“Bare” cannot be chosen yet" in client.get(address).content.decode()


def test_a_form_says_what_is_wrong_with_an_option(client, researcher):
    client.force_login(researcher)
    source = factories.image_set(researcher)
    page = client.post(
        reverse("generators:train", args=["dcgan"]),
        {"name": "Net", "image_set": source.pk, **NETWORK, **TRAINING, "training_batch": 64},
    )
    assert "The set has 12 pictures and a batch takes 64" in page.content.decode()


def test_commands_make_what_provenance_promises(client, researcher, work, capsys):
    client.force_login(researcher)
    source = factories.image_set(researcher, images=factories.blobs(16), name="Source")
    generator = composed(client, "cutmix", alpha=1)
    made = make(client, work, generator, image_set=source.pk)
    call_command("generate", str(generator.pk), "--count", "10", "--seed", "3", "--from", str(source.pk))
    assert made.digest[:8] in capsys.readouterr().out
    options = ["width=4", "size=32", "latent=10", "images_seen=32", "batch=8"]
    call_command("train", "dcgan", "Source", *[part for pair in options for part in ("--option", pair)])
    assert "weights" in capsys.readouterr().out
    with pytest.raises(CommandError, match="is no option"):
        call_command("train", "dcgan", "Source", "--option", "depth=3")
    with pytest.raises(CommandError, match="name it with --from"):
        call_command("generate", str(generator.pk))


@pytest.mark.parametrize("shared", [False, True])
def test_a_generator_belongs_to_its_maker(
    client, researcher, other_researcher, administrator, reader, shared
):
    client.force_login(researcher)
    generator = composed(client, "cutmix", alpha=1)
    generator.is_shared = shared
    generator.save()
    address = reverse("generators:detail", args=[generator.pk])
    for person, status in (
        (other_researcher, 200 if shared else 404),
        (administrator, 200),
        (reader, 403),
        (researcher, 200),
    ):
        client.force_login(person)
        assert client.get(address).status_code == status
    client.force_login(other_researcher)
    for name in ("share", "trash"):
        assert client.post(reverse(f"generators:{name}", args=[generator.pk])).status_code == 404


def test_a_training_that_is_stopped_keeps_what_it_has_and_goes_on_later(
    client, researcher, work, monkeypatch
):
    from jobs.models import Job
    from jobs.progress import Progress

    client.force_login(researcher)
    source = factories.image_set(researcher, images=factories.blobs(16))
    fields = {"name": "Net", "image_set": source.pk, **NETWORK, **TRAINING, "training_images_seen": 400}
    client.post(reverse("generators:train", args=["dcgan"]), fields)

    def asked(self) -> bool:
        Job.objects.filter(pk=self.job.pk).update(stop_requested=True)
        return True

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "should_stop", asked)
        (job,) = work()
    assert job.status == "stopped"
    run = Run.objects.get()
    weights = run.generator.weights_digest
    assert 0 < run.log()[-1]["images_seen"] < 400
    page = client.get(reverse("generators:run", args=[run.pk])).content.decode()
    assert "Resume" in page
    client.post(reverse("jobs:retry", args=[job.pk]))
    (job,) = work()
    assert job.status == "done", job.error
    run.generator.refresh_from_db()
    assert run.generator.weights_digest != weights
    assert Generator.objects.count() == 1, "the same generator, trained on"
