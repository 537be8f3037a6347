"""The JSON Schema of a report's file, made from the dataclasses themselves, so that it cannot fall behind. Pure.

python -m metrics.schema > docs/report.schema.json
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from typing import Any

from .reports import SCHEMA, Report

SENTENCE = {
    "type": "object",
    "description": "`template` % `values` is `text`; the template is what translators know.",
    "properties": {"text": {"type": "string"}, "template": {"type": "string"}, "values": {"type": "object"}},
    "required": ["text", "template", "values"],
}
PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number"}


def report_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of `Report.to_json()`."""
    definitions: dict[str, Any] = {"Sentence": SENTENCE}
    _define(Report, definitions)
    definitions["Report"]["properties"]["schema"] = {"const": SCHEMA}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report of an evaluation",
        "$ref": "#/$defs/Report",
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    return json.dumps(report_schema(), indent=1) + "\n"


def _define(kind: type, definitions: dict[str, Any]) -> None:
    hints = typing.get_type_hints(kind)
    definitions[kind.__name__] = {}  # in place before its parts, which may name it
    properties = {f.name: _of(hints[f.name], definitions) for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    definitions[kind.__name__] = {
        "type": "object",
        "description": (kind.__doc__ or "").strip(),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return {"anyOf": [_of(part, definitions) for part in inner]}
    if kind is type(None):
        return {"type": "null"}
    if origin is tuple:
        return _array(inner, definitions)
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(inner[1], definitions)}
    if dataclasses.is_dataclass(kind):
        name = kind.__name__  # type: ignore[union-attr]
        if name not in definitions:
            _define(kind, definitions)  # type: ignore[arg-type]
        return {"$ref": f"#/$defs/{name}"}
    return {"type": PLAIN[kind]}


def _array(inner: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if inner[-1] is Ellipsis:
        return {"type": "array", "items": _of(inner[0], definitions)}
    parts = [_of(part, definitions) for part in inner]
    return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}


if __name__ == "__main__":
    print(schema_text(), end="")
