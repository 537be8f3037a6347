"""Everything else that was asked, as tables: class and diagnosis, ratings, rubrics, check-lists, marks, words, ends of phases.

Of people who count; a machine's answers and those of who knew the truth are in the exports.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from .analysis.classes import class_table
from .analysis.detection import proportion
from .analysis.hype import staircase
from .analysis.overall import maybe
from .analysis.ratings import rating_gap
from .gathering import Gathered, Given
from .models import EndAnswer, Truth
from .prompts import prompt_of
from .questions import Question
from .results_tables import INTERVAL, Table, share, span
from .results_words import p_words

Reply = tuple[Given, dict[str, Any]]


def asked_tables(gathered: Gathered) -> tuple[Table, ...]:
    found: list[Table | None] = []
    for number, phase in enumerate(gathered.study.designed.phases):
        if phase.training:
            continue
        for question in phase.questions:
            replies = _replies(gathered, number, question)
            if replies:
                found += _tables(gathered, number, question, replies)
        found += [_end(gathered, number, question) for question in phase.ends]
    return tuple(table for table in found if table is not None and table.rows)


def _replies(gathered: Gathered, phase: int, question: Question) -> list[Reply]:
    """First showings, all roles but training; of people who count."""
    return [
        (one, reply) for one in gathered.given
        if one.phase == phase and not one.showing and gathered.people[one.row].counts
        and (reply := one.reply(gathered.study, question)) is not None
    ]  # fmt: skip


def _tables(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> list[Table | None]:
    primary = gathered.study.primary
    makers: dict[str, list[Any]] = {
        "class": [_classes], "hype": [_exposures], "diagnosis": [_diagnosis, _classes], "realism": [_rated], "rating": [_rated],
        "rubric": [_rubric], "choice": [_counted], "checklist": [_counted], "mark": [_marked], "text": [_words],
        "detect": [] if primary is not None and primary.key == question.key else [_detected],
    }  # fmt: skip
    return [make(gathered, phase, question, replies) for make in makers.get(question.kind, [])]


def _title(gathered: Gathered, phase: int, question: Question) -> str:
    phases = gathered.study.designed.phases
    name = prompt_of(question)
    return (
        name if len(phases) == 1 else f"{phases[phase].title or _('Phase %(n)d') % {'n': phase + 1}}: {name}"
    )


def _table(
    gathered: Gathered, phase: int, question: Question, columns: Iterable[str], rows: Iterable[tuple[str, ...]], note: str = "", *, long: bool = False, part: str = ""
) -> Table:  # fmt: skip
    return Table(
        f"asked-{phase}-{question.key}{part}",
        _title(gathered, phase, question),
        note,
        tuple(columns),
        tuple(rows),
        long,
    )


def _truths(gathered: Gathered, replies: list[Reply]) -> list[tuple[str, list[Reply]]]:
    """By truth, in the order of the protocol; the cases' own class where several truths exist."""
    groups: dict[str, list[Reply]] = defaultdict(list)
    for reply in replies:
        groups[gathered.every_case[reply[0].case].truth].append(reply)
    return [(str(Truth(name).label), groups[name]) for name in Truth.values if groups[name]]


