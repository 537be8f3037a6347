"""Who may do what at which address, and what the owner's and the reader's pages say."""

import csv
import json

import pytest
from django.urls import reverse

from tests import factories
from tests.turing import studies
from turing import launching, sessions
from turing.exports import answers_csv
from turing.forms import ReaderForm
from turing.gathering import gather
from turing.models import Answer, Reader, Session, Study
from turing.protocol import Phase, Protocol, Source
from turing.questions import Question

pytestmark = pytest.mark.django_db

# name, extra arguments, method, and what each sort of person gets: owner, administrator, other researcher, the same
# when the study is shared, reader, nobody. 302 of nobody is the log-in page.
MATRIX = [
    ("list", [], "get", (200, 200, 200, 200, 200, 302)),
    ("new", [], "get", (200, 200, 200, 200, 403, 302)),
    ("detail", ["pk"], "get", (200, 200, 404, 200, 403, 302)),
    ("edit", ["pk"], "get", (200, 200, 404, 404, 403, 302)),
    ("prepare", ["pk"], "post", (302, 302, 404, 404, 403, 302)),
    ("launch", ["pk"], "get", (302, 302, 404, 404, 403, 302)),
    ("launch", ["pk"], "post", (302, 302, 404, 404, 403, 302)),
    ("close", ["pk"], "get", (302, 302, 404, 404, 403, 302)),
    ("close", ["pk"], "post", (302, 302, 404, 404, 403, 302)),
    ("share", ["pk"], "post", (302, 302, 404, 404, 403, 302)),
    ("add_reader", ["pk"], "post", (302, 302, 404, 404, 403, 302)),
    ("rehearse", ["pk"], "post", (302, 302, 404, 404, 403, 302)),
    ("new_link", ["pk", 1], "post", (302, 302, 404, 404, 403, 302)),
    ("revoke", ["pk", 1], "post", (302, 302, 404, 404, 403, 302)),
    ("protocol", ["pk"], "get", (404, 404, 404, 404, 403, 302)),  # the study is not closed
    ("delete", ["pk"], "post", (302, 302, 404, 404, 403, 302)),
]
PEOPLE = ("owner", "administrator", "other", "shared", "reader", "nobody")


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(
    ("name", "extra", "method", "expected"), MATRIX, ids=[f"{row[0]}-{row[2]}" for row in MATRIX]
)
def test_who_may_what(
    client, researcher, other_researcher, administrator, reader, name, extra, method, expected, person
):
    study = studies.draft(researcher)
    studies.add_reader(study)
    Study.objects.filter(pk=study.pk).update(is_shared=person == "shared")
    people = {
        "owner": researcher,
        "administrator": administrator,
        "other": other_researcher,
        "shared": other_researcher,
        "reader": reader,
    }
    if person in people:
        client.force_login(people[person])
    before = Study.objects.get(pk=study.pk)
    answer = getattr(client, method)(
        reverse(f"turing:{name}", args=[study.pk if part == "pk" else part for part in extra])
    )
    assert answer.status_code == expected[PEOPLE.index(person)]
    if person == "nobody" and answer.status_code == 302:
        assert "log-in" in answer["Location"] or "login" in answer["Location"]
    if person in ("other", "shared", "reader", "nobody"):
        after = Study.objects.get(pk=study.pk)
        assert (after.state, after.is_shared) == (before.state, before.is_shared)
        assert Reader.objects.get().revoked is None


@pytest.mark.parametrize(
    "name", [row[0] for row in MATRIX if row[2] == "post" and row[0] not in ("launch", "close")]
)
def test_what_changes_rows_is_never_done_by_a_get(client, researcher, name):
    study = studies.draft(researcher)
    studies.add_reader(study)
    client.force_login(researcher)
    arguments = [study.pk, 1] if name in ("new_link", "revoke") else [study.pk]
    assert client.get(reverse(f"turing:{name}", args=arguments)).status_code == 405


