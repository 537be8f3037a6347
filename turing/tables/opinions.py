"""Questions without a right answer: ratings, rubrics, choices, marks, words, and what is asked once at the end of a phase."""

from collections import Counter, defaultdict
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from ..analysis.detection import proportion
from ..analysis.mrmc import THESE
from ..analysis.overall import clusters, maybe
from ..analysis.ratings import rating_gap
from ..gathering import Gathered, Given
from ..models import EndAnswer, Truth
from ..questions import Question
from ..results_words import p_words, span
from .replies import Reply, asked_table, truths
from .table import Table


def rated(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    return _ratings(gathered, phase, question, [("", [(one, reply["rating"]) for one, reply in replies])])


def rubric(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    wanted = [
        (option.label or option.value, [(one, reply["ratings"][option.value]) for one, reply in replies])
        for option in question.options
    ]
    return _ratings(gathered, phase, question, wanted)


def _ratings(
    gathered: Gathered, phase: int, question: Question, wanted: list[tuple[str, list[tuple[Given, int]]]]
) -> Table:
    rows, notes = [], []
    for item, rated in wanted:
        sources: dict[tuple[str, str], list[int]] = defaultdict(list)
        for one, rating in rated:
            case = gathered.every_case[one.case]
            sources[str(Truth(case.truth).label), case.source].append(rating)
        for (truth, source), values in sorted(sources.items()):
            name = truth if source == truth.lower() else f"{truth} ({source})"
            rows.append((f"{item}: {name}" if item else name, str(len(values)), decimals(float(np.mean(values)), 2),
                         decimals(float(np.std(values, ddof=1)), 2) if len(values) > 1 else ""))  # fmt: skip
        notes.append(_gap(gathered, item, rated))
    note = (
        _("On a scale of 1 to %(points)d.") % {"points": question.points}
        + " "
        + " ".join(filter(None, notes))
    )
    return asked_table(gathered, phase, question, (_("Images"), _("Ratings"), _("Mean"), _("SD")), rows, note)


def _gap(gathered: Gathered, item: str, rated: list[tuple[Given, int]]) -> str:
    cases = sorted({one.case for one, _rating in rated})
    columns = {case: i for i, case in enumerate(cases)}
    table = np.full((len(gathered.people), len(cases)), np.nan)
    for one, rating in rated:
        table[one.row, columns[one.case]] = rating
    truth = np.array([int(gathered.every_case[case].truth != Truth.REAL) for case in cases])
    groups = clusters(np.array([gathered.every_case[case].cluster for case in cases], object))
    gap = maybe(rating_gap, truth, table, groups)
    if gap is None or gap.interval is None:
        return ""
    if gap.scope == THESE:
        words = _("%(item)sReal less synthetic: %(gap)s (95 %% interval over images %(low)s to %(high)s, %(p)s; these %(n)d readers only).")  # fmt: skip
    else:
        words = _("%(item)sReal less synthetic: %(gap)s (95 %% interval over readers and images %(low)s to %(high)s, %(p)s; %(n)d readers).")  # fmt: skip
    return words % {
        "item": f"{item}: " if item else "", "gap": decimals(gap.difference, 2), "low": decimals(gap.interval[0], 2),
        "high": decimals(gap.interval[1], 2), "p": p_words(gap.p_value), "n": gap.readers,
    }  # fmt: skip


def counted(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    """Choices and check-lists: how often each option was taken, by truth."""
    groups = truths(gathered, replies)
    taken = {
        name: Counter(value for _one, reply in group for value in _values(reply)) for name, group in groups
    }
    rows = [
        (option.label or option.value, *(f"{taken[name][option.value]} ({percent(taken[name][option.value] / len(group), 0)})" for name, group in groups))
        for option in question.options
    ]  # fmt: skip
    columns = (_("Answer"), *(f"{name} ({len(group)})" for name, group in groups))
    return asked_table(
        gathered,
        phase,
        question,
        columns,
        rows,
        _("Answers of all readers; in the head how many were asked."),
    )


def _values(reply: dict[str, Any]) -> list[str]:
    return reply["items"] if "items" in reply else [reply["said"]]


def marked(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    rows = [
        (name, str(len(group)), str(sum(bool(reply["marks"]) for _one, reply in group)), str(sum(len(reply["marks"]) for _one, reply in group)))
        for name, group in truths(gathered, replies)
    ]  # fmt: skip
    columns = (_("Images"), _("Answers"), _("With a mark"), _("Marks"))
    return asked_table(
        gathered, phase, question, columns, rows, _("Places are in the JSON export and on the review page.")
    )


def words(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    rows = [
        (gathered.people[one.row].name, str(gathered.every_case[one.case].position + 1),
         str(Truth(gathered.every_case[one.case].truth).label), reply["text"])
        for one, reply in replies if reply["text"]
    ]  # fmt: skip
    columns = (_("Reader"), _("Image"), _("Truth"), _("Words"))
    return asked_table(gathered, phase, question, columns, rows, long=len(rows) > 8)


def end(gathered: Gathered, phase: int, question: Question) -> Table | None:
    """A question at the end of a phase: one reply a reader."""
    given = EndAnswer.objects.filter(
        session__reader__study=gathered.study, session__set_aside=None, phase=phase
    )
    row_of = {one.number: one for one in gathered.people}
    rows: list[tuple[str, str]] = []
    for number, replies in given.order_by("session__reader__number").values_list(
        "session__reader__number", "replies"
    ):
        if question.key in replies and row_of[number].counts:
            rows.append((row_of[number].name, _said(question, replies[question.key])))
    note = _("Asked once, after the last image of the phase.")
    if question.kind == "choice" and rows:
        counts = Counter(said for _name, said in rows)
        note += " " + "; ".join(
            f"{said}: {n} ({span(proportion(n, len(rows)).wilson)})" for said, n in counts.most_common()
        )
    return asked_table(gathered, phase, question, (_("Reader"), _("Answer")), rows, note, part="-end")


def _said(question: Question, reply: dict[str, Any]) -> str:
    if "rating" in reply:
        return _("%(rating)d of %(points)d") % {"rating": reply["rating"], "points": question.points}
    if "text" in reply:
        return reply["text"]
    labels = {option.value: option.label or option.value for option in question.options}
    return labels.get(reply.get("said", ""), "")
