"""The published JSON Schema is the one of this code, and what is written holds to it."""

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from metrics.evaluation import evaluate
from metrics.schema import report_schema, schema_text
from tests.metrics.examples import example_report, images
from tests.paths import ROOT

VALIDATOR = Draft202012Validator(report_schema())


def test_the_schema_is_one_and_is_published():
    Draft202012Validator.check_schema(report_schema())
    published = (ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), "write it anew: python -m metrics.schema > docs/report.schema.json"


def test_reports_hold_to_it(tmp_path, thumbnails):
    labels = ("a", "b") * 20
    real, synthetic = images(seed=1, labels=labels), images(seed=2, labels=labels)
    report = evaluate(real, synthetic, training=images(seed=3), cache=tmp_path)
    for written in (example_report(), report):
        VALIDATOR.validate(json.loads(written.to_json()))


@pytest.mark.parametrize("broken", [{"seed": "0"}, {"schema": 2}, {"extra": 1}, {"verdicts": {}}])
def test_what_does_not_hold_is_found(broken):
    with pytest.raises(ValidationError):
        VALIDATOR.validate(json.loads(example_report().to_json()) | broken)
