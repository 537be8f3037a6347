"""A plan in numbers and words: power and width for readers by images, and what independent judgements alone would say."""

from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from jobs.wording import decimals, percent

from .analysis.errors import CannotAnalyse
from .analysis.planning import detection_power, equivalence_power, equivalence_sample_size
from .analysis.power import Cell, Spread, pilot, plan
from .models import Study
from .models.study import margins

READERS = (3, 5, 6, 8, 10, 15)
IMAGES = (50, 100, 200, 300)
SIMULATIONS = 300
MOST_CELLS = 20 * 600  # readers x images of the largest design


@lru_cache(maxsize=64)
def planned_cells(
    readers: tuple[int, ...], images: tuple[int, ...], accuracy: float, margin: float, reader_sd: float, case_correlation: float, steps: int
) -> tuple[Cell, ...]:  # fmt: skip
    """The same question gives the same numbers: chance is fixed."""
    wanted = dict(zip(("accuracy", "auc"), margins(margin)))
    return plan(
        readers, images, accuracy=accuracy, margins=wanted, spread=Spread(reader_sd, case_correlation), steps=steps, simulations=SIMULATIONS
    )  # fmt: skip


def axes(readers: int, images: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The usual sizes with the one asked for among them."""
    return tuple(sorted({*READERS, readers})), tuple(sorted({*IMAGES, images}))


def independent(readers: int, images: int, accuracy: float, margin: float) -> dict[str, Any]:
    """Exact binomial figures of readers x images judgements that have nothing in common."""
    on_accuracy, n = margins(margin)[0], readers * images
    try:
        needed: int | None = equivalence_sample_size(on_accuracy)
    except CannotAnalyse:
        needed = None
    return {
        "n": n, "apart": detection_power(min(n, 20_000), accuracy), "equivalent": equivalence_power(n, on_accuracy), "needed": needed,
    }  # fmt: skip


def kept(cell: Cell, asked: dict[str, Any], endpoint: str) -> dict[str, Any]:
    """What stands in the protocol: assumptions, numbers, and the sentence that reports print."""
    return {
        **asked, "endpoint": endpoint, "apart": cell.apart, "inside": cell.inside, "equivalent": cell.equivalent, "half_width": cell.half_width,
        "simulations": SIMULATIONS, "words": in_words(cell, asked, endpoint),
    }  # fmt: skip


def in_words(cell: Cell, asked: dict[str, Any], endpoint: str) -> str:
    return _("Planned for %(readers)d readers and %(images)d images (standard deviation between readers %(sd)s, correlation by image %(rho)s; simulated): power %(apart)s to tell apart at an accuracy of %(accuracy)s, %(equivalent)s to find equivalence within d′ = %(margin)s where readers can only guess; half width of the interval %(width)s.") % {
        "readers": cell.readers, "images": cell.images, "sd": decimals(asked["reader_sd"], 2), "rho": decimals(asked["case_correlation"], 2),
        "apart": percent(cell.apart[endpoint], 0), "accuracy": percent(asked["accuracy"], 0), "equivalent": percent(cell.equivalent[endpoint], 0),
        "margin": decimals(asked["margin"], 2), "width": decimals(cell.half_width[endpoint], 3),
    }  # fmt: skip


def pilot_of(study: Study) -> tuple[float, Spread]:
    """Variance components of a closed study, from its readers without gaps. Raises CannotAnalyse."""
    from .analysis.overall import complete
    from .gathering import gather

    whole = complete(gather(study).readings.people())
    if whole.kind == "pair":
        raise CannotAnalyse("A study of pairs has no real images of its own to plan from.")
    return pilot(whole.truth, whole.said)


def table(
    cells: tuple[Cell, ...], readers: tuple[int, ...], chosen: Cell, figure: str
) -> list[dict[str, Any]]:
    """Rows of a page: for each number of readers its cells in words."""
    return [
        {"readers": r, "cells": [
            {"apart": percent(cell.apart[figure], 0), "equivalent": percent(cell.equivalent[figure], 0), "inside": percent(cell.inside[figure], 0),
             "width": decimals(cell.half_width[figure], 3) if figure == "auc" else percent(cell.half_width[figure]), "chosen": cell is chosen}
            for cell in cells if cell.readers == r
        ]}
        for r in readers
    ]  # fmt: skip
