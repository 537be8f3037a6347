"""What a user may set: one frozen dataclass per method, described field by field so that forms, pages and recipes
read the same source. No torch, no numpy, no Django: a web request imports this.

Fields are int, float, bool or str only, so every options object is JSON as it stands (`dataclasses.asdict`)."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


class InvalidOptions(ValueError):
    """An option outside what is allowed; the message is fit for a user's eyes."""


@dataclass(frozen=True)
class OptionField:
    """One field as a form needs it. `kind` is int, float, bool or str; `choices` are (value, label) pairs or ()."""

    name: str
    kind: type
    default: Any
    label: str
    help: str
    minimum: float | None
    maximum: float | None
    choices: tuple[tuple[str, str], ...]


def option(default, label, help="", minimum=None, maximum=None, choices=()) -> Any:
    """A dataclass field that carries its own label, help, limits and choices in `metadata`."""
    metadata = dict(label=label, help=help, minimum=minimum, maximum=maximum, choices=tuple(choices))
    return dataclasses.field(default=default, metadata=metadata)


def option_fields(options: type) -> tuple[OptionField, ...]:
    """The fields of an options class in their order."""
    return tuple(
        OptionField(name=f.name, kind=f.type, default=f.default, **f.metadata)  # type: ignore[arg-type]
        for f in dataclasses.fields(options)
    )


def make_options(options: type, values: Mapping[str, Any]) -> Any:
    """An options object from plain values, e.g. parsed JSON; fields that are left out keep their default.

    Raises InvalidOptions on an unknown name, a wrong type (no silent conversion but int -> float), a number that is
    not finite or outside its limits, a value outside its choices, or limits that contradict each other."""
    fields = {field.name: field for field in option_fields(options)}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        allowed = ", ".join(fields) or "none: this method has no options"
        raise InvalidOptions(f"Unknown option {unknown[0]!r}. Allowed: {allowed}.")
    return options(**{name: _checked(fields[name], value) for name, value in values.items()})


def _checked(field: OptionField, value: Any) -> Any:
    if field.kind is float and type(value) is int:
        value = float(value)
    if type(value) is not field.kind:
        wanted = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}[field.kind]
        raise InvalidOptions(f"{field.name} is {value!r}, but must be {wanted}.")
    if field.choices and value not in dict(field.choices):
        raise InvalidOptions(
            f"{field.name} is {value!r}, but must be one of {', '.join(dict(field.choices))}."
        )
    if isinstance(value, int | float) and field.kind is not bool:
        _check_limits(field, value)
    return value


def _check_limits(field: OptionField, value: float) -> None:
    if not math.isfinite(value):
        raise InvalidOptions(f"{field.name} is {value!r}, but must be a finite number.")
    if field.minimum is not None and value < field.minimum:
        raise InvalidOptions(f"{field.name} is {value}, but must be at least {field.minimum}.")
    if field.maximum is not None and value > field.maximum:
        raise InvalidOptions(f"{field.name} is {value}, but must be at most {field.maximum}.")


def _refuse_reversed(low: float, high: float) -> None:
    if low > high:
        raise InvalidOptions(f"low is {low} and high is {high}; low must not be above high.")


_LOW, _HIGH = _("Smallest"), _("Largest")
_BORDERS = (("constant", _("Darkest value")), ("nearest", _("Repeat the edge")), ("reflect", _("Mirror")))
_FADES = (("quintic", _("Quintic (2002)")), ("cubic", _("Cubic (1985)")))
_BORDER = dict(default="constant", label=_("Beyond the border"), choices=_BORDERS)


@dataclass(frozen=True)
class NoOptions:
    """A method with nothing to set."""


@dataclass(frozen=True)
class CutoutOptions:
    size: int = option(
        16, _("Side of the square"), _("Pixels. The paper uses half of the picture's side or less."), 1, 4096
    )
    fill: float = option(
        0.0, _("Fill"), _("Grey level of the hole: 0 is the darkest value, 1 the brightest."), 0.0, 1.0
    )


@dataclass(frozen=True)
class MixupOptions:
    alpha: float = option(
        1.0, _("Alpha"), _("Beta(alpha, alpha): small values mix little, 1 mixes evenly."), 0.01, 100.0
    )


@dataclass(frozen=True)
class CutMixOptions:
    alpha: float = option(
        1.0, _("Alpha"), _("Beta(alpha, alpha) for the share kept; the paper uses 1."), 0.01, 100.0
    )


@dataclass(frozen=True)
class AugMixOptions:
    width: int = option(3, _("Chains"), _("Chains of operations that are averaged."), 1, 10)
    depth: int = option(3, _("Longest chain"), _("Each chain has 1 to this many operations."), 1, 10)
    severity: float = option(3.0, _("Severity"), _("Strength of each operation, up to 10."), 0.1, 10.0)
    alpha: float = option(1.0, _("Alpha"), _("Dirichlet and Beta weights; the paper uses 1."), 0.01, 100.0)


