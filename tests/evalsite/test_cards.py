"""A generator's card: what it shows, and one file that goes out of one site and into another."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from safetensors.torch import save

from foreign.refusal import Refused
from generators import bringing, cards, production
from generators.catalogue import FOREIGN
from generators.models import Generator
from generators.networks.dcgan import Generator as DCGAN
from generators.options import make_options
from metrics.models import Evaluation
from tests import factories
from tests.foreign import files

pytestmark = pytest.mark.django_db
OUTPUT = {"low": 0.0, "high": 255.0, "unit": "grey"}
FACTS = {
    "name": "Mine",
    "made_by": "A. Nother",
    "trained_on": "CT",
    "intended_use": "Research",
    "licence": "CC0",
    "description": "d",
}


@pytest.fixture
def network(researcher):
    options = make_options(FOREIGN.options, {})
    return bringing.bring_network(owner=researcher, file=io.BytesIO(files.affine()), filename="g.onnx", options=options, output=OUTPUT, facts=FACTS)[0]  # fmt: skip


@pytest.fixture
def weights(researcher):
    config = {"width": 4, "size": 32}
    return bringing.bring_weights(
        owner=researcher, file=io.BytesIO(save(DCGAN(**config).state_dict())), filename="w.safetensors", network="dcgan", config=config,
        output=OUTPUT, facts=FACTS,
    )  # fmt: skip


@pytest.fixture
def recipe(researcher):
    return production.compose(name="CutMix", owner=researcher, method="cutmix", options=None)


def exported(generator, record=()) -> bytes:
    out = io.BytesIO()
    cards.write(generator, list(record), out)
    return out.getvalue()


def changed(data: bytes, replace: dict[str, bytes | None], **card) -> bytes:
    """The file with members replaced or (None) left out, and entries of its card changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        members = {name: old.read(name) for name in old.namelist()} | replace
        members["card.json"] = json.dumps(json.loads(old.read("card.json")) | card).encode()
        for name, content in members.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def take(data: bytes, owner, tmp_path) -> Generator:
    (tmp_path / "card.zip").write_bytes(data)
    return cards.read(tmp_path / "card.zip", owner)


def test_a_foreign_network_goes_out_and_in(network, other_researcher, tmp_path):
    rows = [{"kind": "evaluation", "title": "E", "date": "2026-01-01", "words": "Fidelity: fine"}]
    again = take(exported(network, rows), other_researcher, tmp_path)
    for name in ("network", "config", "weights_digest", "output", "grid_file", *FACTS):
        assert getattr(again, name) == getattr(network, name), name
    assert (again.owner, again.source, again.record) == (other_researcher, "uploaded", rows)


def test_weights_and_their_sample_pictures(weights, other_researcher, tmp_path):
    weights.grid_file = bringing.keep_sheet(factories.blobs(4))
    weights.save()
    again = take(exported(weights), other_researcher, tmp_path)
    assert again.weights_digest == weights.weights_digest
    assert again.grid_path.read_bytes()[:4] == b"\x89PNG"


def test_a_recipe(recipe, other_researcher, tmp_path):
    again = take(exported(recipe), other_researcher, tmp_path)
    assert (again.kind, again.recipe) == ("recipe", recipe.recipe)


@pytest.mark.parametrize(
    ("replace", "card", "words"),
    [
        ({"evil.py": b"x"}, {}, "it holds evil.py"),
        ({"../../up": b"x"}, {}, "it holds ../../up"),
        ({"generator.onnx": None}, {}, "entry “kind”"),
        ({"generator.onnx": files.affine(seed=1)}, {}, "its digest is another"),
        ({}, {"kind": "recipe", "recipe": {"schema": 1, "steps": [{"name": "x"}]}}, "no step called"),
        ({}, {"kind": "recipe", "recipe": None}, "Recipe"),
        ({}, {"name": ""}, "entry “name”"),
        ({}, {"name": 5}, "entry “name”"),
        ({}, {"licence": "x" * 121}, "entry “licence”"),
        ({}, {"record": [{"kind": "a"}]}, "entry “record”"),
        ({}, {"record": {}}, "entry “record”"),
        ({}, {"output": {"low": 1, "high": 0, "unit": ""}}, "entry “output”"),
        ({}, {"output": {"low": float("nan"), "high": 0, "unit": ""}}, "entry “output”"),
        ({}, {"config": {"latent": "many"}}, "Configuration"),
        ({}, {"config": []}, "Configuration"),
        ({}, {"version": 2}, "card of version 1"),
        ({}, {"network": "dcgan"}, "entry “kind”"),
    ],
)
def test_whatever_was_changed_is_refused_and_nothing_kept(
    network, other_researcher, tmp_path, replace, card, words
):
    with pytest.raises(Refused, match=words):
        take(changed(exported(network), replace, **card), other_researcher, tmp_path)
    assert not Generator.objects.filter(owner=other_researcher).exists()


