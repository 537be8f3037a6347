"""A draft becomes a study: refusals in words, drawing by a seed, the frozen protocol."""

from dataclasses import replace

import numpy as np
import pytest
from django.urls import reverse

from tests import factories
from tests.turing import studies
from turing import drawing, launching, preparing, rendering
from turing.launching import NotReady
from turing.methods import methods
from turing.models import Case, Study, Truth
from turing.protocol import Source, simple
from turing.results import results

pytestmark = pytest.mark.django_db


def test_a_fine_draft_has_no_problems(researcher):
    assert launching.problems(studies.draft(researcher)) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda study: study.supply("real", []), "at least one set of real"),
        (lambda study: study.supply("synthetic", []), "at least one set of synthetic"),
        (lambda study: study.supply("synthetic", study.sets.all()), "both sides"),
        (lambda study: study.real_sets.update(intensity_low=None), "no declared intensity range"),
        (lambda study: study.real_sets.get().trash(), "trash"),
        (lambda study: studies.redesign(study, per_side=99), "There are 6 different real images and the study needs 99"),
        (lambda study: studies.redesign(study, per_side=1), "at least two of each"),
        (lambda study: studies.redesign(study, max_run=3, prevalence="exact"), "worked out"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_is_queued(researcher, spoil, words):
    study = studies.draft(researcher)
    spoil(study)
    assert words in " ".join(launching.problems(study))
    with pytest.raises(NotReady):
        launching.prepare(study, researcher)
    assert Study.objects.get(pk=study.pk).state == Study.State.DRAFT


def test_preparing_draws_equal_sides_shuffled_and_renders_every_case(researcher):
    study = studies.ready(researcher, per_side=8)
    truths = list(study.cases.values_list("truth", flat=True))
    assert sorted(truths) == ["real"] * 8 + ["synthetic"] * 8
    assert len(set(truths[:8])) == 2  # not one side after the other
    files = list(rendering.folder(study).iterdir())
    assert {file.stat().st_size for file in files} == {study.buffers["length"]} == {16 * 16 * 2}
    assert len(files) == 16
    assert study.state == Study.State.READY


def test_buffers_hold_the_pictures(researcher):
    study = studies.ready(researcher)
    target = rendering.Format.from_json(study.buffers)
    for case in study.cases.select_related("picture"):
        assert (rendering.read_array(case, target) == case.picture.pixels().astype(np.uint16) * 257).all()


def test_the_same_seed_draws_the_same_cases(researcher):
    study = studies.draft(researcher, per_side=5)
    first, again = ([one.case.picture_id for one in drawing.draw(study)] for _time in range(2))
    study.seed = 8
    other = [one.case.picture_id for one in drawing.draw(study)]
    assert first == again != other


def test_an_image_on_both_sides_is_refused(researcher):
    study = studies.draft(researcher)
    copies = [picture.pixels() for picture in study.real_sets.get().pictures.all()]
    copied = factories.image_set(researcher, origin="synthetic", images=copies)
    study.supply("synthetic", [study.synthetic_sets.get(), copied])
    with pytest.raises(NotReady, match="pixel for pixel"):
        drawing.draw(study)


def test_exact_duplicates_are_drawn_once(researcher):
    images = factories.blobs(3, seed=1)
    chosen = drawing.candidates([factories.image_set(researcher, images=images + images)])
    assert len(chosen) == 3


def test_a_patient_on_both_sides_is_noted(researcher):
    study = studies.draft(researcher)
    study.synthetic_sets.get().pictures.update(patient="p1")
    study.real_sets.get().pictures.update(patient="p1")
    studies.prepare(study)
    assert study.audit["shared_clusters"] == 1


def test_a_patient_in_practice_and_in_the_reading_is_noted(client, researcher):
    practice = replace(simple().phases[0], key="practice", training=True)
    sources = (Source("real", "real", 3), Source("fake", "synthetic", 3), Source("real-t", "real", 2, role="training"),
               Source("fake-t", "synthetic", 2, role="training"))  # fmt: skip
    study = studies.of_design(
        researcher, replace(simple(), sources=sources, phases=(practice, *simple().phases))
    )
    studies.prepare(study)
    assert study.audit["practised_clusters"] == 0
    for key in ("real", "real-t"):
        study.sets_for(key).get().pictures.update(patient="p1")
    studies.prepare(study)
    assert (study.audit["practised_clusters"], study.audit["shared_clusters"]) == (1, 0)
    client.force_login(researcher)
    assert "shown in practice and read again" in client.get(f"/studies/{study.pk}/").content.decode()


def test_images_told_about_in_the_practice_of_one_study_and_read_in_another_are_counted(client, researcher):
    """Whichever of the two comes later says so; not before the other is launched, and a closed study's cases are read no more."""
    practice = replace(simple().phases[0], key="practice", training=True)
    sources = (*simple(per_side=2).sources, Source("real-t", "real", 2, role="training"),
               Source("fake-t", "synthetic", 2, role="training"))  # fmt: skip
    design = replace(simple(), sources=sources, phases=(practice, *simple().phases))
    telling, reading = studies.of_design(researcher, design), studies.draft(researcher, per_side=4)
    for ours, theirs in (("real", "real-t"), ("synthetic", "fake-t")):
        reading.supply(ours, telling.sets_for(theirs))
    studies.redesign(reading, per_side=2)
    for study in (telling, reading):
        studies.prepare(study)
        assert study.audit["told_elsewhere"] == 0
    shown = {digest for (digest,) in telling.cases.filter(role="training").values_list("picture__digest")}
    read = {digest for (digest,) in reading.cases.values_list("picture__digest")}
    both = len(shown & read)
    assert both
    for first, second in ((telling, reading), (reading, telling)):
        Study.objects.filter(pk=first.pk).update(state=Study.State.OPEN)
        studies.prepare(second)
        assert second.audit["told_elsewhere"] == both
        client.force_login(researcher)
        assert "told about in the practice" in client.get(f"/studies/{second.pk}/").content.decode()
        Study.objects.filter(pk=first.pk).update(state=Study.State.CLOSED)
        studies.prepare(second)
        assert second.audit["told_elsewhere"] == (both if first == telling else 0)
        Study.objects.filter(pk=first.pk).update(state=Study.State.READY)


def test_grey_beside_colour_fails_with_words_and_the_draft_can_be_changed(researcher):
    study = studies.draft(researcher)
    rgb = [np.dstack([image] * 3) for image in factories.blobs(6, size=16, seed=9)]
    study.supply("synthetic", [factories.image_set(researcher, origin="synthetic", images=rgb)])
    launching.prepare(study, researcher)
    (job,) = factories.run_waiting_jobs()
    study.refresh_from_db()
    assert "some are in colour" in job.error
    assert study.is_editable
    launching.back_to_draft(study)
    assert study.state == Study.State.DRAFT


def test_a_study_changed_while_its_job_waited_is_not_prepared(researcher):
    study = studies.draft(researcher)
    launching.prepare(study, researcher)
    launching.back_to_draft(study)
    (job,) = factories.run_waiting_jobs()
    assert "changed or removed" in job.error
    assert not study.cases.exists()


def test_preparing_twice_at_once_is_refused(researcher):
    study = studies.draft(researcher)
    launching.prepare(study, researcher)
    with pytest.raises(NotReady, match="being prepared"):
        launching.prepare(Study.objects.get(pk=study.pk), researcher)


def test_launching_freezes_a_protocol_whose_digest_holds(researcher):
    study = studies.launched(researcher)
    assert study.is_open
    assert launching.digest(study.protocol) == study.protocol_digest
    assert len(study.protocol["cases"]) == 8
    assert study.protocol["seed"] == 7
    changed = study.protocol | {"margin": 0.6}
    assert launching.digest(changed) != study.protocol_digest


def test_only_a_prepared_study_is_launched_and_only_once(researcher):
    study = studies.draft(researcher)
    with pytest.raises(NotReady):
        launching.launch(study)
    ready = studies.launched(researcher)
    with pytest.raises(NotReady):
        launching.launch(ready)
    assert not ready.is_editable


def test_a_failed_audit_needs_a_written_reason(researcher):
    study = studies.draft(researcher, per_side=12)
    dark = [image // 2 for image in factories.blobs(14, size=16, seed=4)]
    study.supply("synthetic", [factories.image_set(researcher, origin="synthetic", images=dark)])
    studies.prepare(study)
    assert study.audit["state"] == "alarm"
    with pytest.raises(NotReady, match="write down why"):
        launching.launch(study, reason="  ")
    launching.launch(study, reason="The trait is what we study.")
    assert study.protocol["audit_reason"] == "The trait is what we study."


def test_a_leak_of_one_generator_among_several_stops_the_launch_and_is_named(client, researcher):
    count = 16
    generators = [Source(key, "synthetic", count, name=f"Net {key}") for key in "abc"]
    design = replace(simple(), sources=(Source("real", "real", 3 * count), *generators))
    study = studies.of_design(researcher, design, size=24)
    images = factories.blobs(6 * count, size=24, seed=4)
    images[-count:] = [np.pad(image[2:-2, 2:-2], 2) for image in images[-count:]]
    for key, low, high in (("real", 0, 3), ("a", 3, 4), ("c", 4, 5), ("b", 5, 6)):
        origin = "real" if key == "real" else "synthetic"
        part = images[low * count : high * count]
        study.supply(key, [factories.image_set(researcher, origin=origin, images=part)])
    studies.prepare(study)
    states = {one["source"]: one["state"] for one in study.audit["generators"]}
    assert states == {"a": "fine", "b": "alarm", "c": "fine"}
    with pytest.raises(NotReady, match="failed for “Net b”: write down why"):
        launching.launch(study)
    client.force_login(researcher)
    page = client.get(reverse("turing:launch", args=[study.pk])).content.decode()
    assert "“Net b” is told from the real images by: " in page
    assert "brightness of the border" in page
    launching.launch(study, reason="It is what we study.")
    for seed in (1, 2):
        studies.simulated(study, 0.8, 0.7, seed=seed)
    launching.close(study)
    said = " ".join(methods(study, results(study)))
    assert "launched all the same: It is what we study." in said
    assert "“Net b” is told from the real images by: " in said
    page = client.get(reverse("turing:results", args=[study.pk])).content.decode()
    assert "for “Net b”" in page


def test_closing_ends_it_once(researcher):
    study = studies.launched(researcher)
    launching.close(study)
    assert study.is_closed
    assert study.closed is not None
    with pytest.raises(NotReady):
        launching.close(study)


def test_margins_by_published_conversions():
    study = Study(design=simple(margin=0.51).as_json())
    assert 0.5 + study.accuracy_margin == pytest.approx(0.60, abs=0.002)
    assert 0.5 + study.auc_margin == pytest.approx(0.64, abs=0.002)


def test_truths_are_the_sets_origins(researcher):
    study = studies.ready(researcher)
    for case in Case.objects.filter(study=study).select_related("picture__image_set"):
        assert case.truth == case.picture.image_set.origin
        assert case.truth in Truth.values


def test_a_study_can_be_prepared_in_this_process_too(researcher):
    here, by_job = studies.draft(researcher), studies.ready(researcher)
    preparing.prepare_cases(here)
    assert here.state == Study.State.READY
    assert here.cases.count() == by_job.cases.count() == 8
    launching.launch(here, reason="A test.")
    assert here.is_open
