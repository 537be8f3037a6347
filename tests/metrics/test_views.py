"""Pages of evaluations: who may see and change what, what the report shows, what bad input gets."""

import csv
import io
import json

import pytest
from django.urls import reverse

from jobs.models import Job
from metrics.beginning import begin_evaluation
from metrics.models import Evaluation
from tests.factories import blobs, image_set, run_waiting_jobs
from tests.metrics.examples import example_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thumbnails")]

PAGES = ["detail", "json", "numbers_csv", "images_csv", "printed", "image_table"]


@pytest.fixture
def sets(researcher):
    real = image_set(researcher, images=blobs(14, seed=1), name="Real <b>set</b>")
    synthetic = image_set(researcher, origin="synthetic", images=blobs(14, seed=2), name="Made")
    return real, synthetic


@pytest.fixture
def waiting(researcher, sets):
    real, synthetic = sets
    chosen = {"real": real, "synthetic": synthetic, "training": None, "encoders": ["radiomics"], "seed": 0, "paired": False, "is_shared": False}  # fmt: skip
    return begin_evaluation(researcher, chosen)


@pytest.fixture
def ready(waiting):
    """With a report written by hand: these tests are about pages."""
    waiting.report, waiting.state = example_report().to_data(), Evaluation.State.READY
    waiting.summary = {"states": {"memorisation": "alarm", "diversity": "fine", "fidelity": "fine"}, "kid": [0.02, 0.01, 0.03]}  # fmt: skip
    waiting.save()
    Job.objects.update(status=Job.Status.DONE)
    return waiting


def address(name: str, evaluation: Evaluation) -> str:
    return reverse(f"metrics:{name}", args=[evaluation.pk])


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("person", "shared", "status"),
    [
        ("researcher", False, 200),
        ("administrator", False, 200),
        ("other_researcher", False, 404),
        ("other_researcher", True, 200),
        ("reader", True, 403),
        (None, True, 302),
    ],
)
def test_who_may_see_a_report(name, person, shared, status, ready, client, request):
    Evaluation.objects.update(is_shared=shared)
    if person:
        client.force_login(request.getfixturevalue(person))
    assert client.get(address(name, ready)).status_code == status


@pytest.mark.parametrize("name", ["share", "delete"])
@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("researcher", 302),
        ("administrator", 302),
        ("other_researcher", 404),
        ("reader", 403),
        (None, 302),
    ],
)
def test_who_may_change_a_report(name, person, status, ready, client, request):
    Evaluation.objects.update(is_shared=True)  # seeing is not changing
    if person:
        client.force_login(request.getfixturevalue(person))
    response = client.post(address(name, ready), {"shared": "no"})
    assert response.status_code == status
    changed = not Evaluation.objects.filter(pk=ready.pk, is_shared=True).exists()
    assert changed == (person in {"researcher", "administrator"})


@pytest.mark.parametrize("name", ["share", "delete"])
def test_looking_changes_nothing(name, ready, client, researcher):
    client.force_login(researcher)
    assert client.get(address(name, ready)).status_code == 405


@pytest.mark.parametrize("person", ["reader", None])
@pytest.mark.parametrize("name", ["list", "new"])
def test_readers_and_strangers_have_no_evaluations(name, person, client, request):
    if person:
        client.force_login(request.getfixturevalue(person))
    assert client.get(reverse(f"metrics:{name}")).status_code == (403 if person else 302)


def test_the_list_shows_own_and_shared_ones(ready, client, researcher, other_researcher):
    client.force_login(other_researcher)
    assert "No evaluations yet" in client.get(reverse("metrics:list")).content.decode()
    Evaluation.objects.update(is_shared=True)
    page = client.get(reverse("metrics:list")).content.decode()
    assert "against Real &lt;b&gt;set&lt;/b&gt;" in page
    assert "is-alarm" in page
    assert "0.020" in page


def test_the_report_page_leads_with_the_finding(ready, client, researcher):
    client.force_login(researcher)
    page = client.get(ready.get_absolute_url()).content.decode()
    assert (
        page.index("Three of 40 images are copies.")
        < page.index("Nearest real images")
        < page.index("All numbers")
    )
    assert "0.0100 to 0.0300" in page  # two changing digits of the narrower of interval and floor
    assert "No weights." in page
    assert "manage.py encoders install inception FILE" in page
    assert "<script>alert" not in page
    assert " style=" not in page


