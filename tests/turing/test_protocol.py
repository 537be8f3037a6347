"""Protocols as data: JSON and back, what cannot be run is said, replies keep to their shapes, staircases settle where they should."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turing import plain, protocol, questions, staircase
from turing.ordering import with_repeats
from turing.protocol import Phase, Plan, Preset, Protocol, Source, simple
from turing.protocol_problems import SENTENCES, problems
from turing.published import PUBLISHED
from turing.questions import Exposure, Option, Question


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_design_is_possible_and_survives_json(name):
    design = PUBLISHED[name].design()
    assert problems(design) == []
    assert protocol.from_json(json.loads(json.dumps(design.as_json()))) == design


def test_the_numbers_of_the_papers():
    counts = {name: sum(s.count for s in PUBLISHED[name].design().sources) for name in PUBLISHED}
    assert (counts["park-2021"], counts["chen-2016"], counts["polyp-2025"], counts["gazeval-2025"]) == (
        300,
        102,
        24,
        60,
    )
    assert counts["tordjman-2026"] == 264
    assert [phase.informed for phase in PUBLISHED["tordjman-2026"].design().phases] == [False, True, True]


SOURCES = (Source("real", "real", 4), Source("fake", "synthetic", 4))
ASKED = (Question("turing", "detect"),)
READING = Phase("reading", ASKED)


def designed(**changes):
    return replace(Protocol(SOURCES, (READING,)), **changes)


def phase(**changes):
    return designed(phases=(replace(READING, **changes),))


def asking(*asked):
    return phase(questions=asked)


IMPOSSIBLE = {
    "key": designed(sources=(replace(SOURCES[0], key="Not a key"), SOURCES[1])),
    "keys_twice": designed(phases=(READING, READING)),
    "no_cases": designed(sources=(Source("t", "real", 3, role="training"),)),
    "too_many": designed(sources=(Source("real", "real", 5000), SOURCES[1])),
    "source_words": designed(sources=(Source("real", "true", 4), SOURCES[1])),
    "source_empty": designed(sources=(Source("real", "real", 0), SOURCES[1])),
    "strata_sum": designed(sources=(replace(SOURCES[0], strata=(("a", 3),)), SOURCES[1])),
    "strata_twice": designed(sources=(replace(SOURCES[0], strata=(("a", 2), ("a", 2))), SOURCES[1])),
    "real_control": designed(sources=(*SOURCES, Source("c", "real", 2, role="control"))),
    "only_training": phase(training=True),
    "told_before": designed(phases=(READING, Phase("late", (Question("q", "rating"),), informed=False, prevalence="none"))),
    "no_such_source": phase(sources=("nothing",)),
    "phase_empty": phase(sources=("nothing",)),
    "training_apart": phase(training=True, sources=("real", "fake")),
    "mix": phase(prevalence="many"),
    "exact_and_runs": designed(max_run=3, phases=(replace(READING, prevalence="exact"),)),
    "exact_and_repeats": phase(prevalence="exact", repeats=1),
    "phase_numbers": phase(share=0.0),
    "training_repeats": phase(training=True, repeats=2),
    "training_asks": phase(training=True, questions=(Question("q", "rating"),)),
    "blinded_mix": phase(informed=False),
    "blinded_asks": phase(informed=False, prevalence="none"),
    "blinded_training": phase(informed=False, training=True),
    "pairs_uneven": designed(sources=(Source("real", "real", 3), SOURCES[1]), phases=(Phase("p", (Question("q", "pair"),)),)),
    "pairs_volumes": designed(unit="volume", phases=(Phase("p", (Question("q", "pair"),)),)),
    "asks_nothing": phase(questions=()),
    "kind": asking(Question("q", "text")),
    "options": asking(Question("q", "class")),
    "class_options": asking(Question("q", "class", options=(Option("a", "a"), Option("b", "b")))),
    "question_numbers": asking(Question("q", "detect", steps=9)),
    "shape": asking(*ASKED, Question("q", "mark", shape="circle")),
    "exposure": asking(Question("q", "hype", exposure=Exposure(start_ms=5, shortest_ms=50))),
    "exposure_tracks": asking(Question("q", "hype", exposure=Exposure(tracks=1))),
    "exposure_steps": asking(Question("q", "hype", steps=3, exposure=Exposure())),
    "unit": designed(unit="film"),
    "plan": designed(plan=Plan(margin=9.0)),
    "no_primary": designed(plan=Plan(question="nothing")),
    "one_truth": designed(sources=SOURCES[:1]),
    "audit_few": designed(sources=(replace(SOURCES[0], count=1), SOURCES[1])),
    "runs": designed(max_run=1),
    "runs_repeats": designed(max_run=3, phases=(replace(READING, repeats=2),)),
    "impossible": designed(max_run=2, sources=(Source("real", "real", 40), SOURCES[1])),
    "presets": designed(presets=(Preset("Lung", 5, 5),)),
    "presets_many": designed(presets=tuple(Preset(f"{n}", 0, 1) for n in range(10))),
    "grey": designed(grey_interval_ms=9000),
}  # fmt: skip


@pytest.mark.parametrize("code", SENTENCES)
def test_what_cannot_be_run_is_said(code):
    found = dict(problems(IMPOSSIBLE[code]))
    assert SENTENCES[code] in found
    assert (SENTENCES[code] % found[SENTENCES[code]]).strip()


def test_a_simple_study_is_possible():
    assert problems(simple(max_run=3, per_side=10)) == problems(Protocol(SOURCES, (READING,))) == []


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda given: given | {"format": 1}, "format 1"),
        (lambda given: given | {"colour": "red"}, "has colour"),
        (lambda given: {name: value for name, value in given.items() if name != "sources"}, "lacks sources"),
        (lambda given: given | {"max_run": "three"}, "max_run is 'three'; it has to be a whole number"),
        (lambda given: given | {"phases": {}}, "has to be a list"),
        (lambda given: given | {"phases": [3]}, r"phases\[0\] is 3; it has to be an object"),
        (lambda given: given | {"hide_progress": 1}, "yes or no"),
        (lambda given: given | {"sources": [{"key": "a", "truth": "real", "count": 1, "strata": [["a"]]}]}, "has 1 entries"),
    ],
)  # fmt: skip
def test_a_misshapen_protocol_is_refused_with_its_place(spoil, words):
    with pytest.raises(plain.Misshapen, match=words):
        protocol.from_json(spoil(simple().as_json()))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


@given(JSON)
def test_whatever_json_is_a_protocol_or_refused(given_json):
    with pytest.raises(plain.Misshapen):
        protocol.from_json(given_json)


OPTIONS = (Option("a", "A"), Option("b", "B"))
EXAMPLES = {
    "detect": (Question("q", "detect", steps=3), {"said": "real", "confidence": 3}),
    "pair": (Question("q", "pair"), {"said": "left", "confidence": 1}),
    "hype": (Question("q", "hype", exposure=Exposure()), {"said": "synthetic", "confidence": 1}),
    "realism": (Question("q", "realism", points=10), {"rating": 10}),
    "class": (Question("q", "class", options=(Option("real", "r"), Option("augmented", "a"))), {"said": "augmented", "confidence": 1}),
    "diagnosis": (Question("q", "diagnosis", options=OPTIONS), {"said": "b", "confidence": 1}),
    "rating": (Question("q", "rating"), {"rating": 1}),
    "rubric": (Question("q", "rubric", options=OPTIONS), {"ratings": {"a": 1, "b": 5}}),
    "choice": (Question("q", "choice", options=OPTIONS), {"said": "a", "confidence": 1}),
    "checklist": (Question("q", "checklist", options=OPTIONS), {"items": ["a", "b"]}),
    "mark": (Question("q", "mark", shape="box"), {"marks": [[1, 2, 3, 4], [1, 2, 3, 4, 7]]}),
    "text": (Question("q", "text"), {"text": "too smooth"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", questions.KINDS)
def test_a_reply_of_its_shape_is_kept_and_every_other_shape_refused(kind):
    question, reply = EXAMPLES[kind]
    assert questions.check(question, reply) == reply
    assert questions.check(question, reply | {"truth": "real"}) == reply
    for other, (_question, wrong) in EXAMPLES.items():
        if set(wrong) != set(reply):
            assert questions.check(question, wrong) is None, other
    for nothing in (
        {},
        None,
        [],
        "real",
        3,
        {name: None for name in reply},
        {name: [["x"]] for name in reply},
    ):
        assert questions.check(question, nothing) is None


@given(st.sampled_from(list(EXAMPLES.values())), JSON, st.dictionaries(st.sampled_from(["said", "confidence", "rating", "text", "items", "marks", "ratings"]), JSON))  # fmt: skip
def test_whatever_comes_is_a_reply_or_none(example, anything, dressed):
    for reply in (anything, dressed):
        kept = questions.check(example[0], reply)
        assert kept is None or questions.check(example[0], kept) == kept


def test_a_text_loses_what_no_page_can_show():
    question = Question("q", "text")
    assert questions.check(question, {"text": " a\x00b\ud800\nc "}) == {"text": "ab\nc"}
    assert questions.check(question, {"text": "  "}) is None
    assert questions.check(replace(question, required=False), {"text": ""}) == {"text": ""}
    assert questions.check(question, {"text": "x" * 2001}) is None


@pytest.mark.parametrize(
    ("rule", "share"),
    [(Exposure(), 0.75), (Exposure(down_ms=20, up_ms=20, rights=2), 0.5**0.5), (Exposure(down_ms=20, up_ms=20, rights=3), 0.5 ** (1 / 3))],
)  # fmt: skip
def test_a_staircase_settles_at_its_share_of_right_answers(rule, share):
    """An observer whose accuracy rises with exposure (logistic from .5 to 1), 20,000 trials: mean accuracy at the exposures reached."""
    assert staircase.settles_at(rule) == pytest.approx(share)
    rng, exposure, row, reached = np.random.default_rng(1), rule.start_ms, 0, []
    history: list[bool] = []
    for _trial in range(20_000):
        chance = 0.5 + 0.5 / (1 + np.exp(-(exposure - 450) / 60))
        history.append(bool(rng.random() < chance))
        reached.append(chance)
        row = row + 1 if history[-1] else 0
        if not history[-1]:
            exposure += rule.up_ms
        elif row == rule.rights:
            exposure, row = exposure - rule.down_ms, 0
        exposure = min(rule.longest_ms, max(rule.shortest_ms, exposure))
    assert staircase.next_exposure(rule, history) == exposure
    assert np.mean(reached[500:]) == pytest.approx(share, abs=0.02)


def test_a_staircase_keeps_its_bounds():
    assert staircase.next_exposure(Exposure(), []) == 500
    assert staircase.next_exposure(Exposure(), [True] * 100) == 100
    assert staircase.next_exposure(Exposure(), [False] * 100) == 1000
    assert staircase.next_exposure(Exposure(), [False, True, True]) == 510


@given(st.integers(0, 2**31), st.integers(2, 80), st.integers(0, 40))
def test_repeats_come_once_more_and_never_at_once(seed, count, repeated):
    rng = np.random.default_rng(seed)
    again = [int(one) for one in rng.choice(count, min(repeated, count), replace=False)]
    order = [int(one) for one in rng.permutation(count)]
    shown = with_repeats(rng, order, again)
    assert [position for position, showing in shown if showing == 0] == order
    assert sorted(position for position, showing in shown if showing == 1) == sorted(again)
    for position in again:
        assert shown.index((position, 1)) > shown.index((position, 0))
