"""Follows a recipe: pictures in, changed and mixed pictures out, each with the parameters that make it again.

Output i of a seed has a chance of its own, SeedSequence(seed, spawn_key=(i,)): it is the same whether it is made alone,
last, or on another machine, and `replay` makes it from its stored parameters without any chance at all. The bits are
the same for the same library versions on the same type of processor; elsewhere sines and powers may round a rare pixel
to the neighbouring grey level.

    images  a sequence of (h, w) or (h, w, c); read one at a time, so it may load from disk
    labels  (n,) class numbers from 0, or (n, classes) soft, or None
    masks   a sequence of (h, w) whole numbers, or None"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from generators.catalogue import STEPS
from generators.mixing.common import one_hot
from generators.parameters import UnusableInput
from generators.recipes import BALANCES, PAIRINGS, SCHEMA, InvalidRecipe, Recipe, Step  # noqa: F401  (offered here too)


class PipelineError(UnusableInput):
    """Pictures, labels or stored parameters that do not go with the recipe; the message says what to do."""


class Output(NamedTuple):
    """image as the inputs; label (classes,) float64 or None; mask (h, w) or None; parameters: JSON for `replay`."""

    image: np.ndarray
    label: np.ndarray | None
    mask: np.ndarray | None
    parameters: dict[str, Any]


class Case(NamedTuple):
    image: np.ndarray
    label: np.ndarray | None
    mask: np.ndarray | None


class Pictures:
    """The inputs, checked once, handed out one case at a time."""

    def __init__(self, images: Sequence, labels: Any, masks: Sequence | None):
        self.images, self.masks = images, masks
        if len(images) == 0:
            raise PipelineError("There are no pictures to work on.")
        self.labels = None if labels is None else _soft(labels)
        for rows, what in ((self.labels, "labels"), (masks, "masks")):
            if rows is not None and len(rows) != len(images):
                raise PipelineError(f"There are {len(rows)} {what} for {len(images)} pictures.")
        self.classes = None if self.labels is None else self.labels.argmax(axis=1)

    def __len__(self) -> int:
        return len(self.images)

    def case(self, index: int) -> Case:
        mask = None if self.masks is None else self.masks[index]
        if self.masks is not None and mask is None:
            raise PipelineError(f"Picture {index} has no mask; give every picture a mask, or none.")
        label = None if self.labels is None else self.labels[index].copy()
        return Case(np.asarray(self.images[index]), label, None if mask is None else np.asarray(mask))


def _soft(labels: Any) -> np.ndarray:
    rows = np.asarray(labels)
    if rows.ndim == 1:
        return one_hot(rows)
    if rows.ndim != 2 or rows.shape[1] == 0 or rows.dtype.kind not in "biuf" or not np.isfinite(rows).all():
        raise PipelineError(
            f"Labels have shape {rows.shape}; give (n,) class numbers or (n, classes) finite numbers."
        )
    return rows.astype(np.float64)


def run(
    recipe: Recipe,
    images: Sequence,
    labels: Any = None,
    masks: Sequence | None = None,
    *,
    count: int | None = None,
    seed: int,
    start: int = 0,
    data_range: tuple[float, float] | None = None,
) -> Iterator[Output]:
    """Outputs start, start + 1, ... count - 1 of this seed.

    count: None makes one pass over what the balance asks for. data_range: darkest and brightest value, needed for floats
    beyond 0 to 1 and for integers that do not use their whole type (12 of 16 bits).
    Raises PipelineError, MixingError or TransformError in words; what concerns the whole set before the first output."""
    pictures = Pictures(images, labels, masks)
    sources = schedule(len(pictures), pictures.classes, recipe.balance, count, seed)
    for step in recipe.steps:
        _check_pairing(step, pictures)
    return (
        _made(recipe, pictures, index, int(sources[index]), seed, data_range)
        for index in range(start, len(sources))
    )


def schedule(n: int, classes: np.ndarray | None, balance: str, count: int | None, seed: int) -> np.ndarray:
    """The source picture of each output, (count,): random orders of the pool, one after another, so that no picture is
    used twice before all of the pool was. A longer count begins with the shorter one."""
    if seed < 0 or (count is not None and count < 0):
        raise PipelineError(f"seed is {seed} and count {count}; neither may be below 0.")
    pool = _pool(n, classes, balance, seed)
    count = len(pool) if count is None else count
    if len(pool) == 0 and count:
        raise PipelineError("All classes already have the same number of pictures; choose the balance as_is.")
    orders = [_rng(seed, number, 1).permutation(pool) for number in range(-(-count // max(len(pool), 1)))]
    return np.concatenate([*orders, np.empty(0, np.int64)])[:count].astype(np.int64)


def _pool(n: int, classes: np.ndarray | None, balance: str, seed: int) -> np.ndarray:
    if balance == "as_is":
        return np.arange(n)
    if classes is None:
        raise PipelineError(f"The balance {balance!r} needs labels, but the set has none; choose as_is.")
    members = [np.flatnonzero(classes == label) for label in np.unique(classes)]
    sizes = [len(rows) for rows in members]
    wanted = {
        "under": [min(sizes)] * len(sizes),
        "over": [max(sizes)] * len(sizes),
        "equal": [max(sizes) - size for size in sizes],
    }[balance]
    rng = _rng(seed, 0, 2)
    return np.concatenate([_repeated(rng, rows, number) for rows, number in zip(members, wanted)])


def _repeated(rng: np.random.Generator, rows: np.ndarray, number: int) -> np.ndarray:
    """That many of the rows: whole copies, then a random part without repeats."""
    copies, rest = divmod(number, len(rows))
    return np.concatenate([np.tile(rows, copies), rng.permutation(rows)[:rest]])


def _rng(seed: int, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def _made(recipe: Recipe, pictures: Pictures, index: int, source: int, seed: int, data_range) -> Output:
    rng = _rng(seed, index)
    case, taken = pictures.case(source), []
    for step in recipe.steps:
        if rng.random() >= step.probability:
            continue
        partners = _partners(rng, step, pictures, source)
        stack = [case, *(pictures.case(partner) for partner in partners)]
        parameters = _drawn(rng, step, stack, data_range)
        case = _applied(step.name, stack, parameters)
        taken.append({"name": step.name, "partners": partners, "parameters": parameters.to_dict()})
    record = {"schema": SCHEMA, "index": index, "seed": seed, "source": source, "steps": taken}
    return Output(*_own(case), record)


def replay(images: Sequence, labels: Any, masks: Sequence | None, parameters: Mapping[str, Any]) -> Case:
    """The picture that `run` stored these parameters for, bit for bit, from the same inputs."""
    if parameters.get("schema") != SCHEMA:
        raise PipelineError(
            f"The parameters have schema {parameters.get('schema')!r}; this version reads {SCHEMA}."
        )
    pictures = Pictures(images, labels, masks)
    named = [parameters["source"], *(partner for step in parameters["steps"] for partner in step["partners"])]
    if max(named) >= len(pictures) or min(named) < 0:
        raise PipelineError(
            f"The parameters name picture {max(named)}, but there are {len(pictures)}, counted from 0."
        )
    case = pictures.case(parameters["source"])
    for step in parameters["steps"]:
        loaded = STEPS[step["name"]].load()
        stack = [case, *(pictures.case(partner) for partner in step["partners"])]
        case = _applied(step["name"], stack, loaded.parameters_type.from_dict(step["parameters"]))
    return _own(case)


def _own(case: Case) -> Case:
    """Copies, so that an output never is a window on the inputs, even where no step was taken."""
    return Case(*(None if part is None else np.array(part) for part in case))  # type: ignore[arg-type]


def _check_pairing(step: Step, pictures: Pictures) -> None:
    if step.entry.partners < 2 or step.pairing == "any":
        return
    if pictures.classes is None:
        raise PipelineError(
            f"{step.entry.title} asks for {PAIRINGS[step.pairing]}, but the set has no labels; set partners to any."
        )
    if step.pairing == "other_class" and len(np.unique(pictures.classes)) < 2:
        raise PipelineError(
            f"{step.entry.title} asks for {PAIRINGS[step.pairing]}, but the set has one class; set partners to any."
        )


def _partners(rng: np.random.Generator, step: Step, pictures: Pictures, source: int) -> list[int]:
    """Different from the source and, as far as there are enough, from each other."""
    wanted = step.entry.partners - 1
    if wanted < 1:
        return []
    allowed = np.ones(len(pictures), bool)
    if pictures.classes is not None and step.pairing != "any":
        allowed = (pictures.classes == pictures.classes[source]) == (step.pairing == "same_class")
    allowed[source] = False
    found = np.flatnonzero(allowed)
    if len(found) == 0:
        raise PipelineError(
            f"{step.entry.title} needs {PAIRINGS[step.pairing]} to go with picture {source}; there is none."
        )
    return [int(partner) for partner in rng.choice(found, wanted, replace=len(found) < wanted)]


def _drawn(rng: np.random.Generator, step: Step, stack: list[Case], data_range) -> Any:
    loaded = step.entry.load()
    if step.entry.task == "classical":
        return loaded.draw(rng, stack[0].image, step.options, data_range)
    asked: dict[str, Any] = {"sources": [0]}
    if step.entry.partners > 1:
        others = list(range(1, len(stack)))
        asked["partners"] = [others] if step.entry.partners > 2 else others
    elif data_range is not None:
        asked["data_range"] = data_range
    return loaded.draw(rng, _stacked(stack, "image"), **vars(step.options), **asked)


def _applied(name: str, stack: list[Case], parameters: Any) -> Case:
    loaded, case = STEPS[name].load(), stack[0]
    if STEPS[name].task == "classical":
        out = loaded.apply(case.image, case.mask, None, None, parameters)
        return Case(out.image, case.label, out.mask)
    mixed = loaded.apply(
        _stacked(stack, "image"), _stacked(stack, "label"), _stacked(stack, "mask"), parameters
    )
    label = None if mixed.labels is None else mixed.labels[0]
    return Case(mixed.images[0], label, None if mixed.masks is None else mixed.masks[0])


def _stacked(stack: list[Case], part: str) -> Any:
    rows = [getattr(case, part) for case in stack]
    if rows[0] is None:
        return None
    kinds = {(row.shape, row.dtype.name) for row in rows}
    if len(kinds) > 1:
        words = " and ".join(f"{shape} of {dtype}" for shape, dtype in sorted(kinds))
        raise PipelineError(f"Pictures that are mixed must have one size and type; here are {words}.")
    return np.stack(rows)
