"""A recipe: ordered steps of the catalogue with their options and probabilities, as frozen data and as strict JSON.

{"schema": 1, "balance": "as_is",
 "steps": [{"name": "rotation", "probability": 0.5, "options": {"degrees": 10.0}},
           {"name": "cutmix", "probability": 1.0, "options": {"alpha": 1.0}, "partners": "same_class"}]}"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from generators.catalogue import STEPS, Entry
from generators.options import InvalidOptions, _, make_options, option_fields

SCHEMA = 1
MOST_STEPS = 50
BALANCES = {
    "as_is": _("every picture equally often"),
    "under": _("each class as often as the rarest, by leaving pictures out"),
    "over": _("each class as often as the commonest, by repeating pictures"),
    "equal": _("only what the rarer classes lack, so that set and outputs together are balanced"),
}
PAIRINGS = {
    "any": _("any other picture"),
    "same_class": _("another picture of the same class"),
    "other_class": _("a picture of another class"),
}


class InvalidRecipe(ValueError):
    """A recipe that cannot be followed; the message says which step, what was given and what is allowed."""


@dataclass(frozen=True)
class Step:
    """One method with its options; partners "" means the pairing that the catalogue names for it."""

    name: str
    options: Any = None
    probability: float = 1.0
    partners: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or self.name not in STEPS:
            raise InvalidRecipe(f"There is no step called {self.name!r}. Allowed: {', '.join(STEPS)}.")
        options: Any = self.entry.options
        try:
            values: Any = self.options
            if isinstance(values, options):
                values = dataclasses.asdict(values)
            if values is not None and not isinstance(values, Mapping):
                raise InvalidRecipe(
                    f"Step {self.name}: options are {values!r}, but must be names with values."
                )
            object.__setattr__(self, "options", make_options(options, values or {}))
        except InvalidOptions as error:
            raise InvalidRecipe(f"Step {self.name}: {error}") from error
        self._check_probability()
        self._check_partners()

    def _check_probability(self) -> None:
        chance = self.probability
        if type(chance) not in (int, float) or not 0 < chance <= 1:
            raise InvalidRecipe(
                f"Step {self.name}: probability is {chance!r}, but must be above 0 and at most 1."
            )
        object.__setattr__(self, "probability", float(chance))

    def _check_partners(self) -> None:
        if self.partners == "":
            return
        if not isinstance(self.partners, str) or self.partners not in PAIRINGS:
            raise InvalidRecipe(
                f"Step {self.name}: partners is {self.partners!r}. Allowed: {', '.join(PAIRINGS)}."
            )
        if self.entry.partners < 2:
            raise InvalidRecipe(f"Step {self.name} works on one picture alone and takes no partners.")

    @property
    def entry(self) -> Entry:
        return STEPS[self.name]

    @property
    def pairing(self) -> str:
        return self.partners or self.entry.pairing

    def to_dict(self) -> dict[str, Any]:
        shown = dict(name=self.name, probability=self.probability, options=dataclasses.asdict(self.options))
        return shown | ({"partners": self.partners} if self.partners else {})


@dataclass(frozen=True)
class Recipe:
    """Steps are applied in their order. `balance` says which pictures the outputs are made from (BALANCES)."""

    steps: tuple[Step, ...] = field(default=())
    balance: str = "as_is"

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))
        if not 1 <= len(self.steps) <= MOST_STEPS:
            raise InvalidRecipe(f"A recipe has 1 to {MOST_STEPS} steps; this one has {len(self.steps)}.")
        if not isinstance(self.balance, str) or self.balance not in BALANCES:
            raise InvalidRecipe(f"balance is {self.balance!r}. Allowed: {', '.join(BALANCES)}.")

    def to_dict(self) -> dict[str, Any]:
        return {"schema": SCHEMA, "balance": self.balance, "steps": [step.to_dict() for step in self.steps]}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Strict: raises InvalidRecipe on another schema, an unknown name, a wrong type or an option out of limits."""
        _check_names(values, "A recipe", required=("schema", "steps"), allowed=("schema", "balance", "steps"))
        if values["schema"] != SCHEMA or isinstance(values["schema"], bool):
            raise InvalidRecipe(
                f"The recipe has schema {values['schema']!r}; this version reads schema {SCHEMA}."
            )
        if not isinstance(values["steps"], list | tuple):
            raise InvalidRecipe(f"steps is {values['steps']!r}, but must be a list.")
        allowed = ("name", "probability", "options", "partners")
        for number, step in enumerate(values["steps"], 1):
            _check_names(step, f"Step {number}", required=("name",), allowed=allowed)
        return cls(tuple(Step(**step) for step in values["steps"]), values.get("balance", "as_is"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        try:
            values = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            if isinstance(error, InvalidRecipe):
                raise
            raise InvalidRecipe(f"This is not JSON: {error}.") from error
        return cls.from_dict(values)


def _refuse_constant(name: str) -> Any:
    raise InvalidRecipe(f"{name} is not a number that a recipe may hold.")


def _check_names(values: Any, what: str, *, required: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    if not isinstance(values, Mapping):
        raise InvalidRecipe(f"{what} is {values!r:.80}, but must be an object with {', '.join(allowed)}.")
    missing = [name for name in required if name not in values]
    unknown = [str(name) for name in values if name not in allowed]
    if missing or unknown:
        problem = f"lacks {missing[0]!r}" if missing else f"has the unknown name {unknown[0]!r:.80}"
        raise InvalidRecipe(f"{what} {problem}. Allowed: {', '.join(allowed)}.")


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of recipes, written from the catalogue."""
    steps = [_step_schema(entry) for entry in STEPS.values()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "evalsite recipe",
        "type": "object",
        "required": ["schema", "steps"],
        "additionalProperties": False,
        "properties": {
            "schema": {"const": SCHEMA},
            "balance": {"enum": list(BALANCES)},
            "steps": {"type": "array", "minItems": 1, "maxItems": MOST_STEPS, "items": {"oneOf": steps}},
        },
    }


def _step_schema(entry: Entry) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "name": {"const": entry.name},
        "probability": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "options": {
            "type": "object",
            "additionalProperties": False,
            "properties": {option.name: _option_schema(option) for option in option_fields(entry.options)},
        },
    }
    if entry.partners > 1:
        properties["partners"] = {"enum": ["", *PAIRINGS]}
    return {"type": "object", "required": ["name"], "additionalProperties": False, "properties": properties}


def _option_schema(option: Any) -> dict[str, Any]:
    kinds = {int: "integer", float: "number", bool: "boolean", str: "string"}
    schema = {"type": kinds[option.kind], "description": option.label, "default": option.default}
    limits = {
        "minimum": option.minimum,
        "maximum": option.maximum,
        "enum": [value for value, _word in option.choices],
    }
    return schema | {name: limit for name, limit in limits.items() if limit not in (None, [])}
