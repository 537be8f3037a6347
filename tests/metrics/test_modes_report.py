"""Modes in a report: found, shown, told in words, and what cannot be judged said so."""

import numpy as np
import pytest

from metrics.course import Course
from metrics.feature_sets import Features
from metrics.mode_numbers import NAMES, ModeParts, mode_parts
from metrics.modes_section import modes_section
from metrics.presentation import report_context
from metrics.reports import Report
from metrics.verdicts import verdicts
from tests.metrics.examples import example_report
from tests.metrics.functional.test_modes import islands
from tests.metrics.test_verdicts import FINE, NOT_CHECKED
from tests.metrics.test_verdicts import number as a_number


def parts(dropped: int | None, labels: bool = True, n: int = 500) -> ModeParts:
    real, which = islands(n, [0.6, 0.3, 0.1], 1)
    synthetic, other = islands(n, [0.6, 0.3, 0.1], 2)
    synthetic = synthetic[other != dropped]
    features = Features("e", "E", real, synthetic, np.arange(n), np.arange(len(synthetic)), {})
    named = tuple(np.array(["lung", "heart", "device"])[which]) if labels else ()
    return mode_parts(features, set(NAMES), named, rng=np.random.default_rng(0), course=Course(None, 1))


@pytest.fixture(scope="module")
def dropped() -> ModeParts:
    return parts(2)


def diversity(found: ModeParts):
    said = verdicts([*FINE, *found.numbers], lead="e", memorisation=NOT_CHECKED, modes=found.table)
    return next(verdict for verdict in said if verdict.subject == "diversity")


def test_a_missing_class_leads_the_verdict_by_name(dropped):
    verdict = diversity(dropped)
    assert verdict.state == "alarm"
    assert "device" in str(verdict.finding)
    assert verdict.number == "missing:e"


def test_without_names_the_cluster_is_said_to_be_missing():
    found = parts(2, labels=False)
    assert str(diversity(found).finding) == "One mode of the real images is missing among the synthetic ones."
    number = next(number for number in found.numbers if number.metric == "missing")
    assert number.value == pytest.approx(0.1, abs=0.03)
    assert number.interval[0] < 0.1 < number.interval[1]
    assert number.floor[1] < 0.05
    assert number.matched > 0.05
    assert "smallest share found 95 times in 100" in number.protocol


def test_where_nothing_is_missing_the_verdict_says_what_could_have_been_seen():
    verdict = diversity(parts(None, labels=False))
    assert verdict.state == "fine"
    assert "95 times in 100" in str(verdict.consequence)


def test_rows_hold_pictures_and_shares_of_the_right_images(dropped):
    _real, which = islands(500, [0.6, 0.3, 0.1], 1)
    first = dropped.table.rows[0]
    assert first.state == "missing"
    assert {int(which[position]) for position in first.pictures} == {2}
    named = {row.label: row for row in dropped.table.classes}
    assert named["device"].state == "missing"
    assert named["heart"].state == ""
    for label, number in (("lung", 0), ("heart", 1), ("device", 2)):
        assert {int(which[position]) for position in named[label].pictures} == {number}
        assert named[label].real_interval[0] <= (which == number).mean() <= named[label].real_interval[1]


def test_the_section_shows_the_missing_class_first(dropped):
    import dataclasses

    report = dataclasses.replace(example_report(), modes=dropped.table)
    assert Report.from_json(report.to_json()) == report
    section = modes_section(report, lambda role, position: f"{role}/{position}")
    assert [part["named"] for part in section["parts"]] == [True, False]
    assert section["parts"][0]["rows"][0]["name"] == "device"
    assert section["pictures"][0]["link"].startswith("real/")
    assert report_context(example_report(), lambda role, position: "")["modes"] == {}


def test_patients_so_uneven_that_a_part_is_too_small_give_a_reason_and_no_refusal():
    rows = islands(60, [0.5, 0.5], 3)[0]
    groups = np.repeat(np.arange(4), [54, 2, 2, 2])
    features = Features("e", "E", rows, rows + 0.1, groups, np.arange(60), {})
    for seed in range(3):
        found = mode_parts(features, set(NAMES), (), rng=np.random.default_rng(seed), course=Course(None, 1))
        assert [number.metric for number in found.numbers] == list(NAMES)
        assert all(number.value is not None or str(number.absent) for number in found.numbers)


def test_where_most_images_lie_outside_the_real_ones_a_missing_class_is_no_alarm(dropped):
    outside = a_number("precision", 0.3, (0.8, 1.0))
    said = verdicts(
        [*FINE, *dropped.numbers, outside], lead="e", memorisation=NOT_CHECKED, modes=dropped.table
    )
    verdict = next(each for each in said if each.subject == "diversity")
    assert (verdict.state, "device" in str(verdict.finding)) == ("warning", True)
    assert "guess" in str(verdict.consequence)
