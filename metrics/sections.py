"""Parts of a report that are tables of words: class by class, and the scorecard. Used by page, folder and print."""

from typing import Any

from django.utils.translation import gettext as _

from .catalogue import METRICS
from .reports import Number, Report
from .scorecard import scorecard
from .wording import Shown, said, shown, state_words


def class_table(report: Report) -> dict[str, Any]:
    """One row a class, one column a metric; empty where no class is known."""
    names = list(dict.fromkeys(n.metric for part in report.classes for n in part.numbers))
    if not report.classes:
        return {}
    return {
        "heads": [_(METRICS[name].title) for name in names],
        "source": next((n.source for part in report.classes for n in part.numbers), ""),
        "rows": [
            {
                "label": part.label or _("no class named"),
                "n_real": part.n_real,
                "n_synthetic": part.n_synthetic,
                "absent": said(part.absent),
                "cells": [_cell(part.numbers, name) for name in names] if part.numbers else [],
            }
            for part in report.classes
        ],
    }


def _cell(numbers: tuple[Number, ...], name: str) -> Shown | None:
    found = next((number for number in numbers if number.metric == name and number.value is not None), None)
    return shown(found) if found else None


def scorecard_rows(report: Report) -> list[dict[str, Any]]:
    words = state_words()
    return [
        {
            "title": _(criterion.title),
            "question": _(criterion.question),
            "state": criterion.state,
            "word": words[criterion.state],
            "finding": " ".join(said(sentence) for sentence in criterion.findings),
            "caveat": _(criterion.caveat),
        }
        for criterion in scorecard(report)
    ]
