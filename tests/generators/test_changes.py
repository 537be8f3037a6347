"""What a network invented, against changes made by hand; the page that shows it."""

import numpy as np
import pytest
from django.urls import reverse

from generators.changes import at_size, compare, dice, otsu, picture_of, residual
from tests import factories


@pytest.fixture
def picture() -> np.ndarray:
    return factories.blobs(1, size=64)[0] / 255.0


def test_a_linear_change_of_grey_levels_explains_itself(picture):
    change = compare(picture, 0.5 * picture + 0.2)
    assert change.peak == pytest.approx(0, abs=1e-9)
    assert not change.is_notable
    assert change.mean == pytest.approx(np.abs(0.2 - 0.5 * picture).mean())


def test_noise_is_not_notable_and_an_invented_nodule_is_found(picture):
    rng = np.random.default_rng(0)
    noisy = picture + rng.normal(0, 0.1, picture.shape)
    assert not compare(picture, noisy).is_notable
    y, x = np.mgrid[:64, :64]
    nodule = 0.5 * np.exp(-((x - 40) ** 2 + (y - 20) ** 2) / (2 * 4.0**2))
    change = compare(picture, noisy + nodule)
    assert change.is_notable
    assert np.hypot(change.place[0] - 40, change.place[1] - 20) < 3
    assert 0 < change.area < 0.1


def test_an_inverted_picture_is_a_change(picture):
    assert compare(picture, 1 - picture).is_notable
    np.testing.assert_allclose(residual(picture, 1 - picture), picture.mean() - picture)


def test_otsu_parts_two_grey_levels_and_agrees_with_another_library(picture):
    from skimage.filters import threshold_otsu

    two = np.repeat([[0.2, 0.8]], 8, axis=0)
    assert 0.2 < otsu(two) < 0.8
    assert otsu(picture) == pytest.approx(threshold_otsu(picture), abs=2 / 256)


def test_dice_of_shifted_squares():
    one, other = np.zeros((10, 10), bool), np.zeros((10, 10), bool)
    one[:, :4], other[:, 2:6] = True, True
    assert dice(one, other) == 0.5
    assert dice(one & False, other & False) == 1


def test_colours_say_brighter_and_darker(picture):
    made = picture.copy()
    made[10:20, 10:20] += 0.4
    made[40:50, 40:50] -= 0.4
    shown = np.asarray(picture_of(picture, made)).astype(int)
    assert shown[15, 15, 0] > shown[15, 15, 2] + 60
    assert shown[45, 45, 2] > shown[45, 45, 0] + 60
    assert at_size(picture, (32, 32)).shape == (32, 32)


@pytest.mark.django_db
def test_the_page_ranks_pictures_by_what_changed(client, researcher, other_researcher):
    from imagesets.building import SetBuilder

    source = factories.image_set(researcher, images=factories.blobs(3, size=32), name="Before")
    builder = SetBuilder(name="After", owner=researcher, origin="synthetic", intensity=(0.0, 255.0),
                         provenance={"words": [], "translated_from": source.pk}, parents=[source])  # fmt: skip
    for number, picture in enumerate(source.pictures.all()):
        pixels = picture.pixels().copy()
        if number == 1:
            pixels[8:18, 8:18] = 255
        builder.add(pixels, parameters={"source": number})
    made = builder.finish()
    client.force_login(researcher)
    page = client.get(reverse("generators:changes", args=[made.pk]))
    assert page.status_code == 200
    assert [row.picture.position for row in page.context["rows"]][0] == 1
    assert page.context["notable"] == 1
    assert (
        reverse("generators:changes", args=[made.pk])
        in client.get(reverse("imagesets:detail", args=[made.pk])).content.decode()
    )
    shown = client.get(reverse("generators:difference", args=[made.pk, 1]))
    assert shown["Content-Type"] == "image/png"
    for name, given in (
        ("changes", [source.pk]),
        ("difference", [made.pk, 99]),
        ("difference", [source.pk, 0]),
    ):
        assert client.get(reverse(f"generators:{name}", args=given)).status_code == 404
    client.force_login(other_researcher)
    for shared in (False, True):
        made.is_shared = shared
        made.save()
        assert client.get(reverse("generators:changes", args=[made.pk])).status_code == 404, (
            "the source is not shared"
        )
    address = reverse("generators:changes", args=[made.pk])
    set_page = reverse("imagesets:detail", args=[made.pk])
    assert address not in client.get(set_page).content.decode(), "no button that leads nowhere"
    source.is_shared = True
    source.save()
    assert address in client.get(set_page).content.decode()
    assert client.get(address).status_code == 200
