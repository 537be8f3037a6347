"""From numbers to words, rule by rule."""

import pytest

from metrics.reports import ModeRow, Modes, Number, Sentence, Verdict
from metrics.verdicts import verdicts

NOT_CHECKED = Verdict("memorisation", "none", Sentence("x"), Sentence("y"))


def number(
    metric: str, value: float, floor: tuple[float, float], spread: float = 0.01, encoder: str = "e"
) -> Number:
    return Number(
        metric=metric, title=Sentence(metric), group="g", encoder=encoder, source="s", value=value, matched=value,
        interval=(value - spread, value + spread), floor=floor,
    )  # fmt: skip


FINE = [
    number("kid", 0.0, (-0.1, 0.1)),
    number("precision", 0.9, (0.8, 1.0)),
    number("vendi", 10, (9, 11)),
    number("ms_ssim", 0.3, (0.25, 0.35), encoder=""),
    number("recall", 0.9, (0.8, 1.0)),
    number("coverage", 0.9, (0.8, 1.0)),
]


def states(*changed: Number) -> dict[str, str]:
    keys = {n.key for n in changed}
    numbers = [n for n in FINE if n.key not in keys] + list(changed)
    return {v.subject: v.state for v in verdicts(numbers, lead="e", memorisation=NOT_CHECKED)}


@pytest.mark.parametrize(
    ("changed", "subject", "state"),
    [
        ([], "fidelity", "fine"),
        ([number("kid", 0.2, (-0.1, 0.1))], "fidelity", "warning"),
        ([number("kid", 0.2, (-0.1, 0.1)), number("precision", 0.4, (0.8, 1))], "fidelity", "alarm"),
        # a distance that odd images have made uncertain does not excuse images that lie outside
        ([number("precision", 0.4, (0.8, 1))], "fidelity", "warning"),
        (
            [number("kid", 9e7, (-0.1, 0.1), spread=2e8), number("precision", 0.1, (0.8, 1))],
            "fidelity",
            "warning",
        ),
        ([number("precision", 0.4, (0.3, 0.6))], "fidelity", "fine"),  # real parts do no better
        ([number("kid", 0.2, (-0.1, 0.1)), number("precision", 0.4, (0.3, 0.6))], "fidelity", "warning"),
        ([], "diversity", "fine"),
        ([number("vendi", 8.0, (9, 11))], "diversity", "warning"),
        ([number("vendi", 8.0, (9, 11), spread=1.5)], "diversity", "fine"),  # the interval reaches the floor
        ([number("vendi", 4.9, (9, 11))], "diversity", "alarm"),
        ([number("ms_ssim", 0.4, (0.25, 0.35), encoder="")], "diversity", "warning"),
        ([number("recall", 0.5, (0.8, 1))], "diversity", "fine"),  # alone it may be poor fidelity
        ([number("recall", 0.5, (0.8, 1)), number("coverage", 0.5, (0.8, 1))], "diversity", "warning"),
    ],
)
def test_the_rules(changed, subject, state):
    assert states(*changed)[subject] == state


def test_nothing_is_fine_that_was_not_measured():
    found = {v.subject: v.state for v in verdicts([], lead="", memorisation=NOT_CHECKED)}
    assert found == {"fidelity": "none", "diversity": "none", "memorisation": "none"}


def test_a_second_encoder_that_disagrees_is_heard():
    other = number("kid", 9.0, (-0.1, 0.1), encoder="other")
    assert states(other)["fidelity"] == "warning"
    found = verdicts([*FINE, other], lead="e", memorisation=NOT_CHECKED)
    assert "say the opposite" in str(next(v for v in found if v.subject == "fidelity").consequence)
    assert states(number("kid", 0.05, (-0.1, 0.1), encoder="other"))["fidelity"] == "fine"


def test_the_worst_comes_first_and_memorisation_leads_among_equals():
    copies = Verdict("memorisation", "warning", Sentence("x"), Sentence("y"))
    found = verdicts([*FINE[1:], number("kid", 0.2, (-0.1, 0.1))], lead="e", memorisation=copies)
    assert [v.subject for v in found] == ["memorisation", "fidelity", "diversity"]


def test_a_class_that_is_not_told_apart_is_never_promised_to_be_found():
    """Its share is not judged, whatever the power of the test would be."""
    row = ModeRow("unseen", 0.5, (0.4, 0.6), 0.5, (0.4, 0.6), (), "pneumonia", auc=0.88, power=1.0)
    modes = Modes("e", "s", 0.1, 100, 100, (), (row,))
    found = verdicts(FINE, lead="e", memorisation=NOT_CHECKED, modes=modes)
    words = next(str(each.consequence) for each in found if each.subject == "diversity")
    assert "0.88" in words
    assert "100 times" not in words
