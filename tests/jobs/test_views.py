import pytest
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job
from jobs.queueing import start_job
from tests.jobs import worker_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(settings, researcher):
    settings.JOB_KINDS = worker_settings.JOB_KINDS
    return start_job(kind="test.count", title="Count to three", owner=researcher, arguments={})


def test_the_list_tells_where_each_job_is(client, researcher, job):
    client.force_login(researcher)
    assert b"Waiting for a worker, number 1 in the queue" in client.get(reverse("jobs:list")).content
    Job.objects.update(
        status="running", started=timezone.now(), heartbeat=timezone.now(), done=1, total=4, message="1 of 4"
    )
    page = client.get(reverse("jobs:list")).content.decode()
    assert "25" in page
    assert "1 of 4" in page
    assert "left" in page
    Job.objects.update(status="failed", error="The set has 3 images; at least 10 are needed.")
    page = client.get(reverse("jobs:list")).content.decode()
    assert "at least 10 are needed" in page
    assert "Try again" in page


def test_a_row_asks_for_itself_until_the_job_has_ended(client, researcher, job):
    client.force_login(researcher)
    row = client.get(reverse("jobs:row", args=[job.pk]))
    assert b'hx-trigger="every 2s"' in row.content
    assert "HX-Refresh" not in row
    Job.objects.update(status="done")
    row = client.get(reverse("jobs:row", args=[job.pk]))
    assert b"hx-trigger" not in row.content
    assert row["HX-Refresh"] == "true"


def test_stop_and_try_again(client, researcher, job):
    client.force_login(researcher)
    client.post(reverse("jobs:stop", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == "stopped"
    client.post(reverse("jobs:retry", args=[job.pk]))
    job.refresh_from_db()
    assert (job.status, job.attempt) == ("waiting", 2)


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", ""]
)
def test_a_button_leads_back_to_a_page_of_this_site_only(client, researcher, job, target):
    client.force_login(researcher)
    response = client.post(reverse("jobs:stop", args=[job.pk]), {"next": target})
    assert response["Location"] == reverse("jobs:list")
    ours = client.post(reverse("jobs:retry", args=[job.pk]), {"next": "/image-sets/1/"})
    assert ours["Location"] == "/image-sets/1/"


def test_the_list_is_empty_in_words(client, researcher):
    client.force_login(researcher)
    assert b"No jobs yet" in client.get(reverse("jobs:list")).content
