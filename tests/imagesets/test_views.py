"""Pages of image sets."""

import numpy as np
import pytest
from django.urls import reverse

from imagesets.models import ImageSet, Picture
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def image_set(researcher):
    return factories.image_set(
        researcher, labels=["sick", "well"] * 6, patients=[f"p{n // 3}" for n in range(12)]
    )


def test_the_first_visit_says_what_belongs_here(client, researcher):
    client.force_login(researcher)
    assert b"No image sets yet" in client.get(reverse("imagesets:list")).content


def test_a_set_shows_its_facts_and_its_classes(client, researcher, image_set):
    client.force_login(researcher)
    page = client.get(reverse("imagesets:detail", args=[image_set.pk])).content.decode()
    for words in ("12 images", "32 × 32", "sick", "well", "Provenance", "Made by a test."):
        assert words in page, words
    only = client.get(reverse("imagesets:detail", args=[image_set.pk]), {"label": "sick"}).content.decode()
    assert only.count('class="tile') == 6


def test_a_large_picture_has_whole_numbers_for_its_size(client, researcher):
    """Thousands are grouped for readers, never in attributes."""
    large = factories.image_set(researcher, images=[np.zeros((1100, 1200), np.uint8)])
    client.force_login(researcher)
    page = client.get(reverse("imagesets:picture", args=[large.pk, 0])).content.decode()
    assert 'width="1200" height="1100"' in page


def test_a_picture_is_kept_by_the_browser_and_not_shown_after_log_out(client, researcher, image_set):
    client.force_login(researcher)
    address = reverse("imagesets:thumbnail", args=[image_set.pictures.first().pk, 96])
    first = client.get(address)
    assert set(first["Cache-Control"].split(", ")) == {"private", "no-cache"}
    known = {"HTTP_IF_NONE_MATCH": first["ETag"]}
    assert client.get(address, **known).status_code == 304
    client.logout()
    assert client.get(address, **known).status_code == 302


def test_a_thumbnail_is_eight_bits_within_the_declared_range(client, researcher):
    from io import BytesIO

    from PIL import Image

    deep = np.full((200, 100), 1000, np.uint16)
    deep[0, 0] = 65535
    image_set = factories.image_set(researcher, images=[deep])
    ImageSet.objects.filter(pk=image_set.pk).update(intensity_low=0, intensity_high=2000)
    client.force_login(researcher)
    pk = Picture.objects.get().pk
    with Image.open(BytesIO(client.get(reverse("imagesets:thumbnail", args=[pk, 96])).content)) as image:
        assert image.size == (48, 96)
        assert image.getpixel((20, 50)) == 128
    assert client.get(reverse("imagesets:thumbnail", args=[pk, 97])).status_code == 404


def test_the_range_is_stated_on_the_page_and_nonsense_is_refused(client, researcher, image_set):
    ImageSet.objects.update(intensity_low=None, intensity_high=None)
    client.force_login(researcher)
    address = reverse("imagesets:detail", args=[image_set.pk])
    assert b"Nobody has said which values" in client.get(address).content
    fields = {"name": "New name", "intensity_low": "5", "intensity_high": "5", "intensity_unit": "HU"}
    page = client.post(address, fields).content.decode()
    assert "it must be above the lowest value, 5" in page
    assert "New name" in page
    client.post(address, {**fields, "intensity_high": "300"})
    image_set.refresh_from_db()
    assert (image_set.intensity, image_set.name) == ((5.0, 300.0), "New name")


def test_a_split_keeps_patients_whole_and_can_be_repeated(client, researcher, image_set):
    client.force_login(researcher)
    for _time in range(2):
        client.post(reverse("imagesets:split", args=[image_set.pk]), {"share": "50", "seed": "3"})
    parts = ImageSet.objects.filter(parents=image_set).order_by("pk")
    assert parts[0].digest == parts[2].digest
    patients = [set(part.pictures.values_list("patient", flat=True)) for part in parts[:2]]
    assert not patients[0] & patients[1]
    assert patients[0] | patients[1] == {"p0", "p1", "p2", "p3"}
    page = client.post(
        reverse("imagesets:split", args=[image_set.pk]), {"share": "0", "seed": "x"}, follow=True
    )
    assert b"from 1 to 99 per cent" in page.content


def test_trash_undo_and_delete_for_ever(client, researcher, image_set, own_folders):
    other = factories.image_set(researcher, images=[image_set.pictures.first().pixels()])
    client.force_login(researcher)
    client.post(reverse("imagesets:trash", args=[image_set.pk]))
    assert not ImageSet.objects.usable().filter(pk=image_set.pk).exists()
    client.post(reverse("imagesets:restore", args=[image_set.pk]))
    assert ImageSet.objects.usable().filter(pk=image_set.pk).exists()
    files = [picture.path for picture in image_set.pictures.all()]
    client.post(reverse("imagesets:trash", args=[image_set.pk]))
    client.post(reverse("imagesets:delete", args=[image_set.pk]))
    assert not ImageSet.objects.filter(pk=image_set.pk).exists()
    assert [path.exists() for path in files] == [True] + [False] * 11, "a file that another set uses stays"
    assert other.pictures.first().pixels().shape == (32, 32)


def test_a_set_that_a_study_uses_cannot_be_deleted(client, researcher):
    from tests.turing import studies

    study = studies.ready(researcher)
    used = study.real_sets.get()
    client.force_login(researcher)
    client.post(reverse("imagesets:trash", args=[used.pk]))
    page = client.post(reverse("imagesets:delete", args=[used.pk]), follow=True)
    assert "could not be repeated without it" in page.content.decode()
    assert ImageSet.objects.filter(pk=used.pk).exists()


def test_provenance_as_json(client, researcher, image_set):
    client.force_login(researcher)
    facts = client.get(reverse("imagesets:provenance", args=[image_set.pk])).json()
    assert facts["digest"] == image_set.digest
    assert facts["provenance"]["words"] == ["Made by a test."]
