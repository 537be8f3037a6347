"""Studies from before there were phases: one informed phase with one question, and every answer's chain as it was."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def state_at(name):
    executor = MigrationExecutor(connection)
    executor.migrate([("turing", name)])
    return executor.loader.project_state([("turing", name)]).apps


def test_a_study_of_before_becomes_one_phase(researcher):
    real = factories.image_set(researcher, images=factories.blobs(3, seed=1))
    made = factories.image_set(researcher, origin="synthetic", images=factories.blobs(3, seed=2))
    try:
        old = state_at("0001_initial")
        study = old.get_model("turing", "Study").objects.create(
            owner_id=researcher.pk, name="Old", question="Fake?", images_per_side=3, confidence_steps=1, primary_endpoint="accuracy",
            margin=0.4, max_run=2, prevalence="none", hide_progress=True,
        )  # fmt: skip
        study.real_sets.set([real.pk])
        study.synthetic_sets.set([made.pk])
        reader = old.get_model("turing", "Reader").objects.create(study=study, number=1, name="R", key="k")
        now = timezone.now()
        old.get_model("turing", "Session").objects.create(reader=reader, seed=1, consented=now, finished=now)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    from turing.models import Session, Study

    study = Study.objects.get(name="Old")
    phase = study.phase(0)
    assert (phase.questions[0].kind, phase.questions[0].prompt, phase.questions[0].steps) == (
        "detect",
        "Fake?",
        1,
    )
    assert (study.real_images, study.synthetic_images, study.margin, study.designed.max_run) == (3, 3, 0.4, 2)
    assert (phase.prevalence, study.designed.hide_progress, study.primary_endpoint) == (
        "none",
        True,
        "accuracy",
    )
    assert (study.real_sets.get().pk, study.synthetic_sets.get().pk) == (real.pk, made.pk)
    assert Session.objects.get().stages.get().finished is not None
