"""Answers of studies that were run elsewhere: page, command, report; the Treder study against its published figures."""

from io import StringIO

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.paths import REFERENCES, needs_references
from tests.turing import studies
from turing.importing import Layout, Unreadable, columns_from, read_answers
from turing.models import ImportedStudy
from turing.results import imported_results

TREDER = REFERENCES / "treder2022_mri_gan_rating_task.csv"
COLUMNS = [
    "reader=participant", "case=tablerow", "truth=batch", "source=batch", "rating=rate", "milliseconds=rate_RT", "position=trialcount",
    "group=experience",
]  # fmt: skip
LONG = "reader,case,truth,rating,stratum\n" + "".join(
    f"R{r},{c},{'fake' if c % 2 else 'real'},{1 + (r * c + c % 2) % 6},{'chest' if c < 10 else 'head'}\n" for r in range(6) for c in range(20)
)  # fmt: skip


@pytest.mark.django_db
def test_a_file_handed_in_gets_the_report_of_a_study(client, researcher):
    client.force_login(researcher)
    sent = {
        "name": "Old data",
        "file": SimpleUploadedFile("old.csv", LONG.encode()),
        "endpoint": "auc",
        "margin": "0.51",
    }
    answer = client.post(reverse("turing:import"), sent, follow=True)
    page = answer.content.decode()
    row = ImportedStudy.objects.get()
    assert row.count == 120
    assert "Old data" in page
    assert "chosen at the import" in page
    assert "Images: chest" in page
    printed = client.get(reverse("turing:imported_printed", args=[row.pk]))
    assert printed.content.startswith(b"%PDF")
    again = read_answers(client.get(reverse("turing:imported_imrmc", args=[row.pk])).content.decode())
    assert np.array_equal(again.readings.ratings, read_answers(LONG).readings.ratings)
    client.post(reverse("turing:imported_delete", args=[row.pk]))
    assert not ImportedStudy.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "more", "words"),
    [(b"a,b\n1,2\n", {}, "needed are reader"), (b"\xff\xfe\x00r", {}, "UTF-8"), (LONG.encode(), {"columns": "readers = x"}, "does not name a column"),
     (LONG.encode(), {"columns": "reader = who"}, "Not found: who"), (LONG.encode().replace(b"fake", b"?"), {}, "how real is written")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_words(client, researcher, data, more, words):
    client.force_login(researcher)
    sent = {
        "name": "x",
        "file": SimpleUploadedFile("x.csv", data),
        "endpoint": "auc",
        "margin": "0.51",
    } | more
    answer = client.post(reverse("turing:import"), sent)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not ImportedStudy.objects.exists()


def test_ratings_of_realism_are_turned_round_and_cut_on_the_files_scale():
    text = "reader,case,truth,rating\n" + "".join(f"A,{c},{c % 2},{c % 5 + 1}\n" for c in range(10))
    plain, turned = read_answers(text), read_answers(text, Layout(higher_is_real=True, threshold=2))
    assert np.array_equal(plain.readings.ratings, -turned.readings.ratings)
    assert turned.readings.said.tolist() == [[float(c % 5 + 1 < 2) for c in range(10)]]


def test_columns_as_a_person_types_them():
    assert columns_from("reader = who\n\n case=slide , rating = score") == {
        "reader": "who",
        "case": "slide",
        "rating": "score",
    }
    with pytest.raises(Unreadable, match="does not name"):
        columns_from("reader")


@needs_references
@pytest.mark.django_db
def test_treder_2022_by_command(researcher):
    out = StringIO()
    call_command("study", "import", str(TREDER), "--name", "Treder", "--owner", "rosa", "--columns", *COLUMNS, "--real", "real",
                 "--higher-is-real", stdout=out)  # fmt: skip
    row = ImportedStudy.objects.get()
    assert "774 answers" in out.getvalue()
    report = imported_results(row).report
    means = {one.source: -one.mean for one in report.sources}
    assert [means[stage] for stage in ("344", "1055", "7954", "24440", "60000", "")] == pytest.approx(
        [1.177, 1.392, 2.3125, 2.713, 3.339, 4.300],
        abs=5e-4,  # the third is printed as 2.313
    )
    assert next(one.found.value for one in report.agreement if one.name == "ordinal") == pytest.approx(
        0.617, abs=5e-4
    )
    assert (report.counted, report.whole, report.verdict.name) == (26, 21, "told apart")


@needs_references
def test_its_report_is_a_document_with_figures(tmp_path):
    call_command("study", "report", str(TREDER), "--name", "Treder", "--columns", *COLUMNS, "--real", "real", "--higher-is-real",
                 "--output", str(tmp_path / "treder.md"), stdout=StringIO())  # fmt: skip
    text = (tmp_path / "treder.md").read_text()
    assert "## Told apart" in text
    assert "4.300" in text
    for name in ("roc.svg", "answers.svg", "generators.svg"):
        assert f"(treder/{name})" in text
        assert (tmp_path / "treder" / name).read_text().startswith("<svg")


def test_the_command_refuses_as_the_page_does(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n")
    with pytest.raises(CommandError, match="needed are reader"):
        call_command(
            "study", "report", str(tmp_path / "x.csv"), "--name", "x", "--output", str(tmp_path / "o.md")
        )
    with pytest.raises(CommandError, match="no file"):
        call_command(
            "study", "report", str(tmp_path / "y.csv"), "--name", "x", "--output", str(tmp_path / "o.md")
        )


@pytest.mark.django_db
def test_images_of_one_truth_have_no_verdict_and_the_page_says_why(client, researcher):
    text = "reader,case,truth,said\n" + "".join(
        f"R{r},{c},fake,{'fake' if (r + c) % 3 else 'real'}\n" for r in range(5) for c in range(9)
    )
    row = studies.imported(researcher, text)
    assert imported_results(row).report.verdict is None
    client.force_login(researcher)
    page = client.get(reverse("turing:imported", args=[row.pk])).content.decode()
    assert "All images were synthetic" in page
