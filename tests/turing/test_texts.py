"""Clinical texts under the images: for every case or for none, audited like the image, and blind to the truth."""

import csv
import io
import json

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.browser import designs as d
from tests.turing import studies
from tests.turing.test_blinding_everywhere import everything, flip
from turing import launching, machines, texts
from turing.launching import NotReady
from turing.models import Study

pytestmark = pytest.mark.django_db
SAID = (
    "Cough for three weeks.",
    "Fever, smoker; 58 years.",
    "Before an operation.",
    "Pain on the left side.",
)


def lines(study, said=lambda case: SAID[case.position % 4]):
    out = io.StringIO()
    csv.writer(out).writerows(
        [("Case", "TEXT"), *((case.position + 1, said(case)) for case in study.cases.all())]
    )
    return out.getvalue()


def told(researcher, **fields):
    study = studies.ready(researcher, **fields)
    texts.take(study, lines(study))
    launching.launch(study, reason="A test.")
    return study


def test_the_table_goes_out_comes_back_and_is_frozen(client, researcher):
    study = studies.ready(researcher)
    client.force_login(researcher)
    address = reverse("turing:texts", args=[study.pk])
    assert "Table of cases" in client.get(reverse("turing:detail", args=[study.pk])).content.decode()
    rows = list(csv.reader(io.StringIO(client.get(address).content.decode())))
    assert rows[0] == list(texts.COLUMNS)
    assert [row[1] for row in rows[1:]] == [case.truth for case in study.cases.order_by("position")]
    filled = [rows[0], *([*row[:-1], SAID[n % 4]] for n, row in enumerate(rows[1:]))]
    out = io.StringIO()
    csv.writer(out).writerows(filled)
    client.post(address, {"file": SimpleUploadedFile("cases.csv", b"\xef\xbb\xbf" + out.getvalue().encode())})
    study.refresh_from_db()
    assert [case.text for case in study.cases.order_by("position")] == [SAID[n % 4] for n in range(8)]
    page = client.get(reverse("turing:launch", args=[study.pk])).content.decode()
    assert "A clinical text stands under each image." in page
    assert "characters of the text" in page
    launching.launch(study, reason="A test.")
    assert [case["text"] for case in study.protocol["cases"]][:4] == list(SAID)
    assert client.get(address).status_code == 302, "an open study's truths are in no table"
    with pytest.raises(NotReady, match="between the preparation and the launch"):
        texts.take(study, lines(study))
    assert list(machines.pixels(study)["texts"][:4]) == list(SAID)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda text: text.replace("TEXT", "words"), "needed are case and text"),
        (lambda text: text.replace("\r\n8,", "\r\n9,"), "“9” is no case; they run from 1 to 8"),
        (lambda text: text.replace("\r\n8,", "\r\n1,"), "case 1 stands in the table before"),
        (lambda text: text.rsplit("\r\n", 2)[0], "1 cases have no text, case 8 first"),
        (lambda text: text + "3,\r\n", "case 3 stands in the table before"),
        (lambda text: text.replace("Before an operation.", " "), "has no text"),
        (lambda text: text.replace("Before an operation.", "x" * 301), "at most 300 printable characters; this one has 301"),
        (lambda text: text.replace("Before", "\x00Before"), "printable|cannot be read"),
        (lambda text: "x" * 2_000_001, "at most 2000000 are read"),
        (lambda text: "", "needed are case and text"),
    ],
)  # fmt: skip
def test_what_is_refused_changes_nothing(client, researcher, wrong, words):
    study = studies.ready(researcher)
    text = wrong(lines(study))
    with pytest.raises(NotReady, match=words):
        texts.take(study, text)
    client.force_login(researcher)
    for content in (text.encode(), b"\xff\xfe"):
        answer = client.post(
            reverse("turing:texts", args=[study.pk]), {"file": SimpleUploadedFile("t.csv", content)}
        )
        assert answer.status_code == 302
    assert client.post(reverse("turing:texts", args=[study.pk])).status_code == 302
    study.refresh_from_db()
    assert "texts" not in study.buffers
    assert not study.cases.exclude(text="").exists()


def test_pairs_and_short_exposures_have_no_place_for_it(researcher):
    study = studies.of_design(researcher, d.launched(researcher, d.phase(d.PAIR), per_side=2).designed)
    studies.prepare(study)
    with pytest.raises(NotReady, match="no place for a clinical text"):
        texts.take(study, lines(study))


def test_texts_that_tell_the_truth_stop_the_launch_and_are_named_and_others_do_not(client, researcher):
    study = studies.ready(researcher, per_side=16)
    before = study.audit
    made = {"real": "Known nodule, follow-up.", "synthetic": "Chest."}
    texts.take(study, lines(study, lambda case: f"{SAID[case.position % 4]} {made[case.truth]}"))
    assert study.audit["text"]["state"] == study.audit["state"] == "alarm"
    loud = {row["feature"] for row in study.audit["text"]["features"] if row["state"] == "alarm"}
    assert {"characters", "word:nodule", "word:chest"} <= loud
    with pytest.raises(NotReady, match="write down why"):
        launching.launch(study)
    client.force_login(researcher)
    page = client.get(reverse("turing:launch", args=[study.pk])).content.decode()
    assert "The clinical texts alone differ between real and synthetic cases in: " in page
    assert "the word “nodule”" in page
    rng = np.random.default_rng(3)
    chance = rng.permutation(32)
    texts.take(study, lines(study, lambda case: SAID[chance[case.position] % 4]))
    assert study.audit["text"]["state"] == "fine"
    assert study.audit["state"] == before["state"], "the images' own verdict stands again"


def test_flipping_the_truth_changes_no_byte_of_a_study_with_texts(client, researcher):
    session = studies.begun(told(researcher))
    studies.give(session)
    client.get(f"/read/{session.reader.key}/")
    before = everything(client, session)
    flip(session.reader.study, answered=True)
    after = everything(client, type(session).objects.get(pk=session.pk))
    assert [address for address in before if before[address] != after[address]] == []


def test_the_page_is_told_the_texts_of_the_cases_in_its_hands_and_no_others(client, researcher):
    session = studies.begun(told(researcher, allow_revision=True))
    studies.give(session)
    state = client.get(f"/read/{session.reader.key}/state/").json()
    assert set(state["texts"]) == {state["token"], state["previous"], *state["ahead"]}
    for token, text in state["texts"].items():
        assert text == session.trials.get(token=token).case.text
    plain = studies.begun(studies.launched(researcher, image_seed=5))
    assert "texts" not in client.get(f"/read/{plain.reader.key}/state/").json()
    assert "clinical" not in json.dumps(client.get(f"/read/{plain.reader.key}/").content.decode())
    assert Study.objects.filter(buffers__texts=True).count() == 1
