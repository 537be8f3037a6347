"""A protocol and an audit in words, for people who decide whether to launch."""

import math
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.wording import decimals

from .models import Study
from .prompts import prompt_of
from .protocol import Phase

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
    "slices": gettext_lazy("number of slices"),
    "duplicate_rows": gettext_lazy("rows and columns that repeat"),
    "characters": gettext_lazy("characters of the text"),
    "words": gettext_lazy("words of the text"),
    "digits": gettext_lazy("digits of the text"),
    "capitals": gettext_lazy("share of capitals in the text"),
    "together": gettext_lazy("all of them together"),
}


def in_words(study: Study) -> list[str]:
    """What a reader will meet and what will be judged, one sentence each."""
    design = study.designed
    return [
        _cases(study),
        *[sentence for phase in design.phases for sentence in phase_words(study, phase)],
        *([_("A clinical text stands under each image.")] if study.buffers.get("texts") else []),
        _order(study),
        _("A reader may go back one case and correct it; every change is kept.") if design.allow_revision
        else _("An answer is final."),
        _("Readers do not see how far they are.") if design.hide_progress else _("Readers see how far they are."),
        _("Any screen may be used.") if design.allow_phones else _("Phones are refused; tablets and computers may be used."),
        *([_judged(study), width_in_words(study)] if study.primary else [_("Nothing is judged against the truth: answers are tabulated.")]),
    ]  # fmt: skip


def _cases(study: Study) -> str:
    if study.real_images == study.synthetic_images and study.designed.unit == "image":
        return _("Each reader sees %(all)d images one at a time: %(each)d real and %(each)d synthetic, in a random order of the reader's own.") % {
            "all": study.images, "each": study.real_images,
        }  # fmt: skip
    words = {"all": study.images, "real": study.real_images, "made": study.synthetic_images}
    if study.designed.unit == "volume":
        return (
            _(
                "Each reader sees %(all)d volumes to scroll through: %(real)d real and %(made)d synthetic, in a random order of the reader's own."
            )
            % words
        )
    return (
        _(
            "Each reader sees %(all)d images one at a time: %(real)d real and %(made)d synthetic, in a random order of the reader's own."
        )
        % words
    )


def phase_words(study: Study, phase: Phase) -> list[str]:
    """One phase: what is told and asked. A phase alone needs no heading."""
    told = _told(phase) if phase.informed else _("Readers are not told that some images are synthetic.")
    said = [told, *_asked(phase)]
    if study.designed.pairs(phase):
        said.append(_("Images stand side by side, a real and a synthetic one."))
    if phase.training:
        said.append(_("After each answer the truth is shown: this is training and counts for nothing."))
    if phase.repeats:
        said.append(_("%(n)d cases come a second time, for agreement with oneself.") % {"n": phase.repeats})
    if phase.washout_days:
        said.append(
            _("It begins %(n)d days after the end of the phase before at the earliest.")
            % {"n": phase.washout_days}
        )
    if len(study.designed.phases) == 1:
        return said
    return [_("%(phase)s: %(words)s") % {"phase": phase.title or phase.key, "words": " ".join(said)}]


def _asked(phase: Phase) -> list[str]:
    asked = [prompt_of(question) for question in phase.questions]
    first = phase.questions[0]
    sentences = [_("Asked: “%(questions)s”") % {"questions": "” “".join(map(str, asked))}]
    if first.kind == "detect":
        sentences.append(_answers(first.steps))
    if phase.ends:
        sentences.append(
            _("At its end: “%(questions)s”")
            % {"questions": "” “".join(str(prompt_of(one)) for one in phase.ends)}
        )
    return sentences


def _order(study: Study) -> str:
    if study.designed.max_run:
        return _("No more than %(run)d images of one kind follow one another.") % {
            "run": study.designed.max_run
        }
    return _("Any order may come; runs are not bounded.")


def _answers(steps: int) -> str:
    if steps == 1:
        return _("The answer is real or synthetic; no ROC curve can be drawn from it.")
    return _("The answer says real or synthetic and how sure: a scale of %(n)d points.") % {"n": 2 * steps}


def _told(phase: Phase) -> str:
    return {
        Study.Prevalence.NONE: _("Readers are told nothing about the mix."),
        Study.Prevalence.ABOUT_HALF: _("Readers are told that about half of the images are synthetic."),
        Study.Prevalence.EXACT: _("Readers are told how many images are synthetic."),
    }[Study.Prevalence(phase.prevalence)]


def _judged(study: Study) -> str:
    return _("Judged by %(endpoint)s; equivalent within d′ %(d)s, which is ±%(points)s points of accuracy or ±%(area)s of area.") % {
        "endpoint": _("balanced accuracy") if study.primary_endpoint == "accuracy" else _("the area under the ROC curve"),
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
    kind, _colon, word = row["feature"].partition(":")
    name = _("the word “%(word)s”") % {"word": word} if kind == "word" else FEATURE_WORDS[kind]
    return {**row, "name": name} | {name: f"{100 * at:.2f}" for name, at in places.items()}


def audit_words(study: Study) -> dict[str, Any]:
    """The stored audit as the page shows it."""
    audit = study.audit
    if not audit:
        return {}
    rows = _audit_rows(audit)
    text = audit.get("text")
    generators = [
        one | {"name": study.designed.source_name(one["source"]), "rows": _audit_rows(one)}
        for one in audit.get("generators", [])
    ]
    verdicts = {
        "fine": _("No trivial feature tells real from synthetic"),
        "warning": _("Some trivial features differ a little"),
        "alarm": _("A trivial feature tells real from synthetic"),
    }
    return {
        **audit,
        "rows": rows,
        "generators": generators,
        "text_rows": _audit_rows(text) if text else [],
        "text_state": text["state"] if text else "",
        "text_traits": ", ".join(
            str(row["name"]) for row in _audit_rows(text) if row["state"] == text["state"]
        )
        if text
        else "",
        "verdict": verdicts[audit["state"]],
        "traits": [_traits(one) for one in generators if one["state"] != "fine"],
    }


def _audit_rows(audit: dict[str, Any]) -> list[dict[str, Any]]:
    return [_feature_row(row) for row in (*audit["features"], audit["together"])]


def _traits(generator: dict[str, Any]) -> dict[str, str]:
    """One generator's sentence: by what it differs from the real images."""
    loud = [row for row in generator["rows"] if row["state"] == generator["state"]]
    words = {"generator": generator["name"], "features": ", ".join(str(row["name"]) for row in loud)}
    if generator["state"] == "alarm":
        said = _("“%(generator)s” is told from the real images by: %(features)s.") % words
    else:
        said = _("“%(generator)s” differs a little from the real images in: %(features)s.") % words
    return {"state": generator["state"], "said": said}
