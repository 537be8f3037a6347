"""Answers: appended, chained, idempotent; one live trial; corrections only where the protocol allows them."""

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.turing import studies
from turing import launching, sessions
from turing.append_only import AppendOnlyError
from turing.chain import first_break
from turing.models import Answer, Trial
from turing.sessions import Outcome, Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(researcher):
    return studies.begun(studies.launched(researcher))


def post(session, token, *, name, said="synthetic", confidence=2, **more):
    return sessions.record(session, session.reader.study, Submission(token, said, confidence, name, **more))


def test_every_case_comes_once_in_a_stored_order(session):
    places = list(session.trials.values_list("position", flat=True))
    assert places == list(range(8))
    assert {trial.case_id for trial in session.trials.all()} == set(
        session.reader.study.cases.values_list("pk", flat=True)
    )


def test_opening_again_changes_nothing(session):
    again = sessions.open_session(reader=session.reader)
    assert again == session
    assert Trial.objects.count() == 8


def test_two_readers_get_orders_of_their_own(researcher):
    study = studies.launched(researcher, per_side=10)
    orders = [list(studies.begun(study).trials.values_list("case", flat=True)) for _reader in range(3)]
    assert len({tuple(order) for order in orders}) == 3


def test_the_same_submission_twice_is_one_answer(session):
    token = sessions.current_trial(session).token
    assert post(session, token, name="a") is Outcome.SAVED
    assert post(session, token, name="a") is Outcome.REPEATED
    assert post(session, token, name="a", said="real") is Outcome.REPEATED
    assert Answer.objects.count() == 1


def test_a_second_tab_finds_the_case_answered_and_nothing_is_lost(session):
    token = sessions.current_trial(session).token
    post(session, token, name="a", said="real")
    assert post(session, token, name="b", said="synthetic") is Outcome.STALE
    assert Answer.objects.get().said == "real"


def test_a_case_that_was_only_loaded_ahead_takes_no_answer(session):
    ahead = session.trials.get(position=1)
    assert post(session, ahead.token, name="a") is Outcome.REFUSED


@pytest.mark.parametrize(
    "wrong",
    [
        {"said": "perhaps"},
        {"confidence": 0},
        {"confidence": 4},
        {"name": ""},
        {"name": "x" * 49},
        {"name": "a b\x00"},
    ],
)
def test_what_is_no_answer_is_refused(session, wrong):
    token = sessions.current_trial(session).token
    assert post(session, token, **{"name": "a"} | wrong) is Outcome.REFUSED
    assert not Answer.objects.exists()


def test_another_readers_token_is_refused(session):
    other = studies.begun(session.reader.study)
    assert post(session, sessions.current_trial(other).token, name="a") is Outcome.REFUSED


def test_a_closed_study_takes_no_answer_even_from_a_page_opened_before(session):
    study = session.reader.study
    token = sessions.current_trial(session).token
    launching.close(type(study).objects.get(pk=study.pk))
    assert study.is_open  # the row in hand is older than the close
    assert post(session, token, name="a") is Outcome.REFUSED


def test_a_correction_is_one_more_row_and_the_last_one_counts(session):
    token = sessions.current_trial(session).token
    post(session, token, name="a", said="real", confidence=1)
    assert post(session, token, name="b", said="synthetic", confidence=3, corrects=True) is Outcome.SAVED
    assert [answer.said for answer in Answer.objects.all()] == ["real", "synthetic"]
    current = Answer.objects.current().get()
    assert (current.said, current.revision, current.rating(3)) == ("synthetic", 1, 6)


def test_only_the_last_case_can_be_corrected(session):
    first = sessions.current_trial(session).token
    post(session, first, name="a")
    studies.give(session)
    assert post(session, first, name="c", corrects=True) is Outcome.STALE


def test_no_correction_where_the_protocol_forbids_it(researcher):
    session = studies.begun(studies.launched(researcher, allow_revision=False))
    token = sessions.current_trial(session).token
    post(session, token, name="a")
    assert post(session, token, name="b", corrects=True) is Outcome.STALE


def test_ratings_run_from_sure_real_to_sure_synthetic():
    rows = [("real", 3), ("real", 2), ("real", 1), ("synthetic", 1), ("synthetic", 2), ("synthetic", 3)]
    assert [Answer(said=said, confidence=step).rating(3) for said, step in rows] == [1, 2, 3, 4, 5, 6]
    assert [Answer(said=said, confidence=1).rating(1) for said in ("real", "synthetic")] == [1, 2]


