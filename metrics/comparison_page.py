"""Several sets side by side as a page shows them: a finding in words, bars or a curve, tables."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from . import charts
from .catalogue import METRICS
from .curves import Point, curve
from .protocol_words import told_protocol
from .seeds import Seeds
from .side_by_side import DISTANCES, Difference, Line, SideBySide
from .tables import cell
from .wording import places, said, written


def comparison_context(found: SideBySide, seen: Sequence[float | None]) -> dict[str, Any]:
    """All that templates/metrics/comparison.html shows; `seen` are images seen at each set's snapshot."""
    is_course = len(seen) == len(found.sets) and all(at is not None for at in seen) and len(set(seen)) > 1
    drawn = [
        _curve(line, seen, index) if is_course else _bars(found, line, index)
        for index, line in enumerate(found.lines)
    ]  # type: ignore[arg-type]
    return {
        "found": found,
        "finding": _finding(found),
        "notes": [said(note) for note in found.notes],
        "protocol": told_protocol(found.protocol),
        "is_course": is_course,
        "figures": drawn,
        "heads": [_title(line, found) for line in found.lines],
        "rows": [_values(found, index) for index in range(len(found.sets))],
        "seeds": [_seeds(found, seeds) for seeds in found.seeds()],
        "pairs": [_pair(found, d) for d in found.lines[0].differences] if found.lines else [],
    }


def _title(line: Line, found: SideBySide) -> str:
    title = _(METRICS[line.metric].title)
    return f"{title}, {line.encoder}" if len({other.encoder for other in found.lines}) > 1 else title


def _finding(found: SideBySide) -> dict[str, str]:
    """The nearest set by KID or, where its interval tells nothing, by the Fréchet distance; said where they disagree."""
    leads = [line for metric in DISTANCES if (line := found.line(metric)) is not None]
    told = [(line, line.order()[0], _beyond(line)) for line in leads]
    line, best, beyond = max(told, key=lambda one: len(one[2]))
    others = len(found.sets) - 1
    names = {"best": found.sets[best].name, "n": len(beyond), "of": others}
    if len(beyond) == others:
        title = _("“%(best)s” is nearer to the real images than every other set")
    elif beyond:
        title = _("“%(best)s” is nearer to the real images than %(n)s of the %(of)s other sets")
    else:
        title = _("No set is nearer to the real images than the others, as far as these images tell")
    why = _("By %(metric)s (%(source)s), the paired difference at 95 %% for all pairs by both distances together.") % {
        "metric": _(METRICS[line.metric].title), "source": line.source,
    }  # fmt: skip
    if len({one for _line, one, certain in told if certain}) > 1:
        why += " " + _("The two distances disagree about which set is nearest: read both.")
    return {"title": title % names, "why": why}


def _beyond(line: Line) -> list[int]:
    """The sets that are certainly farther than the nearest."""
    best, *others = line.order()
    return [other for other in others if _between(line, best, other).is_certain]


def _between(line: Line, first: int, second: int) -> Difference:
    return line.difference(min(first, second), max(first, second))


def _values(found: SideBySide, index: int) -> dict[str, Any]:
    cells = []
    for line in found.lines:
        low, high = line.intervals[index]
        digits = places(high - low, line.values[index])
        is_best = line.order()[0] == index and all(
            _between(line, index, other).is_certain for other in range(len(found.sets)) if other != index
        )
        cells.append({"value": written(line.values[index], digits), "interval": _span((low, high), digits), "is_best": is_best})  # fmt: skip
    return {"name": found.sets[index].name, "count": found.sets[index].count, "cells": cells}


def _pair(found: SideBySide, pair: Difference) -> dict[str, Any]:
    cells = []
    for line in found.lines:
        d = line.difference(pair.first, pair.second)
        digits = places(d.interval[1] - d.interval[0], d.value)
        cells.append(
            {
                "value": written(d.value, digits),
                "interval": _span(d.interval, digits),
                "is_certain": d.is_certain,
            }
        )
    return {"first": found.sets[pair.first].name, "second": found.sets[pair.second].name, "cells": cells}


