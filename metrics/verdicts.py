"""From numbers to words: fidelity, diversity, memorisation, the worst first. Pure.

The rules are simple on purpose and stand in the report: a number is compared with its real-against-real floor at the same
number of images, and said to differ only where it lies outside. Nothing is fine that was not measured.
"""

from __future__ import annotations

from collections.abc import Iterable

from .reports import STATES, ModeRow, Modes, Number, Sentence, Verdict, counted
from .reports import gettext_noop as _

SUBJECTS = {"memorisation": _("Memorisation"), "diversity": _("Diversity"), "fidelity": _("Fidelity")}
FEW = 0.5  # precision, or variety relative to the real set, below which a warning becomes an alarm

RULES = Sentence(
    _(
        "Fidelity: a warning where KID at the floor's sample size lies above the real-against-real floor and its interval above zero, or a second encoder disagrees, a warning where precision is below one half and below its floor, an alarm where both hold. "
        "Diversity: an alarm where a mode of the real images, or a class that a probe knows with an AUC of .95, holds hardly any "
        "synthetic image (permutation test over all modes), a warning where it holds less than half of what it should, or where most synthetic images lie outside the real ones, so that modes are guessed; a warning where the Vendi score lies below, or the MS-SSIM within the set above, "
        "the real set's own interval, or where recall and coverage both lie below their floors; an alarm where the Vendi score is "
        "below half of the real set's; a warning where the variance within modes lies below that between parts of the real set, or more images repeat others than in the real set. Memorisation: a warning where any copy is suspected, an alarm where their share exceeds what "
        "unseen real images show."
    )
)


def verdicts(
    numbers: Iterable[Number], *, lead: str, memorisation: Verdict, modes: Modes | None = None
) -> tuple[Verdict, ...]:
    """The three findings in order of reading; `lead` is the encoder whose numbers speak."""
    known = {number.key: number for number in numbers if number.value is not None}
    diversity = _diversity(known, lead, modes)
    if diversity.state != "alarm":  # a set that has collapsed is more than some modes missing
        diversity = _missing(known, lead, modes) or diversity
    found = [memorisation, diversity, _fidelity(known, lead)]
    return tuple(sorted(found, key=lambda verdict: STATES.index(verdict.state)))


def _fidelity(known: dict[str, Number], lead: str) -> Verdict:
    kid, precision = known.get(f"kid:{lead}"), known.get(f"precision:{lead}")
    if kid is None or kid.floor is None or kid.matched is None:
        return Verdict(
            "fidelity", "none", Sentence(_("Fidelity was not measured.")),
            Sentence(_("No distance between the sets could be had; the table says why.")),
        )  # fmt: skip
    other = _disagreeing(known, kid)
    outside = precision is not None and _is_outside(precision) and _below(precision)
    if outside and not _above(kid):
        return Verdict(
            "fidelity", "warning", OUTSIDE, Sentence(_("The distance between the sets is too uncertain to agree or disagree: a few odd images can move it. Look at the least realistic images below.")),
            precision.key if precision else "",
        )  # fmt: skip
    if not _above(kid):
        more = _(
            "That holds at this number of images and for these features; more images may show a difference."
        )
        return Verdict(
            "fidelity", "warning" if other else "fine",
            Sentence(_("Synthetic features differ from real ones no more than two parts of the real set do.")),
            other or Sentence(more), kid.key,
        )  # fmt: skip
    if outside and precision is not None:
        return Verdict(
            "fidelity", "alarm", OUTSIDE,
            Sentence(
                _("Precision is %(value)s where two parts of the real set reach %(low)s to %(high)s. Look at the least realistic images below."),
                _shares(precision),
            ),
            precision.key,
        )  # fmt: skip
    return Verdict(
        "fidelity", "warning",
        Sentence(_("Synthetic features differ from real ones by more than two parts of the real set do.")),
        other or Sentence(_("The distance lies outside the real-against-real floor at the same number of images.")),
        kid.key,
    )  # fmt: skip


