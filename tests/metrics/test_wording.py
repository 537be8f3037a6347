"""Numbers as text: rounded, with decimals that show two changing digits of the narrower of interval and floor."""

from dataclasses import replace

import pytest

from metrics.listing import list_rows, summary_strip
from metrics.reports import Sentence
from metrics.wording import decimals, places, said, shown
from tests.metrics.examples import example_report


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (9.68, 1, "9.7"),
        (0.999, 2, "1.00"),
        (1234.5678, 1, "1,234.6"),
        (-0.25, 2, "\u22120.25"),
        (-0.0001, 2, "0.00"),
    ],
)
def test_numbers_are_rounded_with_a_true_minus(value, digits, text):
    assert decimals(value, digits) == text


@pytest.mark.parametrize(
    ("width", "value", "expected"),
    [
        (0.0064, 0.0184, 4),
        (1.3, 15.2, 1),
        (148.0, 410.0, 0),
        (1e-12, 0.5, 5),
        (0, 0.0, 2),
        (0, 41.0, 1),
        (0, 0.0123, 4),
    ],
)
def test_decimals_follow_the_interval(width, value, expected):
    assert places(width, value) == expected


def test_a_number_is_shown_with_interval_floor_and_matched_value():
    kid = shown(example_report().numbers[0])
    assert (kid.value, kid.interval, kid.floor) == ("0.0200", "0.0100 to 0.0300", "\u22120.0010 to 0.0010")
    assert (kid.matched, kid.floor_n, kid.floor_name) == ("0.0210", 20, "real against real")


def test_shares_of_copies_are_per_cent_with_one_sign():
    copies = replace(example_report().numbers[0], metric="copies", group="memorisation", value=0.003, interval=(0.0006, 0.0087), floor=(0, 0.0121))  # fmt: skip
    text = shown(copies)
    assert text.value == "0.30\u202f%"
    assert text.interval == "0.06 to 0.87\u202f%"
    assert text.floor_name == "unseen real images"


def test_an_absent_number_says_why():
    fid = shown(example_report().numbers[1])
    assert (fid.value, fid.interval, fid.floor) == ("", "", "")
    assert fid.absent == "No weights."


def test_sentences_are_filled():
    assert said(Sentence("%(n)s of 5", {"n": 2})) == "2 of 5"
    assert said(None) == ""


def test_an_empty_list_has_no_rows():
    assert list_rows([]) == []


def test_the_strip_of_a_list_has_a_line_at_zero():
    svg = summary_strip(0.02, (0.01, 0.03), 0.04)
    assert 'class="chance" x1="9.09%"' in svg  # a tenth of the reach lies left of zero
    assert 'class="dot"' in svg
