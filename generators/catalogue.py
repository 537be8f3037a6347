"""Everything that can make images, written down once: forms, pages, recipes and documents read these dicts.

Torch-free: networks are named by dotted path and imported inside tasks. Titles and sentences are plain English marked
by `_` for makemessages; whoever shows them translates them."""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from generators import options as o
from generators import options_networks as n
from generators import options_translation as t
from generators.options import (  # noqa: F401  (offered here too: the catalogue is where options are looked for)
    AugMixOptions,
    InvalidOptions,
    MixupOptions,
    NoOptions,
    OptionField,
    make_options,
    option_fields,
)
from generators.options_foreign import ForeignOptions


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


@dataclass(frozen=True)
class Entry:
    """One way of making images.

    path      dotted path: a module for mixing and networks, `module:NAME` for a classical transform
    partners  pictures needed for one output, its own included (0: made from nothing)
    pairing   which partners are drawn unless a recipe says otherwise: any, same_class, other_class
    training  options of training, for networks
    needs     what a network learns from: set, two_sets (unpaired), pairs, masks (a set whose pictures have masks), pairs_masks
    translates  makes pictures from pictures: a source set is named when it makes some
    at_making names of options that may be changed each time pictures are made
    starts_from  network of the finished training that this one must begin from, or ''"""

    name: str
    title: str
    summary: str
    options: type
    path: str
    task: str
    partners: int = 1
    pairing: str = "any"
    cautions: tuple[str, ...] = ()
    training: type | None = None
    needs: str = "set"
    translates: bool = False
    at_making: tuple[str, ...] = ()
    starts_from: str = ""

    @property
    def has_chance(self) -> bool:
        """Whether the same source can give several pictures."""
        return not self.translates or self.needs == "masks"

    @property
    def needs_second(self) -> bool:
        return self.needs in ("two_sets", "pairs", "pairs_masks")

    @property
    def needs_pairs(self) -> bool:
        return self.needs in ("pairs", "pairs_masks")

    @property
    def needs_masks(self) -> bool:
        return self.needs in ("masks", "pairs_masks")

    def load(self) -> ModuleType:
        """The module (mixing, network) or transform (classical). Loading a network imports torch: tasks only."""
        module, _colon, attribute = self.path.partition(":")
        loaded = import_module(module)
        return getattr(loaded, attribute) if attribute else loaded


def _mixing(name, title, summary, options, partners=1, pairing="any", cautions=()):
    path = f"generators.mixing.{name}"
    return Entry(name, title, summary, options, path, "mixing", partners, pairing, tuple(cautions))


def _classical(name, title, summary, options, module, cautions=()):
    path = f"generators.classical.{module}:{name.upper()}"
    return Entry(name, title, summary, options, path, "classical", cautions=tuple(cautions))


def _by_name(*entries: Entry) -> dict[str, Entry]:
    return {entry.name: entry for entry in entries}


_NOT_A_PATIENT = _("The outputs train classifiers; they do not look like pictures of a patient.")

MIXING = _by_name(
    _mixing("cutout", _("Cutout"), _("Blanks one square of each picture."), o.CutoutOptions,
            cautions=[_("A square over the finding leaves its label in place.")]),
    _mixing("mixup", _("Mixup"), _("Blends two pictures and their labels in the same proportion."), o.MixupOptions, 2,
            cautions=[_("Weak for segmentation: blended borders have no true mask. The mask of the heavier picture is kept."),
                      _NOT_A_PATIENT]),
    _mixing("cutmix", _("CutMix"), _("Pastes a box of one picture into another; labels follow the area."),
            o.CutMixOptions, 2, cautions=[_NOT_A_PATIENT]),
    _mixing("augmix", _("AugMix"), _("Averages several chains of small changes with the picture itself."), o.AugMixOptions,
            cautions=[_("Chains move the anatomy a little, and the mask stays where it was.")]),
    _mixing("ricap", _("RICAP"), _("Patches four random crops around one point; labels follow the areas."),
            o.RICAPOptions, 4, cautions=[_NOT_A_PATIENT]),
    _mixing("perlin", _("Perlin mixing"), _("Joins two classes along a natural border drawn by Perlin noise."),
            o.PerlinOptions, 2, "other_class", [_("Meant for textures such as lung patterns; anatomy is not kept.")]),
)  # fmt: skip