def test_a_hostile_network_in_a_card_is_stopped_like_an_upload(network, other_researcher, tmp_path):
    import hashlib

    data = files.asks(200_000, 200_000)
    with pytest.raises(Refused, match="40,000,000,000"):
        take(
            changed(exported(network), {"generator.onnx": data}, sha256=hashlib.sha256(data).hexdigest()),
            other_researcher,
            tmp_path,
        )


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 and no more", b"PK\x05\x06" + b"\0" * 18, b"x" * 1000])
def test_what_is_no_card_file_is_refused(other_researcher, tmp_path, data):
    with pytest.raises(Refused, match="no card file"):
        take(data, other_researcher, tmp_path)


def test_pages_from_export_to_import(client, administrator, network):
    client.force_login(administrator)
    page = client.get(reverse("generator_card", args=[network.pk])).content.decode()
    assert "A. Nother" in page
    data = b"".join(client.get(reverse("generator_export", args=[network.pk])).streaming_content)
    assert json.loads(zipfile.ZipFile(io.BytesIO(data)).read("card.json"))["trained_on"] == "CT"
    client.post(reverse("generators:upload_card"), {"file": SimpleUploadedFile("c.zip", data)})
    assert Generator.objects.filter(owner=administrator).count() == 1
    refused = client.post(reverse("generators:upload_card"), {"file": SimpleUploadedFile("c.zip", b"x")})
    assert "no card file" in refused.content.decode()


def test_the_card_tells_of_evaluations_and_studies(client, researcher, network):
    client.force_login(researcher)
    made = factories.image_set(researcher, origin="synthetic")
    made.provenance = {"generator": network.pk}
    made.save()
    real = factories.image_set(researcher)
    Evaluation.objects.create(
        name="E", owner=researcher, real=real, synthetic=made, state="ready",
        summary={"states": {"fidelity": "fine"}, "kid": [0.01, 0.0, 0.02]},
    )  # fmt: skip
    from evalsite.cards import record_of
    from turing.models import Study

    study = Study.objects.create(name="S", owner=researcher)
    study.supply("synthetic", [made])
    kinds = {row["kind"]: row for row in record_of(network, researcher)}
    assert "KID" in kinds["evaluation"]["words"]
    assert kinds["study"]["title"] == "S"
    page = client.get(reverse("generator_card", args=[network.pk])).content.decode()
    assert reverse("turing:detail", args=[study.pk]) in page
    told = json.loads(zipfile.ZipFile(io.BytesIO(exported(network, list(kinds.values())))).read("card.json"))
    assert len(told["record"]) == 2


def test_the_owner_writes_the_card(client, researcher, other_researcher, network):
    client.force_login(researcher)
    client.post(reverse("generators:edit_card", args=[network.pk]), FACTS | {"intended_use": "Teaching"})
    network.refresh_from_db()
    assert network.intended_use == "Teaching"


def test_commands(network, administrator, tmp_path, capsys):
    file = tmp_path / "out.zip"
    call_command("export_generator", str(network.pk), str(file))
    call_command("import_generator", str(file), "--owner", administrator.username)
    assert Generator.objects.filter(owner=administrator).count() == 1
    for arguments, words in (
        (["export_generator", "999", str(file)], "no generator 999"),
        (["export_generator", str(network.pk), str(file)], "exists already"),
        (["import_generator", str(file), "--owner", "nobody"], "no administrator"),
        (["import_generator", str(tmp_path / "no.zip"), "--owner", administrator.username], "no file"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command(*arguments)