def test_pictures_belong_to_those_who_may_see_the_set(ready, client, researcher, other_researcher):
    url = reverse("metrics:picture", args=[ready.pk, "synthetic", 3])
    client.force_login(researcher)
    response = client.get(url)
    assert response["Content-Type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    Evaluation.objects.update(is_shared=True)  # the report is shared, the sets are not
    client.force_login(other_researcher)
    assert client.get(url).status_code == 404
    page = client.get(ready.get_absolute_url())
    assert page.status_code == 200
    assert "<img" not in page.content.decode()


@pytest.mark.parametrize(("role", "position"), [("synthetic", 99), ("training", 0), ("nothing", 0)])
def test_pictures_that_are_not_there(role, position, ready, client, researcher):
    client.force_login(researcher)
    assert client.get(reverse("metrics:picture", args=[ready.pk, role, position])).status_code == 404


def test_downloads_are_what_they_say(ready, client, researcher):
    client.force_login(researcher)
    assert json.loads(client.get(address("json", ready)).content)["schema"] == 1
    rows = list(csv.DictReader(io.StringIO(client.get(address("numbers_csv", ready)).content.decode())))
    assert [row["metric"] for row in rows] == ["kid", "frechet"]
    response = client.get(address("images_csv", ready))
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize(
    "asked", ["", "?sort=realism&down=yes", "?sort=nothing&page=9999", "?page=x", "?page=" + "9" * 40]
)
def test_images_one_by_one(asked, ready, client, researcher):
    client.force_login(researcher)
    page = client.get(address("image_table", ready) + asked)
    assert page.status_code == 200
    assert "1 to 2 of 2 synthetic images" in page.content.decode()


def test_the_schema_is_served(client, researcher):
    client.force_login(researcher)
    assert client.get(reverse("metrics:schema")).json()["title"] == "Report of an evaluation"


def test_a_waiting_evaluation_shows_its_job(waiting, client, researcher):
    client.force_login(researcher)
    page = client.get(waiting.get_absolute_url()).content.decode()
    assert f"job-{waiting.job.pk}" in page
    assert client.get(address("json", waiting)).status_code == 404


def test_a_failed_evaluation_shows_the_cause(waiting, client, researcher, other_researcher):
    Job.objects.update(status=Job.Status.FAILED, error="One set is empty.")
    Evaluation.objects.update(is_shared=True)
    for person in (researcher, other_researcher):
        client.force_login(person)
        page = client.get(waiting.get_absolute_url()).content.decode()
        assert "One set is empty." in page
        assert "could not be made" in page


def test_a_report_of_another_version_is_no_error_page(ready, client, researcher):
    Evaluation.objects.update(report={"schema": 0})
    client.force_login(researcher)
    response = client.get(ready.get_absolute_url())
    assert response.status_code == 200
    assert "Evaluate again" in response.content.decode()
    assert client.get(address("json", ready)).status_code == 404


def test_from_the_form_to_the_report(sets, client, researcher):
    real, synthetic = sets
    client.force_login(researcher)
    page = client.get(f"{reverse('metrics:new')}?synthetic={synthetic.pk}&real={real.pk}").content.decode()
    assert page.count(" selected>") >= 2
    assert "Inception" in page  # named with the reason why it cannot be ticked
    response = client.post(reverse("metrics:new"), {"synthetic": synthetic.pk, "real": real.pk, "encoders": ["radiomics"], "seed": 4, "is_shared": "on"})  # fmt: skip
    evaluation = Evaluation.objects.get()
    assert response.url == evaluation.get_absolute_url()
    assert evaluation.is_shared
    (job,) = run_waiting_jobs()
    assert job.status == Job.Status.DONE, job.error
    page = client.get(response.url).content.decode()
    assert "Made, against Real &lt;b&gt;set&lt;/b&gt;" in page
    assert page.count("<img") >= 8
    picture = page.split('<img src="')[1].split('"')[0]
    assert client.get(picture).status_code == 200


def refused(client, **given) -> str:
    response = client.post(reverse("metrics:new"), {"encoders": ["radiomics"], "seed": 0, **given})
    assert response.status_code == 200
    assert not Evaluation.objects.exists()
    return response.content.decode()


def test_the_form_refuses_in_words(sets, client, researcher, other_researcher):
    real, synthetic = sets
    foreign = image_set(other_researcher, images=blobs(12, seed=5))
    few = image_set(researcher, origin="synthetic", images=blobs(4, seed=6), name="Few")
    client.force_login(researcher)
    assert "at least 10 are needed" in refused(client, real=real.pk, synthetic=few.pk)
    assert "Select a valid choice" in refused(client, real=foreign.pk, synthetic=synthetic.pk)
    assert "Select a valid choice" in refused(client, real=synthetic.pk, synthetic=synthetic.pk)
    assert "required" in refused(client, real=real.pk)
    assert "Select a valid choice" in refused(client, real=real.pk, synthetic=synthetic.pk, encoders=["inception"])  # fmt: skip
    real.intensity_low = None
    real.save()
    assert "may not guess" in refused(client, real=real.pk, synthetic=synthetic.pk)


def test_pairs_need_equal_counts(sets, client, researcher):
    real, _synthetic = sets
    other = image_set(researcher, origin="synthetic", images=blobs(12, seed=7))
    client.force_login(researcher)
    assert "as many synthetic as real" in refused(client, real=real.pk, synthetic=other.pk, paired="on")


def test_without_sets_the_page_says_what_is_missing(client, researcher):
    client.force_login(researcher)
    assert "There is no real set yet" in client.get(reverse("metrics:new")).content.decode()
    image_set(researcher, images=blobs(12))
    assert "There is no synthetic set yet" in client.get(reverse("metrics:new")).content.decode()


@pytest.mark.parametrize("query", ["?synthetic=x&real=y", "?synthetic=999999"])
def test_a_broken_link_to_the_form_opens_it_empty(query, sets, client, researcher):
    client.force_login(researcher)
    assert client.get(reverse("metrics:new") + query).status_code == 200


def test_deleting_stops_the_job(waiting, client, researcher):
    client.force_login(researcher)
    client.post(address("delete", waiting))
    assert Job.objects.get().status == Job.Status.STOPPED