_SIDES = _("Left and right organs, and side marks, change places.")

CLASSICAL = _by_name(
    _classical("horizontal_flip", _("Horizontal flip"), _("Mirrors left and right."), o.NoOptions, "geometry", [_SIDES]),
    _classical("vertical_flip", _("Vertical flip"), _("Mirrors top and bottom."), o.NoOptions, "geometry",
               [_("Turns a patient upside down: for patches and microscopy.")]),
    _classical("elastic", _("Elastic transform"), _("Bends the picture by a smooth random field."), o.ElasticOptions, "warps"),
    _classical("grid_distortion", _("Grid distortion"), _("Stretches and squeezes the rows and columns of a grid."),
               o.GridDistortionOptions, "warps"),
    _classical("optical_distortion", _("Optical distortion"), _("Bends the picture as a lens does."),
               o.OpticalDistortionOptions, "warps"),
    _classical("sharpen", _("Sharpen"), _("Adds an unsharp mask."), o.SharpenOptions, "filters"),
    _classical("motion_blur", _("Motion blur"), _("Smears along a straight path."), o.MotionBlurOptions, "filters"),
    _classical("gaussian_blur", _("Gaussian blur"), _("Smooths by a Gaussian."), o.GaussianBlurOptions, "filters"),
    _classical("rotation", _("Rotation"), _("Turns around the centre."), o.RotationOptions, "geometry"),
    _classical("shift", _("Shift"), _("Moves along both axes."), o.ShiftOptions, "geometry"),
    _classical("zoom", _("Zoom"), _("Enlarges or shrinks around the centre."), o.ZoomOptions, "geometry"),
    _classical("crop", _("Crop"), _("Keeps a random part."), o.CropOptions, "geometry",
               [_("May cut the finding away and keep its label.")]),
    _classical("gamma", _("Gamma"), _("Bends the grey scale by a power."), o.GammaOptions, "intensity"),
    _classical("clahe", _("CLAHE"), _("Equalises contrast tile by tile, within a limit."), o.CLAHEOptions, "intensity"),
    _classical("inversion", _("Inversion"), _("Turns dark to bright."), o.NoOptions, "intensity",
               [_("Means nothing where the grey scale has a unit, as in CT.")]),
    _classical("channel_shuffle", _("Channel shuffle"), _("Reorders the colours."), o.NoOptions, "intensity",
               [_("Needs colour pictures.")]),
    _classical("brightness_contrast", _("Brightness and contrast"), _("Moves and stretches the grey scale."),
               o.BrightnessContrastOptions, "intensity"),
    _classical("equalisation", _("Histogram equalisation"), _("Spreads the grey levels evenly over the range."),
               o.NoOptions, "intensity"),
    _classical("gaussian_noise", _("Gaussian noise"), _("Adds noise of one strength everywhere."), o.GaussianNoiseOptions,
               "corruption"),
    _classical("shot_noise", _("Shot noise"), _("Counts photons: noise as of a lower dose."), o.ShotNoiseOptions, "corruption"),
    _classical("impulse_noise", _("Impulse noise"), _("Makes single pixels darkest or brightest."), o.ImpulseNoiseOptions,
               "corruption"),
    _classical("pixelate", _("Pixelate"), _("Shows coarse pixels."), o.PixelateOptions, "corruption"),
)  # fmt: skip


