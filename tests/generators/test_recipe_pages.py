"""The editor of recipes: steps in their order, tried on pictures as the options change, files in and out."""

import json
import re

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from generators import previews
from generators.catalogue import STEPS
from generators.models import Generator
from generators.recipes import Recipe, Step, json_schema
from tests import factories

pytestmark = pytest.mark.django_db
COMPOSE = "generators:compose"


@pytest.fixture
def source(client, researcher):
    client.force_login(researcher)
    return factories.image_set(researcher, labels=["a", "b"] * 6)


def fields(page: str) -> dict[str, list[str]]:
    """What the page's form would send, by a reader of forms that is not ours."""
    from html.parser import HTMLParser

    found: dict[str, list[str]] = {}

    class Reader(HTMLParser):
        select = ""

        def handle_starttag(self, tag, attrs):
            a = dict(attrs)
            if tag == "select":
                self.select = a["name"]
            elif tag == "option" and "selected" in a:
                found[self.select] = [a["value"]]
            elif (
                tag == "input"
                and a.get("type") not in ("file", "checkbox")
                and a["name"] != "csrfmiddlewaretoken"
            ):
                found.setdefault(a["name"], []).append(a.get("value", ""))
            elif tag == "input" and a.get("type") == "checkbox" and "checked" in a:
                found[a["name"]] = ["on"]

    Reader().feed(page[page.index('id="recipe"') :])
    return found


def opened(client, **query) -> dict[str, list[str]]:
    return fields(client.get(reverse(COMPOSE), query).content.decode())


def act(client, sent: dict, action: str, **more) -> dict[str, list[str]]:
    return fields(client.post(reverse(COMPOSE), {**sent, **more, "action": action}).content.decode())


def names(sent: dict) -> list[str]:
    return [value.split(":")[1] for value in sent.get("step", [])]


def keys(sent: dict) -> list[str]:
    return [value.split(":")[0] for value in sent.get("step", [])]


def test_steps_are_added_moved_and_removed_and_keep_what_was_typed(client, source):
    sent = opened(client, method="rotation")
    sent[f"{keys(sent)[0]}-option_degrees"] = ["33.5"]
    sent = act(client, sent, "add", add_step="cutmix")
    sent = act(client, sent, "add", add_step="crop")
    assert names(sent) == ["rotation", "cutmix", "crop"]
    first, second, third = keys(sent)
    assert sent[f"{third}-option_resize"] == ["on"]
    sent = act(client, sent, f"up:{second}")
    assert names(sent) == ["cutmix", "rotation", "crop"]
    assert names(act(client, sent, f"up:{second}")) == names(sent), "the first cannot go higher"
    sent = act(client, act(client, sent, f"down:{first}"), f"remove:{third}")
    assert names(sent) == ["cutmix", "rotation"]
    assert sent[f"{first}-option_degrees"] == ["33.5"]
    response = client.post(reverse(COMPOSE), {**sent, "name": "Mine", f"{second}-partners": "same_class"})
    assert response.status_code == 302
    recipe = Recipe.from_dict(Generator.objects.get(name="Mine").recipe)
    assert recipe == Recipe((Step("cutmix", partners="same_class"), Step("rotation", {"degrees": 33.5})))


def test_every_recipe_survives_the_page(client, source):
    """Opened from a generator and kept again unchanged, every step and option of the catalogue comes back."""
    from generators import production

    everything = Recipe(tuple(Step(name, probability=0.4) for name in STEPS), "over")
    generator = production.keep_recipe(name="All", owner=source.owner, recipe=everything)
    response = client.post(reverse(COMPOSE), {**opened(client, **{"from": generator.pk}), "name": "Again"})
    assert response.status_code == 302
    assert Recipe.from_dict(Generator.objects.get(name="Again").recipe) == everything


