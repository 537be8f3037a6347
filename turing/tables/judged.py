"""Questions with a right answer: class, diagnosis, detection, exposure."""

from collections import defaultdict
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from jobs.wording import decimals

from ..analysis.classes import class_table
from ..analysis.detection import proportion
from ..analysis.hype import staircase
from ..analysis.overall import maybe
from ..gathering import Gathered
from ..models import Truth
from ..questions import Question
from ..results_words import p_words
from .replies import Reply, asked_table, truths
from .table import INTERVAL, Table, share

POOLED = lambda: _("All readers' answers together, as if each were independent: this describes them.")  # noqa: E731


def classes(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table | None:
    case = gathered.every_case
    truth = [
        case[one.case].label if question.kind == "diagnosis" else case[one.case].truth
        for one, _reply in replies
    ]
    names = [option.value for option in question.options]
    pairs = [(t, reply["said"]) for t, (_one, reply) in zip(truth, replies) if t in names]
    if not pairs:
        return None
    found = class_table([t for t, _s in pairs], [s for _t, s in pairs], names)
    labels = {option.value: option.label or option.value for option in question.options}
    rows = [
        (labels[name], *(str(count) for count in found.table[i]), *share(found.sensitivities[i]))
        for i, name in enumerate(names)
    ]
    note = _("Rows: what an image was; columns: what it was called. All readers' answers together.")
    if found.p_value is not None:
        note += " " + _(
            "Independence of the two: chi-square, %(p)s, as if every answer were independent."
        ) % {"p": p_words(found.p_value)}
    columns = (_("Image"), *(labels[name] for name in names), _("Named rightly"), INTERVAL())
    return asked_table(gathered, phase, question, columns, rows, note, part="-classes")


def diagnosis(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    rows = [_right(gathered, name, group) for name, group in truths(gathered, replies)]
    for step in range(1, question.steps + 1) if question.steps > 1 else ():
        group = [reply for reply in replies if reply[1]["confidence"] == step]
        if group:
            rows.append(
                _right(
                    gathered,
                    _("confidence %(step)d of %(all)d") % {"step": step, "all": question.steps},
                    group,
                )
            )
    note = POOLED()
    if question.steps > 1:
        note += " " + _(
            "Right: the answer is the image's own label. By confidence: well calibrated readers are right more often when they are surer."
        )
    return asked_table(
        gathered, phase, question, (_("Images"), _("Answers"), _("Right"), INTERVAL()), rows, note
    )


def _right(gathered: Gathered, name: str, group: list[Reply]) -> tuple[str, ...]:
    right = sum(reply["said"] == gathered.every_case[one.case].label for one, reply in group)
    return name, str(len(group)), *share(proportion(right, len(group)))


def detected(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    rows = []
    for name, group in truths(gathered, replies):
        said = sum(reply["said"] != "real" for _one, reply in group)
        rows.append((name, str(len(group)), *share(proportion(said, len(group)))))
    columns = (_("Images"), _("Answers"), _("Called synthetic"), INTERVAL())
    return asked_table(gathered, phase, question, columns, rows, POOLED())


def exposures(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    """One line a reader: the exposure at which the staircase turned, mean over tracks; achieved where the page logged it."""
    by_reader: dict[int, list[Reply]] = defaultdict(list)
    for reply in sorted(replies, key=lambda reply: reply[0].position):
        by_reader[reply[0].row].append(reply)
    rows = []
    for row, mine in sorted(by_reader.items()):
        tracks: dict[int, list[Reply]] = defaultdict(list)
        for reply in mine:
            tracks[reply[0].track].append(reply)
        found = [_stairs(gathered, group) for group in tracks.values()]
        settled = [one.threshold for one in found if one and one.threshold is not None]
        errors = [
            abs(one.exposed_ms - one.exposure_ms) for one, _r in mine if one.exposed_ms and one.exposure_ms
        ]
        rows.append((
            gathered.people[row].name, str(len(mine)), str(sum(one.reversals for one in found if one)),
            f"{decimals(float(np.mean(settled)), 0)} ms" if settled else _("too few turns"),
            f"{decimals(float(np.median(errors)), 0)} ms" if errors else "",
        ))  # fmt: skip
    note = _(
        "HYPE-time: the exposure at which the staircase turned, without its first turns, mean over its tracks. Deviation: median difference between the exposure asked for and the one achieved."
    )
    return asked_table(
        gathered,
        phase,
        question,
        (_("Reader"), _("Images"), _("Turns"), _("Exposure"), _("Deviation")),
        rows,
        note,
    )


def _stairs(gathered: Gathered, group: list[Reply]) -> Any:
    levels = [float(one.exposed_ms or one.exposure_ms or 0) for one, _reply in group]
    right = [
        (reply["said"] != "real") == (gathered.every_case[one.case].truth != Truth.REAL)
        for one, reply in group
    ]
    return maybe(staircase, levels, right)