def test_finished_is_noted_once_at_the_last_first_answer(session):
    for _case in range(8):
        assert session.finished is None
        studies.give(session)
        session.refresh_from_db()
    finished = session.finished
    last = session.trials.last()
    post(session, last.token, name="again", corrects=True)
    session.refresh_from_db()
    assert finished == session.finished is not None


def test_answers_can_be_neither_changed_nor_removed(session):
    studies.give(session)
    answer = Answer.objects.get()
    answer.said = "synthetic"
    for deed in (
        answer.save, answer.delete, Answer.objects.all().delete, lambda: Answer.objects.update(said="real"),
        lambda: Answer.objects.bulk_update([answer], ["said"]), lambda: session.answers.all().delete(),
    ):  # fmt: skip
        with pytest.raises(AppendOnlyError):
            deed()
    for row in (session.trials.first(), session, session.reader, session.reader.study):
        with pytest.raises(Exception, match="protected"):
            row.delete()
    assert Answer.objects.get().said == "real"


@pytest.mark.parametrize(
    ("field", "value"),
    [("said", "synthetic"), ("confidence", 3), ("client", {"active_ms": 1}), ("interrupted", True), ("revision", 1),
     ("submission", "other"), ("issued", timezone.now()), ("received", timezone.now()), ("previous_digest", "0" * 64)],
)  # fmt: skip
def test_a_tampered_answer_breaks_the_chain(session, field, value):
    for _case in range(4):
        studies.give(session)
    answers = list(session.answers.select_related("trial"))
    assert first_break(answers) is None
    setattr(answers[2], field, value)
    assert first_break(answers) == 2


def test_a_missing_or_exchanged_answer_breaks_the_chain(session):
    for _case in range(4):
        studies.give(session)
    answers = list(session.answers.select_related("trial"))
    assert first_break(answers[:1] + answers[2:]) == 1
    assert first_break([answers[0], answers[2], answers[1], answers[3]]) == 1
    answers[1].trial = answers[2].trial
    assert first_break(answers) == 1


def test_the_client_says_only_what_is_asked(session):
    told = {
        "active_ms": 1234.56,
        "hidden_ms": True,
        "truth": 1,
        "zoom_percent": float("nan"),
        "shown_ms": 1e30,
        "paused_ms": "9",
    }
    studies.give(session, client=told)
    answer = Answer.objects.get()
    assert answer.client == {"active_ms": 1235, "hidden_ms": 1}
    assert answer.interrupted
    assert answer.seconds == 1.235


def test_issued_and_received_are_the_servers_times(session):
    sessions.issue(sessions.current_trial(session))
    studies.give(session)
    answer = Answer.objects.get()
    assert answer.issued <= answer.received
    assert sessions.current_trial(session).issued is not None  # the next one is in the reader's hands


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["current", "previous", "ahead", "first", "unknown"]),
        st.sampled_from(["real", "synthetic"]),
        st.integers(0, 4),
        st.integers(0, 3),  # few names, so that submissions are repeated
        st.booleans(),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_whatever_comes_in_the_log_stays_whole(session, actions):
    """Any sequence of posts: a case is answered only in order, one first answer each, the chain holds, nothing shrinks."""
    from django.db import transaction

    with transaction.atomic():
        before = 0
        for which, said, confidence, name, corrects in actions:
            post(
                session,
                token_of(session, which),
                name=f"n{name}",
                said=said,
                confidence=confidence,
                corrects=corrects,
            )
            answers = list(session.answers.select_related("trial"))
            assert before <= len(answers) <= before + 1
            before = len(answers)
            assert first_break(answers) is None
            first = [answer.trial.position for answer in answers if answer.revision == 0]
            assert first == list(range(len(first)))
            assert Answer.objects.current().filter(session=session).count() == len(first)
        transaction.set_rollback(True)


def token_of(session, which):
    trials = {
        "current": sessions.current_trial(session),
        "previous": session.trials.answered().order_by("-position").first(),
        "ahead": session.trials.unanswered().order_by("-position").first(),
        "first": session.trials.first(),
    }
    trial = trials.get(which)
    return trial.token if trial else "nothing"


def test_a_bound_on_runs_is_kept_for_every_reader(researcher):
    study = studies.launched(researcher, per_side=8, max_run=2, prevalence="none")
    for _reader in range(4):
        order = list(studies.begun(study).trials.order_by("position").values_list("case__truth", flat=True))
        assert not any(order[place : place + 3] in (["real"] * 3, ["synthetic"] * 3) for place in range(14))