def test_files_go_out_and_come_in(client, source):
    sent = opened(client, method="elastic")
    client.post(reverse(COMPOSE), {**sent, "name": "Bent"})
    file = client.get(reverse("generators:recipe", args=[Generator.objects.get().pk]))
    assert file["Content-Disposition"] == 'attachment; filename="bent.json"'
    upload = SimpleUploadedFile("bent.json", file.content)
    back = act(client, opened(client), "open", file=upload)
    assert (names(back), back["name"]) == (["elastic"], ["bent"])
    assert client.get(reverse("generators:schema")).json() == json.loads(json.dumps(json_schema()))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This is not JSON"),
        (b"\xff\xfe", "This is not JSON"),
        (b'{"schema": 2, "steps": []}', "schema 2"),
        (b'{"schema": 1, "steps": [{"name": "blur"}]}', "no step called"),
        (b'{"schema": 1, "steps": [{"name": "mixup", "options": {"alpha": -1}}]}', "at least 0.01"),
        (b" " * 1_000_001, "larger than a recipe can be"),
    ],
)
def test_a_wrong_file_is_refused_in_words_and_the_steps_stay(client, source, content, words):
    sent = opened(client, method="gamma")
    upload = SimpleUploadedFile("r.json", content)
    page = client.post(reverse(COMPOSE), {**sent, "action": "open", "file": upload}).content.decode()
    assert words in page
    assert names(fields(page)) == ["gamma"]


def test_the_preview_shows_a_dozen_and_is_kept(client, source, monkeypatch):
    sent = opened(client, method="cutmix", set=source.pk)
    page = client.post(reverse("generators:preview"), sent).content.decode()
    addresses = re.findall(r'src="(/generators/recipe/preview/[^"]+)"', page)
    assert len(addresses) == 12
    assert client.get(addresses[11])["Content-Type"] == "image/png"
    assert "% a" in page
    monkeypatch.setattr(previews, "_make", None)  # the second time nothing is made
    assert client.post(reverse("generators:preview"), sent).content.decode() == page
    assert client.get(addresses[0].replace("/0.png", "/99.png")).status_code == 404


def test_what_the_preview_shows_is_what_the_recipe_makes(source):
    from generators.pipeline import run
    from generators.working_set import WorkingSet
    from imagesets.storage import read_pixels

    recipe = Recipe((Step("inversion"), Step("mixup")))
    found = previews.preview(recipe, source, seed=5)
    working = WorkingSet(source)
    for number, out in enumerate(run(recipe, **working.inputs(), count=12, seed=5, data_range=(0, 255))):
        shown = read_pixels(previews.folder_of(source) / found.key / f"{number}.png")
        np.testing.assert_array_equal(shown, out.image)
        assert found.examples[number].source == working.pictures[out.parameters["source"]].pk


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"method": "perlin", "plain": True}, "no labels; set partners to any"),
        ({"method": "channel_shuffle"}, "grey"),
        ({"method": "rotation", "1-option_degrees": "200"}, "less than or equal to 180"),
        ({"method": "rotation", "1-option_degrees": "x"}, "Enter a number"),
        ({"method": "zoom", "1-option_low": "2", "1-option_high": "1"}, "low must not be above high"),
        ({}, "Add a step"),
    ],
)
def test_a_preview_that_cannot_be_says_why(client, source, researcher, change, words):
    tried = factories.image_set(researcher, origin="real", name="plain") if change.get("plain") else source
    sent = opened(client, set=tried.pk, **{k: v for k, v in change.items() if k == "method"})
    sent |= {name: [value] for name, value in change.items() if "-" in name}
    page = client.post(reverse("generators:preview"), sent)
    assert page.status_code == 200
    assert words in page.content.decode()


def test_old_previews_are_forgotten(source, monkeypatch):
    monkeypatch.setattr(previews, "KEPT", 3)
    for seed in range(5):
        previews.preview(Recipe((Step("cutout"),)), source, seed=seed, count=1)
    assert len(list(previews.folder_of(source).iterdir())) == 3


def test_a_set_of_another_is_neither_tried_nor_shown(client, source, other_researcher):
    sent = opened(client, method="cutmix", set=source.pk)
    page = client.post(reverse("generators:preview"), sent).content.decode()
    picture = re.findall(r'src="(/generators/recipe/preview/[^"]+)"', page)[0]
    client.force_login(other_researcher)
    assert client.get(picture).status_code == 404
    assert "Select a valid choice" in client.post(reverse("generators:preview"), sent).content.decode()


def test_methods_are_shown_on_a_set(client, source):
    page = client.get(reverse("generators:choose")).content.decode()
    for method in STEPS:
        assert reverse("generators:examples", args=[source.pk, method]) in page
    strip = client.get(reverse("generators:examples", args=[source.pk, "elastic"])).content.decode()
    assert strip.count("<img") == 3
    refused = client.get(reverse("generators:examples", args=[source.pk, "channel_shuffle"])).content.decode()
    assert "grey" in refused
