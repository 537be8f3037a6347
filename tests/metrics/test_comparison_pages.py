"""Comparisons from the form to the page and its files."""

import csv
import io

import pytest
from django.urls import reverse

from jobs.models import Job
from metrics.comparison_page import comparison_context
from metrics.models import Comparison
from metrics.side_by_side import SideBySide
from tests.factories import blobs, image_set

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thumbnails")]


@pytest.fixture
def sets(researcher):
    real = image_set(researcher, images=blobs(40, seed=1), name="Real")
    made = [
        image_set(researcher, origin="synthetic", images=blobs(24, seed=s), name=f"Made <{s}>")
        for s in (2, 3)
    ]
    return real, made


def asked(real, made, **more):
    return {"real": real.pk, "sets": [one.pk for one in made], "encoders": ["radiomics"], "seed": 0, **more}


@pytest.fixture
def made(client, researcher, sets, work):
    client.force_login(researcher)
    response = client.post(reverse("metrics:compare"), asked(*sets))
    (job,) = work()
    assert job.status == Job.Status.DONE, job.error
    comparison = Comparison.objects.get()
    assert response["Location"] == comparison.get_absolute_url() == job.result_url
    return comparison


def test_the_page_says_what_was_found_and_what_it_is_worth(made, client):
    page = client.get(made.get_absolute_url()).content.decode()
    assert "as far as these images tell" in page
    assert "three trainings" in page
    assert "Made &lt;2&gt;" in page
    assert page.count('<svg class="plot"') == 6
    assert " style=" not in page
    assert made.name in client.get(reverse("metrics:list")).content.decode()


def test_files(made, client):
    found = client.get(reverse("metrics:comparison_json", args=[made.pk])).json()
    result = SideBySide.from_data(found)
    text = client.get(reverse("metrics:comparison_csv", args=[made.pk])).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 6 * (2 + 1)
    assert float(rows[2]["value"]) == result.lines[0].differences[0].value
    assert rows[2]["less"] == "Made <3>"


def test_snapshots_of_a_training_become_a_curve(researcher, sets, client, work):
    for seen, one in zip((1000, 20_000), sets[1]):
        one.provenance = {**one.provenance, "images_seen": seen}
        one.save()
    client.force_login(researcher)
    client.post(reverse("metrics:compare"), asked(*sets))
    work()
    page = client.get(Comparison.objects.get().get_absolute_url()).content.decode()
    assert "Over the training" in page
    assert "From 1,000 images seen" in page


@pytest.mark.parametrize(("count", "words"), [(1, "1 sets are ticked"), (0, "This field is required")])
def test_too_few_sets(sets, client, researcher, count, words):
    client.force_login(researcher)
    page = client.post(reverse("metrics:compare"), asked(sets[0], sets[1][:count])).content.decode()
    assert words in page
    assert not Comparison.objects.exists()


def test_the_form_is_filled_from_the_address_and_nonsense_is_left_out(sets, client, researcher):
    client.force_login(researcher)
    address = reverse("metrics:compare") + f"?real={sets[0].pk}&sets={sets[1][0].pk}&sets=x"
    page = client.get(address).content.decode()
    assert page.count("checked") >= 2  # the set and the encoder
    assert client.get(reverse("metrics:compare") + "?real=x").status_code == 200


def test_a_refusal_reaches_the_person(sets, client, researcher, work):
    client.force_login(researcher)
    client.post(reverse("metrics:compare"), asked(*sets))
    sets[1][0].trash()
    (job,) = work()
    assert job.status == Job.Status.FAILED
    assert "in the trash" in job.error
    page = client.get(Comparison.objects.get().get_absolute_url()).content.decode()
    assert "could not be made" in page


def test_it_can_be_deleted_and_the_sets_stay(made, client, sets):
    client.post(reverse("metrics:comparison_delete", args=[made.pk]))
    assert not Comparison.objects.exists()
    sets[0].refresh_from_db()


def test_one_set_better_than_all_others_is_named():
    from tests.metrics.examples import example_side_by_side

    found = comparison_context(example_side_by_side(apart=True), [None, None])
    assert "nearer to the real images than every other set" in found["finding"]["title"]
    assert found["rows"][0]["cells"][0]["is_best"]
    even = comparison_context(example_side_by_side(apart=False), [None, None])
    assert "No set is nearer" in even["finding"]["title"]
    assert not even["rows"][0]["cells"][0]["is_best"]
