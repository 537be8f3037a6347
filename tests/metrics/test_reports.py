"""A report survives its file, says everything twice (words and numbers), and never smuggles a formula into a spreadsheet."""

import csv
import io
import json
from dataclasses import replace

import pytest

from metrics import tables
from metrics.reports import Number, Report, ReportError, Sentence
from tests.metrics.examples import example_report


def test_json_gives_the_same_tree_back():
    report = example_report()
    assert Report.from_json(report.to_json()) == report


def test_json_can_be_read_by_a_person():
    data = json.loads(example_report().to_json())
    assert data["verdicts"][0]["finding"]["text"] == "Three of 40 images are copies."
    assert data["numbers"][0]["interval"] == [0.01, 0.03]


@pytest.mark.parametrize("text", ['{"schema": 99}', "[]", "{}"])
def test_another_schema_is_refused_in_words(text):
    with pytest.raises(ReportError, match="Evaluate the sets again"):
        Report.from_json(text)


@pytest.mark.parametrize("lost", ["verdicts", "real", "seed"])
def test_a_damaged_report_is_refused(lost):
    data = example_report().to_data()
    del data[lost]
    with pytest.raises(ReportError, match="damaged"):
        Report.from_data(data)


def test_a_number_that_is_none_cannot_hide_in_json():
    report = example_report()
    broken = replace(report, numbers=(replace(report.numbers[0], value=float("nan")),))
    with pytest.raises(ValueError, match="JSON"):
        broken.to_json()


def test_numbers_are_found_by_metric_and_encoder():
    report = example_report()
    assert report.number("kid:radiomics") is report.numbers[0]
    assert report.number("kid:inception") is None


def test_csv_of_numbers_has_interval_floor_and_protocol():
    rows = list(csv.DictReader(io.StringIO(tables.numbers_csv(example_report()))))
    kid, fid = rows
    assert (kid["metric"], kid["value"], kid["low_95"], kid["high_95"]) == ("kid", "0.02", "0.01", "0.03")
    assert (kid["floor_low"], kid["floor_high"], kid["value_at_floor_n"], kid["floor_n"]) == ("-0.001", "0.001", "0.021", "20")  # fmt: skip
    assert kid["protocol"] == "encoder: radiomics 1; kernel: cubic"
    assert fid["value"] == ""
    assert fid["absent"] == "No weights."


def test_csv_of_images_has_one_row_each():
    rows = list(csv.DictReader(io.StringIO(tables.images_csv(example_report()))))
    assert [row["name"] for row in rows] == ["0000", "'=cmd()"]
    assert rows[0]["realism"] == "0.9"
    assert rows[1]["realism"] == ""  # what was not measured stays empty


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start):
    report = example_report()
    number = replace(report.numbers[0], source=f"{start}1+1")
    text = tables.numbers_csv(replace(report, numbers=(number,)))
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert row["source"].startswith("'")


def test_negative_numbers_stay_numbers():
    number = replace(example_report().numbers[0], value=-0.5)
    row = next(csv.DictReader(io.StringIO(tables.numbers_csv(replace(example_report(), numbers=(number,))))))
    assert float(row["value"]) == -0.5


def test_a_sentence_is_its_template_with_values():
    assert str(Sentence("%(n)s of 5 per cent", {"n": 3})) == "3 of 5 per cent"
    assert str(Sentence("100 % sure")) == "100 % sure"


def test_a_number_without_an_encoder_is_known_by_its_metric():
    assert (
        Number(metric="ms_ssim", title=Sentence("x"), group="diversity", encoder="", source="pixels").key
        == "ms_ssim"
    )
