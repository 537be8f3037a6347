from datetime import timedelta

import pytest
from django.utils import timezone

from jobs import shutdown
from jobs.models import Job
from jobs.progress import Progress, Released, Stopped, Superseded
from jobs.queueing import retry_job, start_job, stop_job
from jobs.sweeping import sweep
from tests.jobs import worker_settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds(settings):
    settings.JOB_KINDS = worker_settings.JOB_KINDS


def start(owner, kind="test.count", **arguments) -> Job:
    return start_job(kind=kind, title="A job", owner=owner, arguments=arguments)


def running(owner) -> Job:
    job = start(owner)
    Job.objects.filter(pk=job.pk).update(status="running", started=timezone.now(), heartbeat=timezone.now())
    job.refresh_from_db()
    return job


def test_a_job_runs_to_its_end_and_says_so(researcher, work, tmp_path):
    start(researcher, file=str(tmp_path / "n"), to=3, pause=0)
    (job,) = work()
    assert (job.status, job.done, job.total, job.percent) == ("done", 3, 3, 100)
    assert (tmp_path / "n").read_text() == "0\n1\n2\n"


@pytest.mark.parametrize(
    ("kind", "words", "secret"),
    [
        ("test.refuse", "at least 10 are needed", ""),
        ("test.broken", "under", "secret detail"),
        ("test.full", "The disk is full", "Errno"),
    ],
)
def test_a_failure_is_told_in_plain_words(researcher, work, kind, words, secret):
    start(researcher, kind)
    (job,) = work()
    assert job.status == "failed"
    assert words in job.error
    assert not secret or secret not in job.error


def test_an_unknown_kind_is_refused_at_once(researcher):
    with pytest.raises(ValueError, match=r"Unknown kind of job 'other'; settings.JOB_KINDS has"):
        start(researcher, "other")


def test_a_waiting_job_that_is_stopped_never_runs(researcher, work, tmp_path):
    job = start(researcher, file=str(tmp_path / "n"), to=3)
    stop_job(job)
    assert work() == []
    job.refresh_from_db()
    assert job.status == "stopped"
    assert not (tmp_path / "n").exists()


def test_a_running_job_stops_at_its_next_look_and_can_be_resumed(researcher, work, tmp_path):
    job = running(researcher)
    stop_job(job)
    with pytest.raises(Stopped):
        Progress(job).check()
    Job.objects.filter(pk=job.pk).update(status="stopped", arguments={"file": str(tmp_path / "n"), "to": 2})
    job.refresh_from_db()
    assert retry_job(job)
    (job,) = work()
    assert (job.status, job.attempt) == ("done", 2)
    assert not retry_job(job), "a finished job is not run again"


def test_a_stale_job_is_tried_once_more_and_then_failed_with_the_reason(researcher):
    job = running(researcher)
    for deaths, status in ((1, "waiting"), (2, "failed")):
        old = timezone.now() - timedelta(seconds=31)
        Job.objects.filter(pk=job.pk).update(status="running", heartbeat=old)
        sweep()
        job.refresh_from_db()
        assert (job.deaths, job.status) == (deaths, status)
    assert "died twice" in job.error


def test_a_fresh_heartbeat_is_left_alone(researcher):
    job = running(researcher)
    Job.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - timedelta(seconds=20))
    sweep()
    job.refresh_from_db()
    assert (job.status, job.attempt) == ("running", 1)


def test_a_zombie_attempt_can_write_nothing(researcher):
    job = running(researcher)
    zombie = Progress(job)
    Job.objects.filter(pk=job.pk).update(attempt=2)
    with pytest.raises(Superseded):
        zombie.update(5, 10)
    with pytest.raises(Superseded), zombie.writing():
        pytest.fail("the block of a superseded attempt must not run")
    zombie.set_result("/elsewhere/")
    job.refresh_from_db()
    assert (job.done, job.result_url) == (0, "")


def test_a_step_said_too_soon_after_another_is_written_by_the_heartbeat(researcher):
    job = running(researcher)
    progress = Progress(job)
    for step in range(3):
        progress.update(step, 9, f"step {step}")
    job.refresh_from_db()
    assert (job.done, job.message) == (0, "step 0")
    assert progress.write_held()
    assert progress.write_held(), "nothing held is nothing refused"
    job.refresh_from_db()
    assert (job.done, job.message) == (2, "step 2")
    Job.objects.filter(pk=job.pk).update(attempt=2)
    progress.update(3, 9, "step 3")
    assert not progress.write_held()


def test_a_job_forgotten_by_the_queue_is_queued_again(researcher):
    from django_tasks_db.models import DBTaskResult

    job = start(researcher)
    DBTaskResult.objects.all().delete()
    sweep()
    sweep()
    assert [row.args_kwargs["args"] for row in DBTaskResult.objects.all()] == [[job.pk, 1]]


def test_a_worker_that_goes_down_gives_the_job_back_without_counting_a_death(
    researcher, monkeypatch, work, tmp_path
):
    job = running(researcher)
    monkeypatch.setattr(shutdown, "is_requested", lambda: True)
    assert Progress(job).should_stop()
    with pytest.raises(Released):
        Progress(job).check()


def test_a_task_released_in_the_middle_waits_as_a_new_attempt(researcher, monkeypatch, tmp_path):
    from jobs.runner import run_attempt

    job = start(researcher, file=str(tmp_path / "n"), to=3, pause=0)
    monkeypatch.setattr(shutdown, "is_requested", lambda: True)
    run_attempt(job.pk, 1)
    job.refresh_from_db()
    assert (job.status, job.attempt, job.deaths) == ("waiting", 2, 0)
