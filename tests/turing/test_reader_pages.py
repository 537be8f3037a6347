"""Doors, instructions, consent, waits and own results: what a reader's pages say without a script, and what they keep to themselves."""

import re
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from tests.browser import designs as d
from tests.turing import studies
from turing import asking, launching, presets, rendering, sessions
from turing.models import Answer, EndAnswer
from turing.protocol import Preset

pytestmark = pytest.mark.django_db
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)


def page(client, reader, **more):
    return client.get(f"/read/{reader.key}/", **more).content.decode()


def begin(client, reader, **fields):
    return client.post(f"/read/{reader.key}/begin/", fields, follow=True)


def post(client, reader, **fields):
    """As a browser without script sends the form of the current case."""
    trial = sessions.current_trial(sessions.current_session(reader))
    form = {"trial": trial.token, "submission": f"form-{trial.answers.count()}", **fields}
    return client.post(f"/read/{reader.key}/answer/", form)


def test_a_phone_is_refused_by_the_site_and_not_by_its_script_alone(client, researcher):
    reader = studies.add_reader(studies.launched(researcher))
    for method in (client.get, client.post):
        address = f"/read/{reader.key}/" + ("begin/" if method == client.post else "")
        refused = method(address, HTTP_USER_AGENT=PHONE)
        assert refused.status_code == 403
        assert "not read on a phone" in refused.content.decode()
    assert begin(client, reader, screen_width="390", screen_height="844").status_code == 403
    assert sessions.current_session(reader) is None


def test_a_phone_may_where_the_protocol_says_so(client, researcher):
    reader = studies.add_reader(studies.launched(researcher, allow_phones=True))
    begin(client, reader, screen_width="390", screen_height="844")
    assert sessions.current_session(reader).display["screen_width"] == 390


def test_screen_check_profile_and_time_zone_are_kept(client, researcher):
    reader = studies.add_reader(d.launched(researcher, d.phase(d.DETECT), ask_profile=True))
    assert "Years of experience" in page(client, reader)
    begin(client, reader, dark_seen="1", ambient="1", specialty="Chest", years="12", seen_generated="never", time_zone="Asia/Seoul")  # fmt: skip
    reader.refresh_from_db()
    session = sessions.current_session(reader)
    assert (session.display["dark_seen"], session.display["ambient"]) == (1, 1)
    assert "bright_seen" not in session.display
    assert reader.profile == {"specialty": "Chest", "years": "12", "seen_generated": "never", "time_zone": "Asia/Seoul", "language": "en"}  # fmt: skip


@pytest.mark.parametrize("zone", ["Nowhere/Atlantis", "../../etc/passwd", "", "\x00", "a" * 300])
def test_a_time_zone_that_is_none_changes_nothing(client, researcher, zone):
    reader = studies.add_reader(studies.launched(researcher))
    assert begin(client, reader, time_zone=zone).status_code == 200


def test_the_reader_chooses_the_language(client, researcher):
    reader = studies.add_reader(studies.launched(researcher))
    client.get(f"/read/{reader.key}/?language=ko")
    assert '<html lang="ko">' in page(client, reader)
    client.get(f"/read/{reader.key}/?language=xx")
    assert '<html lang="ko">' in page(client, reader)


def test_a_purpose_blinded_part_names_no_synthetic_image_until_it_is_over(client, researcher):
    blind = d.phase(d.DIAGNOSIS, key="blind", informed=False, prevalence="none", ends=(d.NOTICED,))
    study = d.launched(researcher, blind, d.phase(d.DETECT, washout_days=7), per_side=2)
    reader = studies.add_reader(study)
    seen = [page(client, reader)]
    begin(client, reader, time_zone="Asia/Seoul")
    for _case in range(4):
        seen.append(page(client, reader))
        post(client, reader, answer="normal", **{"answer.confidence": "2"})
    seen.append(page(client, reader))
    assert "Did you notice anything unusual?" in seen[-1]
    without = client.post(f"/read/{reader.key}/end/", {"phase": "0", "more-noticed": ""}, follow=True)
    assert "Did you notice" in without.content.decode()  # it was required
    client.post(f"/read/{reader.key}/end/", {"phase": "0", "more-noticed": "No"})
    assert EndAnswer.objects.get().replies == {"noticed": {"text": "No"}}
    seen.append(page(client, reader))
    assert "Come back later" in seen[-1]
    assert "Asia/Seoul" in seen[-1]
    for text in seen:
        assert "synthetic" not in re.sub(r'<script id="page".*?</script>', "", text, flags=re.DOTALL).lower()

    begin(client, reader)  # too early: nothing begins
    assert "Come back later" in page(client, reader)
    sessions.current_session(reader).stages.update(finished=timezone.now() - timedelta(days=8))
    assert "synthetic" in page(client, reader)
    begin(client, reader)
    assert "Is this image real or synthetic?" in page(client, reader)


