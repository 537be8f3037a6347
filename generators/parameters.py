"""Drawn chance as frozen, storable parameters, and the grey range of pictures: shared by mixing and classical."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

DTYPES = ("uint8", "uint16", "float32", "float64")


class UnusableInput(ValueError):
    """Pictures, labels, masks or parameters that cannot be worked with; the message says what to do."""


class PipelineError(UnusableInput):
    """Pictures, labels or stored parameters that do not go with the recipe; the message says what to do."""


@dataclass(frozen=True)
class Parameters:
    """Base of every method's parameters: numbers, text and tuples of them, nothing else."""

    def to_dict(self) -> dict[str, Any]:
        return {field.name: _listed(getattr(self, field.name)) for field in dataclasses.fields(self)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        names = {field.name for field in dataclasses.fields(cls)}
        if set(values) != names:
            raise UnusableInput(
                f"{cls.__name__} needs exactly {sorted(names)}, but {sorted(values)} were given."
            )
        return cls(**{name: _tupled(value) for name, value in values.items()})


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list | tuple) else value


def whole(values: ArrayLike) -> tuple[int, ...]:
    return tuple(int(value) for value in np.asarray(values))


def nested(values: np.ndarray) -> tuple:
    """An array as tuples of tuples of plain numbers."""
    if values.ndim == 1:
        return tuple(values.tolist())
    return tuple(map(tuple, values.tolist())) if values.ndim == 2 else tuple(map(nested, values))


def real(values: ArrayLike) -> tuple[float, ...]:
    return tuple(float(value) for value in np.asarray(values))


def full_range(images: np.ndarray, data_range: tuple[float, float] | None) -> tuple[float, float]:
    """(darkest, brightest) value: as declared, else the whole of an integer type, else 0 to 1 for floats."""
    if data_range is None:
        return (0.0, float(np.iinfo(images.dtype).max)) if images.dtype.kind == "u" else (0.0, 1.0)
    low, high = float(data_range[0]), float(data_range[1])
    if not (np.isfinite(low) and np.isfinite(high) and low < high):
        raise UnusableInput(f"The data range is ({low}, {high}); give two finite numbers, the lower first.")
    return low, high
