"""What an administrator declares of a generator that comes as an ONNX file: what goes in and what comes out.

The file's own shapes are checked against it. See `options.py` for the way fields are described."""

from dataclasses import dataclass
from math import prod

from generators.options import InvalidOptions, option


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


MOST_NUMBERS, MOST_AXES = 4_000_000, 5
_NOISES = (
    ("normal", _("Standard normal")),
    ("uniform", _("Uniform from −1 to 1")),
    ("unit", _("Uniform from 0 to 1")),
)
_PICTURES = (("grey", _("Grey")), ("colour", _("Colour")))


@dataclass(frozen=True)
class ForeignOptions:
    latent: str = option(
        "", _("Random numbers behind one picture"),
        _("Their shape, for example 100 or 100, 1, 1. Leave it empty where the file says it."),
    )  # fmt: skip
    noise: str = option("normal", _("Drawn from"), choices=_NOISES)
    low: float = option(
        -1.0, _("Output for the lowest value"), _("−1 after a tanh, 0 after a sigmoid."), -1e9, 1e9
    )
    high: float = option(1.0, _("Output for the highest value"), "", -1e9, 1e9)
    pictures: str = option("grey", _("Pictures"), choices=_PICTURES)
    classes: int = option(
        0, _("Classes"), _("0: the file takes random numbers only. Else its second input takes the class, as a number or one-hot."),
        0, 1000,
    )  # fmt: skip
    class_names: str = option(
        "", _("Names of the classes"), _("In their order, with commas between. Empty: 0, 1, 2 and so on.")
    )

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise InvalidOptions(f"low is {self.low} and high is {self.high}; low must be below high.")
        given = len(self.labels)
        if self.class_names and given != self.classes:
            raise InvalidOptions(
                f"class_names has {given} names for {self.classes} classes; give one for each."
            )
        self.latent_shape  # noqa: B018  (raises where it cannot be read)

    @property
    def channels(self) -> int:
        return 3 if self.pictures == "colour" else 1

    @property
    def labels(self) -> tuple[str, ...]:
        """The name of each class."""
        if self.class_names:
            return tuple(name.strip() for name in self.class_names.split(","))
        return tuple(map(str, range(self.classes)))

    @property
    def latent_shape(self) -> tuple[int, ...]:
        """() where the file says it."""
        sides = [part.strip() for part in self.latent.replace("x", ",").split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() for part in sides):
            raise InvalidOptions(
                f"latent is {self.latent!r}, but must be whole numbers such as 100 or 4, 8, 8."
            )
        shape = tuple(map(int, sides))
        if len(shape) > MOST_AXES or not all(shape) or prod(shape) > MOST_NUMBERS:
            raise InvalidOptions(
                f"latent is {self.latent!r}; up to {MOST_AXES} sides of {MOST_NUMBERS:,} numbers are taken."
            )
        return shape