def _disagreeing(known: dict[str, Number], lead: Number) -> Sentence | None:
    """Encoders disagree often enough that a reader must be told when they do."""
    for number in known.values():
        if number.metric == "kid" and number.key != lead.key and _above(number) != _above(lead):
            return Sentence(_("The other features (%(source)s) say the opposite: read both."), {"source": number.source})  # fmt: skip
    return None


def _above(number: Number) -> bool:
    """Above the floor, and not by a few odd images: its own interval must leave zero too (KID has no bias to allow for)."""
    if number.matched is None or number.floor is None or number.interval is None:
        return False
    return number.matched > number.floor[1] and number.interval[0] > 0


def _missing(known: dict[str, Number], lead: str, modes: Modes | None) -> Verdict | None:
    """What leads a verdict on diversity: modes, by name or by cluster, without synthetic images."""
    if modes is None:
        return None
    number = known.get(f"missing:{lead}")
    for rows, one, many, thin in (
        (modes.classes, MISSING_CLASS, MISSING_CLASSES, THIN_CLASS),
        (modes.rows, MISSING_MODE, MISSING_MODES, THIN_MODES),
    ):
        gone, few = (tuple(row for row in rows if row.state == state) for state in ("missing", "thin"))
        if gone:
            finding = counted(len(gone), one, many, names=", ".join(row.label for row in gone))
            return _short("alarm", finding, gone, number, known, lead)
        if few:
            finding = counted(len(few), *thin, names=", ".join(row.label for row in few))
            return _short("warning", finding, few, number, known, lead)
    return None


def _short(
    state: str, finding: Sentence, rows: tuple[ModeRow, ...], number: Number | None, known: dict[str, Number], lead: str
) -> Verdict:  # fmt: skip
    """An image that lies outside the real ones is of no mode: nothing is sure of where most do."""
    if _is_outside(known.get(f"precision:{lead}")):
        doubt = Sentence(_("Most synthetic images lie outside the real ones, so that it is a guess which of them each belongs to. Look at the fidelity first."))  # fmt: skip
        return Verdict("diversity", "warning", finding, doubt, _key(number))
    return Verdict("diversity", state, finding, _they_hold(rows, number), _key(number))


def _is_outside(precision: Number | None) -> bool:
    return precision is not None and precision.matched is not None and precision.matched < FEW


OUTSIDE = Sentence(_("Most synthetic images lie outside the real ones."))
MISSING_CLASS = _("One class is missing among the synthetic images: %(names)s.")
MISSING_CLASSES = _("%(n)s classes are missing among the synthetic images: %(names)s.")
THIN_CLASS = (
    _("The synthetic images hold too few of one class: %(names)s."),
    _("The synthetic images hold too few of %(n)s classes: %(names)s."),
)
MISSING_MODE = _("One mode of the real images is missing among the synthetic ones.")
MISSING_MODES = _("%(n)s modes of the real images are missing among the synthetic ones.")
THIN_MODES = (
    _("One mode of the real images holds too few synthetic images."),
    _("%(n)s modes of the real images hold too few synthetic images."),
)


def _they_hold(rows: tuple[ModeRow, ...], number: Number | None) -> Sentence:
    real, synthetic = (100 * sum(getattr(row, side) for row in rows) for side in ("real", "synthetic"))
    return Sentence(
        _("There lie %(real).1f per cent of the real images and %(synthetic).1f per cent of the synthetic ones. Look at the pictures below."),
        {"real": real, "synthetic": synthetic},
    )  # fmt: skip


def _key(number: Number | None) -> str:
    return "" if number is None else number.key