def test_the_whole_way_of_an_owner(client, researcher, work):
    real = factories.image_set(researcher, images=factories.blobs(6, seed=1))
    made = factories.image_set(researcher, origin="synthetic", images=factories.blobs(6, seed=2))
    client.force_login(researcher)
    page = client.get(reverse("turing:new"), {"real": real.pk, "synthetic": made.pk}).content.decode()
    assert page.count("checked") >= 3  # both sets and the corrections
    form = {
        "name": "Mine", "real_sets": [real.pk], "synthetic_sets": [made.pk], "images_per_side": 5, "question": "Real?",
        "confidence_steps": 3, "prevalence": "none", "allow_revision": "on", "grey_interval_ms": 0,
        "primary_endpoint": "auc", "margin": 0.51, "seed": 3,
    }  # fmt: skip
    address = client.post(reverse("turing:new"), form)["Location"]
    study = Study.objects.get()
    assert "Prepare" in client.get(address).content.decode()
    client.post(reverse("turing:prepare", args=[study.pk]))
    work()
    assert "look at the audit, then launch" in client.get(address).content.decode()
    client.post(reverse("turing:launch", args=[study.pk]))
    client.post(
        reverse("turing:add_reader", args=[study.pk]), {"name": "Reader one", "experience": "9 years"}
    )
    reader = Reader.objects.get()
    page = client.get(address).content.decode()
    assert f"http://testserver/read/{reader.key}/" in page
    assert "not begun" in page
    client.post(reverse("turing:close", args=[study.pk]))
    frozen = client.get(reverse("turing:protocol", args=[study.pk])).json()
    assert launching.digest(frozen["protocol"]) == frozen["digest"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"images_per_side": 0}, "greater than or equal to 2"), ({"margin": 9}, "less than or equal to 3"),
     ({"prevalence": "exact", "max_run": 3}, "worked out"), ({"real_sets": [999]}, "999")],
)  # fmt: skip
def test_a_wrong_design_is_explained_and_kept(client, researcher, wrong, words):
    study = studies.draft(researcher)
    client.force_login(researcher)
    form = {
        "name": "Kept as typed", "real_sets": [study.real_sets.get().pk], "synthetic_sets": [study.synthetic_sets.get().pk],
        "images_per_side": 4, "question": "?", "confidence_steps": 3, "prevalence": "none", "grey_interval_ms": 0,
        "primary_endpoint": "auc", "margin": 0.51, "seed": 3,
    } | wrong  # fmt: skip
    page = client.post(reverse("turing:new"), form).content.decode()
    assert words in page
    assert "Kept as typed" in page
    assert Study.objects.count() == 1


def test_a_binary_study_is_judged_by_accuracy_whatever_was_chosen(client, researcher):
    study = studies.draft(researcher)
    client.force_login(researcher)
    form = {
        "name": "Binary", "real_sets": [study.real_sets.get().pk], "synthetic_sets": [study.synthetic_sets.get().pk],
        "images_per_side": 4, "question": "?", "confidence_steps": 1, "prevalence": "none", "grey_interval_ms": 0,
        "primary_endpoint": "auc", "margin": 0.51, "seed": 3,
    }  # fmt: skip
    client.post(reverse("turing:new"), form)
    assert Study.objects.get(name="Binary").primary_endpoint == "accuracy"


def test_sets_of_others_cannot_be_named(client, researcher, other_researcher):
    theirs = studies.draft(other_researcher)
    client.force_login(researcher)
    page = client.get(reverse("turing:new"), {"real": theirs.real_sets.get().pk}).content.decode()
    assert theirs.real_sets.get().name not in page


def test_nothing_about_answers_stands_on_the_owners_page_before_the_close(client, researcher):
    study = studies.launched(researcher)
    session = studies.begun(study)
    client.force_login(researcher)
    studies.give(session, said="real", confidence=1)
    one = client.get(reverse("turing:detail", args=[study.pk])).content.decode()
    studies.give(session, said="real", confidence=1)
    flipped = Answer.objects.last()
    two = client.get(reverse("turing:detail", args=[study.pk])).content.decode()
    assert "1 of 8" in one
    assert "2 of 8" in two
    assert flipped.digest not in two


def test_a_new_link_ends_the_old_one_and_the_reading_goes_on(client, researcher):
    study = studies.launched(researcher)
    session = studies.begun(study)
    studies.give(session)
    old = session.reader.key
    client.force_login(researcher)
    client.post(reverse("turing:new_link", args=[study.pk, 1]))
    new = Reader.objects.get().key
    client.logout()
    assert client.get(f"/read/{old}/").status_code == 404
    page = client.get(f"/read/{new}/")
    assert page.status_code == 200
    assert "Case 2 of 8" in page.content.decode()


def test_a_withdrawn_link_shows_and_takes_nothing(client, researcher):
    study = studies.launched(researcher)
    session = studies.begun(study)
    token = sessions.current_trial(session).token
    client.force_login(researcher)
    client.post(reverse("turing:revoke", args=[study.pk, 1]))
    client.logout()
    base = f"/read/{session.reader.key}/"
    assert client.get(base).status_code == 403
    assert client.get(f"/read/image/{token}/").status_code == 404
    posted = {"trial": token, "answer": "real-1", "submission": "a"}
    assert client.post(base + "answer/", json.dumps(posted), content_type="application/json").json() == {
        "stage": "reload"
    }
    assert client.post(base + "answer/", posted).status_code == 403
    assert not Answer.objects.exists()


