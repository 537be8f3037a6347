"""A reader study as data: where cases come from, in which phases they are read, what is asked, how it is judged. Pure.

`Protocol` says every study that this program runs; it goes to JSON and back unchanged (`as_json`, `from_json`), is frozen with a
digest at launch, and `problems` names whatever in it cannot be run. Which image sets feed a source, the readers and the seed
are rows (`turing.models`): the same protocol can be run again elsewhere.
"""

from dataclasses import dataclass
from typing import Any

from . import plain
from .questions import Question

FORMAT = 2  # 1 was the flat protocol of one question in one phase
TRUTHS = ("real", "synthetic", "augmented")
ROLES = ("ordinary", "control", "catch", "training")
AUDITED = ("ordinary", "catch")  # controls are meant to be recognised and training cases are told
UNITS = ("image", "volume")
PREVALENCES = ("none", "about_half", "exact")
TRUTHFUL = (
    "detect",
    "pair",
    "hype",
    "class",
)  # kinds of questions about the truth, the likeliest to be primary first
ENDPOINTS = ("auc", "accuracy")
PRESET_ENDS = ("value", "range", "percentile")
MOST_PRESETS = 9  # as many as there are keys


@dataclass(frozen=True)
class Source:
    """Cases of one origin. Every synthetic source is a generator of its own in the results.

    role: ordinary; control (fakes that anybody should recognise: the study must be able to find them); catch (cases
    that show whether a reader is awake); training (read with feedback in a training phase and nowhere else).
    strata: (label, count) pairs that sum to `count`; empty: drawn whatever the label."""

    key: str
    truth: str
    count: int
    name: str = ""
    role: str = "ordinary"
    strata: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Phase:
    """One stretch of reading. What is told at its beginning is told nowhere before.

    informed: False is purpose-blinded: readers do not know yet that some images are synthetic.
    sources: keys; empty means all but the training ones (in a training phase: all the training ones).
    A phase whose first question is `pair` shows each of its fakes beside one of as many real cases.
    share: of the cases of each source and stratum, drawn by seed; fresh: only cases that no earlier phase shows.
    repeats: cases shown a second time, for agreement with oneself. washout_days: after the end of the phase before."""

    key: str
    questions: tuple[Question, ...]  # the first one is the phase's own; the others are asked beside it
    title: str = ""
    instructions: str = ""
    informed: bool = True
    prevalence: str = "about_half"
    training: bool = False
    sources: tuple[str, ...] = ()
    share: float = 1.0
    fresh: bool = False
    repeats: int = 0
    washout_days: int = 0
    block: int = 50  # cases between two proposals of a break
    ends: tuple[Question, ...] = ()  # asked once, after the last case


@dataclass(frozen=True)
class Plan:
    """What is judged, fixed at launch. margin is a d'; control_bound is the accuracy above which positive controls must be
    told apart before anything is called equivalent; planned holds what the planner computed, as it was shown."""

    endpoint: str = "auc"
    margin: float = 0.51
    question: str = ""  # key of the primary question; empty: the first one about the truth
    control_bound: float = 0.7
    planned: dict[str, Any] | None = None


@dataclass(frozen=True)
class Preset:
    """A window of the viewer by name. of: what its ends are, values in the unit of the sets, per cent of the full range, or
    percentiles of all pixels of the study above the darkest value."""

    name: str
    low: float
    high: float
    of: str = "value"


@dataclass(frozen=True)
class Protocol:
    sources: tuple[Source, ...]
    phases: tuple[Phase, ...]
    unit: str = "image"  # what a case is: one image, or a stack of slices
    plan: Plan = Plan()
    max_run: int | None = None
    allow_revision: bool = True
    hide_progress: bool = False
    allow_phones: bool = False
    grey_interval_ms: int = 0
    lock_window: bool = False
    presets: tuple[Preset, ...] = ()
    ask_profile: bool = False  # specialty, years, experience with generated images
    based_on: str = ""  # the published study whose design this is

    @property
    def about_the_truth(self) -> tuple[str, ...]:
        """Keys of the questions that could be the primary one, each once."""
        asked = (one for phase in self.phases if not phase.training for one in phase.questions)
        return tuple(dict.fromkeys(one.key for one in asked if one.kind in TRUTHFUL))

    @property
    def primary(self) -> Question | None:
        """The question that is judged."""
        asked = [question for phase in self.phases for question in phase.questions if not phase.training]
        if self.plan.question:
            return next((one for one in asked if one.key == self.plan.question), None)
        return next((one for kind in TRUTHFUL for one in asked if one.kind == kind), None)

    @property
    def endpoint(self) -> str:
        """AUC needs steps of confidence."""
        graded = (
            self.primary is not None and self.primary.kind in ("detect", "pair") and self.primary.steps > 1
        )
        return self.plan.endpoint if graded else "accuracy"

    def counts(self, phase: Phase) -> bool:
        """Whether answers of this phase go into the primary endpoint."""
        return (
            not phase.training
            and self.primary is not None
            and self.primary.key in {q.key for q in phase.questions}
        )

    def sources_of(self, phase: Phase) -> tuple[Source, ...]:
        if phase.sources:
            return tuple(source for source in self.sources if source.key in phase.sources)
        return tuple(source for source in self.sources if (source.role == "training") == phase.training)

    def pairs(self, phase: Phase) -> bool:
        """Whether the phase shows two cases side by side: each fake of its sources beside a real one."""
        return bool(phase.questions) and phase.questions[0].kind == "pair"

    def source(self, key: str) -> Source | None:
        return next((source for source in self.sources if source.key == key), None)

    def source_name(self, key: str) -> str:
        found = self.source(key)
        return found.name or key if found else key

    def cases_of(self, *truths: str) -> int:
        """Ordinary cases of these truths, over all sources."""
        return sum(one.count for one in self.sources if one.role == "ordinary" and one.truth in truths)

    def as_json(self) -> dict[str, Any]:
        return {"format": FORMAT, **plain.to_plain(self)}


def from_json(given: Any) -> Protocol:
    """Raises plain.Misshapen, which names the place. What it says may still be impossible: see `protocol_problems.problems`."""
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        number = given.get("format") if isinstance(given, dict) else None
        raise plain.Misshapen(f"The protocol has the format {number!r}; this program reads format {FORMAT}.")
    return plain.from_plain(Protocol, {name: value for name, value in given.items() if name != "format"})


def simple(
    *, per_side: int = 50, prompt: str = "", steps: int = 3, prevalence: str = "about_half", endpoint: str = "auc", margin: float = 0.51,
    **rules: Any,
) -> Protocol:  # fmt: skip
    """The common study: as many synthetic as real images, one informed phase, real or synthetic."""
    sources = (Source("real", "real", per_side), Source("synthetic", "synthetic", per_side))
    phase = Phase("reading", (Question("turing", "detect", prompt, steps),), prevalence=prevalence)
    return Protocol(sources, (phase,), plan=Plan(endpoint, margin), **rules)
