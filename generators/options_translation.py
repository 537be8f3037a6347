"""What a user may set of networks that make pictures from pictures, and of their training; defaults are the papers'.

See `options.py` for the way fields are described. No torch, no numpy, no Django: a web request imports this."""

from dataclasses import dataclass

from generators.options import InvalidOptions, option
from generators.options_networks import _CHANNELS, _CLASSES, DCGANOptions, GANTraining, TrainingOptions


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


_SIZE = dict(
    label=_("Picture size"), help=_("Pixels along each side; pictures are resized to it."), minimum=16, maximum=1024
)  # fmt: skip
_ONE_OR_MORE = dict(label=_("Batch"), help=_("Images per step."), minimum=1, maximum=4096)
_LAMBDA_CYCLE = dict(
    label=_("Cycle weight"), help=_("Lambda: there and back again must give the same picture; the paper uses 10."),
    minimum=0.0, maximum=1000.0,
)  # fmt: skip


def _refuse_indivisible(size: int, by: int) -> None:
    if size % by:
        raise InvalidOptions(f"size is {size}, but must be divisible by {by}.")


@dataclass(frozen=True)
class CycleGANOptions:
    """Width 64 and nine blocks are the paper's for 256 pixels: 11,378,179 parameters in colour, 11,365,633 in grey."""

    width: int = option(
        64, _("Width"), _("Feature maps at full size: 16 is quick, 64 is the paper's."), 4, 256
    )
    blocks: int = option(9, _("Residual blocks"), _("The paper uses 9 for 256 pixels and 6 for 128."), 1, 16)
    size: int = option(256, **_SIZE)
    channels: int = option(**_CHANNELS)

    def __post_init__(self):
        _refuse_indivisible(self.size, 4)


@dataclass(frozen=True)
class CycleGANTraining(TrainingOptions):
    images_seen: int = option(
        200_000,
        _("Images to see"),
        _("Of each set; the learning rate falls over the second half."),
        1,
        100_000_000,
    )
    batch: int = option(1, **_ONE_OR_MORE)
    cycle: float = option(10.0, **_LAMBDA_CYCLE)
    identity: float = option(
        0.5,
        _("Identity weight"),
        _(
            "As a part of the cycle weight: a picture of the second set must stay as it is; the paper uses 0.5."
        ),
        0.0,
        10.0,
    )
    pool: int = option(
        50, _("Pool"), _("Earlier pictures that the discriminators see again; the paper keeps 50."), 0, 1000
    )


@dataclass(frozen=True)
class DenoisingOptions:
    """Eight convolutions of 32 maps are the paper's: 56,097 parameters in grey."""

    width: int = option(32, _("Width"), _("Feature maps of each layer; the paper uses 32."), 4, 256)
    layers: int = option(8, _("Layers"), _("Convolutions of 3 x 3; the paper uses 8."), 2, 32)
    size: int = option(512, **_SIZE)
    channels: int = option(**_CHANNELS)


@dataclass(frozen=True)
class DenoisingTraining(TrainingOptions):
    batch: int = option(128, **_ONE_OR_MORE)
    learning_rate: float = option(1e-5, _("Learning rate"), _("Of Adam."), 1e-7, 1.0)
    beta2: float = option(0.9, _("Beta 2"), _("Of Adam."), 0.0, 0.99999)
    patch: int = option(
        64,
        _("Patch"),
        _("Side of the squares that are learnt from, cut at random; the paper uses 64."),
        16,
        512,
    )
    critic_steps: int = option(4, _("Critic steps"), _("For one of the generator; the paper uses 4."), 1, 100)
    critic_width: int = option(
        64, _("Critic's width"), _("Maps of its first layer; the paper uses 64."), 4, 256
    )
    penalty: float = option(10.0, _("Gradient penalty"), _("Lambda; the paper uses 10."), 0.0, 1000.0)
    perceptual: float = option(
        0.1, _("Perceptual weight"), _("Of the distance between features; the paper uses 0.1."), 0.0, 1000.0
    )


@dataclass(frozen=True)
class CiGANOptions:
    """The seven levels of the paper at 256 pixels: 735,969 parameters for one channel and two classes."""

    width: int = option(32, _("Width"), _("Maps at full size: 8 is quick, 32 is the paper's."), 4, 128)
    levels: int = option(
        7, _("Levels"), _("Each doubles the side; the paper has 7, from 4 to 256 pixels."), 2, 9
    )
    size: int = option(256, **_SIZE)
    channels: int = option(**_CHANNELS)
    classes: int = option(**_CLASSES)
    keep_outside: bool = option(
        True,
        _("Keep what is outside of the mask"),
        _("There the pixels stay those of the picture it was made from."),
    )

    def __post_init__(self):
        _refuse_indivisible(self.size, 2 ** (self.levels - 1))


@dataclass(frozen=True)
class CiGANTraining(TrainingOptions):
    batch: int = option(8, **_ONE_OR_MORE)
    learning_rate: float = option(1e-4, _("Learning rate"), _("Of Adam."), 1e-7, 1.0)
    beta1: float = option(0.9, _("Beta 1"), _("Of Adam."), 0.0, 0.9999)
    perceptual: float = option(
        10.0, _("Perceptual weight"), _("Of the distance between features."), 0.0, 10000.0
    )
    boundary: float = option(
        100.0, _("Boundary weight"), _("Of the difference along the border of the mask."), 0.0, 10000.0
    )
    boundary_sigma: float = option(
        10.0, _("Boundary's width"), _("Sigma of its Gaussian, in pixels of a picture of 256."), 0.1, 100.0
    )


_STAGES = (("refined", _("Refined")), ("forward", _("Before refinement")))


@dataclass(frozen=True)
class FBGANOptions(DCGANOptions):
    refiner_width: int = option(32, _("Refiner's width"), _("Feature maps of the second stage."), 4, 256)
    refiner_blocks: int = option(4, _("Refiner's blocks"), _("Residual blocks of the second stage."), 1, 16)
    stage: str = option(
        "refined",
        _("Pictures to make"),
        _("Both stages can be looked at and evaluated apart."),
        choices=_STAGES,
    )


@dataclass(frozen=True)
class FBGANTraining(GANTraining):
    forward_share: float = option(
        0.6,
        _("Share of the first stage"),
        _("Of the images to see; the rest trains the refiner."),
        0.05,
        0.95,
    )
    noise: float = option(0.1, _("Noise to remove"), _("Its deviation, on the scale from -1 to 1."), 0.0, 1.0)
    fidelity: float = option(
        10.0,
        _("Fidelity weight"),
        _("The refined picture must stay near the one it was made from."),
        0.0,
        1000.0,
    )


@dataclass(frozen=True)
class TripartiteOptions:
    width: int = option(32, _("Width"), _("Feature maps at full size."), 4, 128)
    blocks: int = option(3, _("Dilated blocks"), _("Each has dilations of 1, 2 and 5."), 1, 9)
    size: int = option(256, **_SIZE)
    channels: int = option(**_CHANNELS)
    threshold: float = option(
        0.5, _("Threshold of the detector"), _("Boxes below it are not kept."), 0.01, 0.99
    )

    def __post_init__(self):
        _refuse_indivisible(self.size, 8)


@dataclass(frozen=True)
class TripartiteTraining(TrainingOptions):
    batch: int = option(4, **_ONE_OR_MORE)
    pixels: float = option(
        100.0, _("Pixel weight"), _("Of the mean absolute difference from the true picture."), 0.0, 1000.0
    )
    detection: float = option(
        1.0, _("Detection weight"), _("Of the detector's loss, for all three networks."), 0.0, 1000.0
    )
