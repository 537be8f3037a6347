"""Every metric the project computes, written down once: forms, pages, reports, docs and the tests of invariants read this.

To add one: its function in metrics/functional, its entry here, its test. An entry says what the number means, what it needs,
which way is better, how far it ranges, what two equal sets give, below how many images it is refused, and where it misleads.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, update_wrapper
from importlib import import_module
from typing import Any

from .reports import gettext_noop as _

INFINITY = math.inf

GROUPS: dict[str, str] = {
    "fidelity": _("Fidelity"),
    "diversity": _("Diversity"),
    "paired": _("Paired images"),
    "memorisation": _("Memorisation"),
}


@dataclass(frozen=True)
class Metric:
    name: str
    title: str
    group: str  # a key of GROUPS
    path: str  # module and function, dotted
    needs: str  # "features" | "profiles" | "probabilities" | "images" | "pairs" | "training"
    direction: str  # "lower" | "higher" | "as real": the real set's own value is the aim
    low: float
    high: float
    ideal: float | None  # what a set gives against itself; None where that is the real set's own value
    minimum: int  # images needed in each set
    meaning: str
    cautions: tuple[str, ...] = ()
    part: str = ""  # attribute of the function's result, where it has several
    options: tuple[
        tuple[str, Any], ...
    ] = ()  # with which the function is called, where one gives several metrics
    secondary: bool = False  # for whoever compares with other work: never needed to read a report

    def function(self) -> Callable[..., Any]:
        module, name = self.path.rsplit(".", 1)
        found = getattr(import_module(module), name)
        return update_wrapper(partial(found, **dict(self.options)), found) if self.options else found


_ENTRIES = (
    Metric(
        "kid", _("KID"), "fidelity", "metrics.functional.kernel.kid", "features", "lower", -INFINITY, INFINITY, 0.0, 10,
        _("Squared distance between the two sets of features by a cubic kernel (maximum mean discrepancy); unbiased at every size."),
        (_("Small sets may give a negative value: it means that no difference is seen."),),
    ),
    Metric(
        "kid_subsets", _("KID, 100 subsets of 1,000"), "fidelity", "metrics.functional.kernel.kid_subsets", "features", "lower",
        -INFINITY, INFINITY, 0.0, 1000,
        _("The published form of the KID, a mean over random subsets, for comparison with other work."),
        (_("It says nothing that the KID over all pairs does not say more exactly."),), secondary=True,
    ),
    Metric(
        "cmmd", _("CMMD"), "fidelity", "metrics.functional.cmmd.cmmd", "features", "lower", -INFINITY, INFINITY, 0.0, 10,
        _("A thousand times the squared distance between the two sets of CLIP embeddings by a Gaussian kernel; unbiased at every size."),
        (_("It sees what captions of everyday pictures tell apart, and little of noise or dose."),),
    ),
    Metric(
        "frechet", _("Fréchet distance"), "fidelity", "metrics.functional.frechet.frechet_distance", "features", "lower",
        0.0, INFINITY, 0.0, 10,
        _("Distance between two normal distributions fitted to the features; called FID only with the Inception network."),
        (
            _("Its value falls as sets grow: compare it only between sets of the same size."),
            _("It sees means and covariances only."),
        ),
    ),
    Metric(
        "frechet_principal", _("Fréchet distance, principal components"), "fidelity",
        "metrics.functional.frechet.frechet_distance", "features", "lower", 0.0, INFINITY, 0.0, 20,
        _("The same distance on the first principal components of the real features, so that fewer images suffice."),
        (_("What differs outside those components is not seen."),),
    ),
    Metric(
        "precision", _("Precision"), "fidelity", "metrics.functional.manifold.prdc", "features", "higher", 0.0, 1.0, 1.0, 20,
        _("Share of synthetic images that lie within the real images, by nearest neighbours."),
        (_("One outlying real image widens the region that counts as real."),), "precision",
    ),
    Metric(
        "density", _("Density"), "fidelity", "metrics.functional.manifold.prdc", "features", "higher", 0.0, INFINITY, 1.0, 20,
        _("How many real neighbourhoods hold each synthetic image, against the number expected; above 1 where synthetic images crowd."),
        (_("A value above 1 is no praise: the synthetic images sit where real ones are densest."),), "density",
    ),
    Metric(
        "clipped_density", _("Clipped density"), "fidelity", "metrics.functional.manifold.prdc", "features", "higher",
        0.0, 1.0, 1.0, 20,
        _("Density with the weight of outliers cut off; 0.8 reads as if four fifths of the synthetic images were good."),
        (_("It cannot exceed 1, so that crowding goes unseen: read the density for that."),), "clipped_density", secondary=True,
    ),
    Metric(
        "c2st", _("Classifier test, AUC"), "fidelity", "metrics.functional.classifier.c2st", "features", "lower",
        0.0, 1.0, 0.5, 40,
        _("How well a small classifier tells real from synthetic images that it has not seen: 0.5 is chance, 1 always. The machine's Turing test."),
        (
            _("It grows with the number of images to learn from: compare it only at one size."),
            _("A difference that nobody minds (a border, a compression) is found at once."),
            _("Well below 0.5 the synthetic images are near copies of real ones."),
        ),
        "auc",
    ),
    Metric(
        "spectrum", _("Spectrum distance"), "fidelity", "metrics.functional.spectrum.spectrum_distance", "profiles", "lower",
        0.0, INFINITY, 0.0, 10,
        _("How far the mean power of both sets at each spatial frequency lies apart, in dB; generators often miss the finest detail."),
        (_("It sees no anatomy, and a resize or a compression moves it."),),
    ),
    Metric(
        "inception_score", _("Inception Score"), "fidelity", "metrics.functional.inception.inception_score", "probabilities",
        "as real", 1.0, 1008.0, None, 10,
        _("How surely and how variously a network trained on everyday photographs names the synthetic images."),
        (_("Classes of everyday photographs mean little for medical images; it is here for comparison with other work."),),
    ),
    Metric(
        "inception_score_10", _("Inception Score, ten splits"), "fidelity", "metrics.functional.inception.inception_score",
        "probabilities", "as real", 1.0, 1008.0, None, 100,
        _("The same as the mean over ten parts of the set, the form of most publications."),
        (_("Smaller parts give smaller values: compare only sets of the same size."),), options=(("splits", 10),), secondary=True,
    ),
    Metric(
        "recall", _("Recall"), "diversity", "metrics.functional.manifold.prdc", "features", "higher", 0.0, 1.0, 1.0, 20,
        _("Share of real images that lie within the synthetic images, by nearest neighbours."),
        (_("A few scattered synthetic images can raise it."),), "recall",
    ),
    Metric(
        "coverage", _("Coverage"), "diversity", "metrics.functional.manifold.prdc", "features", "higher", 0.0, 1.0, 1.0, 20,
        _("Share of real images with a synthetic image in their neighbourhood."),
        (_("It falls with poor fidelity too, not only with missing variety."),), "coverage",
    ),
    Metric(
        "clipped_coverage", _("Clipped coverage"), "diversity", "metrics.functional.manifold.prdc", "features", "higher",
        0.0, 1.0, 1.0, 20,
        _("Coverage that falls in proportion to the real images without enough synthetic ones around them."),
        (_("It falls with poor fidelity too, not only with missing variety."),), "clipped_coverage", secondary=True,
    ),
    Metric(
        "vendi", _("Vendi score, q = 1"), "diversity", "metrics.functional.diversity.vendi_score", "features", "as real",
        1.0, INFINITY, None, 10,
        _("The effective number of different images in the synthetic set, against as many real images."),
        (_("Noise counts as variety: read it beside fidelity."),),
    ),
    Metric(
        "vendi_2", _("Vendi score, q = 2"), "diversity", "metrics.functional.diversity.vendi_score", "features", "as real",
        1.0, INFINITY, None, 10,
        _("The same with less weight for rare images: the effective number of frequent kinds."),
        (_("Noise counts as variety: read it beside fidelity."),), options=(("q", 2.0),), secondary=True,
    ),
    Metric(
        "vendi_inf", _("Vendi score, q = infinity"), "diversity", "metrics.functional.diversity.vendi_score", "features", "as real",
        1.0, INFINITY, None, 10,
        _("The same for the most frequent kind alone: one over its share."),
        (_("It hardly sees rare images."),), options=(("q", INFINITY),), secondary=True,
    ),
    Metric(
        "missing", _("Real images in missing modes"), "diversity", "metrics.functional.missing.mode_coverage", "features", "lower",
        0.0, 1.0, 0.0, 40,
        _("Share of the real images in clusters that hold no, or hardly any, synthetic image; clusters are made from one part of the real set and filled from the other."),
        (
            _("A mode that the features do not hold together is not seen."),
            _("A synthetic image that resembles no real one still counts in the nearest cluster."),
        ),
        "share",
    ),
    Metric(
        "mode_spread", _("Variance within modes, relative"), "diversity", "metrics.functional.spread.within_spread", "features",
        "higher", 0.0, INFINITY, 1.0, 40,
        _("How varied the synthetic images are within the clusters of the real set: 1 as varied as unseen real ones, 0.5 half of the variance."),
        (_("A value above 1 is no praise: noise counts as variety."),), "ratio",
    ),
    Metric(
        "near_repeats", _("Images that repeat another one"), "diversity", "metrics.functional.spread.near_repeats", "features",
        "lower", 0.0, 1.0, 0.0, 10,
        _("Share of synthetic images with another synthetic image closer than half the usual distance between real neighbours: the birthday test."),
        (_("Real images repeat themselves too: compare it with the real set's own share."),), "share",
    ),
    Metric(
        "js", _("Jensen-Shannon divergence of modes"), "diversity", "metrics.functional.modes.binned", "features", "lower",
        0.0, 1.0, 0.0, 40,
        _("How differently both sets fill the clusters of the real set, in bits: 0 alike, 1 no cluster in common."),
        (_("It falls as sets grow: compare it only at one size."),), "js",
    ),
    Metric(
        "ndb", _("Modes filled differently (NDB / K)"), "diversity", "metrics.functional.modes.binned", "features", "lower",
        0.0, 1.0, 0.0, 40,
        _("Share of the clusters of the real set that both sets fill differently beyond chance; more of them differ as sets grow."),
        (_("It says nothing that the Jensen-Shannon divergence does not say more finely; it is here for comparison with other work."),),
        "ndb", secondary=True,
    ),
    Metric(
        "ms_ssim", _("Mean MS-SSIM between pairs of a set"), "diversity", "metrics.functional.similarity.ms_ssim", "images",
        "as real", 0.0, 1.0, None, 10,
        _("How alike two images of the synthetic set are on average, against two of the real set; higher is less varied."),
        (_("Never compare values made with different numbers of scales."),),
    ),
    Metric(
        "mae", _("Mean absolute error"), "paired", "metrics.functional.similarity.mae", "pairs", "lower", 0.0, INFINITY, 0.0, 2,
        _("Mean difference of the pixels of each pair, in the unit of the pixels."),
    ),
    Metric(
        "mse", _("Mean squared error"), "paired", "metrics.functional.similarity.mse", "pairs", "lower", 0.0, INFINITY, 0.0, 2,
        _("Mean squared difference of the pixels of each pair, in the squared unit of the pixels."),
        (_("Few large errors outweigh many small ones."),), secondary=True,
    ),
    Metric(
        "psnr", _("PSNR"), "paired", "metrics.functional.similarity.psnr", "pairs", "higher", -INFINITY, INFINITY, INFINITY, 2,
        _("Peak signal-to-noise ratio of each pair in dB; equal images have no finite value and are counted apart."),
    ),
    Metric(
        "ssim", _("SSIM"), "paired", "metrics.functional.similarity.ssim", "pairs", "higher", -1.0, 1.0, 1.0, 2,
        _("Structural similarity of each pair."),
        (_("A mean over images hides single failures: look at the worst ones in the table."),),
    ),
    Metric(
        "ms_ssim_paired", _("MS-SSIM"), "paired", "metrics.functional.similarity.ms_ssim", "pairs", "higher", 0.0, 1.0, 1.0, 2,
        _("Structural similarity of each pair at several scales."),
        (_("Never compare values made with different numbers of scales."),),
    ),
    Metric(
        "nmi", _("Normalised mutual information"), "paired", "metrics.functional.information.nmi", "pairs", "higher", 1.0, 2.0, 2.0, 2,
        _("How well one image of a pair tells the other's grey levels, 1 not at all, 2 fully; also across modalities."),
        (_("It depends on the number of bins of the histogram."),), secondary=True,
    ),
    Metric(
        "copies", _("Suspected copies"), "memorisation", "metrics.functional.memorisation.suspected_copies", "training",
        "lower", 0.0, 1.0, 0.0, 10,
        _("Share of synthetic images that agree with a training image in the pixels, as they are or mirrored, cropped, shifted or with noise."),
        (_("Copying is not the only way to reveal a person, and another image of the same patient is no copy."),),
    ),
    Metric(
        "authenticity", _("Authenticity"), "memorisation", "metrics.functional.memorisation.authenticity", "training",
        "higher", 0.0, 1.0, None, 10,
        _("Share of synthetic images farther from their nearest training image than that one is from its own nearest neighbour."),
        (_("About one half for new images of the same kind."),),
    ),
    Metric(
        "distance_ratio", _("Distance to training against unseen images"), "memorisation",
        "metrics.functional.memorisation.distance_ratio", "training", "higher", 0.0, INFINITY, None, 10,
        _("How far synthetic images lie from the nearest training image, relative to the nearest unseen real one: 1 as far from both."),
        (_("Below 1 the generator keeps to what it saw, copies or not."),),
    ),
    Metric(
        "copying_test", _("Copying test (C_T)"), "memorisation", "metrics.functional.memorisation.copying_test", "training",
        "higher", -INFINITY, INFINITY, None, 10,
        _("A z score: below about -1.6 synthetic images lie closer to the training images than unseen real images do, beyond chance."),
        (_("A few exact copies among many good images do not move it."),), "value", secondary=True,
    ),
    Metric(
        "mifid", _("Fréchet distance raised by memorisation"), "memorisation", "metrics.functional.memorisation.mifid",
        "training", "lower", 0.0, INFINITY, None, 10,
        _("The Fréchet distance to the training set, divided by the mean cosine distance to the nearest training image where that is below 0.1 (MiFID with the network of the FID)."),
        (_("The step at 0.1 depends on the features; it is here for comparison with other work."),), secondary=True,
    ),
)  # fmt: skip

METRICS: dict[str, Metric] = {entry.name: entry for entry in _ENTRIES}


def title_with(metric: Metric, encoder_name: str) -> str:
    """The name under which a Frechet distance on these features is known: FID is said of one network alone."""
    if metric.name == "frechet":
        return {
            "inception": _("Fréchet Inception distance (FID)"),
            "radiomics": _("Fréchet radiomics distance, squared"),
        }.get(encoder_name, metric.title)
    return metric.title
