"""The job of an evaluation: report on the row, plain words when it cannot be, nothing written by who was superseded."""

import pytest

from jobs.models import Job
from metrics.beginning import begin_evaluation, training_set_of
from metrics.models import Evaluation
from metrics.reports import Report
from tests.factories import blobs, image_set

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thumbnails")]


@pytest.fixture
def sets(researcher):
    real = image_set(researcher, images=blobs(24, seed=1), name="Real")
    synthetic = image_set(researcher, origin="synthetic", images=blobs(24, seed=2), name="Synthetic")
    return real, synthetic


def start(owner, real, synthetic, **more) -> Evaluation:
    chosen = {"real": real, "synthetic": synthetic, "training": None, "encoders": ["radiomics"], "seed": 3, "paired": False, "is_shared": False}  # fmt: skip
    return begin_evaluation(owner, {**chosen, **more})


def test_a_report_is_made(researcher, sets, work):
    evaluation = start(researcher, *sets)
    (job,) = work()
    assert job.status == Job.Status.DONE, job.error
    evaluation.refresh_from_db()
    assert evaluation.is_ready
    assert evaluation.finished is not None
    report = evaluation.read_report()
    assert isinstance(report, Report)
    assert (report.real.name, report.synthetic.name, report.seed) == ("Real", "Synthetic", 3)
    assert report.real.groups == 24  # every picture of the factory has a patient of its own
    assert evaluation.summary["states"]["fidelity"] in {"fine", "warning", "alarm"}
    assert evaluation.summary["kid"][0] == report.number("kid:radiomics").value
    assert job.result_url == evaluation.get_absolute_url()


def test_a_set_in_the_trash_is_refused_in_words(researcher, sets, work):
    evaluation = start(researcher, *sets)
    sets[1].trash()
    (job,) = work()
    assert job.status == Job.Status.FAILED
    assert "in the trash" in job.error
    assert "Synthetic" in job.error
    evaluation.refresh_from_db()
    assert not evaluation.is_ready


def test_a_refusal_of_the_pure_floor_reaches_the_person(researcher, sets, work):
    start(researcher, *sets)
    sets[0].intensity_low = None
    sets[0].save()
    (job,) = work()
    assert job.status == Job.Status.FAILED
    assert "may not guess" in job.error


def test_an_evaluation_deleted_meanwhile_ends_in_words(researcher, sets, work):
    start(researcher, *sets).delete()
    (job,) = work()
    assert job.status == Job.Status.FAILED
    assert "deleted" in job.error


def test_a_stopped_job_goes_on_when_asked(researcher, sets, work):
    from jobs.queueing import retry_job, stop_job

    evaluation = start(researcher, *sets)
    stop_job(evaluation.job)
    assert work() == []
    retry_job(evaluation.job)
    (job,) = work()
    assert job.status == Job.Status.DONE, job.error
    evaluation.refresh_from_db()
    assert evaluation.is_ready


def test_the_provenance_names_the_training_set(researcher, other_researcher, sets):
    real, synthetic = sets
    synthetic.parents.add(real)
    assert training_set_of(synthetic, researcher) == real
    assert training_set_of(synthetic, other_researcher) is None  # who may not see it may not learn of it


def test_a_known_training_set_is_searched_for_copies(researcher, sets, work):
    real, synthetic = sets
    training = image_set(
        researcher, images=[*blobs(20, seed=8), synthetic.pictures.first().pixels()], name="T"
    )
    evaluation = start(researcher, real, synthetic, training=training)
    (job,) = work()
    assert job.status == Job.Status.DONE, job.error
    evaluation.refresh_from_db()
    report = evaluation.read_report()
    assert report.verdicts[0].subject == "memorisation"
    assert report.verdicts[0].state == "alarm"
    assert (report.pairs[0].synthetic, report.pairs[0].training) == (0, 20)
