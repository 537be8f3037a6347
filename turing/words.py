"""A protocol and an audit in words, for people who decide whether to launch."""

import math
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.wording import decimals

from .models import Study

FEATURE_WORDS = {
    "width": gettext_lazy("width before padding"),
    "height": gettext_lazy("height before padding"),
    "minimum": gettext_lazy("darkest value"),
    "maximum": gettext_lazy("brightest value"),
    "mean": gettext_lazy("mean brightness"),
    "spread": gettext_lazy("contrast (standard deviation)"),
    "entropy": gettext_lazy("entropy of the histogram"),
    "levels": gettext_lazy("number of grey levels"),
    "high_frequency": gettext_lazy("fine detail and noise"),
    "jpeg_grid": gettext_lazy("JPEG grid of 8 × 8 pixels"),
    "border": gettext_lazy("brightness of the border"),
    "duplicate_rows": gettext_lazy("rows and columns that repeat"),
    "together": gettext_lazy("all of them together"),
}


def in_words(study: Study) -> list[str]:
    """What a reader will meet and what will be judged, one sentence each."""
    return [
        _("Each reader sees %(all)d images one at a time: %(each)d real and %(each)d synthetic, in a random order of the reader's own.")
        % {"all": study.images, "each": study.images_per_side},
        _order(study),
        _answers(study),
        _told(study),
        _("A reader may go back one case and correct it; every change is kept.") if study.allow_revision
        else _("An answer is final."),
        _("Readers do not see how far they are.") if study.hide_progress else _("Readers see how far they are."),
        _("Any screen may be used.") if study.allow_phones else _("Phones are refused; tablets and computers may be used."),
        _judged(study),
        width_in_words(study),
    ]  # fmt: skip


def _order(study: Study) -> str:
    if study.max_run:
        return _("No more than %(run)d images of one kind follow one another.") % {"run": study.max_run}
    return _("Any order may come; runs are not bounded.")


def _answers(study: Study) -> str:
    if study.confidence_steps == 1:
        return _("The answer is real or synthetic; no ROC curve can be drawn from it.")
    return _("The answer says real or synthetic and how sure, in one keystroke: a scale of six points.")


def _told(study: Study) -> str:
    return {
        Study.Prevalence.NONE: _("Readers are told nothing about the mix."),
        Study.Prevalence.ABOUT_HALF: _("Readers are told that about half of the images are synthetic."),
        Study.Prevalence.EXACT: _("Readers are told how many images are synthetic."),
    }[Study.Prevalence(study.prevalence)]


def _judged(study: Study) -> str:
    return _("Judged by %(endpoint)s; equivalent within d′ %(d)s, which is ±%(points)s points of accuracy or ±%(area)s of area.") % {
        "endpoint": study.get_primary_endpoint_display().lower() if study.primary_endpoint == "accuracy" else _("the area under the ROC curve"),
        "d": decimals(study.margin, 2),
        "points": decimals(100 * study.accuracy_margin, 0),
        "area": decimals(study.auc_margin, 2),
    }  # fmt: skip


def width_in_words(study: Study) -> str:
    """Half width of a 95 % interval for one reader who guesses; readers differ, so more of them add less than it seems."""
    points = 100 * 1.96 * math.sqrt(0.25 / study.images)
    return _("With %(images)d images one reader's accuracy is known to about ±%(points)s points; more images narrow that, only more readers narrow what differs between readers.") % {
        "images": study.images, "points": decimals(points, 0),
    }  # fmt: skip


def _feature_row(row: dict[str, Any]) -> dict[str, Any]:
    places = {"x_low": row["low"], "x_high": row["high"], "x": row["auc"]}  # an axis from 0 to 1
    return {**row, "name": FEATURE_WORDS[row["feature"]]} | {
        name: f"{100 * at:.2f}" for name, at in places.items()
    }


def audit_words(audit: dict[str, Any]) -> dict[str, Any]:
    """The stored audit as the page shows it."""
    if not audit:
        return {}
    rows = [_feature_row(row) for row in (*audit["features"], audit["together"])]
    verdicts = {
        "fine": _("No trivial feature tells real from synthetic"),
        "warning": _("Some trivial features differ a little"),
        "alarm": _("A trivial feature tells real from synthetic"),
    }
    return {
        **audit,
        "rows": rows,
        "verdict": verdicts[audit["state"]],
        "loud": [row for row in rows if row["state"] != "fine"],
    }
