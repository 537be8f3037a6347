"""Published visual Turing tests as designs to start from: one entry a study, in the order of their years.

Counts, truths and questions are those of the paper where its text gives them; `note` says what had to be chosen here and what
was done otherwise there. Words that readers see are in the language in which the design is taken up."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .protocol import Phase, Plan, Protocol, Source
from .questions import Option, Question


@dataclass(frozen=True)
class Published:
    title: str
    citation: str
    what: str | Promise
    readers: str | Promise
    note: str | Promise
    design: Callable[[], Protocol]


def turing(steps: int = 1) -> Question:
    return Question("turing", "detect", steps=steps)


def _options(*pairs: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in pairs)


def _han() -> Protocol:
    return Protocol(
        sources=(
            Source("real-dcgan", "real", 50), Source("dcgan", "synthetic", 50, "DCGAN"),
            Source("real-wgan", "real", 50), Source("wgan", "synthetic", 50, "WGAN"),
        ),
        phases=(
            Phase("dcgan", (turing(),), title=_("First network"), sources=("real-dcgan", "dcgan")),
            Phase("wgan", (turing(),), title=_("Second network"), sources=("real-wgan", "wgan")),
        ),
        plan=Plan("accuracy"),
    )  # fmt: skip


def _chen() -> Protocol:
    scale = Question("realism", "realism", _("Is this lesion inserted or real?"), points=10, low=_("absolutely inserted"), high=_("absolutely real"))  # fmt: skip
    pair = Question("pair", "pair", _("Which lesion was inserted?"), steps=5, gestures=2)
    return Protocol(
        sources=(Source("real", "real", 51), Source("inserted", "synthetic", 51)),
        phases=(
            Phase("scores", (scale,), title=_("One at a time"), prevalence="none"),
            Phase("pairs", (pair,), title=_("In pairs"), prevalence="none"),
        ),
    )


def _chuquicusma() -> Protocol:
    strata = (("benign", 18), ("malignant", 18))
    question = Question("diagnosis", "diagnosis", _("Benign or malignant?"), options=_options(("benign", _("benign")), ("malignant", _("malignant"))))  # fmt: skip
    return Protocol(
        sources=(
            Source("real", "real", 36, strata=strata),
            Source("dcgan", "synthetic", 36, "DCGAN", strata=strata),
        ),
        phases=(Phase("reading", (turing(), question), prevalence="none"),),
        plan=Plan("accuracy"),
    )


def _park() -> Protocol:
    return Protocol(
        sources=(Source("real", "real", 150), Source("pggan", "synthetic", 150, "PGGAN")),
        phases=(Phase("reading", (turing(),), prevalence="none"),),
        plan=Plan("accuracy"),
        ask_profile=True,
    )


def _khader() -> Protocol:
    rubric = Question(
        "rubric", "rubric", _("Rate the whole volume."), points=4, low=_("not recognisable, none"), high=_("cannot tell whether fake, all, correct"),
        options=_options(("appearance", _("Realistic appearance")), ("slices", _("Consistency between slices")), ("anatomy", _("Anatomic correctness"))),
    )  # fmt: skip
    return Protocol(
        sources=(Source("diffusion", "synthetic", 50, _("Diffusion model")),),
        phases=(Phase("volumes", (rubric,), prevalence="none"),),
        unit="volume",
    )


def _jang() -> Protocol:
    return Protocol(
        sources=(
            Source("real-1", "real", 50), Source("pggan-1", "synthetic", 50, "PGGAN"),
            Source("real-2", "real", 50), Source("pggan-2", "synthetic", 50, "PGGAN"),
        ),
        phases=(
            Phase("first", (turing(),), title=_("First validation set"), prevalence="none", sources=("real-1", "pggan-1")),
            Phase("second", (turing(),), title=_("Second validation set"), prevalence="none", sources=("real-2", "pggan-2"), washout_days=14),
        ),
        plan=Plan("accuracy"),
        ask_profile=True,
    )  # fmt: skip


def _polyp() -> Protocol:
    question = Question("origin", "class", _("What is this image?"), options=_options(("real", _("real")), ("augmented", _("real, then altered")), ("synthetic", _("synthetic"))))  # fmt: skip
    return Protocol(
        sources=(
            Source("real", "real", 8), Source("augmented", "augmented", 8),
            Source("cyclegan", "synthetic", 4, "CycleGAN"), Source("diffusion", "synthetic", 4, _("Diffusion model")),
        ),
        phases=(Phase("reading", (question,), prevalence="none"),),
        plan=Plan("accuracy"),
        allow_phones=True,
        ask_profile=True,
    )  # fmt: skip


def _gazeval() -> Protocol:
    findings = Question(
        "diagnosis", "diagnosis", _("What is the main finding?"), steps=5,
        options=_options(("normal", _("no finding")), ("atelectasis", _("atelectasis")), ("cardiomegaly", _("cardiomegaly")), ("effusion", _("pleural effusion")), ("pneumonia", _("pneumonia"))),
    )  # fmt: skip
    return Protocol(
        sources=(Source("real", "real", 30), Source("roentgen", "synthetic", 30, "RoentGen")),
        phases=(
            Phase("diagnosis", (findings,), title=_("Diagnosis"), informed=False, prevalence="none"),
            Phase("turing", (Question("turing", "detect", steps=5, gestures=2),), title=_("Real or synthetic"), prevalence="none"),
        ),
    )  # fmt: skip


def _schuit() -> Protocol:
    seen = Question(
        "abnormality",
        "choice",
        _("Does the image show the abnormality?"),
        options=_options(("yes", _("yes")), ("no", _("no"))),
    )
    cues = Question("cues", "text", required=False, only_if="synthetic")
    strata = tuple((label, 10) for label in ("atelectasis", "opacity", "effusion", "cardiac"))
    return Protocol(
        sources=(
            Source("real", "real", 40, strata=strata), Source("gan", "synthetic", 40, "GAN", strata=strata),
            Source("diffusion", "synthetic", 40, _("Diffusion model"), strata=strata),
        ),
        phases=(Phase("reading", (turing(), seen, cues), prevalence="none"),),
        plan=Plan("accuracy"),
    )  # fmt: skip


def _tordjman() -> Protocol:
    quality = Question("quality", "rating", low=_("poor"), high=_("excellent"))
    diagnosis = Question("finding", "text", _("Your diagnosis"))
    noticed = Question("noticed", "text", _("Did you notice anything about these images?"), required=False)
    cues = Question("cues", "checklist", _("What gave it away?"), required=False, only_if="synthetic", options=_options(
        ("symmetry", _("left and right too alike")), ("grain", _("uniform grain")), ("texture", _("unnatural texture")), ("bone", _("bone too smooth"))))  # fmt: skip
    first = ("real-1", "gpt-4o")
    return Protocol(
        sources=(
            Source("real-1", "real", 77), Source("gpt-4o", "synthetic", 77, "GPT-4o"),
            Source("real-2", "real", 55), Source("roentgen", "synthetic", 55, "RoentGen"),
        ),
        phases=(
            Phase("blinded", (quality, diagnosis), title=_("Quality and diagnosis"), informed=False, prevalence="none", sources=first, ends=(noticed,)),
            Phase("informed", (turing(), cues), title=_("Real or synthetic"), prevalence="none", sources=first),
            Phase("chest", (turing(), cues), title=_("Chest radiographs"), prevalence="none", sources=("real-2", "roentgen")),
        ),
        plan=Plan("accuracy"),
        ask_profile=True,
    )  # fmt: skip


PUBLISHED: dict[str, Published] = {
    "chen-2016": Published(
        "Chen 2016",
        "Chen B et al. Validation of a projection-domain insertion of liver lesions into CT images. Acad Radiol 2016;23:1221",
        gettext_lazy("51 real and 51 inserted lesions scored from 1 to 10, then 51 pairs: which one was inserted, and how sure (1 to 5)."),
        gettext_lazy("two radiologists in consensus: one link for both"),
        gettext_lazy("As published."),
        _chen,
    ),
    "han-2018": Published(
        "Han 2018",
        "Han C et al. GAN-based synthetic brain MR image generation. ISBI 2018",
        gettext_lazy("50 real and 50 synthetic images of each network, real or synthetic."),
        gettext_lazy("one physician"),
        gettext_lazy("One sequence of both networks; run it again for another sequence."),
        _han,
    ),
    "chuquicusma-2018": Published(
        "Chuquicusma 2018",
        "Chuquicusma MJM et al. How to fool radiologists with generative adversarial networks? ISBI 2018",
        gettext_lazy("Lung nodules, benign and malignant in equal numbers: real or generated, and the diagnosis."),
        gettext_lazy("two radiologists"),
        gettext_lazy("Shown one at a time. Numbers are chosen here: set your own."),
        _chuquicusma,
    ),
    "park-2021": Published(
        "Park 2021",
        "Park HY et al. Realistic high-resolution body CT image synthesis by using PGGAN: visual Turing test. JMIR Med Inform 2021;9:e23328",
        gettext_lazy("150 real and 150 synthetic body CT images, real or synthetic; subgroups by anatomy."),
        gettext_lazy("ten radiologists in three groups: below 5, 5 to 10, above 10 years"),
        gettext_lazy("As published. Label the images with their region to get the subgroups."),
        _park,
    ),
    "jang-2023": Published(
        "Jang 2023",
        "Jang M et al. Image Turing test and its applications on synthetic chest radiographs. Sci Rep 2023;13:2356",
        gettext_lazy("Two independent validation sets of chest radiographs, real or synthetic."),
        gettext_lazy("six radiologists"),
        gettext_lazy("Numbers and the two weeks between the sets are chosen here: set your own."),
        _jang,
    ),
    "khader-2023": Published(
        "Khader 2023",
        "Khader F et al. Denoising diffusion probabilistic models for 3D medical image generation. Sci Rep 2023;13:7303",
        gettext_lazy("Synthetic volumes to scroll through: appearance, consistency between slices and anatomy, four grades each."),
        gettext_lazy("two radiologists"),
        gettext_lazy("The three scales are the paper's; the number of volumes is chosen here."),
        _khader,
    ),
    "gazeval-2025": Published(
        "GazeVal 2025",
        "Wong D et al. Eyes tell the truth: GazeVal. arXiv:2503.20967, 2025",
        gettext_lazy("30 real and 30 synthetic chest radiographs: a diagnosis without knowing the purpose, then real or synthetic on the same images, both with confidence."),
        gettext_lazy("sixteen radiologists; language models beside them"),
        gettext_lazy("Without the eye tracker. The five findings are examples: use the labels of your sets."),
        _gazeval,
    ),
    "polyp-2025": Published(
        "Colon polyps 2025",
        "Evaluation of perceptual realism and clinical plausibility of AI-generated colon polyp images. Biomedicines 2025;13:1561",
        gettext_lazy("8 real, 8 augmented, 4 CycleGAN and 4 diffusion images: which of three origins?"),
        gettext_lazy("32 gastroenterologists, 18 residents and 14 seniors"),
        gettext_lazy("As published: an online form, phones allowed."),
        _polyp,
    ),
    "schuit-2025": Published(
        "Schuit 2025",
        "Schuit G, Parra D, Besa C. Perceptual evaluation of GANs and diffusion models for generating X-rays. arXiv:2508.07128, 2025",
        gettext_lazy("Real, GAN and diffusion radiographs by four abnormalities: real or synthetic, is the abnormality there, and what gave it away."),
        gettext_lazy("three radiologists"),
        gettext_lazy("Ten images of each abnormality and origin are chosen here; the labels are examples."),
        _schuit,
    ),
    "tordjman-2026": Published(
        "Tordjman 2026",
        "Tordjman M, Yuce M et al. The rise of deepfake medical imaging. Radiology 2026",
        gettext_lazy("Quality and diagnosis of 154 radiographs without knowing the purpose, then real or synthetic on the same ones, then on 110 chest radiographs of another generator."),
        gettext_lazy("seventeen radiologists; language models beside them, never pooled"),
        gettext_lazy("As published; the list of cues follows its discussion."),
        _tordjman,
    ),
}  # fmt: skip
