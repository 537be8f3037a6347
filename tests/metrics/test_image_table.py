"""Images one by one: sorted either way, what has no value last, pages that never fall off."""

from dataclasses import replace

import pytest

from metrics.image_table import PAGE, Order, image_page, worst_images
from metrics.reports import ImageRow
from tests.metrics.examples import example_report


def link(role, position):
    return f"{role}/{position}"


@pytest.fixture
def report():
    rows = [
        ImageRow(i, f"{i:04d}", i % 7, {"realism": (37 * i) % 101 / 100, "nearest_training": 2.0, "copy": float(i == 5)})
        for i in range(PAGE + 9)
    ]  # fmt: skip
    rows[3] = replace(rows[3], values={})
    example = example_report()
    return replace(example, images=tuple(rows), training=example.real)


def test_sorted_either_way_and_the_unknown_last(report):
    up = [row.values.get("realism") for row in Order("realism").sorted(report.images)]
    down = [row.values.get("realism") for row in Order("realism", True).sorted(report.images)]
    assert up[:-1] == sorted(up[:-1])
    assert down[:-1] == sorted(down[:-1], reverse=True)
    assert up[-1] is None
    assert down[-1] is None


def test_a_copy_leads_when_asked(report):
    first = image_page(report, link, Order("copy", True), 1)["rows"][0]
    assert (first["name"], first["is_copy"], first["training_link"]) == ("0005", True, "training/2")


@pytest.mark.parametrize(("number", "shown"), [(1, PAGE), (2, 9), (99, 9), (0, PAGE), (-4, PAGE)])
def test_pages(report, number, shown):
    page = image_page(report, link, Order("name"), number)
    assert len(page["rows"]) == shown
    assert page["pages"] == 2
    assert page["last"] - page["first"] + 1 == shown


def test_a_column_that_is_not_there_sorts_by_name(report):
    assert image_page(report, link, Order("nothing"), 1)["rows"][0]["name"] == "0000"


def test_the_report_shows_the_least_realistic_ones(report):
    table = worst_images(report, link)
    assert table["shown"] == 12
    assert table["count"] == PAGE + 9
    assert table["rows"][0]["name"] == "0000"  # its realism is 0
    assert worst_images(replace(report, images=()), link) == {}
