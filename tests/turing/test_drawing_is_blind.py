"""What is drawn before a reader begins says nothing of the truth: draw, turn the truth around, draw again by the same seed."""

import secrets
from collections import Counter
from unittest.mock import patch

import pytest

from tests.turing import studies
from tests.turing.test_blinding_everywhere import DESIGNS, OTHER, one
from turing import sessions
from turing.models import Case, new_seed
from turing.ordering import reading_order
from turing.questions import Question
from turing.scheduling import trials_for

pytestmark = pytest.mark.django_db


def met(session) -> list[tuple]:
    """What a reader can notice: which images, when, how often, on which side, under which staircase. Of a pair left and right."""
    rows = []
    for trial in trials_for(session):
        sides = [trial.case_id, trial.other_id]
        if trial.other_id and trial.swapped:
            sides.reverse()
        rows.append((*sides, trial.phase, trial.position, trial.showing, trial.counts, trial.track))
    return rows


def turn(study) -> None:
    for case in study.cases.all():
        Case.objects.filter(pk=case.pk).update(truth=OTHER[case.truth], cluster="elsewhere")


@pytest.mark.parametrize("name", [name for name in DESIGNS if name != "pair"])
def test_order_share_repeats_and_tracks_are_the_same_when_the_truth_is_turned_around(researcher, name):
    study = studies.launched_design(researcher, DESIGNS[name], size=8)
    session = studies.begun(study)
    before = met(session)
    turn(study)
    assert met(session) == before
    kept = session.trials.values_list("case", "other", "phase", "position", "showing", "counts", "track")
    assert [tuple(row) for row in kept] == before, "these are the trials that the reader gets"


def test_sides_of_pairs_are_dealt_without_looking_at_them(researcher):
    """Which two images stand together follows from the truth, as it must; the side does not: half left in every session, and each
    place of the order left as often as right."""
    design = one(Question("pair", "pair", steps=3))
    study = studies.launched_design(researcher, design, size=8)
    session = studies.begun(study)
    swapped = [trial.swapped for trial in trials_for(session)]
    turn(study)
    assert [trial.swapped for trial in trials_for(session)] == swapped
    found = Counter()
    for seed in range(90):
        session.seed = seed
        found.update(trial.position for trial in trials_for(session) if trial.swapped)
    assert all(abs(found[place] - found.total() / 3) < 5 * (90 * 2 / 9) ** 0.5 for place in range(3))


def test_under_a_bound_on_runs_either_truth_comes_first_as_often(researcher):
    """The order itself must then look at truths. What is left of it: no place of the order favours one of them."""
    truths = ["real"] * 6 + ["synthetic"] * 6
    orders = [[truths[at] for at in reading_order(seed, truths, max_run=2)] for seed in range(400)]
    for place in range(12):
        found = sum(order[place] == "synthetic" for order in orders)
        assert abs(found - 200) < 5 * 100**0.5
    turned = [{"real": "synthetic", "synthetic": "real"}[truth] for truth in truths]
    again = [[turned[at] for at in reading_order(seed, turned, max_run=2)] for seed in range(400)]
    assert again == orders, "one truth takes the other's place, image for image"


def test_tokens_and_links_are_drawn_by_no_seed(researcher):
    study = studies.launched_design(researcher, DESIGNS["binary"], size=8)
    session = studies.begun(study)
    tokens = {trial.token for _time in range(2) for trial in trials_for(session)}
    assert len(tokens) == 2 * session.trials.count()
    assert min(map(len, tokens)) == 22, "128 bits"
    assert len(studies.add_reader(study).key) == 32, "192 bits"


def test_a_seed_that_is_not_typed_cannot_be_searched_through():
    """Repeats and several phases show a reader a pattern that tells one seed from another, and the seed with the design tells the
    truths: 2 to the 31 seeds, at 0.4 ms each, are tried in nine days on one core."""
    with patch.object(secrets, "randbelow", side_effect=lambda bound: bound - 1):
        assert new_seed() == 2**53 - 1, "the largest that every reader of JSON keeps exactly"


def test_beginning_anew_draws_another_order_and_other_tokens(researcher):
    study = studies.launched_design(researcher, DESIGNS["binary"], size=8)
    first = studies.begun(study)
    sessions.set_aside(first.reader, "A test.")
    second = sessions.open_session(reader=first.reader)
    assert second.seed != first.seed
    assert not {*first.trials.values_list("token")} & {*second.trials.values_list("token")}
