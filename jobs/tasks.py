from django_tasks import task


@task()
def run_job(job_pk: int, attempt: int) -> None:
    """The only task on the queues: everything else is a job of a kind named in settings.JOB_KINDS."""
    from .runner import run_attempt

    run_attempt(job_pk, attempt)