def test_reading_without_script(client, researcher):
    """The plain form: welcome, begin, eight answers, one of them sent twice, a correction, thanks."""
    study = studies.launched(researcher)
    reader = studies.add_reader(study)
    base = f"/read/{reader.key}/"
    assert "I agree" in client.get(base).content.decode()
    client.post(base + "begin/")
    for number in range(1, 9):
        page = client.get(base).content.decode()
        assert f"Case {number} of 8" in page
        assert "needs JavaScript" in page
        form = {
            "trial": hidden(page, "trial"),
            "submission": hidden(page, "submission"),
            "answer": "synthetic-2",
        }
        for _click in range(2 if number == 3 else 1):
            client.post(base + "answer/", form)
    back = client.get(base + "?previous=1").content.decode()
    client.post(
        base + "answer/",
        {name: hidden(back, name) for name in ("trial", "submission", "corrects")} | {"answer": "real-3"},
    )
    assert "Certificate of completion" in client.get(base).content.decode()
    assert Answer.objects.count() == 9
    assert Answer.objects.current().filter(said="real").count() == 1


def hidden(page, name):
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def test_the_script_is_told_the_next_state_after_the_answer_is_kept(client, researcher):
    session = studies.begun(studies.launched(researcher))
    base = f"/read/{session.reader.key}/"
    first = client.get(base + "state/").json()
    body = {"trial": first["token"], "answer": "real-2", "submission": "abc", "client": {"active_ms": 4000}}
    told = client.post(base + "answer/", json.dumps(body), content_type="application/json").json()
    assert told["outcome"] == "saved"
    assert (told["saved"], told["number"], told["token"], told["previous"]) == (
        1,
        2,
        first["ahead"][0],
        first["token"],
    )
    again = client.post(base + "answer/", json.dumps(body), content_type="application/json").json()
    assert again["outcome"] == "repeated"
    assert (again["token"], again["saved"]) == (told["token"], 1)
    assert Answer.objects.get().seconds == 4


