"""Pictures from a generator of a stranger: an ONNX file in a confined child, driven by our chance. No torch.

Picture i depends on the file, the seed and i alone: its numbers come from (seed, i), and it goes through the network alone,
or, where the file fixes a larger batch, in the batch that i falls into. So a killed job goes on with the same pictures, and
a network exported from ours makes the pictures that ours makes.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from foreign.checking import Description, Port
from foreign.confining import Limits
from foreign.network import Network
from foreign.refusal import Refused

from .options_foreign import MOST_AXES, MOST_NUMBERS, ForeignOptions

LARGEST_SIDE, LARGEST_BATCH = 4096, 256
TRIAL = Limits(seconds=20)  # on a page, whose server waits 30 s
TRIAL_PICTURES, TRIAL_SECONDS = 16, 6.0


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


INPUTS = _(
    "The file takes %(given)s inputs (%(names)s). Taken are one of random numbers, and a second one for the class where there are classes."
)
CLASSES = _("The file has a second input (%(name)s). Say how many classes it chooses from.")
NO_CLASSES = _("There are %(classes)s classes, but the file has no second input that would take one.")
ONE_HOT = _("The input %(name)s takes %(given)s numbers, which is no one-hot of %(classes)s classes.")
NUMBERS = _("The input %(name)s takes %(dtype)s; random numbers are float16, float32 or float64.")
UNSAID = _("The file leaves the shape of its random numbers open (%(shape)s). Say it in the form.")
OTHER = _("The file takes random numbers of shape %(shape)s; declared are %(declared)s.")
BATCH = _("The file makes %(given)s pictures at a time; at most %(most)s are taken.")
SHAPE = _(
    "It gives arrays of shape %(shape)s for %(count)s pictures; needed are %(count)s × %(channels)s × height × width, or the same with the colours last."
)
LARGE = _("It makes pictures of %(width)s × %(height)s pixels; 1 to %(most)s along each side are taken.")
BROKEN = _("It gives values that are no numbers (picture %(number)s).")


@dataclass(frozen=True)
class Inputs:
    """How a file is fed: sides of the random numbers of one picture, pictures at a time, and its second input."""

    latent: tuple[int, ...]
    dtype: str
    batch: int
    choice: Port | None

    def arrays(self, indices: list[int], seed: int, options: ForeignOptions) -> list[np.ndarray]:
        noise = np.stack([noise_of(options.noise, self.latent, seed, index) for index in indices]).astype(
            self.dtype
        )
        if self.choice is None:
            return [noise]
        labels = np.array([index % options.classes for index in indices])
        if np.dtype(self.choice.dtype).kind == "f":
            return [noise, np.eye(options.classes, dtype=self.choice.dtype)[labels]]
        labels = labels.astype(self.choice.dtype)
        return [noise, labels[:, None] if len(self.choice.shape) == 2 else labels]


def noise_of(kind: str, shape: tuple[int, ...], seed: int, index: int) -> np.ndarray:
    rng = np.random.default_rng([seed, index])
    if kind == "normal":
        return rng.standard_normal((1, *shape), dtype=np.float32)[0]
    drawn = rng.random(shape, dtype=np.float32)
    return drawn * 2 - 1 if kind == "uniform" else drawn


def inputs_of(found: Description, options: ForeignOptions) -> Inputs:
    """What the file wants, compared with what was declared. Raises Refused."""
    if not 1 <= len(found.inputs) <= 2:
        names = ", ".join(port.name for port in found.inputs)
        raise Refused(INPUTS, given=len(found.inputs), names=names[:200])
    first, choice = found.inputs[0], found.inputs[1] if len(found.inputs) == 2 else None
    if not first.dtype.startswith("float"):
        raise Refused(NUMBERS, name=first.name, dtype=first.dtype)
    if choice is not None and not options.classes:
        raise Refused(CLASSES, name=choice.name)
    if choice is None and options.classes:
        raise Refused(NO_CLASSES, classes=options.classes)
    if (
        choice is not None
        and choice.dtype.startswith("float")
        and choice.shape[-1:] not in ((None,), (options.classes,))
    ):
        raise Refused(ONE_HOT, name=choice.name, given=str(choice.shape[-1:]), classes=options.classes)
    batch = (first.shape[:1] or (None,))[0] or 1
    if batch > LARGEST_BATCH:
        raise Refused(BATCH, given=batch, most=LARGEST_BATCH)
    return Inputs(_latent(first, options), first.dtype, batch, choice)


def _latent(port: Port, options: ForeignOptions) -> tuple[int, ...]:
    said, declared = port.shape[1:], options.latent_shape
    if not declared:
        known = tuple(side for side in said if side is not None)
        if not said or known != said or len(known) > MOST_AXES or prod(known) > MOST_NUMBERS:
            raise Refused(UNSAID, shape=words(port.shape))
        return known
    fits = len(said) == len(declared) and all(a is None or a == b for a, b in zip(said, declared))
    if port.shape and not fits:
        raise Refused(OTHER, shape=words(port.shape), declared=words((None, *declared)))
    return declared


def words(shape: tuple[int | None, ...]) -> str:
    return " × ".join("n" if side is None else str(side) for side in shape) or "?"


def draw(
    network: Network, options: ForeignOptions, *, count: int, seed: int, start: int = 0
) -> Iterator[tuple[np.ndarray, int | None]]:
    """Yield (values (h, w) or (h, w, 3) float64 with the declared range at -1 to 1, class or None) for `start` to `count` - 1.

    Raises Refused."""
    inputs = inputs_of(network.describe(), options)
    for first in range(start - start % inputs.batch, count, inputs.batch):
        indices = list(range(first, first + inputs.batch))
        pictures = upright(network.run(inputs.arrays(indices, seed, options)), len(indices), options)
        for index, picture in zip(indices, pictures):
            if not np.isfinite(picture).all():
                raise Refused(BROKEN, number=index)
            if start <= index < count:
                yield picture, index % options.classes if options.classes else None


def upright(given: np.ndarray, count: int, options: ForeignOptions) -> np.ndarray:
    """(n, h, w) or (n, h, w, 3) float64 from whichever order of axes the file has. Raises Refused."""
    channels = options.channels
    if given.ndim == 3 and channels == 1:
        given = given[:, None]
    if given.ndim != 4 or len(given) != count or channels not in (given.shape[1], given.shape[3]):
        raise Refused(SHAPE, shape=words(given.shape), count=count, channels=channels)
    if given.shape[1] == channels:
        given = given.transpose(0, 2, 3, 1)
    height, width = given.shape[1:3]
    if not (1 <= height <= LARGEST_SIDE and 1 <= width <= LARGEST_SIDE):
        raise Refused(LARGE, width=width, height=height, most=LARGEST_SIDE)
    values = (given.astype(np.float64) - options.low) / (options.high - options.low) * 2 - 1
    return values[..., 0] if channels == 1 else values


@dataclass(frozen=True)
class Trial:
    """A few pictures of a file that was just given: values as draw() gives them."""

    found: Description
    pictures: list[np.ndarray]

    def spanned(self, options: ForeignOptions) -> tuple[float, float]:
        """Lowest and highest output of the file itself."""
        low, high = (min(p.min() for p in self.pictures), max(p.max() for p in self.pictures))
        return tuple(float(options.low + (v + 1) / 2 * (options.high - options.low)) for v in (low, high))  # type: ignore[return-value]

    def doubts_range(self, options: ForeignOptions) -> bool:
        """Whether the outputs leave the declared range by a twentieth of it, or use less than half."""
        low, high = self.spanned(options)
        span = options.high - options.low
        return low < options.low - span / 20 or high > options.high + span / 20 or high - low < span / 2


def try_out(path: Path, options: Any) -> Trial:
    """Check a file, open it and let it draw up to 16 pictures in a few seconds. Raises Refused."""
    pictures: list[np.ndarray] = []
    with Network(path, TRIAL) as network:
        found, end = network.describe(), time.monotonic() + TRIAL_SECONDS
        for values, _label in draw(network, options, count=TRIAL_PICTURES, seed=0):
            pictures.append(values)
            if time.monotonic() > end:
                break
    return Trial(found, pictures)