def _seeds(found: SideBySide, seeds: Seeds) -> dict[str, Any]:
    cells = []
    for mean, deviation in zip(seeds.means, seeds.deviations):
        digits = places(deviation, mean)
        words = _("SD %(value)s") % {"value": written(deviation, digits)}
        cells.append({"value": written(mean, digits), "interval": words})
    names = ", ".join(found.sets[index].name for index in seeds.sets)
    return {
        "name": seeds.name,
        "sets": names,
        "count": len(seeds.sets),
        "is_enough": seeds.is_enough,
        "cells": cells,
    }


def _span(ends: tuple[float, float], digits: int) -> str:
    return _("%(low)s to %(high)s") % {"low": written(ends[0], digits), "high": written(ends[1], digits)}


def _bars(found: SideBySide, line: Line, index: int) -> dict[str, Any]:
    ends = [end for interval in line.intervals for end in interval]
    reach = max(max(ends), line.reference or 0.0, 1e-9)
    axis = charts.Axis(min(0.0, min(ends)) * 1.05, reach * 1.05)
    rows = [
        (one.name, charts.Row(value, interval))
        for one, value, interval in zip(found.sets, line.values, line.intervals)
    ]
    title = _title(line, found)
    svg = charts.bars_with_intervals(
        rows,
        axis,
        name=f"bars-{index}",
        title=title,
        describe=_described(line, found),
        reference=line.reference,
    )
    return _figure(line, title, svg, line.protocol)


def _curve(line: Line, seen: Sequence[float], index: int) -> dict[str, Any]:
    order = sorted(range(len(seen)), key=lambda i: seen[i])
    points = [Point(float(seen[i]), line.values[i], line.intervals[i]) for i in order]
    title = _(METRICS[line.metric].title)
    describe = _("From %(first)s images seen (%(a)s) to %(last)s (%(b)s).") % {
        "first": charts.figure_text(points[0].at), "a": charts.figure_text(points[0].value),
        "last": charts.figure_text(points[-1].at), "b": charts.figure_text(points[-1].value),
    }  # fmt: skip
    svg = curve(points, name=f"curve-{index}", title=title, describe=describe, reference=line.reference)
    return _figure(line, title, svg, line.protocol)


def _figure(line: Line, title: str, svg: str, protocol: dict[str, str]) -> dict[str, Any]:
    words = {"lower": _("lower is better"), "higher": _("higher is better"), "as real": _("the real set's own value is the aim")}  # fmt: skip
    aim = words[METRICS[line.metric].direction]
    if line.reference is not None:
        aim = _("%(aim)s, %(value)s (dashed)") % {"aim": aim, "value": charts.figure_text(line.reference, 1)}
    svg_text: SafeString = mark_safe(svg)
    return {
        "title": title,
        "source": line.source,
        "aim": aim,
        "svg": svg_text,
        "protocol": told_protocol(protocol),
    }


def _described(line: Line, found: SideBySide) -> str:
    return "; ".join(
        f"{one.name} {charts.figure_text(value)} ({charts.figure_text(low)} to {charts.figure_text(high)})"
        for one, value, (low, high) in zip(found.sets, line.values, line.intervals)
    )


def comparison_csv(found: SideBySide) -> str:
    """One row a value and one a difference."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ("metric", "encoder", "set", "less", "value", "low_95", "high_95", "strict_low", "strict_high", "n")
    )
    names = [one.name for one in found.sets]
    for line in found.lines:
        head = [line.metric, line.encoder]
        for name, value, ends in zip(names, line.values, line.intervals):
            writer.writerow(map(cell, [*head, name, "", value, *ends, "", "", found.used]))
        for d in line.differences:
            writer.writerow(
                map(
                    cell,
                    [*head, names[d.first], names[d.second], d.value, *d.interval, *d.strict, found.used],
                )
            )
    return out.getvalue()
