"""Nothing that a reader can reach may depend on the truth: flip it, and every byte stays."""

import json
import re

import pytest

from tests.turing import studies
from turing import launching, sessions
from turing.blinding import STATE_FIELDS
from turing.models import Case, Trial

pytestmark = pytest.mark.django_db
OTHER = {"real": "synthetic", "synthetic": "real"}
FORBIDDEN = {"etag", "last-modified", "content-disposition", "content-encoding", "accept-ranges"}


def bytes_of(response) -> tuple:
    """Status, headers and body with the CSRF token, the nonce and the date blanked, and nothing else."""
    head = sorted((name.lower(), value) for name, value in response.headers.items() if name != "Date")
    text = json.dumps(
        [response.status_code, head, sorted(morsel.OutputString() for morsel in response.cookies.values())]
    )
    text += response.content.decode("latin-1")
    text = re.sub(r"csrfmiddlewaretoken\" value=\"[^\"]+", "csrf", text)
    text = re.sub(r"nonce-[A-Za-z0-9+/=_-]+", "nonce", text)
    return text


def everything(client, session) -> dict[str, str]:
    """Every URL of a reader, as it answers now; answers are given inside a transaction that is undone."""
    from django.db import transaction

    key, trial = session.reader.key, sessions.current_trial(session)
    base = f"/read/{key}/"
    seen = {}
    with transaction.atomic():
        for path in (
            base,
            base + "?previous=1",
            base + "state/",
            base + "answer/",
            base + "begin/",
            base + "nothing/",
        ):
            seen[path] = bytes_of(client.get(path))
        for one in session.trials.all():
            seen[one.token] = bytes_of(client.get(f"/read/image/{one.token}/"))
            seen[one.token + "?"] = bytes_of(client.head(f"/read/image/{one.token}/"))
        seen["no such image"] = bytes_of(client.get("/read/image/nothing/"))
        seen["no such link"] = bytes_of(client.get("/read/nothing/"))
        for body in (
            "{",
            "[]",
            json.dumps({"trial": trial.token if trial else "", "answer": "real-9", "submission": "a"}),
        ):
            seen["wrong" + body] = bytes_of(
                client.post(base + "answer/", body, content_type="application/json")
            )
        for said in ("real-1", "synthetic-3"):
            posted = {
                "trial": trial.token if trial else "x",
                "answer": said,
                "submission": "b" + said,
                "client": {"active_ms": 5},
            }
            seen["posted " + said] = bytes_of(
                client.post(base + "answer/", json.dumps(posted), content_type="application/json")
            )
        seen["form"] = bytes_of(
            client.post(base + "answer/", {"trial": "x", "answer": "real-1", "submission": "c"})
        )
        transaction.set_rollback(True)
    return seen


def flip(study) -> None:
    for case in Case.objects.filter(study=study):
        Case.objects.filter(pk=case.pk).update(truth=OTHER[case.truth])
    study.refresh_from_db()
    real, synthetic = list(study.real_sets.all()), list(study.synthetic_sets.all())
    study.supply("real", synthetic)
    study.supply("synthetic", real)
    for one in (*real, *synthetic):
        type(one).objects.filter(pk=one.pk).update(origin=OTHER[one.origin], name=f"flipped {one.origin}")


@pytest.fixture(params=["begun", "halfway", "finished"])
def session(request, researcher):
    session = studies.begun(studies.launched(researcher))
    for _case in range({"begun": 0, "halfway": 3, "finished": 8}[request.param]):
        studies.give(session)
    return session


def test_flipping_the_truth_changes_no_byte(client, session):
    client.get(f"/read/{session.reader.key}/")  # from here on the current case is in the reader's hands
    before = everything(client, session)
    flip(session.reader.study)
    after = everything(client, session)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == []


def test_flipping_one_case_changes_no_byte(client, researcher):
    session = studies.begun(studies.launched(researcher))
    client.get(f"/read/{session.reader.key}/")
    before = everything(client, session)
    case = sessions.current_trial(session).case
    Case.objects.filter(pk=case.pk).update(truth=OTHER[case.truth])
    assert everything(client, session) == before


def test_welcome_closed_and_revoked_pages_do_not_depend_on_the_truth(client, researcher):
    study = studies.launched(researcher)
    readers = [studies.add_reader(study) for _reader in range(2)]
    type(readers[1]).objects.filter(pk=readers[1].pk).update(revoked=study.launched)

    def pages():
        return [bytes_of(client.get(f"/read/{reader.key}/")) for reader in readers]

    before = pages()
    flip(study)
    assert pages() == before
    launching.close(study)
    closed = pages()
    flip(study)
    assert pages() == closed != before


def test_every_buffer_has_one_length_and_the_same_headers(client, researcher):
    session = studies.begun(studies.launched(researcher))
    answers = [
        client.get(f"/read/image/{token}/") for token in session.trials.values_list("token", flat=True)
    ]
    assert {len(answer.content) for answer in answers} == {16 * 16 * 2}
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1
    assert not FORBIDDEN & {name.lower() for name in answers[0].headers}
    assert answers[0]["Cache-Control"] == "no-store, no-transform"
    assert answers[0]["Content-Type"] == "application/octet-stream"
    assert not answers[0].cookies


def test_two_readers_share_no_token(researcher):
    study = studies.launched(researcher)
    studies.begun(study), studies.begun(study)
    tokens = list(Trial.objects.values_list("token", flat=True))
    assert len(set(tokens)) == len(tokens) == 16


def test_the_state_holds_allowed_fields_only(client, researcher):
    for hidden in (False, True):
        session = studies.begun(studies.launched(researcher, hide_progress=hidden))
        told = client.get(f"/read/{session.reader.key}/state/").json()
        assert set(told) <= set(STATE_FIELDS)
        assert ("total" in told) is not hidden


@pytest.mark.parametrize("page", ["", "?previous=1"])
def test_a_page_names_no_row_file_set_or_digest(client, researcher, page):
    session = studies.begun(studies.launched(researcher))
    studies.give(session)
    text = client.get(f"/read/{session.reader.key}/{page}").content.decode()
    study = session.reader.study
    for case in study.cases.select_related("picture__image_set"):
        for secret in (
            case.picture.digest,
            case.picture.file,
            case.picture.image_set.name,
            case.cluster + '"',
        ):
            assert secret not in text
    assert study.name not in text
    assert session.reader.name not in text


def test_a_correction_page_does_not_show_the_answer_of_another_reader(client, researcher):
    study = studies.launched(researcher)
    one, two = studies.begun(study), studies.begun(study)
    studies.give(one), studies.give(two)
    before = bytes_of(client.get(f"/read/{one.reader.key}/?previous=1"))
    for _case in range(3):
        studies.give(two)
    assert bytes_of(client.get(f"/read/{one.reader.key}/?previous=1")) == before
