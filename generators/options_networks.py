"""What a user may set of networks that make pictures from chance, and of their training; defaults are the papers'.

See `options.py` for the way fields are described. No torch, no numpy, no Django: a web request imports this."""

from dataclasses import dataclass

from generators.options import InvalidOptions, option


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


@dataclass(frozen=True)
class DCGANOptions:
    """The architecture. Width 64, size 64, one channel is the paper's: 3,574,656 + 2,763,520 parameters."""

    latent: int = option(100, _("Latent dimensions"), _("Numbers that a picture is made from."), 1, 1024)
    width: int = option(
        64, _("Width"), _("Feature maps next to the picture: 16 is quick, 64 is the paper's."), 4, 256
    )
    size: int = option(
        64, _("Picture size"), _("Pixels along each side: 28, 32, 56, 64, 128 and so on."), 16, 256
    )
    channels: int = option(1, _("Channels"), _("1 is grey, 3 is colour."), 1, 3)
    classes: int = option(
        0, _("Classes"), _("0: one network for all pictures, whatever their label."), 0, 1000
    )
    with_mask: bool = option(
        False,
        _("Make masks too"),
        _("Picture and mask together, as channels (Bowles 2018); the set needs masks."),
    )


_KEEP = (("last", _("After the last step")), ("best", _("At the best snapshot")))
_BEST_BY = (
    ("distance", _("Distance")),
    ("diversity", _("Diversity")),
    ("error", _("Error (pairs, or inside of masks)")),
)
_WATCH_ENCODERS = (("random", _("Fixed random network")), ("inception", _("Inception network of the FID")))
_PRECISIONS = (("full", _("Full (32 bits)")), ("mixed", _("Mixed")))


@dataclass(frozen=True)
class TrainingOptions:
    """How a network is trained; lengths and intervals count images seen, so that they do not change with the batch."""

    seed: int = option(0, _("Seed"), _("The same seed and data train the same network."), 0, 2**31 - 1)
    images_seen: int = option(
        200_000, _("Images to see"), _("Training ends after this many."), 1, 100_000_000
    )
    batch: int = option(64, _("Batch"), _("Images per step."), 2, 4096)
    learning_rate: float = option(2e-4, _("Learning rate"), _("Of Adam."), 1e-7, 1.0)
    beta1: float = option(0.5, _("Beta 1"), _("Of Adam."), 0.0, 0.9999)
    beta2: float = option(0.999, _("Beta 2"), _("Of Adam."), 0.0, 0.99999)
    checkpoint_every_images: int = option(
        10_000, _("Images between checkpoints"), _("Most that a kill can lose."), 1, 10_000_000
    )
    sample_every_images: int = option(10_000, _("Images between sample grids"), "", 1, 10_000_000)
    watch: int = option(
        256, _("Pictures per snapshot"), _("Made to watch distance, diversity and copies."), 64, 10_000
    )
    keep_snapshots: bool = option(
        False,
        _("Keep the weights of every snapshot"),
        _("Sets can then be drawn from each, to follow the training by metrics."),
    )
    watch_encoder: str = option(
        "random",
        _("Encoder of the snapshots"),
        _("Distance, diversity and copies are measured on its features."),
        choices=_WATCH_ENCODERS,
    )
    keep: str = option("last", _("Weights to keep"), choices=_KEEP)
    best_by: str = option(
        "distance", _("Best snapshot by"), _("Smallest distance or error, or a diversity nearest to that of the real pictures."),
        choices=_BEST_BY,
    )  # fmt: skip
    precision: str = option("full", _("Precision"), _("Mixed: bfloat16, on a GPU only."), choices=_PRECISIONS)


@dataclass(frozen=True)
class GANTraining(TrainingOptions):
    ada_target: float = option(
        0.0,
        _("Adaptive augmentation target"),
        _("For small data: 0 is off, the paper uses 0.6 (Karras 2020)."),
        0.0,
        1.0,
    )


_LATENT = dict(
    label=_("Latent dimensions"), help=_("Numbers that a picture is made from."), minimum=1, maximum=1024
)
_CHANNELS = dict(default=1, label=_("Channels"), help=_("1 is grey, 3 is colour."), minimum=1, maximum=3)
_CLASSES = dict(
    default=0, label=_("Classes"), help=_("0: one network for all pictures, whatever their label."),
    minimum=0, maximum=1000,
)  # fmt: skip


@dataclass(frozen=True)
class GANOptions:
    """Fully connected networks; 1,200 units are those of the authors' MNIST network."""

    latent: int = option(100, **_LATENT)
    width: int = option(1200, _("Hidden units"), _("Of each layer of the generator."), 8, 8192)
    size: int = option(28, _("Picture size"), _("Pixels along each side."), 8, 64)
    channels: int = option(**_CHANNELS)
    classes: int = option(**_CLASSES)


@dataclass(frozen=True)
class PGGANOptions:
    """Size 1024 with three channels is the paper's: 23,079,115 + 23,087,249 parameters."""

    latent: int = option(512, **_LATENT)
    size: int = option(256, _("Picture size"), _("A power of two from 4 to 1024."), 4, 1024)
    channels: int = option(**_CHANNELS)
    base_maps: int = option(8192, _("Feature maps, base"), _("Divided by the side of a block."), 64, 16384)
    most_maps: int = option(512, _("Feature maps, most"), _("512 is the paper's; 64 is quick."), 4, 1024)
    with_mask: bool = option(
        False,
        _("Make masks too"),
        _("Picture and mask together, as channels (Bowles 2018); the set needs masks."),
    )

    def __post_init__(self):
        if self.size & (self.size - 1):
            raise InvalidOptions(f"size is {self.size}, but must be a power of two: 4, 8, 16, ... 1024.")


