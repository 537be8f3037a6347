"""Every comparison as a test, and the document that lists them."""

import json

import pytest

from metrics.catalogue import METRICS
from tests.validation import ROOMS, Entry, entries
from tests.validation.document import DOCUMENT, STORED, section

EVERY = [entry for room in ROOMS for entry in entries(room)]


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: f"{entry.subject}: {entry.name}")
def test_the_number_agrees_with_its_reference(entry: Entry):
    assert entry.difference() <= entry.tolerance


def test_every_metric_of_the_catalogue_has_a_reference_and_stands_in_the_document():
    compared = {entry.subject for entry in EVERY}
    assert [name for name in METRICS if name not in compared] == []
    text = DOCUMENT.read_text()
    assert [name for name in METRICS if f"(`{name}`)" not in text] == []


def test_stored_tables_say_how_they_were_made_and_stand_in_the_document():
    text = DOCUMENT.read_text()
    for path in sorted(STORED.glob("*.json")):
        stored = json.loads(path.read_text())
        assert all(len(row) == len(stored["columns"]) for row in stored["rows"]), path.name
        assert section(stored) in text, f"{path.name} changed: run python -m tests.validation"