def _network(name, title, summary, options, training, cautions=(), **more):
    path = f"generators.networks.{name}"
    may_copy = _("May copy pictures it was trained on: look at the nearest real neighbours.")
    return Entry(
        name,
        title,
        summary,
        options,
        path,
        "network",
        0,
        cautions=(may_copy, *cautions),
        training=training,
        **more,
    )


_INVENTS = _("May invent structures or lose them: compare each picture with the one it was made from.")
_NEEDS_PATCHES = _("Learns best from patches around the place of the finding, all of one kind of tissue.")

NETWORKS = _by_name(
    _network("dcgan", _("DCGAN"), _("Learns to make pictures like those of a set, out of random numbers."),
             n.DCGANOptions, n.GANTraining),
    _network("gan", _("GAN"), _("The first of its kind: fully connected networks, for small pictures."),
             n.GANOptions, n.GANTraining),
    _network("wgan", _("WGAN"), _("A critic estimates how far apart real and made pictures are; its weights are clipped."),
             n.DCGANOptions, n.WGANTraining, [_("The critic has few images to learn from: expect slow progress.")]),
    _network("wgan_gp", _("WGAN-GP"), _("As WGAN, with a penalty in place of clipping: steadier on varied pictures."),
             n.DCGANOptions, n.WGANGPTraining),
    _network("pggan", _("PGGAN"), _("Grows from 4 pixels to the full size, up to 1024: for large pictures."),
             n.PGGANOptions, n.PGGANTraining, [_("Full size takes days on one GPU.")]),
    _network("ddpm", _("DDPM"), _("A diffusion model: removes noise step by step until a picture is left."),
             n.DDPMOptions, n.DDPMTraining, [_("Each picture takes as many passes as there are sampling steps.")],
             at_making=("sampling_steps",)),
    _network("transfer", _("Transfer to small data"), _("Goes on from a DCGAN trained on a larger set, keeping its low layers."),
             n.TransferOptions, n.TransferTraining, starts_from="dcgan"),
    _network("fbgan", _("F&BGAN"), _("A forward GAN makes varied pictures; a backward GAN refines each and removes its noise."),
             t.FBGANOptions, t.FBGANTraining, at_making=("stage",)),
    _network("cyclegan", _("CycleGAN"), _("Turns pictures of one set into pictures like those of another, without pairs."),
             t.CycleGANOptions, t.CycleGANTraining, [_INVENTS], needs="two_sets", translates=True),
    _network("lesion", _("Lesion translation"), _("Turns healthy patches into diseased ones, to fill a rare class."),
             t.CycleGANOptions, t.CycleGANTraining, [_INVENTS, _NEEDS_PATCHES], needs="two_sets", translates=True),
    _network("denoising", _("WGAN denoising"), _("Learns from pairs to remove noise: low dose to routine dose, OCT, ultrasound."),
             t.DenoisingOptions, t.DenoisingTraining, [_INVENTS], needs="pairs", translates=True),
    _network("tripartite", _("Tripartite-GAN"), _("Makes the contrast-enhanced picture and finds the lesions in it."),
             t.TripartiteOptions, t.TripartiteTraining, [_INVENTS], needs="pairs_masks", translates=True, at_making=("threshold",)),
    _network("cigan", _("ciGAN"), _("Fills the inside of a mask anew: adds a lesion there, or removes one."),
             t.CiGANOptions, t.CiGANTraining, [_INVENTS], needs="masks", translates=True, at_making=("keep_outside",)),
)  # fmt: skip

FOREIGN = _network("onnx", _("ONNX network"), _("A network of any architecture out of one file; it runs apart from everything else."),
                   ForeignOptions, None)  # fmt: skip
"""What an administrator brings as an ONNX file: not trained here, so not among NETWORKS."""


def network_entry(name: str) -> Entry:
    return FOREIGN if name == FOREIGN.name else NETWORKS[name]


STEPS: dict[str, Entry] = MIXING | CLASSICAL
"""What a recipe may contain, by name."""
