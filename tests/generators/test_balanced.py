"""Balanced sets: counts before and after, by leaving out, by repeating, filled up by recipes and networks."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from generators import production
from generators.balanced import counts_after, lacking, usable_for
from generators.models import Generator
from generators.recipes import Recipe, Step
from imagesets.models import ImageSet
from jobs.models import Job
from jobs.runner import run_attempt
from tests import factories

pytestmark = pytest.mark.django_db
LABELS = ["a"] * 7 + ["b"] * 3 + ["c"] * 2


@pytest.fixture
def source(client, researcher):
    client.force_login(researcher)
    return factories.image_set(researcher, images=factories.blobs(12), labels=LABELS, name="Rare c")


@pytest.fixture
def mixer(researcher):
    recipe = Recipe((Step("rotation", probability=0.5), Step("mixup")))
    return production.keep_recipe(name="Mixer", owner=researcher, recipe=recipe)


def balanced(client, work, source, way, **fills) -> ImageSet:
    data = {"name": "Even", "way": way, "seed": 4, **fills}
    response = client.post(reverse("generators:balance", args=[source.pk]), data)
    assert response.status_code == 302, response.content.decode()
    work()
    return ImageSet.objects.latest("pk")


def counts(image_set) -> Counter:
    return Counter(image_set.pictures.values_list("label", flat=True))


@pytest.mark.parametrize(("way", "each"), [("under", 2), ("over", 7)])
def test_under_and_over_sampling(client, work, source, way, each):
    made = balanced(client, work, source, way)
    assert counts(made) == {"a": each, "b": each, "c": each} == counts_after(source, way)
    assert made.origin == "real"
    digests = {picture.position: picture.digest for picture in source.pictures.all()}
    uses = Counter()
    for picture in made.pictures.all():
        assert picture.digest == digests[picture.parameters["copy_of"]]
        assert picture.patient == f"p{picture.parameters['copy_of']}"
        uses[picture.parameters["copy_of"]] += 1
    for label in "abc":
        of = [uses[n] for n, name in enumerate(LABELS) if name == label]
        assert max(of) - min(of) <= 1, "no picture much oftener than another"


def test_filled_up_by_a_recipe(client, work, source, mixer, capsys):
    page = client.get(reverse("generators:balance", args=[source.pk])).content.decode()
    assert "5 more of c, by" in page
    made = balanced(client, work, source, "equal", fill_0=mixer.pk, fill_1=mixer.pk)
    assert counts(made) == {"a": 7, "b": 7, "c": 7}
    assert (made.origin, list(made.parents.all())) == ("mixed", [source])
    new = [picture for picture in made.pictures.all() if "steps" in picture.parameters]
    assert len(new) == 9
    for picture in new:
        used = [picture.parameters["source"], *picture.parameters["steps"][-1]["partners"]]
        assert {LABELS[index] for index in used} == {picture.label}, "mixed within the class"
    assert made.provenance["after"] == {"a": 7, "b": 7, "c": 7}
    assert made.provenance["fills"]["b"]["options"] == mixer.recipe
    call_command("generate", "--replay", str(made.pk))
    assert "9 pictures made again, the same bit for bit" in capsys.readouterr().out
    call_command(*made.provenance["command"].replace('"', "").split()[1:])
    assert made.digest[:8] in capsys.readouterr().out, "the command in the provenance makes the same set"


def network(researcher, **config) -> Generator:
    """A DCGAN as it is before training."""
    import torch
    from safetensors.torch import save_file

    from generators.networks.dcgan import Generator as Net
    from generators.weights import keep_weights, output_for

    options = {"latent": 8, "width": 4, "size": 32, "channels": 1, "classes": 0} | config
    torch.manual_seed(0)
    path = Path(settings.DATA_DIR) / "net.safetensors"
    save_file(Net(**options).state_dict(), path)
    file, digest = keep_weights(path)
    return Generator.objects.create(
        name="Net", owner=researcher, kind="network", source="uploaded", network="dcgan", config=options,
        weights_file=file, weights_digest=digest, output=output_for(0, 255, "stored grey levels"),
    )  # fmt: skip


def test_filled_up_by_networks(client, work, source, researcher, mixer):
    plain, other_size = network(researcher), network(researcher, size=64)
    conditional = network(researcher, classes=3)
    conditional.training_set = source
    conditional.save()
    assert usable_for(source, "c", researcher) == [conditional, plain, mixer]
    assert other_size not in usable_for(source, "c", researcher)
    made = balanced(client, work, source, "equal", fill_0=conditional.pk, fill_1=plain.pk)
    assert counts(made) == {"a": 7, "b": 7, "c": 7}, made.job.error
    drawn = [picture for picture in made.pictures.all() if "generator" in picture.parameters]
    assert [picture.parameters["index"] for picture in drawn if picture.label == "b"] == [1, 4, 7, 10]
    assert len({picture.digest for picture in drawn}) == 9


def test_killed_anywhere_it_makes_the_same_set(work, source, mixer, monkeypatch):
    from generators.balanced import start_balancing
    from imagesets import building

    monkeypatch.setattr(building, "BATCH", 4)

    def start(name):
        return start_balancing(
            image_set=source,
            owner=source.owner,
            name=name,
            way="equal",
            seed=2,
            fills={"b": mixer, "c": mixer},
        )

    start("whole")
    work()
    whole = ImageSet.objects.latest("pk")
    for after in (4, 14):
        start("killed")
        job = Job.objects.latest("pk")
        seen = []

        def die(self, *args, seen=seen, after=after, **more):
            seen.append(1)
            if len(seen) > after:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(building.SetBuilder, "add", wrapped(building.SetBuilder.add, die))
            with pytest.raises(KeyboardInterrupt):
                run_attempt(job.pk, job.attempt)
        Job.objects.filter(pk=job.pk).update(status="waiting", attempt=2)
        run_attempt(job.pk, 2)
        assert ImageSet.objects.latest("pk").digest == whole.digest


def wrapped(add, before):
    def method(self, *args, **more):
        before(self)
        return add(self, *args, **more)

    return method


def test_what_cannot_be_is_said(client, work, source, researcher, mixer):
    response = client.post(
        reverse("generators:balance", args=[source.pk]), {"name": "x", "way": "equal", "seed": 1}
    )
    assert "choose the generator that makes these" in response.content.decode()
    plain = factories.image_set(researcher, name="one class")
    assert "at least two" in client.get(reverse("generators:balance", args=[plain.pk])).content.decode()
    even = factories.image_set(researcher, labels=["a", "b"] * 6, name="even")
    assert "same number" in client.get(reverse("generators:balance", args=[even.pk])).content.decode()
    with pytest.raises(CommandError, match=r"b \(4\), c \(5\)"):
        call_command("balance", str(source.pk), "equal")
    with pytest.raises(CommandError, match="CLASS=NUMBER"):
        call_command("balance", str(source.pk), "equal", "--fill", "b")
    lone = factories.image_set(researcher, labels=["a"] * 11 + ["b"], name="lone")
    made = balanced(client, work, lone, "equal", fill_0=mixer.pk)
    assert made.state == "failed"
    assert "another picture of the same class" in made.job.error


def test_lacking_counts_to_the_commonest(source):
    assert lacking(source) == {"b": 4, "c": 5}
    np.testing.assert_array_equal(list(counts_after(source, "equal").values()), [7, 7, 7])