@pytest.mark.parametrize(
    "body",
    [
        b" ",
        b"\xff\xfe",
        b"null",
        b"[" * 5000,
        b'{"trial": 1}',
        b'{"answer": {"a": 1}, "client": 3}',
        b"x" * 30_000,
    ],
)
def test_rubbish_is_refused_without_a_traceback(client, researcher, body):
    session = studies.begun(studies.launched(researcher))
    answer = client.post(f"/read/{session.reader.key}/answer/", body, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["outcome"] == "refused"


def known(client, session) -> None:
    """Every address of a reader is closed to who is logged in, and nothing is written."""
    page, token = f"/read/{session.reader.key}/", session.trials.first().token
    before = Answer.objects.count()
    for answer in (
        client.get(page),
        client.post(f"{page}begin/"),
        client.post(f"{page}answer/", {"trial": token}),
    ):
        assert answer.status_code == 403
        assert "You can see which images are synthetic" in answer.content.decode()
    sent = {"trial": token, "said": "real", "confidence": "1", "submission": "s"}
    for answer in (
        client.get(f"{page}state/"),
        client.post(f"{page}answer/", sent, content_type="application/json"),
    ):
        assert answer.json() == {"stage": "reload"}
    assert client.post(f"{page}end/").status_code == 403
    assert client.get(f"/read/image/{token}/").status_code == 404
    assert Answer.objects.count() == before


def test_an_owner_cannot_read_in_a_readers_place(client, researcher):
    session = studies.begun(studies.launched(researcher))
    reader = studies.add_reader(session.reader.study)
    client.force_login(researcher)
    known(client, session)
    client.post(f"/read/{reader.key}/begin/")
    assert not reader.sessions.exists()
    client.logout()
    assert client.get(f"/read/{session.reader.key}/").status_code == 200, "the reader goes on"


@pytest.mark.parametrize("what", ["study", "set"])
def test_nor_can_a_colleague_with_whom_the_study_or_its_images_are_shared(
    client, researcher, other_researcher, what
):
    session = studies.begun(studies.launched(researcher))
    client.force_login(other_researcher)
    assert client.get(f"/read/{session.reader.key}/").status_code == 200
    study = session.reader.study
    (type(study).objects if what == "study" else study.sets).update(is_shared=True)
    known(client, session)


@pytest.mark.parametrize("origin", ["real", "synthetic"])
def test_nor_who_has_the_same_pictures_in_another_set(client, researcher, other_researcher, origin):
    """A half of a split, what a set was made from, the same files uploaded once more: pixels say which set of which origin."""
    session = studies.begun(studies.launched(researcher))
    study = session.reader.study
    client.force_login(other_researcher)
    mine = factories.image_set(other_researcher, images=factories.blobs(3, seed=77))
    assert client.get(f"/read/{session.reader.key}/").status_code == 200
    shown = study.cases.filter(truth=origin).first().picture
    mine.pictures.filter(position=0).update(digest=shown.digest)
    known(client, session)
    assert other_researcher not in ReaderForm(study=study).fields["account"].queryset


def test_a_link_of_an_account_that_can_see_the_truth_is_refused_logged_out_too(
    client, researcher, other_researcher
):
    session = studies.begun(studies.launched(researcher), account=other_researcher)
    assert client.get(f"/read/{session.reader.key}/").status_code == 200
    session.reader.study.sets.update(is_shared=True)
    known(client, session)


def test_nor_who_has_the_same_slice_in_another_set(client, researcher, other_researcher):
    design = Protocol(
        (Source("real", "real", 3), Source("fake", "synthetic", 3)),
        (Phase("reading", (Question("turing", "detect"),)),),
        unit="volume",
    )
    session = studies.begun(studies.launched_design(researcher, design))
    client.force_login(other_researcher)
    mine = factories.image_set(other_researcher, images=factories.blobs(3, seed=77))
    shown = session.reader.study.cases.first().slices.last().picture
    mine.pictures.filter(position=0).update(digest=shown.digest)
    known(client, session)


def test_nor_who_can_open_another_study_of_the_same_images(client, researcher, other_researcher):
    """A colleague sees a shared closed study's review, table and protocol, which name the truth of every image."""
    earlier, session = studies.launched(researcher), studies.begun(studies.launched(researcher))
    launching.close(earlier)
    client.force_login(other_researcher)
    assert client.get(f"/read/{session.reader.key}/").status_code == 200
    Study.objects.filter(pk=earlier.pk).update(is_shared=True)
    known(client, session)


def test_who_can_see_the_truth_rehearses_and_counts_nowhere(client, researcher):
    study = studies.launched(researcher)
    client.force_login(researcher)
    answer = client.post(reverse("turing:rehearse", args=[study.pk]))
    again = client.post(reverse("turing:rehearse", args=[study.pk]))
    assert again["Location"] == answer["Location"], "one rehearsal a study"
    assert "This is a rehearsal" in client.get(answer["Location"]).content.decode()
    client.logout()
    client.post(f"{answer['Location']}begin/")
    session = Session.objects.get()
    assert session.by_owner, "logged in or not"
    assert studies.give(session) is sessions.Outcome.SAVED
    client.force_login(researcher)
    assert "not counted" in client.get(reverse("turing:detail", args=[study.pk])).content.decode()
    row = Study.objects.with_counts().get(pk=study.pk)
    assert (row.reader_count, row.finished_count) == (0, 0)
    launching.close(study)
    table = list(csv.DictReader(answers_csv(study)))
    assert [line["counts"] for line in table] == ["0"]
    assert not gather(study).readings.counted.any()
    assert client.post(reverse("turing:rehearse", args=[study.pk]))["Location"].endswith(f"/{study.pk}/")


def test_accounts_that_can_see_the_truth_are_not_offered_and_sharing_waits_for_them(
    client, researcher, other_researcher, administrator, reader
):
    study = studies.launched(researcher)
    offered = set(ReaderForm(study=study).fields["account"].queryset)
    assert offered == {reader, other_researcher}
    studies.add_reader(study, account=other_researcher, name="Colleague")
    client.force_login(researcher)
    page = client.post(
        reverse("turing:share", args=[study.pk]), {"shared": "yes"}, follow=True
    ).content.decode()
    assert "Colleague could then see the truth" in page
    study.refresh_from_db()
    assert not study.is_shared
    study.sets.update(is_shared=True)
    assert "its link is refused" in client.get(reverse("turing:detail", args=[study.pk])).content.decode()
    launching.close(study)
    client.post(reverse("turing:share", args=[study.pk]), {"shared": "yes"})
    study.refresh_from_db()
    assert study.is_shared


def test_the_display_is_kept_with_the_consent(client, researcher):
    reader = studies.add_reader(studies.launched(researcher))
    client.post(
        f"/read/{reader.key}/begin/",
        {"screen_width": "1920", "ratio_percent": "150", "colour_depth": "x", "truth": "1"},
    )
    assert reader.sessions.get().display == {"screen_width": 1920, "ratio_percent": 150}


def test_a_link_before_the_launch_says_so(client, researcher):
    reader = studies.add_reader(studies.draft(researcher))
    assert "has not begun" in client.get(f"/read/{reader.key}/").content.decode()
    assert client.post(f"/read/{reader.key}/begin/").status_code == 200
    assert not reader.sessions.exists()


def test_a_reader_with_an_account_finds_the_study_without_its_name(client, researcher, reader):
    study = studies.launched(researcher)
    row = studies.add_reader(study, account=reader)
    client.force_login(reader)
    page = client.get(reverse("turing:list")).content.decode()
    assert f"/read/{row.key}/" in page
    assert study.name not in page
    Reader.objects.filter(pk=row.pk).update(revoked=study.launched)
    assert row.key not in client.get(reverse("turing:list")).content.decode()


def test_an_owner_is_not_offered_as_a_reader(client, researcher):
    study = studies.launched(researcher)
    client.force_login(researcher)
    client.post(reverse("turing:add_reader", args=[study.pk]), {"name": "me", "account": researcher.pk})
    assert not study.readers.exists()


def test_a_launched_study_cannot_be_changed_or_removed(client, researcher):
    study = studies.launched(researcher)
    client.force_login(researcher)
    for name in ("edit", "delete", "prepare", "launch"):
        assert client.post(reverse(f"turing:{name}", args=[study.pk]), {"name": "Changed"}).status_code == 302
    study.refresh_from_db()
    assert (study.name, study.state, study.cases.count()) == ("A study", "open", 8)


def test_a_draft_is_removed_with_its_readers(client, researcher):
    study = studies.ready(researcher)
    studies.add_reader(study)
    client.force_login(researcher)
    client.post(reverse("turing:delete", args=[study.pk]))
    assert not Study.objects.exists()
    assert not Reader.objects.exists()


def test_the_admin_shows_and_changes_nothing(client, administrator, researcher):
    study = studies.launched(researcher)
    studies.give(studies.begun(study))
    launching.close(study)
    client.force_login(administrator)
    for model in ("study", "case", "reader", "session", "trial", "answer"):
        assert client.get(f"/admin/turing/{model}/").status_code == 200
        assert client.get(f"/admin/turing/{model}/add/").status_code == 403
    pk = Answer.objects.get().pk
    assert client.post(f"/admin/turing/answer/{pk}/change/", {"said": "synthetic"}).status_code == 403
    assert client.post(f"/admin/turing/answer/{pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_failed_preparation_says_why_and_what_to_do(client, researcher):
    study = studies.draft(researcher)
    client.force_login(researcher)
    client.post(reverse("turing:prepare", args=[study.pk]))
    study.synthetic_sets.get().pictures.update(channels=3)
    factories.run_waiting_jobs()
    page = client.get(reverse("turing:detail", args=[study.pk])).content.decode()
    assert "some are in colour" in page
    assert reverse("turing:edit", args=[study.pk]) in page
    assert reverse("turing:prepare", args=[study.pk]) in page
    assert client.get(reverse("turing:edit", args=[study.pk])).status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options", "trace"])
def test_whatever_method_asks_a_readers_address_no_answer_is_kept(client, researcher, method):
    session = studies.begun(studies.launched(researcher))
    page, token = f"/read/{session.reader.key}/", session.trials.first().token
    for address in (page, *(f"{page}{name}/" for name in ("begin", "state", "answer", "end")), f"/read/image/{token}/", f"/read/image/{token}/0/", "/read/", "/read/x/y/"):  # fmt: skip
        answer = getattr(client, method)(address)
        assert answer["Cache-Control"] == "no-store, no-transform", (method, address, answer.status_code)
        assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_the_admin_shows_no_case_and_no_answer_of_an_open_study(client, administrator, researcher):
    study = studies.launched(researcher)
    session = studies.simulated(study, 0.8, 0.8)
    client.force_login(administrator)

    def shown() -> list[int]:
        models = ("case", "trial", "answer")
        pages = [client.get(f"/admin/turing/{model}/") for model in models]
        return [page.context["cl"].result_count for page in pages]

    case = study.cases.first()
    assert shown() == [0, 0, 0]
    assert (
        client.get(f"/admin/turing/case/{case.pk}/change/").status_code == 302
    )  # as for a row that does not exist
    launching.close(study)
    assert shown() == [study.cases.count(), session.trials.count(), session.trials.count()]
