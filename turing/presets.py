"""Windows by name: what is offered for a modality, how one is written on a line, and what it is in the values of a study's buffers."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Study
from .protocol import Preset
from .rendering import TOP

# Hounsfield units: level -600, 40, 400 and 40 with a width of 1500, 400, 1800 and 80. MR has no unit: percentiles of the study's pixels.
STANDARD: dict[str, tuple[Any, tuple[tuple[Any, float, float, str], ...]]] = {
    "ct": (gettext_lazy("CT, in Hounsfield units: lung, soft tissue, bone, brain"), (
        (gettext_lazy("Lung"), -1350, 150, "value"), (gettext_lazy("Soft tissue"), -160, 240, "value"),
        (gettext_lazy("Bone"), -500, 1300, "value"), (gettext_lazy("Brain"), 0, 80, "value"),
    )),
    "xray": (gettext_lazy("X-ray: full range, dark half, bright half"), (
        (gettext_lazy("Full range"), 0, 100, "range"), (gettext_lazy("Dark half"), 0, 50, "range"), (gettext_lazy("Bright half"), 50, 100, "range"),
    )),
    "mr": (gettext_lazy("MR: percentiles 1 to 99, 5 to 95, full range"), (
        (gettext_lazy("Percentiles 1 to 99"), 1, 99, "percentile"), (gettext_lazy("Percentiles 5 to 95"), 5, 95, "percentile"),
        (gettext_lazy("Full range"), 0, 100, "range"),
    )),
}  # fmt: skip
SUFFIX = {"value": "", "range": " %", "percentile": " percentile"}
NUMBER = r"-?\d{1,9}(?:\.\d{1,6})?"
LINE = re.compile(
    rf"(?P<name>[^:]{{1,40}}):\s*(?P<low>{NUMBER})\s+to\s+(?P<high>{NUMBER})\s*(?P<of>%|percentile)?"
)


def standard(modality: str) -> tuple[Preset, ...]:
    return tuple(Preset(str(name), low, high, of) for name, low, high, of in STANDARD[modality][1])


def as_lines(presets: tuple[Preset, ...]) -> str:
    return "\n".join(f"{one.name}: {one.low:g} to {one.high:g}{SUFFIX[one.of]}" for one in presets)


def from_lines(text: str) -> tuple[Preset, ...]:
    """Raises ValueError with the first line that is none."""
    return tuple(_from_line(line) for line in filter(None, map(str.strip, text.splitlines())))


def _from_line(line: str) -> Preset:
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(line)
    of = {"%": "range", "percentile": "percentile"}.get(found["of"] or "", "value")
    return Preset(found["name"].strip(), float(found["low"]), float(found["high"]), of)


def problems(study: Study) -> list[str]:
    """A value means one thing only where all sets share a range."""
    named = ", ".join(f"“{one.name}”" for one in study.designed.presets if one.of == "value")
    if not named or len({one.intensity for one in study.sets.all()}) < 2:
        return []
    return [
        _("The image sets have different intensity ranges, so that the windows %(presets)s would mean something else in each: give them as shares of the range (%%) or as percentiles.")
        % {"presets": named}
    ]  # fmt: skip


def in_buffers(study: Study) -> list[tuple[str, int, int]]:
    """Name, low and high in the values of the buffers, as far as they can be told there."""
    ranges = {one.intensity for one in study.sets.all()}
    declared = ranges.pop() if len(ranges) == 1 else None
    top, percentiles = TOP[study.buffers["name"]], study.buffers.get("percentiles")
    found = []
    for one in study.designed.presets:
        if one.of == "percentile" and percentiles:
            ends = [percentiles[round(end)] for end in (one.low, one.high)]
        elif one.of == "range":
            ends = [round(top * end / 100) for end in (one.low, one.high)]
        elif one.of == "value" and declared is not None:
            ends = [
                round(top * (end - declared[0]) / (declared[1] - declared[0])) for end in (one.low, one.high)
            ]
        else:
            continue
        found.append((one.name, ends[0], max(ends[1], ends[0] + 1)))
    return found
