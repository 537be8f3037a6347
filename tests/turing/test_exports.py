"""Files for other programs, the printed report, and the way back in."""

import io
import json
import re
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest
from django.urls import reverse

from tests.turing import studies
from tests.turing.test_results import closed
from turing.exports import answers_csv, imrmc_text, rjafroc_workbook
from turing.importing import Unreadable, read_answers
from turing.results import results

pytestmark = pytest.mark.django_db
CELLS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def study(researcher):
    return closed(researcher, *[(0.8, 0.7)] * 5, per_side=10)


def sheets(data: bytes) -> list[list[list[str]]]:
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        assert whole.testzip() is None
        for name in sorted(n for n in whole.namelist() if "sheets/" in n):
            tree = ElementTree.fromstring(whole.read(name))
            found.append([["".join(c.itertext()) for c in row] for row in tree.iter(f"{CELLS}row")])
    return found


def test_imrmcs_file_keeps_to_its_grammar_and_comes_back_to_the_same_figures(study):
    text = imrmc_text("a study", results(study))
    body = text.split("BEGIN DATA:\n")[1].splitlines()
    assert all(
        re.fullmatch(r"(truth,case\d+,truth,[01]|reader\d+,case\d+,turing,[1-6])", row) for row in body
    )
    assert len(body) == 20 + 5 * 20
    back, here = read_answers(text), results(study)
    assert np.array_equal(back.readings.ratings, here.readings.ratings)
    assert back.readings.truth.tolist() == here.readings.truth.tolist()


def test_the_long_table_comes_back_to_the_same_answers(study):
    back, here = read_answers("".join(answers_csv(study))), results(study)
    order = [int(name) - 1 for name in back.cases]
    assert np.array_equal(back.readings.said, here.readings.said[:, order])
    assert np.array_equal(back.readings.places, here.readings.places[:, order])


def test_rjafrocs_workbook_holds_every_rating_once(study):
    truth, positive, negative = sheets(rjafroc_workbook(results(study)))
    assert truth[0] == ["CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"]
    assert [row[5] for row in truth[1:3]] == ["ROC", "FCTRL"]
    assert {row[3] for row in truth[1:]} == {"1, 2, 3, 4, 5"}
    assert (len(truth), len(positive), len(negative)) == (21, 51, 51)
    real = {row[0] for row in truth[1:] if row[1] == "0"}
    assert {row[2] for row in negative[1:]} == real


def test_the_printed_report_is_a_pdf_and_its_texts_are_no_markup(client, researcher):
    study = closed(researcher, (0.9, 0.8), (0.6, 0.6))
    study.name = '#strong[x] "quoted" \\ $y$'
    study.save(update_fields=["name"])
    client.force_login(researcher)
    response = client.get(reverse("turing:printed", args=[study.pk]))
    assert response.content.startswith(b"%PDF")
    from turing.printing import source

    files = {}
    text = source(study, results(study), files)
    assert {name for name in files if name in text} == set(files) != set()
    assert '#"#strong[x] \\"quoted\\" \\\\ $y$";' in text
    assert "STARD 2015" in text
    assert "says nothing about diversity" in text


def test_everything_as_json_is_the_archive(client, researcher, study):
    client.force_login(researcher)
    whole = json.loads(client.get(reverse("turing:archive", args=[study.pk])).content)
    assert whole["protocol_holds"] is True


def test_two_generators_are_compared_and_gaps_are_not_lost(client, researcher):
    study = studies.launched(researcher, per_side=10)
    for seed in range(5):
        studies.simulated(study, 0.8, 0.8, seed=seed)
    partial = studies.begun(study)
    for _answer in range(12):
        studies.give(partial, said="synthetic", confidence=2)
    from turing.launching import close

    close(study)
    report = results(study).report
    assert (report.counted, report.auc.method) == (6, "U-statistic")
    assert report.complete_auc.method == "Obuchowski-Rockette"
    assert report.auc.estimate == pytest.approx(report.complete_auc.estimate, abs=0.05)
    client.force_login(researcher)
    page = client.get(reverse("turing:results", args=[study.pk])).content.decode()
    assert "readers without gaps" in page
    assert 'class="matrix"' in page
    assert "bar-syn" in page


LONG = "reader,case,truth,said,source\nA,1,real,real,\nA,2,synthetic,real,g\nB,1,0,1,\nB,2,1,1,g\n"


def test_a_long_table_by_hand():
    found = read_answers(LONG)
    assert found.readers == ("A", "B")
    assert found.readings.said.tolist() == [[0, 0], [1, 1]]
    assert found.readings.sources.tolist() == ["", "g"]
    assert not found.readings.graded


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "needed are reader"),
        ("reader,case,truth,said\n", "0 answers"),
        ("reader,case,truth,said\nA,1,maybe,real\n", "neither real nor synthetic"),
        ("reader,case,truth,rating\nA,1,real,x\n", "no number"),
        ("reader,case,truth,rating\nA,1,real,inf\n", "no number"),
        (LONG + "A,1,real,real,\n", "twice"),
        (LONG + "C,1,synthetic,real,\n", "real on one line"),
        ("x\nBEGIN DATA:\nr,1,m\n", "four"),
        ("x\nBEGIN DATA:\nr,1,m,3\n", "truth of case 1"),
        ("x\nBEGIN DATA:\ntruth,1,truth,1\nr,1,m,3\nr,1,n,3\n", "modalities m, n"),
    ],
)
def test_what_cannot_be_imported_is_said_by_line(text, words):
    with pytest.raises(Unreadable, match=words):
        read_answers(text)
