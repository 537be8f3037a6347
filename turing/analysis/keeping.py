"""Frozen results to plain JSON and back, led by their annotations, so that an analysis is made once and shown often.

What JSON does not know: numbers that are not finite become words, arrays become lists, tuples too.
"""

import dataclasses
import math
import types
import typing
from typing import Any

import numpy as np


def to_plain(thing: Any) -> Any:
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return {field.name: to_plain(getattr(thing, field.name)) for field in dataclasses.fields(thing)}
    if isinstance(thing, np.ndarray):
        return to_plain(thing.tolist())
    if isinstance(thing, tuple | list):
        return [to_plain(part) for part in thing]
    if isinstance(thing, dict):
        return {str(name): to_plain(part) for name, part in thing.items()}
    if isinstance(thing, np.generic):
        return to_plain(thing.item())
    if isinstance(thing, float) and not math.isfinite(thing):
        return str(thing)
    return thing


def from_plain(kind: Any, data: Any) -> Any:
    """Raises KeyError, TypeError or ValueError for what another version wrote."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return None if data is None else from_plain(next(a for a in inner if a is not types.NoneType), data)
    if origin is tuple:
        kinds = [inner[0]] * len(data) if inner[-1] is Ellipsis else list(inner)
        return tuple(from_plain(part, value) for part, value in zip(kinds, data, strict=True))
    if origin is dict:
        return {name: from_plain(inner[1], value) for name, value in data.items()}
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{f.name: from_plain(hints[f.name], data[f.name]) for f in dataclasses.fields(kind)})  # type: ignore[operator]
    if kind is np.ndarray:
        return np.array(
            [from_plain(float, value) if not isinstance(value, list) else value for value in data], float
        )
    if kind is float:
        return float(data)
    return data
