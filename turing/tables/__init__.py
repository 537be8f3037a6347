"""The findings as tables of text: the page, the printed report and the report of imported answers show the same ones."""

from ..results import Results
from .agreement import agreement, pairs, selves
from .asked import asked_tables
from .course import course, hype, times
from .origins import differences, generators, rates, sources, subgroups
from .readers import each_reader, over_readers
from .table import Table

__all__ = ["Table", "every_table"]


def every_table(found: Results) -> tuple[Table, ...]:
    """In the order of the report, then the other questions; those that the study does not allow are left out."""
    report = found.report
    made = (
        over_readers(report), each_reader(found), sources(found), generators(report), differences(report), subgroups(found), rates(report),
        agreement(report), pairs(found), selves(found), course(report), times(found), hype(report),
    )  # fmt: skip
    asked = asked_tables(found.gathered) if found.gathered else ()
    return (*(table for table in made if table is not None and table.rows), *asked)
