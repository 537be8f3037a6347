"""How far an evaluation is: stages of known weight, told in words. Pure."""

from __future__ import annotations

from collections.abc import Callable

from .images import Step
from .reports import Sentence
from .reports import gettext_noop as _

Tell = Callable[
    [int, int, Sentence], None
]  # (done, total, what is being done); it may raise to stop the work
TOTAL = 1000


class Course:
    """Stages one after the other; `total` weights are in rough seconds, so that the bar moves evenly."""

    def __init__(self, tell: Tell | None, total: float) -> None:
        self._tell, self._total, self._before = tell, max(total, 1e-9), 0.0

    def stage(self, weight: float, template: str, **values: object) -> Step:
        """A callback (done, total) for one stage; starting the next stage counts this one as done."""
        before = self._before
        self._before += weight

        def step(done: int, total: int) -> None:
            if self._tell is None:
                return
            share = min(1.0, done / total) if total else 1.0
            at = int(TOTAL * min(1.0, (before + weight * share) / self._total))
            self._tell(
                min(at, TOTAL - 1), TOTAL, Sentence(template, {**values, "done": done, "total": total})
            )

        if "%(total)s" not in template:  # else the stage tells itself, with its own count
            step(0, 1)
        return step

    def end(self) -> None:
        if self._tell is not None:
            self._tell(TOTAL, TOTAL, Sentence(_("writing the report")))
