"""The seven heads: each speaks, takes its state from what was found, and says what it cannot say."""

from dataclasses import replace

from metrics.reports import Sentence, Verdict
from metrics.scorecard import scorecard
from tests.metrics.examples import example_report


def states(report):
    return {criterion.name: criterion.state for criterion in scorecard(report)}


def test_there_are_seven_in_the_published_order_and_each_has_a_caveat():
    found = scorecard(example_report())
    assert [c.name for c in found] == ["congruence", "coverage", "constraint", "completeness", "compliance", "comprehension", "consistency"]  # fmt: skip
    assert all(c.caveat and c.question and c.findings and str(c.findings[0]) for c in found)


def test_states_are_those_of_the_verdicts():
    found = states(example_report())  # its one verdict is an alarm about copies
    assert (found["compliance"], found["congruence"], found["coverage"]) == ("alarm", "none", "none")


def test_sizes_and_ranges_that_differ_are_a_constraint_broken():
    report = example_report()
    assert states(report)["constraint"] == "fine"
    odd = replace(report.synthetic, intensity=(0.0, 1.0))
    assert states(replace(report, synthetic=odd))["constraint"] == "warning"


def test_what_is_not_known_is_named():
    report = example_report()
    words = " ".join(str(f) for f in scorecard(report)[3].findings)
    assert "classes" in words
    assert "trained on" in words
    assert "patients" not in words  # they are named in the example


def test_encoders_that_disagree_are_not_consistent():
    report = example_report()
    assert states(report)["consistency"] == "none"
    other = replace(report.numbers[0], encoder="random")
    two = replace(report, numbers=(*report.numbers, other))
    assert states(two)["consistency"] == "fine"
    opposite = Verdict("fidelity", "warning", Sentence("x"), Sentence("The other features (%(source)s) say the opposite: read both.", {"source": "x"}))  # fmt: skip
    assert states(replace(two, verdicts=(opposite,)))["consistency"] == "warning"