def _diversity(known: dict[str, Number], lead: str, modes: Modes | None) -> Verdict:
    vendi, alike = known.get(f"vendi:{lead}"), known.get("ms_ssim")
    uncovered = [number for name in ("recall", "coverage") if (number := known.get(f"{name}:{lead}"))]
    if vendi is not None and vendi.value is not None and _below(vendi):
        assert vendi.floor is not None
        few = vendi.value < FEW * sum(vendi.floor) / 2
        return Verdict(
            "diversity", "alarm" if few else "warning", Sentence(_("The synthetic set is less varied than the real one.")),
            Sentence(
                _("It is worth %(value).1f different images, as many real ones are worth %(low).1f to %(high).1f."),
                {"value": vendi.value, "low": vendi.floor[0], "high": vendi.floor[1]},
            ),
            vendi.key,
        )  # fmt: skip
    if alike is not None and alike.interval and alike.floor and alike.interval[0] > alike.floor[1]:
        return Verdict(
            "diversity", "warning", Sentence(_("Synthetic images resemble one another more than real ones do.")),
            Sentence(_("The mean likeness of two images of the set lies above the real set's own interval.")),
            alike.key,
        )  # fmt: skip
    if uncovered and all(_below(number) for number in uncovered):
        coverage = uncovered[-1]
        return Verdict(
            "diversity", "warning", Sentence(_("Parts of the real set hold no synthetic image.")),
            Sentence(
                _("The synthetic images reach %(value)s of the real ones, where one part of the real set reaches %(low)s to %(high)s of another. Poor fidelity can cause this too."),
                _shares(coverage),
            ),
            coverage.key,
        )  # fmt: skip
    spread, repeats = known.get(f"mode_spread:{lead}"), known.get(f"near_repeats:{lead}")
    if spread is not None and spread.interval and _below(spread) and spread.interval[1] < 1:
        return Verdict(
            "diversity", "warning", Sentence(_("Within modes the synthetic images are less varied than real ones.")),
            Sentence(
                _("Their variance there is %(value)s of the real one, where parts of the real set reach %(low)s to %(high)s."),
                _shares(spread),
            ),
            spread.key,
        )  # fmt: skip
    if repeats is not None and repeats.interval and repeats.floor and repeats.interval[0] > repeats.floor[1]:
        return Verdict(
            "diversity", "warning", Sentence(_("The synthetic set repeats itself.")),
            Sentence(
                _("%(value).1f per cent of its images nearly repeat another one; of real images it is %(low).1f to %(high).1f per cent."),
                {"value": 100 * (repeats.value or 0), "low": 100 * repeats.floor[0], "high": 100 * repeats.floor[1]},
            ),
            repeats.key,
        )  # fmt: skip
    if vendi is None or vendi.floor is None:
        return Verdict(
            "diversity",
            "none",
            Sentence(_("Diversity was not measured.")),
            Sentence(_("The table says why.")),
        )
    return Verdict(
        "diversity", "fine", Sentence(_("The synthetic set is as varied as the real one by these measures.")),
        _may_escape(modes),
        vendi.key,
    )  # fmt: skip


def _may_escape(modes: Modes | None) -> Sentence:
    """What these numbers of images could not show."""
    if modes is None:
        return Sentence(_("A rare kind of image that is missing altogether can escape them."))
    if unseen := [row for row in modes.classes if row.state == "unseen"]:
        worst = min(unseen, key=lambda row: (row.auc or 0, row.power or 0))
        return Sentence(
            _("The features tell “%(name)s” from the other classes with an AUC of %(auc).2f, too unsurely for its loss to be noticed every time."),
            {"name": worst.label, "auc": worst.auc or 0.0},
        )  # fmt: skip
    return Sentence(
        _("A cluster of %(share).1f per cent of the real images would have been found missing 95 times in 100; a rarer one, or a kind that the features do not hold together, can escape them."),
        {"share": 100 * modes.findable},
    )  # fmt: skip


def _below(number: Number) -> bool:
    """Where the floor is the real set's own interval, the whole interval must lie below it; else the matched value."""
    if number.floor is None:
        return False
    if number.metric == "vendi":
        return number.interval is not None and number.interval[1] < number.floor[0]
    return number.matched is not None and number.matched < number.floor[0]


def _shares(number: Number) -> dict[str, str]:
    assert number.matched is not None
    assert number.floor is not None
    return {
        "value": f"{number.matched:.2f}",
        "low": f"{number.floor[0]:.2f}",
        "high": f"{number.floor[1]:.2f}",
    }