@dataclass(frozen=True)
class RICAPOptions:
    beta: float = option(
        0.3, _("Beta"), _("Beta(beta, beta) for the boundary point; the paper uses 0.3."), 0.01, 100.0
    )


@dataclass(frozen=True)
class PerlinOptions:
    lattice: int = option(4, _("Lattice"), _("Cells along each side: more cells, finer borders."), 1, 64)
    octaves: int = option(1, _("Octaves"), _("Layers of ever finer noise."), 1, 6)
    quantile: float = option(
        0.5, _("Share kept"), _("Part of the picture that stays the first class."), 0.01, 0.99
    )
    fade: str = option("quintic", _("Fade curve"), choices=_FADES)


@dataclass(frozen=True)
class ElasticOptions:
    displacement: float = option(
        0.015, _("Displacement"), _("Root mean square, as a part of the shorter side."), 0.0, 0.2
    )
    smoothness: float = option(
        0.06, _("Smoothness"), _("Sigma of the field, as a part of the shorter side."), 0.01, 0.5
    )
    border: str = option(**_BORDER)


@dataclass(frozen=True)
class GridDistortionOptions:
    cells: int = option(5, _("Cells"), _("Along each side."), 2, 32)
    limit: float = option(
        0.3, _("Largest change of a cell"), _("0.3: a cell may be 30 % wider or narrower."), 0.0, 0.9
    )


@dataclass(frozen=True)
class OpticalDistortionOptions:
    limit: float = option(
        0.2, _("Largest bend"), _("Radial coefficient: barrel below 0, pincushion above."), 0.0, 0.3
    )
    border: str = option(**_BORDER)


@dataclass(frozen=True)
class SharpenOptions:
    amount: float = option(1.0, _("Largest amount"), _("Of the unsharp mask."), 0.0, 5.0)
    radius: float = option(1.0, _("Radius"), _("Sigma of the mask in pixels."), 0.1, 20.0)


@dataclass(frozen=True)
class MotionBlurOptions:
    length: float = option(7.0, _("Longest path"), _("Pixels, in any direction."), 1.0, 101.0)


@dataclass(frozen=True)
class GaussianBlurOptions:
    sigma: float = option(1.5, _("Largest sigma"), _("Pixels."), 0.0, 50.0)


@dataclass(frozen=True)
class RotationOptions:
    degrees: float = option(15.0, _("Largest angle"), _("Degrees, either way."), 0.0, 180.0)
    border: str = option(**_BORDER)


@dataclass(frozen=True)
class ShiftOptions:
    fraction: float = option(0.1, _("Largest shift"), _("As a part of the side, either way."), 0.0, 1.0)
    border: str = option(**_BORDER)


@dataclass(frozen=True)
class ZoomOptions:
    low: float = option(0.9, _LOW, _("Below 1 shrinks."), 0.1, 10.0)
    high: float = option(1.1, _HIGH, _("Above 1 enlarges."), 0.1, 10.0)
    border: str = option(**_BORDER)

    def __post_init__(self):
        _refuse_reversed(self.low, self.high)


@dataclass(frozen=True)
class CropOptions:
    low: float = option(0.8, _LOW, _("Least part of each side that is kept."), 0.05, 1.0)
    resize: bool = option(True, _("Enlarge to the old size"))


@dataclass(frozen=True)
class GammaOptions:
    low: float = option(0.8, _LOW, _("Below 1 brightens."), 0.05, 20.0)
    high: float = option(1.25, _HIGH, _("Above 1 darkens."), 0.05, 20.0)

    def __post_init__(self):
        _refuse_reversed(self.low, self.high)


@dataclass(frozen=True)
class CLAHEOptions:
    clip_limit: float = option(0.01, _("Clip limit"), _("0 to 1: higher gives more contrast."), 0.0, 1.0)
    tiles: int = option(8, _("Tiles"), _("Along each side."), 1, 64)


@dataclass(frozen=True)
class BrightnessContrastOptions:
    brightness: float = option(0.2, _("Largest change of brightness"), _("As a part of the range."), 0.0, 1.0)
    contrast: float = option(
        0.2, _("Largest change of contrast"), _("0.2: between 80 % and 120 %."), 0.0, 1.0
    )


@dataclass(frozen=True)
class GaussianNoiseOptions:
    sigma: float = option(0.08, _("Largest sigma"), _("As a part of the range."), 0.0, 1.0)


@dataclass(frozen=True)
class ShotNoiseOptions:
    photons: float = option(
        25.0, _("Fewest photons"), _("At the brightest value; fewer are noisier."), 1.0, 1e6
    )


@dataclass(frozen=True)
class ImpulseNoiseOptions:
    share: float = option(0.03, _("Largest share"), _("Of the pixels."), 0.0, 1.0)


@dataclass(frozen=True)
class PixelateOptions:
    low: float = option(0.4, _LOW, _("Least share of each side's pixels that is left."), 0.01, 1.0)