@dataclass(frozen=True)
class DDPMOptions:
    """Width 128 and factors up to 2 at four resolutions are the paper's for 32 pixels: 35.7 million parameters."""

    width: int = option(64, _("Width"), _("Feature maps at full size: 32 is quick, 128 the paper's."), 8, 256)
    levels: int = option(3, _("Resolutions"), _("The paper uses 4 at 32 pixels; each halves the side."), 1, 6)
    size: int = option(32, _("Picture size"), _("Pixels along each side; halved at each resolution."), 8, 256)
    channels: int = option(**_CHANNELS)
    classes: int = option(**_CLASSES)
    timesteps: int = option(1000, _("Time steps"), _("Of the noising; the paper uses 1000."), 2, 4000)
    sampling_steps: int = option(
        50, _("Sampling steps"), _("All time steps are the paper's; fewer are quicker."), 1, 4000
    )

    def __post_init__(self):
        if self.size % 2 ** (self.levels - 1):
            raise InvalidOptions(
                f"size is {self.size}, but must be divisible by {2 ** (self.levels - 1)} for {self.levels} resolutions."
            )
        if self.sampling_steps > self.timesteps:
            raise InvalidOptions(
                f"sampling_steps is {self.sampling_steps}; at most the {self.timesteps} time steps are possible."
            )


@dataclass(frozen=True)
class TransferOptions(DCGANOptions):
    """The architecture of the DCGAN that is begun from, and how much of it stays as it is."""

    frozen_generator: int = option(
        4,
        _("Frozen layers of the generator"),
        _(
            "Counted from the picture; the paper freezes 4. The layer that the random numbers enter always learns."
        ),
        0,
        8,
    )
    frozen_discriminator: int = option(
        2, _("Frozen layers of the discriminator"), _("Counted from the picture; the paper uses 2."), 0, 8
    )


@dataclass(frozen=True)
class WGANTraining(TrainingOptions):
    learning_rate: float = option(5e-5, _("Learning rate"), _("Of RMSprop."), 1e-7, 1.0)
    beta1: float = option(0.0, _("Momentum"), _("Of RMSprop; the paper advises against it."), 0.0, 0.9999)
    beta2: float = option(0.99, _("Smoothing"), _("Of RMSprop's squared gradients."), 0.0, 0.99999)
    critic_steps: int = option(5, _("Critic steps"), _("For one of the generator."), 1, 100)
    clip: float = option(0.01, _("Clipping"), _("Largest weight of the critic."), 1e-4, 1.0)
    warm_critic_steps: int = option(
        100,
        _("Critic steps at the start"),
        _("During the first 25 generator steps and at every 500th."),
        1,
        1000,
    )


@dataclass(frozen=True)
class WGANGPTraining(TrainingOptions):
    learning_rate: float = option(1e-4, _("Learning rate"), _("Of Adam."), 1e-7, 1.0)
    beta1: float = option(0.0, _("Beta 1"), _("Of Adam."), 0.0, 0.9999)
    beta2: float = option(0.9, _("Beta 2"), _("Of Adam."), 0.0, 0.99999)
    critic_steps: int = option(5, _("Critic steps"), _("For one of the generator."), 1, 100)
    penalty: float = option(10.0, _("Gradient penalty"), _("Lambda; the paper uses 10."), 0.0, 1000.0)


@dataclass(frozen=True)
class PGGANTraining(TrainingOptions):
    images_seen: int = option(
        12_000_000, _("Images to see"), _("Training ends after this many."), 1, 100_000_000
    )
    batch: int = option(16, _("Batch"), _("Images per step."), 2, 4096)
    learning_rate: float = option(1e-3, _("Learning rate"), _("Of Adam."), 1e-7, 1.0)
    beta1: float = option(0.0, _("Beta 1"), _("Of Adam."), 0.0, 0.9999)
    beta2: float = option(0.99, _("Beta 2"), _("Of Adam."), 0.0, 0.99999)
    phase_images: int = option(
        600_000,
        _("Images per phase"),
        _("To fade a resolution in, and again to stabilise it."),
        1,
        10_000_000,
    )
    penalty: float = option(10.0, _("Gradient penalty"), _("Lambda; the paper uses 10."), 0.0, 1000.0)
    drift: float = option(
        1e-3, _("Drift"), _("Keeps the critic's values near 0; the paper uses 0.001."), 0.0, 1.0
    )
    average: float = option(
        0.999, _("Average of weights"), _("Decay per step; the paper uses 0.999."), 0.0, 0.99999
    )


@dataclass(frozen=True)
class DDPMTraining(TrainingOptions):
    average: float = option(
        0.9999, _("Average of weights"), _("Decay per step; the paper uses 0.9999."), 0.0, 0.99999
    )
    beta1: float = option(0.9, _("Beta 1"), _("Of Adam."), 0.0, 0.9999)
    watch: int = option(
        64, _("Pictures per snapshot"), _("Made to watch distance, diversity and copies."), 64, 10_000
    )


@dataclass(frozen=True)
class TransferTraining(GANTraining):
    batch: int = option(16, _("Batch"), _("Images per step."), 2, 4096)
    learning_rate: float = option(1e-4, _("Learning rate"), _("Of Adam."), 1e-7, 1.0)
    r1: float = option(10.0, _("R1 penalty"), _("Gamma; the paper uses 10."), 0.0, 1000.0)