def _classes(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table | None:
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
    return _table(gathered, phase, question, columns, rows, note, part="-classes")


def _diagnosis(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    rows = [_right(gathered, name, group) for name, group in _truths(gathered, replies)]
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
    note = (
        _(
            "Right: the answer is the image's own label. By confidence: well calibrated readers are right more often when they are surer."
        )
        if question.steps > 1
        else ""
    )
    return _table(gathered, phase, question, (_("Images"), _("Answers"), _("Right"), INTERVAL()), rows, note)


def _right(gathered: Gathered, name: str, group: list[Reply]) -> tuple[str, ...]:
    right = sum(reply["said"] == gathered.every_case[one.case].label for one, reply in group)
    return name, str(len(group)), *share(proportion(right, len(group)))


def _detected(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    rows = []
    for name, group in _truths(gathered, replies):
        said = sum(reply["said"] != "real" for _one, reply in group)
        rows.append((name, str(len(group)), *share(proportion(said, len(group)))))
    return _table(
        gathered, phase, question, (_("Images"), _("Answers"), _("Called synthetic"), INTERVAL()), rows
    )


def _exposures(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
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
    return _table(
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


def _rated(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    return _ratings(gathered, phase, question, [("", [(one, reply["rating"]) for one, reply in replies])])


def _rubric(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
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
    return _table(gathered, phase, question, (_("Images"), _("Ratings"), _("Mean"), _("SD")), rows, note)


def _gap(gathered: Gathered, item: str, rated: list[tuple[Given, int]]) -> str:
    cases = sorted({one.case for one, _rating in rated})
    columns = {case: i for i, case in enumerate(cases)}
    table = np.full((len(gathered.people), len(cases)), np.nan)
    for one, rating in rated:
        table[one.row, columns[one.case]] = rating
    truth = np.array([int(gathered.every_case[case].truth != Truth.REAL) for case in cases])
    gap = maybe(rating_gap, truth, table)
    if gap is None or gap.interval is None:
        return ""
    return _("%(item)sReal less synthetic: %(gap)s (95 %% interval %(low)s to %(high)s, %(p)s, t over %(n)d readers).") % {
        "item": f"{item}: " if item else "", "gap": decimals(gap.difference, 2), "low": decimals(gap.interval[0], 2),
        "high": decimals(gap.interval[1], 2), "p": p_words(gap.p_value), "n": gap.readers,
    }  # fmt: skip


def _counted(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    """Choices and check-lists: how often each option was taken, by truth."""
    groups = _truths(gathered, replies)
    taken = {
        name: Counter(value for _one, reply in group for value in _values(reply)) for name, group in groups
    }
    rows = [
        (option.label or option.value, *(f"{taken[name][option.value]} ({percent(taken[name][option.value] / len(group), 0)})" for name, group in groups))
        for option in question.options
    ]  # fmt: skip
    columns = (_("Answer"), *(f"{name} ({len(group)})" for name, group in groups))
    return _table(
        gathered,
        phase,
        question,
        columns,
        rows,
        _("Answers of all readers; in the head how many were asked."),
    )


def _values(reply: dict[str, Any]) -> list[str]:
    return reply["items"] if "items" in reply else [reply["said"]]


def _marked(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    rows = [
        (name, str(len(group)), str(sum(bool(reply["marks"]) for _one, reply in group)), str(sum(len(reply["marks"]) for _one, reply in group)))
        for name, group in _truths(gathered, replies)
    ]  # fmt: skip
    columns = (_("Images"), _("Answers"), _("With a mark"), _("Marks"))
    return _table(
        gathered, phase, question, columns, rows, _("Places are in the JSON export and on the review page.")
    )


def _words(gathered: Gathered, phase: int, question: Question, replies: list[Reply]) -> Table:
    rows = [
        (gathered.people[one.row].name, str(gathered.every_case[one.case].position + 1),
         str(Truth(gathered.every_case[one.case].truth).label), reply["text"])
        for one, reply in replies if reply["text"]
    ]  # fmt: skip
    columns = (_("Reader"), _("Image"), _("Truth"), _("Words"))
    return _table(gathered, phase, question, columns, rows, long=len(rows) > 8)


def _end(gathered: Gathered, phase: int, question: Question) -> Table | None:
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
    return _table(gathered, phase, question, (_("Reader"), _("Answer")), rows, note, part="-end")


def _said(question: Question, reply: dict[str, Any]) -> str:
    if "rating" in reply:
        return _("%(rating)d of %(points)d") % {"rating": reply["rating"], "points": question.points}
    if "text" in reply:
        return reply["text"]
    labels = {option.value: option.label or option.value for option in question.options}
    return labels.get(reply.get("said", ""), "")
