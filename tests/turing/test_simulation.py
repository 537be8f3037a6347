"""Simulated readers, the archive and the command."""

import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from scipy.stats import binomtest

from tests.turing import studies
from turing import launching
from turing.archive import archive
from turing.chain import first_break
from turing.models import Answer, Study
from turing.simulation import simulate_reader

pytestmark = pytest.mark.django_db


def test_a_simulated_reader_is_called_one_and_hits_its_rates(researcher):
    study = studies.launched(researcher, per_side=60, size=8)
    session = studies.simulated(study, 0.8, 0.4, seed=1)
    said = list(Answer.objects.values_list("trial__case__truth", "said"))
    hits = sum(truth == given == "synthetic" for truth, given in said)
    right = sum(truth == given == "real" for truth, given in said)
    assert binomtest(hits, 60, 0.8).pvalue > 0.001
    assert binomtest(right, 60, 0.4).pvalue > 0.001
    assert "simulated" in str(session.reader)
    assert first_break(session.answers.select_related("trial")) is None
    assert session.finished is not None
    assert all(answer.seconds > 0 for answer in session.answers.all())


def test_the_same_generator_gives_the_same_answers(researcher):
    study = studies.launched(researcher)
    draws = []
    for _reader in range(2):
        session = studies.simulated(study, 0.7, 0.7, seed=5)
        draws.append([answer.confidence for answer in session.answers.all()])
    assert draws[0] == draws[1]


def test_answers_are_never_made_up_for_a_person(researcher):
    session = studies.begun(studies.launched(researcher))
    with pytest.raises(ValueError, match="not marked as simulated"):
        simulate_reader(session, sensitivity=0.5, specificity=0.5, rng=np.random.default_rng(0))
    assert not Answer.objects.exists()


def test_rates_are_probabilities(researcher):
    session = studies.begun(studies.launched(researcher), is_simulated=True)
    with pytest.raises(ValueError, match="0 to 1"):
        simulate_reader(session, sensitivity=1.5, specificity=0.5, rng=np.random.default_rng(0))


def test_the_archive_holds_every_answer_and_can_be_checked_from_outside(researcher, tmp_path):
    import hashlib

    study = studies.launched(researcher)
    session = studies.begun(study)
    for _case in range(3):
        studies.give(session)
    studies.simulated(study, 0.9, 0.9)
    launching.close(study)
    call_command("study", "export", str(study.pk), str(tmp_path / "study.json"), stdout=StringIO())
    whole = json.loads((tmp_path / "study.json").read_text())
    assert whole["protocol_holds"] is True
    assert [reader["simulated"] for reader in whole["readers"]] == [False, True]
    answers = whole["readers"][0]["sessions"][0]["answers"]
    assert len(answers) == 3
    for answer in answers:  # the digest as the documentation describes it, computed without this program
        covered = {name: value for name, value in answer.items() if name != "digest"}
        canonical = json.dumps(covered, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(canonical.encode()).hexdigest() == answer["digest"]


def test_an_open_study_is_not_exported(researcher, tmp_path):
    study = studies.launched(researcher)
    with pytest.raises(CommandError, match="after it was closed"):
        call_command("study", "export", str(study.pk), str(tmp_path / "x.json"))
    with pytest.raises(launching.NotReady):
        archive(study)
    with pytest.raises(CommandError, match="no study 999"):
        call_command("study", "export", "999", str(tmp_path / "x.json"))


def test_a_draft_by_command(researcher):
    model = studies.draft(researcher)
    real, made = str(model.real_sets.get().pk), str(model.synthetic_sets.get().pk)
    out = StringIO()
    call_command(
        "study",
        "create",
        "By command",
        "--owner",
        "rosa",
        "--real",
        real,
        "--synthetic",
        made,
        "--images",
        "4",
        "--binary",
        stdout=out,
    )
    study = Study.objects.get(name="By command")
    assert f"Study {study.pk}" in out.getvalue()
    assert (study.images, study.confidence_steps, study.primary_endpoint) == (8, 1, "accuracy")
    assert launching.problems(study) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--owner", "nobody", "--real", "1", "--synthetic", "2"], "no active researcher"),
     (["--owner", "rosa", "--real", "998", "--synthetic", "999"], "no image set 998")],
)  # fmt: skip
def test_what_the_command_refuses(researcher, arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("study", "create", "x", *arguments)
