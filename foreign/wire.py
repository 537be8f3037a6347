"""Protobuf's wire format, read strictly into plain values (protobuf.dev, "Encoding").

Strict where protobuf is lenient: an unknown field, a second value of a field that has one, and a message nested deeper than
any honest file are refused. So what this reader saw is what every other reader will see. Long arrays stay slices of the
file: nothing is copied, and reading takes memory for the structure only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .refusal import Refused, _

MOST_DEPTH = 24
MOST_FIELDS = 2_000_000  # of a file, over all its messages
DAMAGED = _("It is damaged or is no ONNX file: %(cause)s.")

VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5
_WIRES = {"int": VARINT, "float": FOUR, "double": EIGHT, "bytes": BYTES, "text": BYTES}


@dataclass(frozen=True)
class Field:
    """`kind` is int, float, double, bytes, text or the name of a message; many: it may come more than once."""

    name: str
    kind: str
    many: bool = False


Schema = Mapping[str, Mapping[int, Field]]


class Reader:
    """Messages of one schema out of one file."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.fields_left = MOST_FIELDS

    def read(self, data: memoryview, message: str, depth: int = 0) -> dict[str, Any]:
        """{name: value} of the fields that are there; a repeated number may also be a memoryview of packed ones.

        Raises Refused."""
        if depth > MOST_DEPTH:
            raise damaged("its parts are nested too deep")
        known: Mapping[int, Field] = self.schema[message]
        values: dict[str, Any] = {}
        for number, wire, value in fields(data):
            self.fields_left -= 1
            if self.fields_left < 0:
                raise damaged(f"it has more than {MOST_FIELDS:,} fields")
            field = known.get(number)
            if field is None:
                raise damaged(f"field {number} of a {message} is unknown")
            if not field.many and field.name in values:
                raise damaged(f"a {message} has two values for {field.name}")
            one = self._value(field, wire, value, message, depth)
            if field.many:
                values.setdefault(field.name, []).append(one)
            else:
                values[field.name] = one
        return values

    def _value(self, field: Field, wire: int, value: Any, message: str, depth: int) -> Any:
        packed = field.many and wire == BYTES and field.kind in ("int", "float", "double")
        if wire != _WIRES.get(field.kind, BYTES) and not packed:
            raise damaged(f"{field.name} of a {message} has the wrong type")
        if field.kind in self.schema:
            return self.read(value, field.kind, depth + 1)
        return text(value) if field.kind == "text" else value


def damaged(cause: str) -> Refused:
    return Refused(DAMAGED, cause=cause)


def text(value: memoryview) -> str:
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError:
        raise damaged("a name is no text") from None


def fields(data: memoryview) -> Iterator[tuple[int, int, Any]]:
    """(field number, wire type, value) one after another: an int for a varint, else a slice of the file."""
    position, end = 0, len(data)
    while position < end:
        tag, position = varint(data, position)
        wire = tag & 7
        if wire == VARINT:
            value, position = varint(data, position)
            yield tag >> 3, wire, value
            continue
        if wire == BYTES:
            length, position = varint(data, position)
        elif wire in (EIGHT, FOUR):
            length = 8 if wire == EIGHT else 4
        else:
            raise damaged(f"wire type {wire} does not occur in ONNX")
        if not 0 <= length <= end - position:
            raise damaged("a part reaches beyond its end")
        yield tag >> 3, wire, data[position : position + length]
        position += length


def varint(data: memoryview, position: int) -> tuple[int, int]:
    """(signed 64-bit value, position after it)."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise damaged("it ends in the middle of a number")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            value &= 2**64 - 1
            return (value - 2**64 if value >= 2**63 else value), position
    raise damaged("a number has more than ten bytes")


def integers(given: list[Any]) -> list[int]:
    """The numbers of a repeated int field, packed or not."""
    numbers: list[int] = []
    for part in given:
        if isinstance(part, int):
            numbers.append(part)
            continue
        position = 0
        while position < len(part):
            number, position = varint(part, position)
            numbers.append(number)
    return numbers


def count(given: list[Any], size: int = 0) -> int:
    """How many numbers a repeated field holds: of `size` bytes each, or varints where it is 0."""
    total = 0
    for part in given:
        if isinstance(part, int):
            total += 1
        elif size:
            total += len(part) // size
        else:
            total += len(bytes(part).translate(None, _CONTINUED))
    return total


_CONTINUED = bytes(range(0x80, 0x100))
