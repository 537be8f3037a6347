"""Numbers of images beside readers' votes on them: SciPy's correlation, the right votes, and only of closed studies."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from metrics.congruence import agreement, congruence_rows
from metrics.models import Evaluation
from metrics.reports import ImageRow
from tests.metrics.examples import example_report
from tests.turing import studies
from turing.launching import close
from turing.votes import votes_on


def test_the_correlation_is_scipys_and_its_interval_holds_the_truth():
    rng = np.random.default_rng(0)
    held = 0
    for _run in range(200):
        x = rng.normal(size=40)
        y = 0.6 * x + 0.8 * rng.normal(size=40)
        found = agreement("rarity", x, y)
        assert found.spearman == pytest.approx(spearmanr(x, y).statistic, rel=1e-12)
        held += (
            found.interval[0] <= 6 / np.pi * np.arcsin(0.3) <= found.interval[1]
        )  # Pearson's 1907 relation
    assert held >= 0.92 * 200


def test_ties_and_signs():
    shares = [0.0, 0.0, 0.25, 0.25, 0.75, 0.75, 1.0, 1.0, 1.0, 0.0]
    found = agreement("realism", [-share for share in shares], shares)
    assert found.spearman == pytest.approx(-1)
    assert found.auc == 1  # low realism, recognised: as expected
    assert agreement("realism", range(9), range(9)) is None
    assert agreement("realism", [1.0] * 12, range(12)) is None
    assert (
        agreement("realism", range(12), [0.1, 0.2] * 6).auc is None
    )  # most readers took every image for real


@pytest.mark.django_db
def test_votes_are_those_of_people_in_closed_studies(client, researcher, other_researcher):
    study = studies.launched(researcher, per_side=10)
    made = study.cases.filter(truth="synthetic").first().picture.image_set
    for seed in range(3):
        studies.simulated(study, 0.8, 0.9, seed=seed)
    studies.simulated(study, 0.5, 0.5, is_machine=True)
    assert votes_on(made, researcher) == []  # nobody learns anything before the close
    close(study)
    (votes,) = votes_on(made, researcher)
    assert votes.readers == 3
    assert len(votes.said) == 10
    assert {of for _yes, of in votes.said.values()} == {3}
    assert 0.5 < sum(yes for yes, _of in votes.said.values()) / 30 <= 1
    assert votes_on(made, other_researcher) == []
    rows = tuple(
        ImageRow(at, str(at), 0, {"realism": 1 - yes / 3 + at / 1000})
        for at, (yes, _of) in votes.said.items()
    )
    (row,) = congruence_rows(replace(example_report(), images=rows), made, researcher)
    assert row["finding"] == "Readers recognised images of low realism more often"
    assert row["lines"][0]["n"] == 10
    report = replace(example_report(), images=rows).to_data()
    real = study.cases.filter(truth="real").first().picture.image_set
    evaluation = Evaluation.objects.create(
        name="e", owner=researcher, real=real, synthetic=made, report=report, state=Evaluation.State.READY
    )
    client.force_login(researcher)
    page = client.get(evaluation.get_absolute_url()).content.decode()
    assert row["finding"] in page
    assert "3 readers, 10 of these images" in page
