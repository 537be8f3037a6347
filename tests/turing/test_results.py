import csv
import io
from dataclasses import replace

import pytest
from django.urls import reverse

from tests.turing import studies
from turing import forests
from turing.amending import amend
from turing.launching import close
from turing.methods import methods
from turing.results import NotClosed, own_result, results
from turing.results_words import headline

pytestmark = pytest.mark.django_db


def closed(owner, *skills: tuple[float, float], per_side: int = 10, **fields):
    study = studies.launched(owner, per_side=per_side, **fields)
    for seed, (sensitivity, specificity) in enumerate(skills):
        studies.simulated(study, sensitivity, specificity, seed=seed)
    close(study)
    return study


def test_nothing_is_computed_or_shown_before_the_close(client, researcher):
    study = studies.launched(researcher)
    studies.simulated(study, 0.9, 0.9)
    with pytest.raises(NotClosed):
        results(study)
    client.force_login(researcher)
    assert client.get(reverse("turing:results", args=[study.pk])).status_code == 302
    assert client.get(reverse("turing:export", args=[study.pk])).status_code == 404


def test_the_table_counts_what_was_said(researcher):
    study = closed(researcher, (0.8, 0.6), (1.0, 1.0))
    found = results(study)
    (_one, first), (_two, perfect) = found.readers
    assert perfect.summary.accuracy == 1
    assert perfect.right == perfect.answered == 20
    said = sum(case.votes[0] for case in found.cases if case.case.truth == "synthetic")
    assert first.summary.sensitivity.value == said / 10
    assert found.report.accuracy.scope == "these readers only"
    assert {case.share.answered for case in found.cases} == {2}


def test_readers_who_see_are_told_apart_and_readers_who_guess_are_not(researcher):
    seeing = results(closed(researcher, *[(0.9, 0.9)] * 5, per_side=15))
    assert seeing.report.verdict.name == "told apart"
    assert seeing.report.accuracy.interval[0] > 0.7
    assert seeing.report.accuracy.scope == "readers and cases"
    guessing = results(closed(researcher, *[(0.5, 0.5)] * 5, per_side=15, image_seed=5))
    assert guessing.report.verdict.name in {"inconclusive", "equivalent"}


def test_who_did_not_finish_counts_with_what_was_answered(researcher):
    study = studies.launched(researcher)
    studies.simulated(study, 0.7, 0.7)
    studies.give(studies.begun(study))
    studies.begun(study)
    close(study)
    found = results(study)
    assert [one.answered for _person, one in found.readers] == [8, 1]
    assert (found.report.counted, found.report.whole) == (2, 1)


def test_who_could_see_the_truth_and_machines_are_shown_and_not_counted(researcher):
    study = studies.launched(researcher)
    session = studies.simulated(study, 0.7, 0.7)
    session.by_owner = True
    session.save(update_fields=["by_owner"])
    studies.simulated(study, 0.9, 0.9, is_machine=True)
    close(study)
    found = results(study)
    assert [(person.knew, person.is_machine) for person, _one in found.readers] == [
        (True, False),
        (False, True),
    ]
    assert (found.report.counted, found.report.verdict) == (0, None)
    assert {case.votes for case in found.cases} == {()}


def test_a_reader_learns_of_the_own_reading_after_the_close_alone(researcher):
    study = studies.launched(researcher)
    studies.simulated(study, 1.0, 1.0)
    studies.begun(study)
    with pytest.raises(NotClosed):
        own_result(study, 1)
    close(study)
    own = own_result(study, 1)
    assert (own.answered, own.right, own.accuracy, own.mean_accuracy) == (8, 8, 1.0, 1.0)
    assert own_result(study, 2) is None


def test_a_large_study_is_analysed_by_a_job_once(client, researcher, work, monkeypatch):
    monkeypatch.setattr("turing.results.QUICK", 0)
    study = closed(researcher, (0.8, 0.7), (0.7, 0.7), per_side=4)
    client.force_login(researcher)
    address = reverse("turing:results", args=[study.pk])
    waiting = client.get(address)
    assert (waiting.status_code, b"The results are being made" in waiting.content) == (202, True)
    assert client.get(reverse("turing:printed", args=[study.pk])).status_code == 302
    client.get(address)
    (job,) = work()
    assert (job.status, job.kind, job.result_url) == ("done", "turing.analyse", address)
    monkeypatch.setattr(
        "turing.results.report", None
    )  # what was kept is shown, and nothing is computed again
    assert client.get(address).status_code == 200


