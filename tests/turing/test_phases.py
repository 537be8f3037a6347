"""Studies of every design, read from the first page to the last: phases, wash-out, training, pairs, volumes, staircases, repeats."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.turing import studies
from turing import amending, archive, drawing, launching, rendering, sessions
from turing.blinding import reader_state
from turing.chain import events, first_break
from turing.models import Answer, Trial
from turing.progressing import where
from turing.protocol import Phase, Plan, Protocol, Source
from turing.published import PUBLISHED
from turing.questions import Exposure, Option, Question
from turing.sessions import Outcome

pytestmark = pytest.mark.django_db
SIDES = (Source("real", "real", 6), Source("fake", "synthetic", 6))
TURING = Question("turing", "detect", steps=3)


def one_phase(*asked, sources=SIDES, **more):
    return Protocol(sources, (Phase("reading", asked or (TURING,), **more),))


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_study_is_launched_and_read_to_its_end(researcher, name):
    design = studies.small(PUBLISHED[name].design())
    study = studies.launched_design(researcher, design)
    for number in (1, 2):
        session = studies.simulated(study, 0.8, 0.6, seed=number)
        assert where(session, study).stage == "finished"
        assert reader_state(session, study)["stage"] == "finished"
        assert not session.trials.unanswered().exists()
        assert [end.phase for end in session.end_answers.all()] == [
            n for n, phase in enumerate(design.phases) if phase.ends
        ]
        assert first_break(events(session)) is None
    counted = Answer.objects.of_study(study).counted()
    assert len({(one.session_id, one.trial.case_id) for one in counted}) == counted.count()
    assert bool(counted) == (design.primary is not None)
    launching.close(study)
    whole = archive.archive(study)
    assert whole["protocol_holds"]
    assert all(one["chain_breaks_at"] is None for reader in whole["readers"] for one in reader["sessions"])


def test_a_person_goes_through_a_purpose_blinded_study(researcher):
    """Tordjman 2026: nothing is told before its phase, the end of a phase is asked, and the same images come again."""
    study = studies.launched_design(researcher, studies.small(PUBLISHED["tordjman-2026"].design(), 2))
    session = studies.begun(study)
    assert not sessions.begin_phase(session, study), "the first phase is being read"
    first = [trial.case_id for trial in session.trials.filter(phase=0)]
    while where(session, study).stage == "case":
        assert studies.reply(session) is Outcome.SAVED
    assert where(session, study).stage == "questions"
    assert sessions.record_end(session, study, 1, "e", {}) is Outcome.REFUSED
    assert studies.end_phase(session, 0) is Outcome.SAVED
    assert studies.end_phase(session, 0) is Outcome.REPEATED
    assert where(session, study).stage == "intro"
    assert reader_state(session, study)["ahead"] == [], "no image of a phase before its instructions"
    assert sessions.previous_trial(session, study) is None
    assert sessions.begin_phase(session, study)
    assert sorted(trial.case_id for trial in session.trials.filter(phase=1)) == sorted(first)
    for number in (1, 2):
        while where(session, study).stage == "case":
            assert studies.reply(session) is Outcome.SAVED
        assert sessions.begin_phase(session, study) is (number == 1)
    session.refresh_from_db()
    assert session.finished is not None
    answer = session.answers.filter(trial__phase=0).first()
    assert set(answer.reply("quality")) == {"rating"}
    assert set(answer.reply("finding")) == {"text"}
    assert answer.reply("turing") is None
    assert session.answers.filter(trial__phase=1).first().reply("turing")["said"] in ("real", "synthetic")
    assert first_break(events(session)) is None


def test_what_is_not_complete_is_refused(researcher):
    asked = (TURING, Question("why", "text"), Question("cue", "text", required=False, only_if="synthetic"))
    session = studies.begun(studies.launched_design(researcher, one_phase(*asked)))
    token = sessions.current_trial(session).token

    def post(said, **replies):
        given = sessions.Submission(token, said, 1, "s", replies=replies)
        return sessions.record(session, session.reader.study, given)

    assert post("real") is Outcome.REFUSED
    assert post("real", why={"text": " "}) is Outcome.REFUSED
    assert post("real", why=3) is Outcome.REFUSED
    assert post("perhaps", why={"text": "x"}) is Outcome.REFUSED
    assert post("real", why={"text": "x"}, cue={"text": "not asked"}, more=1) is Outcome.SAVED
    assert Answer.objects.get().replies == {"why": {"text": "x"}}


def test_a_wash_out_is_waited_for(researcher):
    study = studies.launched_design(researcher, studies.small(PUBLISHED["jang-2023"].design(), 2))
    session = studies.begun(study)
    while where(session, study).stage == "case":
        studies.reply(session)
    here, now = where(session, study), timezone.now()
    assert (here.stage, here.phase) == ("washout", 1)
    assert timedelta(days=13) < here.until - now <= timedelta(days=14)
    assert not sessions.begin_phase(session, study)
    assert reader_state(session, study)["until"] == here.until.isoformat()
    assert not sessions.begin_phase(session, study, now=now + timedelta(days=13))
    assert sessions.begin_phase(session, study, now=now + timedelta(days=15))
    assert where(session, study).stage == "case"


def test_feedback_is_given_in_training_and_nowhere_else(researcher):
    training = (
        Source("real-t", "real", 2, role="training"),
        Source("fake-t", "synthetic", 2, role="training"),
    )
    design = Protocol(
        (*SIDES, *training), (Phase("practice", (TURING,), training=True), Phase("reading", (TURING,)))
    )
    study = studies.launched_design(researcher, design)
    session = studies.begun(study)
    assert "feedback" not in reader_state(session, study)
    trial = sessions.current_trial(session)
    assert trial.case.role == "training"
    studies.reply(session, said="real")
    told = reader_state(session, study)
    assert told["feedback"] == {
        "token": trial.token,
        "truth": trial.case.truth,
        "right": trial.case.truth == "real",
    }
    assert told["previous"] == "", "what was told cannot be corrected"
    for _case in range(3):
        studies.reply(session)
    sessions.begin_phase(session, study)
    studies.reply(session)
    assert "feedback" not in reader_state(session, study)
    assert not Answer.objects.counted().filter(trial__phase=0).exists()
    assert Counter(session.trials.filter(phase=1).values_list("case__role", flat=True)) == {"ordinary": 12}


def test_controls_catch_trials_and_repeats_do_not_count(researcher):
    extra = (Source("obvious", "synthetic", 2, role="control"), Source("awake", "synthetic", 1, role="catch"))
    study = studies.launched_design(researcher, one_phase(sources=(*SIDES, *extra), repeats=4))
    session = studies.simulated(study, 1.0, 1.0)
    assert session.trials.count() == 12 + 3 + 4
    assert session.trials.filter(counts=True).count() == 12
    again = session.trials.filter(showing=1).select_related("case")
    assert [trial.case.role for trial in again] == ["ordinary"] * 4
    for trial in again:
        assert session.trials.get(case=trial.case, showing=0).position < trial.position
    assert Answer.objects.counted().count() == 12


def test_the_same_images_in_two_phases_count_once(researcher):
    phases = (Phase("first", (TURING,)), Phase("second", (TURING,)))
    study = studies.launched_design(researcher, Protocol(SIDES, phases))
    session = studies.simulated(study, 0.9, 0.9)
    assert session.trials.count() == 24
    assert set(Answer.objects.counted().values_list("trial__phase", flat=True)) == {0}


def test_a_share_is_drawn_by_stratum_and_the_rest_is_fresh(researcher):
    strata = (("a", 4), ("b", 2))
    sources = (Source("real", "real", 6, strata=strata), Source("fake", "synthetic", 6, strata=strata))
    phases = (Phase("half", (TURING,), share=0.5), Phase("rest", (TURING,), fresh=True))
    study = studies.launched_design(researcher, Protocol(sources, phases))
    one, two = studies.begun(study), studies.begun(study)
    half, rest = (set(one.trials.filter(phase=number).values_list("case", flat=True)) for number in (0, 1))
    assert not half & rest
    assert len(half) == len(rest) == 6
    labels = Counter(one.trials.filter(phase=0).values_list("case__truth", "case__label"))
    assert labels == {("real", "a"): 2, ("real", "b"): 1, ("synthetic", "a"): 2, ("synthetic", "b"): 1}
    assert half == set(two.trials.filter(phase=0).values_list("case", flat=True)), "the same for every reader"


def test_pairs_stand_side_by_side_within_labels_and_half_of_them_swapped(client, researcher):
    strata = (("a", 4), ("b", 2))
    sources = (Source("real", "real", 6, strata=strata), Source("fake", "synthetic", 6, strata=strata))
    study = studies.launched_design(researcher, one_phase(Question("pair", "pair", steps=3), sources=sources))
    session = studies.begun(study)
    trials = list(session.trials.select_related("case", "other"))
    assert len(trials) == 6
    assert sum(trial.swapped for trial in trials) == 3
    for trial in trials:
        assert (trial.case.truth, trial.other.truth) == ("synthetic", "real")
        assert trial.case.label == trial.other.label
        sides = [client.get(f"/read/image/{trial.token}/{place}/").content for place in (0, 1)]
        shown = [rendering.read_buffer(case) for case in (trial.case, trial.other)]
        assert sides == (shown[::-1] if trial.swapped else shown)
        assert client.get(f"/read/image/{trial.token}/2/").status_code == 404
    assert studies.reply(session, said="left") is Outcome.SAVED
    assert studies.simulated(study, 1.0, 1.0).answers.filter(said="left").count() == 3


def test_volumes_have_equally_many_slices_of_one_length(client, researcher):
    rubric = Question("rubric", "rubric", options=(Option("a", "A"),))
    study = studies.of_design(
        researcher, Protocol(SIDES, (Phase("reading", (TURING, rubric)),), unit="volume")
    )
    short = study.sets_for("fake").get()
    short.pictures.filter(position=2).delete()  # a volume with two slices
    study.design = replace(study.designed, sources=(SIDES[0], replace(SIDES[1], count=7))).as_json()
    study.save()
    studies.prepare(study)
    launching.launch(study, reason="A test.")
    assert study.buffers["frames"] == 3
    assert "slices" in {row["feature"] for row in study.audit["features"]}
    session = studies.begun(study)
    lengths = {
        len(client.get(f"/read/image/{token}/{place}/").content)
        for token in session.trials.values_list("token", flat=True)
        for place in range(3)
    }
    assert lengths == {study.buffers["length"]}
    assert sorted(case.slices.count() for case in study.cases.all()) == [2] + [3] * 12


def test_an_exposure_follows_the_staircase_and_the_image_is_gone_afterwards(client, researcher):
    rule = Exposure(start_ms=300, shortest_ms=100, longest_ms=400, down_ms=20, up_ms=60, tracks=2)
    study = studies.launched_design(researcher, one_phase(Question("hype", "hype", exposure=rule)))
    session = studies.begun(study)
    expected = [rule.start_ms, rule.start_ms]  # of each track
    for _case in range(6):
        client.get(f"/read/{session.reader.key}/state/")
        trial = sessions.current_trial(session)
        assert trial.exposure_ms == expected[trial.track] == reader_state(session, study)["exposure_ms"]
        assert client.get(f"/read/image/{trial.token}/").status_code == 200
        right = trial.position % 2 == 0
        studies.reply(
            session,
            said=trial.case.truth if right else {"real": "synthetic", "synthetic": "real"}[trial.case.truth],
        )
        assert client.get(f"/read/image/{trial.token}/").status_code == 404
        expected[trial.track] = min(400, expected[trial.track] + (-20 if right else 60))
    assert set(session.trials.values_list("track", flat=True)) == {0, 1}
    assert sessions.previous_trial(session, study) is None


def test_a_phase_that_has_not_begun_shows_no_image(client, researcher):
    phases = (Phase("first", (TURING,), share=0.5), Phase("second", (TURING,), fresh=True))
    session = studies.begun(studies.launched_design(researcher, Protocol(SIDES, phases)))
    assert {
        client.get(f"/read/image/{trial.token}/").status_code for trial in session.trials.filter(phase=1)
    } == {404}
    assert {
        client.get(f"/read/image/{trial.token}/").status_code for trial in session.trials.filter(phase=0)
    } == {200}


def test_a_reader_begins_anew_in_another_order_and_the_first_attempt_is_kept(researcher):
    study = studies.launched_design(researcher, one_phase())
    session = studies.begun(study)
    studies.reply(session)
    with pytest.raises(drawing.NotReady, match="Write down why"):
        sessions.set_aside(session.reader, " ")
    sessions.set_aside(session.reader, "was called away")
    session.refresh_from_db()
    late = sessions.Submission(session.trials.last().token, "real", 1, "late")
    assert sessions.record(session, study, late) is Outcome.REFUSED
    again = sessions.open_session(reader=session.reader)
    assert again.number == 2
    orders = [list(one.trials.values_list("case", flat=True)) for one in (session, again)]
    assert orders[0] != orders[1]
    studies.reply(again)
    assert [answer.session for answer in Answer.objects.counted()] == [again]
    assert Answer.objects.count() == 2


def test_an_amendment_is_a_new_version_that_answers_name(researcher):
    study = studies.launched_design(researcher, one_phase())
    session = studies.begun(study)
    studies.reply(session)
    design = study.designed
    changed = replace(
        design, plan=Plan(margin=0.4), phases=(replace(design.phases[0], instructions="Slowly."),)
    )
    with pytest.raises(drawing.NotReady, match="Write down why"):
        amending.amend(study, changed, reason=" ", author=researcher)
    with pytest.raises(drawing.NotReady, match="Nothing was changed"):
        amending.amend(study, design, reason="x", author=researcher)
    with pytest.raises(drawing.NotReady, match="margin a d′"):
        amending.amend(study, replace(design, plan=Plan(margin=9.0)), reason="x", author=researcher)
    for other in (
        replace(design, sources=design.sources[::-1]),
        replace(design, phases=(replace(design.phases[0], repeats=1),)),
    ):
        with pytest.raises(drawing.NotReady, match="stay as they were launched"):
            amending.amend(study, other, reason="x", author=researcher)
    row = amending.amend(study, changed, reason="The statistician asked.", author=researcher)
    session = study.readers.get().sessions.get()
    studies.reply(session)
    assert [answer.version for answer in session.answers.all()] == [1, 2]
    assert (study.version, study.margin, row.number) == (2, 0.4, 2)
    assert launching.digest(row.protocol) == row.digest
    assert row.protocol["previous"] == study.protocol_digest == launching.digest(study.protocol)
    assert first_break(events(session)) is None
    launching.close(study)
    with pytest.raises(drawing.NotReady, match="Only an open study"):
        amending.amend(study, design, reason="x", author=researcher)


def test_sources_that_share_a_set_share_no_image(researcher):
    design = one_phase(sources=(*SIDES, Source("practice", "real", 1, role="training")))
    design = replace(design, phases=(*design.phases, Phase("practice", (TURING,), training=True)))
    study = studies.of_design(researcher, design)
    study.supply("practice", study.sets_for("real"))
    assert launching.problems(study) == []
    drawn = drawing.draw(study)
    assert len({one.case.picture.digest for one in drawn}) == len(drawn) == 13
    study.supply(
        "fake",
        [factories.image_set(researcher, origin="synthetic", images=factories.blobs(3, size=16, seed=9))],
    )
    assert "needs 6" in " ".join(launching.problems(study))
    with pytest.raises(drawing.NotReady, match="needs 6"):
        drawing.draw(study)


def test_a_stratum_that_is_not_there_is_named(researcher):
    study = studies.of_design(
        researcher, one_phase(sources=(replace(SIDES[0], strata=(("a", 3), ("c", 3))), SIDES[1]))
    )
    study.supply(
        "real",
        [factories.image_set(researcher, images=factories.blobs(8, size=16, seed=4), labels=["a"] * 8)],
    )
    assert "label c" in " ".join(launching.problems(study))


def test_real_images_that_the_fakes_were_made_from_are_counted(researcher):
    study = studies.of_design(researcher, one_phase())
    real, fake = study.sets_for("real").get(), study.sets_for("fake").get()
    between = factories.image_set(researcher, origin="mixed", images=factories.blobs(2, seed=31))
    between.parents.add(real)
    fake.parents.add(between)
    studies.prepare(study)
    assert study.audit["training_images"] == 6


def test_a_phase_without_cases_left_is_refused_before_the_launch(researcher):
    phases = (Phase("all", (TURING,)), Phase("rest", (TURING,), fresh=True, title="The rest"))
    study = studies.of_design(researcher, Protocol(SIDES, phases))
    with pytest.raises(drawing.NotReady, match="No cases are left for “The rest”"):
        studies.prepare(study)


def test_orders_are_drawn_again_from_their_seeds(researcher):
    study = studies.launched_design(researcher, studies.small(PUBLISHED["chen-2016"].design()))
    session = studies.begun(study)
    from turing.scheduling import trials_for

    kept = list(session.trials.values_list("phase", "case", "other", "swapped", "showing"))
    again = [
        (one.phase, one.case.pk, one.other and one.other.pk, one.swapped, one.showing)
        for one in trials_for(session)
    ]
    assert kept == again
    assert Trial.objects.filter(session=session, phase=1).count() == 4


def test_park_2021_is_covered_by_its_interval(researcher):
    """Ten readers in three groups, images labelled by region (80 of its 300): simulated readers whose skill is known (.594)."""
    design = studies.small(PUBLISHED["park-2021"].design(), 40)
    study = studies.launched_design(researcher, design, size=8)
    for number in range(10):
        group = "I" if number < 4 else "II" if number < 8 else "III"
        studies.simulated(study, 0.519, 0.669, seed=number, group=group)
    launching.close(study)
    from turing.results import results

    found = results(study)
    low, high = found.report.accuracy.interval
    assert low < 0.594 < high
    assert (len(found.readers), study.images, study.primary_endpoint) == (10, 80, "accuracy")
    assert Counter(study.readers.values_list("group", flat=True)) == {"I": 4, "II": 4, "III": 2}
    assert set(study.cases.values_list("label", flat=True)) == {"a", "b"}


def test_jang_2023_is_read_in_two_independent_sets(researcher):
    study = studies.launched_design(researcher, studies.small(PUBLISHED["jang-2023"].design(), 20), size=8)
    for number in range(6):
        session = studies.simulated(study, 0.7, 0.65, seed=number)
        first, second = session.stages.all()
        assert second.begun - first.finished >= timedelta(days=14)
    per_set = [
        Answer.objects.counted()
        .filter(trial__phase=number)
        .order_by()
        .values_list("trial__case", flat=True)
        .distinct()
        for number in (0, 1)
    ]
    assert [len(cases) for cases in per_set] == [40, 40]
    assert not set(per_set[0]) & set(per_set[1])
    rates = [
        np.mean([one.said == one.trial.case.truth for one in Answer.objects.counted().filter(trial__phase=n)])
        for n in (0, 1)
    ]
    assert np.allclose(rates, 0.675, atol=4 * (0.25 / 240) ** 0.5)


def test_obvious_controls_do_not_fail_the_audit(researcher):
    """Black positive controls beside real and synthetic images that differ by chance alone."""
    design = one_phase(sources=(*SIDES, Source("obvious", "synthetic", 6, role="control")))
    study = studies.of_design(researcher, design)
    black = [np.full((16, 16), n, np.uint8) for n in range(7)]
    study.supply("obvious", [factories.image_set(researcher, origin="synthetic", images=black)])
    studies.prepare(study)
    assert study.audit["state"] != "alarm"
    everything = one_phase(sources=(SIDES[0], replace(SIDES[1], count=6)))
    study.design = everything.as_json()
    study.save()
    study.supply("fake", study.sets_for("obvious"))
    studies.prepare(study)
    assert study.audit["state"] == "alarm"


DEEDS = st.lists(
    st.tuples(st.sampled_from(["current", "ahead", "first", "end", "begin", "later", "anew"]), st.integers(0, 2), st.integers(0, 3)), max_size=20
)  # fmt: skip


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=DEEDS)
def test_whatever_comes_phases_follow_one_another_and_the_chain_holds(two_phases, deeds):
    """Any sequence of posts, beginnings and ends: a phase begins after the one before ended, cases come in order, no event is lost."""
    study = two_phases
    with transaction.atomic():
        session = studies.begun(study)
        now = timezone.now()
        for what, phase, name in deeds:
            before = len(events(session))
            session = act(session, study, what, phase, f"n{name}", now)
            happened = events(session)
            assert what == "anew" or before <= len(happened) <= before + 1
            assert first_break(happened) is None
            stages = list(session.stages.all())
            assert [stage.phase for stage in stages] == list(range(len(stages)))
            assert all(stage.finished for stage in stages[:-1])
            firsts = [
                one.trial.position for one in session.answers.filter(revision=0).select_related("trial")
            ]
            assert firsts == list(range(len(firsts)))
            assert study.readers.count() == sum(
                reader.sessions.counted().count() for reader in study.readers.all()
            )
        transaction.set_rollback(True)


def act(session, study, what, phase, name, now):
    if what == "begin":
        sessions.begin_phase(session, study)
    elif what == "later":
        sessions.begin_phase(session, study, now=now + timedelta(days=9))
    elif what == "end":
        sessions.record_end(session, study, phase, name, {"noticed": {"text": "x"}})
    elif what == "anew":
        sessions.set_aside(session.reader, "again")
        return sessions.open_session(reader=session.reader)
    else:
        unread = session.trials.unanswered().order_by("position")
        trial = {"current": unread.first(), "ahead": unread.last(), "first": session.trials.first()}[what]
        token = trial.token if trial else "nothing"
        sessions.record(session, study, sessions.Submission(token, "real", 1, name, corrects=phase == 1))
    return session


@pytest.fixture
def two_phases(researcher):
    noticed = Question("noticed", "text")
    sides = (Source("real", "real", 2), Source("fake", "synthetic", 2))
    phases = (Phase("first", (TURING,), ends=(noticed,)), Phase("second", (TURING,), washout_days=3))
    return studies.launched_design(researcher, Protocol(sides, phases), size=8)