def test_the_script_of_a_purpose_blinded_part_names_no_synthetic_image_either(client, researcher):
    blind = d.phase(d.DIAGNOSIS, key="blind", informed=False, prevalence="none")
    reader = studies.add_reader(d.launched(researcher, blind, per_side=2))
    begin(client, reader)
    assert "synthetic" not in page(client, reader).lower()


def test_every_kind_of_question_is_answered_without_script(client, researcher):
    questions = (d.TWO_GESTURES, d.REALISM, d.RUBRIC, d.ARTEFACTS, d.MARK, d.WHY)
    reader = studies.add_reader(d.launched(researcher, d.phase(*questions)))
    begin(client, reader)
    fields = {"answer": "synthetic", "answer.confidence": "2", "more-realism": "4", "more-artefacts": ["blur", "text"], "more-mark": "[[1, 2]]",
              "more-why": "", "more-rubric.noise": "1", "more-rubric.borders": "2", "more-rubric.slices": "3"}  # fmt: skip
    post(client, reader, **fields)
    answer = Answer.objects.get()
    assert (answer.said, answer.confidence) == ("synthetic", 2)
    assert answer.replies == {
        "realism": {"rating": 4}, "rubric": {"ratings": {"noise": 1, "borders": 2, "slices": 3}},
        "artefacts": {"items": ["blur", "text"]}, "mark": {"marks": [[1, 2]]},
    }  # fmt: skip
    post(client, reader, **(fields | {"answer.confidence": "7"}))
    post(client, reader, **(fields | {"more-mark": "{"}))
    post(client, reader, **(fields | {"more-realism": "²"}))
    assert Answer.objects.count() == 1


@pytest.mark.parametrize("count", range(1, 13))
def test_choices_have_keys_of_their_own_in_the_order_in_which_they_lie(count):
    keys = asking.row(count)
    assert len(keys) == count
    if count <= 8:
        assert keys == sorted(keys, key="ASDFJKL;GH".index)
        assert len(set(keys)) == count


def test_presets_are_told_in_values_of_the_buffer(researcher):
    study = d.launched(researcher, d.phase(d.DETECT), presets=(Preset("Half", 0, 127.5), Preset("All", 0, 255)))  # fmt: skip
    assert presets.in_buffers(study) == [("Half", 0, 32768), ("All", 0, 65535)]


def test_presets_of_the_range_and_by_percentile(researcher):
    windows = (Preset("Middle", 25, 75, "range"), Preset("Tissue", 5, 95, "percentile"))
    study = d.launched(researcher, d.phase(d.DETECT), presets=windows)
    (_name, low, high), (_other, fifth, last) = presets.in_buffers(study)
    assert (low, high) == (16384, 49151)
    target = rendering.Format.from_json(study.buffers)
    pixels = np.concatenate([rendering.read_array(case, target).ravel() for case in study.cases.all()])
    wanted = np.percentile(pixels[pixels >= 256], [5, 95])
    assert np.abs(np.array([fifth, last]) - wanted).max() <= 256, "a bin of 256 values"
    study.sets.filter(origin="real").update(intensity_low=-5)
    assert len(presets.in_buffers(study)) == 2, "of the buffers, whatever the sets declare"


def test_own_results_are_shown_after_the_close_and_not_before(client, researcher):
    study = studies.launched(researcher, per_side=2)
    reader, other = studies.add_reader(study), studies.add_reader(study)
    begin(client, reader)
    for _case in range(4):
        post(client, reader, answer="real-2")
    before = page(client, reader)
    assert "Certificate of completion" in before
    assert "Your own results" not in before
    launching.close(study)
    after = page(client, reader)
    assert "Your own results" in after
    assert "2 of 2" in after
    assert "0 of 2" in after
    assert "Certificate of completion" in after
    assert "Guessing gives about 50 % of each." in after
    assert "results" not in page(client, other)


@pytest.mark.parametrize(("question", "row", "chance"), [(d.PAIR, "Pairs", 50), (d.CLASSES, "Augmented", 33)])
def test_own_results_name_what_was_judged_and_what_guessing_gives(client, researcher, question, row, chance):
    truths = ("real", "synthetic") if question is d.PAIR else ("real", "augmented", "synthetic")
    study = d.launched(researcher, d.phase(question), per_side=2, truths=truths)
    session = studies.begun(study)
    while sessions.current_trial(session):
        studies.reply(session)
    launching.close(study)
    after = page(client, session.reader)
    assert f'<th scope="row">{row}</th>' in after
    assert f"about {chance} % of each" in after
