"""Frozen dataclasses to plain JSON and back, by their annotations: one reader for every part of a protocol. Pure."""

import re
from dataclasses import MISSING, fields, is_dataclass
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


class Misshapen(ValueError):
    """The JSON is not what the dataclass says; the message names the place, what stands there and what may."""


def to_plain(value: Any) -> Any:
    """Dataclasses to dicts, tuples to lists; everything else as it is."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [to_plain(one) for one in value]
    return value


def from_plain(wanted: Any, given: Any, place: str = "protocol") -> Any:
    """A dataclass (or a part of one) from what `to_plain` wrote. Fields left out take their default; unknown ones are refused."""
    if is_dataclass(wanted):
        return _dataclass(wanted, given, place)
    if get_origin(wanted) is tuple:
        return _tuple(get_args(wanted), given, place)
    if get_origin(wanted) is dict:  # free content, like what a planner computed
        return _scalar(dict, given, place)
    if get_origin(wanted) in (Union, UnionType):
        inner = [one for one in get_args(wanted) if one is not NoneType]
        return None if given is None else from_plain(inner[0], given, place)
    return _scalar(wanted, given, place)


def _dataclass(wanted: Any, given: Any, place: str) -> Any:
    if not isinstance(given, dict):
        raise Misshapen(f"{place} is {_short(given)}; it has to be an object.")
    hints = get_type_hints(wanted)
    known = {field.name: field for field in fields(wanted)}
    if unknown := sorted(map(str, set(given) - set(known))):
        raise Misshapen(f"{place} has {', '.join(unknown)}; it may have {', '.join(known)}.")
    needed = {
        name for name, field in known.items() if field.default is MISSING and field.default_factory is MISSING
    }
    if missing := sorted(needed - set(given)):
        raise Misshapen(f"{place} lacks {', '.join(missing)}.")
    return wanted(
        **{name: from_plain(hints[name], value, f"{place}.{name}") for name, value in given.items()}
    )


def _tuple(inner: tuple[Any, ...], given: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(given, list | tuple):
        raise Misshapen(f"{place} is {_short(given)}; it has to be a list.")
    if inner[-1] is Ellipsis:
        return tuple(from_plain(inner[0], one, f"{place}[{at}]") for at, one in enumerate(given))
    if len(given) != len(inner):
        raise Misshapen(f"{place} has {len(given)} entries; it has to have {len(inner)}.")
    return tuple(from_plain(kind, one, f"{place}[{at}]") for at, (kind, one) in enumerate(zip(inner, given)))


def _scalar(wanted: Any, given: Any, place: str) -> Any:
    if wanted is float and isinstance(given, int) and not isinstance(given, bool):
        return float(given)
    if type(given) is not wanted:
        raise Misshapen(f"{place} is {_short(given)}; it has to be a {NAMES[wanted]}.")
    _check_kept(given, place)
    return given


def _check_kept(given: Any, place: str) -> None:
    """What PostgreSQL refuses in JSON, and other databases would keep."""
    if isinstance(given, dict):
        for name, value in given.items():
            _check_kept(str(name), place)
            _check_kept(value, f"{place}.{name}")
    elif isinstance(given, list):
        for at, one in enumerate(given):
            _check_kept(one, f"{place}[{at}]")
    elif isinstance(given, float) and not isfinite(given):
        raise Misshapen(f"{place} is {given}; it has to be a finite number.")
    elif isinstance(given, str) and NOT_KEPT.search(given):
        raise Misshapen(f"{place} is {_short(given)}; NUL and halves of characters cannot be kept.")


NOT_KEPT = re.compile("[\0\ud800-\udfff]")
NAMES = {str: "text", int: "whole number", float: "number", bool: "yes or no (true or false)", dict: "object"}


def _short(given: Any) -> str:
    text = repr(given)
    return text if len(text) < 60 else text[:57] + "..."