def test_what_metric_reports_say_of_diversity_stands_beside(client, researcher):
    from metrics.models import Evaluation

    study = closed(researcher, (0.8, 0.7), per_side=4)
    client.force_login(researcher)
    page = client.get(reverse("turing:results", args=[study.pk])).content.decode()
    assert f"?synthetic={study.synthetic_sets.get().pk}" in page
    Evaluation.objects.create(
        name="broken", owner=researcher, real=study.real_sets.get(), synthetic=study.synthetic_sets.get(), state="ready", report={}
    )  # fmt: skip
    assert client.get(reverse("turing:results", args=[study.pk])).status_code == 200


def test_a_study_that_nobody_read_has_a_page(client, researcher):
    study = closed(researcher)
    client.force_login(researcher)
    assert b"Nobody answered" in client.get(reverse("turing:results", args=[study.pk])).content


@pytest.mark.parametrize("steps", [1, 3])
def test_the_page_says_the_verdict_and_calls_simulated_readers_simulated(client, researcher, steps):
    study = closed(researcher, (0.9, 0.8), (0.8, 0.9), (0.7, 0.7), steps=steps)
    client.force_login(researcher)
    page = client.get(reverse("turing:results", args=[study.pk])).content.decode()
    assert "Readers of this study are simulated" in page
    assert page.count("(simulated)") >= 6
    assert "these readers only" in page
    assert "Fleiss κ" in page
    assert ("plot-square" in page) == (steps > 1)


def test_the_csv_holds_every_event_and_no_formula(client, researcher):
    study = studies.launched(researcher)
    session = studies.begun(study, experience="=cmd()")
    studies.give(session, said="real")
    studies.give(session, said="synthetic", confidence=3)
    close(study)
    client.force_login(researcher)
    text = b"".join(client.get(reverse("turing:export", args=[study.pk])).streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["said"] for row in rows] == ["real", "synthetic"]
    assert [row["rating"] for row in rows] == ["3", "6"]
    assert {row["truth"] for row in rows} <= {"real", "synthetic"}
    assert rows[0]["experience"] == "'=cmd()"


def test_results_belong_to_the_owner_until_shared(
    client, researcher, other_researcher, administrator, reader
):
    study = closed(researcher, (0.7, 0.7))
    for person, status in ((other_researcher, 404), (reader, 403), (administrator, 200), (researcher, 200)):
        client.force_login(person)
        for name in ("results", "export", "imrmc", "rjafroc", "archive", "printed"):
            assert client.get(reverse(f"turing:{name}", args=[study.pk])).status_code == status, (
                person,
                name,
            )


def test_the_forest_of_readers_has_the_rows_of_their_table_in_its_order(researcher):
    study = studies.launched(researcher, per_side=8)
    for seed in range(3):
        studies.simulated(study, 0.9, 0.7, seed=seed)
    studies.simulated(study, 1.0, 1.0, seed=9, is_machine=True)
    close(study)
    found = results(study)
    rows = forests.of_readers(found)
    assert [name for name, *_figures in rows][3] == "Over readers"
    assert rows[3][1:] == (found.report.accuracy.estimate, found.report.accuracy.interval)
    assert (rows[4][1], len(rows)) == (1.0, 5)
    assert all(low <= value <= high for _name, value, (low, high) in rows)


@pytest.mark.parametrize("amended", [False, True])
def test_a_margin_that_was_amended_is_not_said_to_be_of_the_launch(researcher, amended):
    study = studies.launched(researcher, margin=0.51)
    for seed in range(2):
        studies.simulated(study, 0.6, 0.6, seed=seed)
    if amended:
        design = study.designed
        amend(
            study, replace(design, plan=replace(design.plan, margin=0.8)), reason="Wider.", author=researcher
        )
    close(study)
    found = results(study)
    rule = headline(found)["rule"]
    assert ("fixed at launch" in rule) != amended
    assert ("changed while readers read (margin d′ = 0.51" in rule) == amended
    assert any("margin (d′ = 0.51)" in line for line in methods(study, found))
    assert any("Wider." in line for line in methods(study, found)) == amended


def test_the_interval_that_decides_is_printed(researcher):
    found = results(closed(researcher, *[(0.5, 0.5)] * 5, per_side=15, image_seed=5))
    low, high = found.report.primary.inner
    assert f"{low:.3f} to {high:.3f}" in headline(found)["why"]
    rule = methods(found.gathered.study, found)
    assert any("both samples" in line for line in rule)
    assert not any("Generators" in line or "Obuchowski 1997" in line for line in rule), (
        "only what was computed"
    )


def test_of_few_readers_methods_claim_the_images_alone(researcher):
    found = results(closed(researcher, (0.6, 0.6), (0.5, 0.5)))
    lines = " ".join(methods(found.gathered.study, found))
    assert "they are fixed, the images alone are a sample" in lines
    assert "Hillis" not in lines
    assert "two readers: jackknife over images" in lines
