"""Follows a recipe: pictures in, changed and mixed pictures out, each with the parameters that make it again.

Output i of a seed has a chance of its own, SeedSequence(seed, spawn_key=(i,)): it is the same whether it is made alone,
last, or on another machine, and `replay` makes it from its stored parameters without any chance at all. The bits are
the same for the same library versions on the same type of processor; elsewhere sines and powers may round a rare pixel
to the neighbouring grey level.

    images  a sequence of (h, w) or (h, w, c); read one at a time, so it may load from disk
    labels  (n,) class numbers from 0, or (n, classes) soft, or None
    masks   a sequence of (h, w) whole numbers, or None
    boxes, keypoints  a sequence of rows for each picture, as generators.mixing.common says, or None"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from generators.balancing import rng_of, schedule
from generators.catalogue import STEPS
from generators.mixing.common import one_hot
from generators.parameters import PipelineError
from generators.recipes import BALANCES, PAIRINGS, SCHEMA, InvalidRecipe, Recipe, Step  # noqa: F401  (offered here too)


class Case(NamedTuple):
    """One picture with all that travels with it; a part is None where the inputs have none."""

    image: np.ndarray
    label: np.ndarray | None
    mask: np.ndarray | None
    boxes: np.ndarray | None = None
    keypoints: np.ndarray | None = None


class Output(NamedTuple):
    """image as the inputs; label (classes,) float64 or None; mask (h, w) or None; parameters: JSON for `replay`;
    boxes and keypoints (k, columns) float64 or None."""

    image: np.ndarray
    label: np.ndarray | None
    mask: np.ndarray | None
    parameters: dict[str, Any]
    boxes: np.ndarray | None = None
    keypoints: np.ndarray | None = None


class Pictures:
    """The inputs, checked once, handed out one case at a time."""

    def __init__(
        self,
        images: Sequence,
        labels: Any = None,
        masks: Sequence | None = None,
        boxes: Sequence | None = None,
        keypoints: Sequence | None = None,
    ):
        self.images, self.masks, self.boxes, self.keypoints = images, masks, boxes, keypoints
        if len(images) == 0:
            raise PipelineError("There are no pictures to work on.")
        self.labels = None if labels is None else _soft(labels)
        beside = {
            "labels": self.labels,
            "masks": masks,
            "lists of boxes": boxes,
            "lists of key points": keypoints,
        }
        for what, rows in beside.items():
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
        boxes, keypoints = (
            None if lists is None else np.array(lists[index], np.float64)
            for lists in (self.boxes, self.keypoints)
        )
        return Case(
            np.asarray(self.images[index]),
            label,
            None if mask is None else np.asarray(mask),
            boxes,
            keypoints,
        )


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
    boxes: Sequence | None = None,
    keypoints: Sequence | None = None,
    count: int | None = None,
    seed: int,
    start: int = 0,
    sources: Sequence[int] | None = None,
    data_range: tuple[float, float] | None = None,
) -> Iterator[Output]:
    """Outputs start, start + 1, ... count - 1 of this seed.

    sources: the picture that each output is made from, in place of the recipe's balance and count.
    count: None makes one pass over what the balance asks for. data_range: darkest and brightest value, needed for floats
    beyond 0 to 1 and for integers that do not use their whole type (12 of 16 bits).
    Raises PipelineError, MixingError or TransformError in words; what concerns the whole set before the first output."""
    pictures = Pictures(images, labels, masks, boxes, keypoints)
    if sources is None:
        sources = schedule(len(pictures), pictures.classes, recipe.balance, count, seed).tolist()
    for step in recipe.steps:
        _check_pairing(step, pictures)
    return (
        _made(recipe, pictures, index, int(sources[index]), seed, data_range)
        for index in range(start, len(sources))
    )


def _made(recipe: Recipe, pictures: Pictures, index: int, source: int, seed: int, data_range) -> Output:
    rng = rng_of(seed, index)
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
    own = _own(case)
    return Output(*own[:3], record, *own[3:])


def replay(
    images: Sequence,
    labels: Any,
    masks: Sequence | None,
    parameters: Mapping[str, Any],
    *,
    boxes: Sequence | None = None,
    keypoints: Sequence | None = None,
) -> Case:
    """The picture that `run` stored these parameters for, bit for bit, from the same inputs."""
    if parameters.get("schema") != SCHEMA:
        raise PipelineError(
            f"The parameters have schema {parameters.get('schema')!r}; this version reads {SCHEMA}."
        )
    pictures = Pictures(images, labels, masks, boxes, keypoints)
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
        out = loaded.apply(case.image, case.mask, case.boxes, case.keypoints, parameters)
        return Case(out.image, case.label, out.mask, out.boxes, out.keypoints)
    mixed = loaded.apply(
        *(_stacked(stack, part) for part in ("image", "label", "mask")),
        parameters,
        *(_listed(stack, part) for part in ("boxes", "keypoints")),
    )
    rows = (mixed.images, mixed.labels, mixed.masks, mixed.boxes, mixed.keypoints)
    return Case(*(None if part is None else part[0] for part in rows))  # type: ignore[arg-type]


def _listed(stack: list[Case], part: str) -> list[np.ndarray] | None:
    rows = [getattr(case, part) for case in stack]
    return None if rows[0] is None else rows


def _stacked(stack: list[Case], part: str) -> Any:
    rows = [getattr(case, part) for case in stack]
    if rows[0] is None:
        return None
    kinds = {(row.shape, row.dtype.name) for row in rows}
    if len(kinds) > 1:
        words = " and ".join(f"{shape} of {dtype}" for shape, dtype in sorted(kinds))
        raise PipelineError(f"Pictures that are mixed must have one size and type; here are {words}.")
    return np.stack(rows)
