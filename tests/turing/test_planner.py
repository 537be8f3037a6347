"""The planner's page: numbers for a design, from a pilot, kept with the protocol."""

import pytest
from django.urls import reverse

from tests.turing import studies
from tests.turing.test_results import closed
from turing import launching, planned
from turing.results import results

pytestmark = pytest.mark.django_db
ASKED = {
    "readers": 5,
    "images": 40,
    "accuracy": 0.7,
    "margin": 0.51,
    "reader_sd": 0.05,
    "case_correlation": 0.1,
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(planned, "SIMULATIONS", 6)
    monkeypatch.setattr(planned, "READERS", (5, 8))
    monkeypatch.setattr(planned, "IMAGES", (40, 60))
    planned.planned_cells.cache_clear()


def test_a_plan_says_power_and_width_beside_independent_judgements(client, researcher):
    client.force_login(researcher)
    page = client.get(reverse("turing:planner"), ASKED).content.decode()
    assert "5 readers × 40 images" in page
    assert "If all 200 judgements were independent" in page
    assert "Judged by the area under the ROC curve" in page
    assert "Keep this plan" not in page
    assert client.get(reverse("turing:planner")).status_code == 200
    refused = client.get(reverse("turing:planner"), ASKED | {"readers": 1}).content.decode()
    assert "greater than or equal to 2" in refused


def test_a_plan_is_kept_with_a_draft_frozen_and_printed(client, researcher):
    study = studies.draft(researcher, per_side=8)
    client.force_login(researcher)
    page = client.get(reverse("turing:study_planner", args=[study.pk]), ASKED).content.decode()
    assert "Keep this plan" in page
    client.post(reverse("turing:study_planner", args=[study.pk]), ASKED)
    study.refresh_from_db()
    kept = study.designed.plan.planned
    assert kept["readers"] == 5
    assert set(kept["apart"]) == {"accuracy", "auc"}
    studies.prepare(study)
    launching.launch(study, reason="A test.")
    assert study.protocol["design"]["plan"]["planned"] == kept
    client.post(reverse("turing:study_planner", args=[study.pk]), ASKED | {"readers": 8})
    study.refresh_from_db()
    assert study.designed.plan.planned == kept, "what was launched stays"
    launching.close(study)
    from turing.methods import methods

    assert kept["words"] in methods(study, results(study))


def test_a_pilot_gives_the_spread_and_one_of_too_few_readers_is_refused(client, researcher):
    client.force_login(researcher)
    pilot = closed(researcher, (0.8, 0.7), (0.7, 0.6), (0.6, 0.9), per_side=10)
    page = client.get(reverse("turing:planner"), ASKED | {"pilot": pilot.pk}).content.decode()
    assert "From “A study”: accuracy" in page
    few = closed(researcher, (0.8, 0.7), per_side=10, image_seed=8)
    assert "at least 3" in client.get(reverse("turing:planner"), ASKED | {"pilot": few.pk}).content.decode()
