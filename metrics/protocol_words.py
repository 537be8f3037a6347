"""The protocol of a number in the reader's language.

A report keeps it in English, as names and values in plain text: that is what JSON and CSV hold. Pages and prints show it through
`told`, which knows every sentence of it by the templates below; a test evaluates with everything and finds no stranger among them.
"""

import re
from functools import cache

from django.utils.translation import gettext as _

from .reports import gettext_noop

NAMES = (
    gettext_noop("Certain"), gettext_noop("Differences"), gettext_noop("Encoder %(name)s"), gettext_noop("Floor"),
    gettext_noop("Fréchet distance"), gettext_noop("Intervals"), gettext_noop("Scale of features"), gettext_noop("Seed"),
    gettext_noop("Sizes"), gettext_noop("Verdicts"), gettext_noop("Version"),
    gettext_noop("bins"), gettext_noop("class"), gettext_noop("classifier"), gettext_noop("components"), gettext_noop("copy"),
    gettext_noop("counted"), gettext_noop("cross-validation"), gettext_noop("different images that would repeat as often"),
    gettext_noop("encoder"), gettext_noop("equal pairs left out"), gettext_noop("exact test against unseen real images"),
    gettext_noop("floor"), gettext_noop("found"), gettext_noop("images"), gettext_noop("interval"), gettext_noop("kernel"),
    gettext_noop("logarithm (as FRD is published)"), gettext_noop("modes"), gettext_noop("name"), gettext_noop("near"),
    gettext_noop("neighbours"), gettext_noop("null"), gettext_noop("output"), gettext_noop("pairs"),
    gettext_noop("permutation test of less variance"), gettext_noop("permutation test that both sets come from one distribution"),
    gettext_noop("preprocessing"), gettext_noop("scales"), gettext_noop("size"), gettext_noop("smallest share found 95 times in 100"),
    gettext_noop("standard deviation over subsets"), gettext_noop("subsets"), gettext_noop("test"), gettext_noop("unit"),
    gettext_noop("unseen real images"), gettext_noop("version"), gettext_noop("weights"),
)  # fmt: skip
INTERVALS_AND_FLOORS = (
    gettext_noop("delete-10 %% grouped jackknife"),
    gettext_noop("delete-10 %% grouped jackknife, about the value corrected for bias, on the scale of its square root"),
    gettext_noop("delete-10 %% grouped jackknife, the training images as they are"),
    gettext_noop("delete-10 %% grouped jackknife; upper end also over the profiles that it allows"),
    gettext_noop("delete-10 %% grouped jackknife, real images left out of all sets at once"),
    gettext_noop("20 random halves of both sets, patients kept whole"),
    gettext_noop("20 random halves of both sets, patients kept whole, wider by half a leaf"),
    gettext_noop("20 random halves, the same real half for all sets"),
    gettext_noop("Student's t over pairs"),
    gettext_noop("bootstrap over images, patients kept whole"),
    gettext_noop("exact binomial (Clopper and Pearson)"),
    gettext_noop("exact binomial (Clopper and Pearson), images that repeat one another counted as one"),
    gettext_noop("ratio of sums over patients; where nothing is found, up to the smallest share that is found 95 times in 100"),
    gettext_noop("that of the KID over all pairs"),
    gettext_noop("ten random splits of the real set into parts of equal size"),
    gettext_noop("ten random splits of the real set into two parts of equal size, patients kept whole; 95 %% range for one more split"),
    gettext_noop("five random splits of the real set into parts of equal size, patients kept whole"),
    gettext_noop("five random splits of the real set into parts of equal size, patients kept whole, by the branches alone"),
    gettext_noop("the real set's own value, as many images"),
    gettext_noop("the real set's own share, as many images"),
    gettext_noop("the real set's own mean, with its interval"),
    gettext_noop("the same share among real images outside the training set"),
    gettext_noop("95 %%; delete-10 %% grouped jackknife for distances and Vendi score, random halves for precision to coverage, Student's t for means, exact binomial for copies"),
)  # fmt: skip
HOW_IT_IS_MADE = (
    gettext_noop("cubic polynomial, gamma 1/d"),
    gettext_noop("Gaussian, sigma 10, embeddings of length 1"),
    gettext_noop("kernel ridge regression, Gaussian kernel as wide as the median distance"),
    gettext_noop("cosine"),
    gettext_noop("%(n)s folds, patients kept whole"),
    gettext_noop("k = %(k)s, Euclidean"),
    gettext_noop("%(n)s principal components of the real features"),
    gettext_noop("%(n)s of %(size)s images"),
    gettext_noop("two equal normal distributions give %(value)s on average at these sizes"),
    gettext_noop("leaves of Ward's tree on 16 principal components, at most 48 leaves"),
    gettext_noop("Ward's tree on 16 principal components, at most 48 leaves, grown from %(n)s real images"),
    gettext_noop("leaves of Ward's tree on 16 principal components, at most 48 leaves, grown from half of the real set"),
    gettext_noop("%(n)s other real images, patients kept whole"),
    gettext_noop("999 permutations of patients over all branches, studentised; family-wise level .02"),
    gettext_noop("at most half of the real share; missing at most a tenth"),
    gettext_noop("%(share)s %%, as a cluster of its own"),
    gettext_noop("closer than half the median distance of a real image to its nearest other one"),
    gettext_noop("%(low)s or more"),
    gettext_noop("normalised cross-correlation of at least %(limit)s with a training picture at 64 x 64, also mirrored, cropped to 85 %% or shifted"),
    gettext_noop("%(n)s disjoint random pairs of the synthetic set, %(m)s of the real set (at most %(most)s)"),
    gettext_noop("grey, at their own size"),
    gettext_noop("%(n)s over each image's own range"),
    gettext_noop("%(unit)s, squared"),
    gettext_noop("handmade features in standard deviations of the real set, those constant there left out; a network's as they are"),
    gettext_noop("as many images of each synthetic set as the smallest has, all of the real set"),
    gettext_noop("paired: the same real images, whole patients, are left out of all sets at once"),
    gettext_noop("on principal components of the real features, corrected for the bias of finite sets"),
    gettext_noop("zero lies outside the interval at 95 %% for all pairs by both distances together (Bonferroni)"),
)  # fmt: skip
PREPROCESSING = (
    gettext_noop("luminance, each picture to mean 0 and standard deviation 100, cubic B-spline to half size, bins of 5"),
    gettext_noop("luminance, Pillow float box resize to %(side)s x %(same)s, declared range to -1..1"),
    gettext_noop("declared range to -1..1, Pillow float bicubic (antialiased) to %(side)s x %(same)s, grey replicated to 3 channels, float32"),
    gettext_noop("declared range to 0..1, colours averaged; Pillow float bicubic to %(side)s x %(same)s; spectrum of %(rings)s rings, Hann window"),
    gettext_noop("class probabilities"),
)  # fmt: skip


def told(text: str) -> str:
    """One name or value of a protocol, or a line of several ("name: value; name: value"); what nobody knows stays as it is."""
    if template := template_of(text):
        found = _pattern(template).fullmatch(text)
        return _(template) % (found.groupdict() if found else {})
    if not text or (whole := _(text)) != text:
        return whole if text else ""
    for mark in ("; ", ": "):
        if mark in text:
            return mark.join(told(part) for part in text.split(mark))
    return text


def template_of(text: str) -> str:
    """The template that this text was made by; empty where it is none of ours."""
    every = (*NAMES, *INTERVALS_AND_FLOORS, *HOW_IT_IS_MADE, *PREPROCESSING)
    return next((template for template in every if _pattern(template).fullmatch(text)), "")


@cache
def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"%\((\w+)\)s", template)  # words and names of values in turn
    words = [
        re.escape(piece.replace("%%", "%")) if place % 2 == 0 else rf"(?P<{piece}>[^;]+?)"
        for place, piece in enumerate(pieces)
    ]
    return re.compile("".join(words))


def told_protocol(protocol: dict[str, str]) -> dict[str, str]:
    return {told(name): told(value) for name, value in protocol.items()}
