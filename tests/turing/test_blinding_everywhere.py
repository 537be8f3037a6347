"""Every address below read/, for every kind of question and at every stage of a phase: flip what a reader must not know, and no byte changes.

Flipped are truth, label, role and source of cases, origin and name of the sets, and of pairs which of the two is the synthetic one.
Two things tell of cases already answered, as they are meant to: feedback in a training round, and the next exposure of a staircase. There
the cases not yet answered are flipped."""

import json
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from tests.turing import studies
from tests.turing.test_blinding import bytes_of
from turing import launching, sessions
from turing.asking import field_of
from turing.blinding import places
from turing.models import Case, Role, Trial
from turing.progressing import where
from turing.protocol import Phase, Protocol, Source
from turing.questions import Exposure, Option, Question

pytestmark = pytest.mark.django_db
SCRIPT = "application/json"
OTHER = {"real": "synthetic", "synthetic": "real", "augmented": "real"}
LABELS = (Option("a", "A"), Option("b", "B"))
TRUTHS = tuple(Option(value, value) for value in ("real", "augmented", "synthetic"))
SIDES = (Source("real", "real", 3), Source("fake", "synthetic", 3))
EXTRAS = (
    Question("why", "text", required=False), Question("cues", "checklist", options=LABELS), Question("where", "mark"),
    Question("box", "mark", shape="box"), Question("quality", "rating"), Question("which", "choice", options=LABELS),
)  # fmt: skip
ENDS = (Question("noticed", "text"), Question("pick", "choice", options=LABELS), Question("grade", "rating"))


def one(*asked, sources=SIDES, unit="image", **more):
    return Protocol(sources, (Phase("reading", asked, **more),), unit=unit)


DESIGNS = {
    "binary": one(Question("turing", "detect")),
    "two gestures": one(Question("turing", "detect", steps=3, gestures=2)),
    "pair": one(Question("pair", "pair", steps=3)),
    "realism": one(Question("realism", "realism")),
    "class": one(Question("class", "class", options=TRUTHS), sources=(*SIDES, Source("altered", "augmented", 2))),
    "diagnosis": one(Question("finding", "diagnosis", options=LABELS, steps=2)),
    "rating": one(Question("quality", "rating")),
    "hype": one(Question("hype", "hype", exposure=Exposure())),
    "volume": one(Question("rubric", "rubric", options=LABELS), Question("turing", "detect", steps=3), unit="volume"),
    "extras and ends": one(Question("turing", "detect", steps=3), *EXTRAS, ends=ENDS, instructions="Slowly."),
    "controls, catch trials, repeats": one(
        Question("turing", "detect", steps=3), repeats=2,
        sources=(*SIDES, Source("obvious", "synthetic", 1, role="control"), Source("awake", "synthetic", 1, role="catch")),
    ),
    "training": Protocol(
        (*SIDES, Source("real-t", "real", 2, role="training"), Source("fake-t", "synthetic", 2, role="training")),
        (Phase("practice", (Question("turing", "detect"),), training=True), Phase("reading", (Question("turing", "detect"),))),
    ),
    "blinded, then informed after a wash-out": Protocol(
        SIDES,
        (
            Phase("first", (Question("quality", "rating"), Question("finding", "diagnosis", options=LABELS)), informed=False, prevalence="none", ends=ENDS),
            Phase("second", (Question("turing", "detect", steps=3),), prevalence="exact", washout_days=2),
        ),
    ),
}  # fmt: skip


def fixed_reply(question):
    """A reply that does not depend on the case."""
    values = [option.value for option in question.options]
    said = {"detect": "real", "hype": "real", "pair": "left"}.get(question.kind) or (values or [""])[0]
    return {
        "text": {"text": "x"}, "checklist": {"items": values[:1]}, "mark": {"marks": [[1, 1] if question.shape == "point" else [1, 1, 2, 2]]},
        "rubric": {"ratings": dict.fromkeys(values, 2)}, "rating": {"rating": 2}, "realism": {"rating": 2},
    }.get(question.kind, {"said": said, "confidence": 1})  # fmt: skip


def give(session):
    trial = sessions.current_trial(session)
    replies = {one.key: fixed_reply(one) for one in session.reader.study.phase(trial.phase).questions}
    given = sessions.Submission(trial.token, "", 0, f"s-{trial.position}", replies=replies)
    assert sessions.record(session, session.reader.study, given) is sessions.Outcome.SAVED


def go_to(session, stage):
    """Answer two cases, or all of the phase, or its questions at the end too."""
    study = session.reader.study
    for _case in range({"begun": 0, "under way": 2}.get(stage, 99)):
        if where(session, study).trial is not None:
            give(session)
    if stage == "next":
        replies = {one.key: fixed_reply(one) for one in study.phase(0).ends}
        assert sessions.record_end(session, study, 0, "e", replies) is sessions.Outcome.SAVED


def addresses():
    """Every named address below read/, so that a new one is tested from its first day."""
    for pattern in get_resolver().url_patterns:
        for inner in getattr(pattern, "url_patterns", []):
            text = str(inner.pattern)
            if text.startswith("read/") and inner.name:
                yield text


@pytest.fixture(autouse=True)
def clock_stands_still(monkeypatch):
    """Certificates say the minute and digests cover the microsecond: with one time for both readings nothing need be blanked."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)


def answered(send, *given, **more):
    """The answer's bytes, and how many queries it took: a case that takes more of them takes longer, and that can be measured."""
    with CaptureQueriesContext(connection) as queries:
        answer = send(*given, **more)
    return f"{len(queries)} queries {bytes_of(answer)}"


def everything(client, session):
    """What each address answers now to GET, HEAD and several POSTs; what is written is undone."""
    key, seen, study = session.reader.key, {}, session.reader.study
    tokens = list(session.trials.values_list("token", flat=True))
    current = where(session, study).trial
    posts, there = list(bodies(study, session, current)), places(session.trials.first(), study)
    with transaction.atomic():
        for text in addresses():
            if "token" in text:
                seen |= images(client, text, tokens, wanted=range(there + 1))
                continue
            path = "/" + text.replace("<slug:key>", key)
            seen[path] = answered(client.get, path)
            if text.endswith("<slug:key>/"):
                seen["HEAD " + path] = answered(client.head, path)
                seen["back " + path] = answered(client.get, path + "?previous=1")
            for name, body, kind in posts if text.endswith(("answer/", "end/")) else posts[:1]:
                with transaction.atomic():
                    seen[f"{name} {path}"] = answered(
                        client.post, path, body, **({"content_type": kind} if kind else {})
                    )
                    if kind != SCRIPT:
                        seen[f"after {name} {path}"] = answered(client.get, f"/read/{key}/")
                    transaction.set_rollback(True)
        transaction.set_rollback(True)
    return seen


def images(client, address, tokens, *, wanted):
    """Every buffer of every case, left and right or slice by slice, and one place that is not there."""
    paths = {
        "/" + address.replace("<slug:token>", token).replace("<int:place>", str(place))
        for token in tokens for place in wanted
    }  # fmt: skip
    return {path: answered(client.get, path) for path in sorted(paths)} | {
        f"HEAD {path}": answered(client.head, path) for path in paths if path.endswith("/0/")
    }


def bodies(study, session, current):
    """(name, body, content type): answers of the current case in both ways, stale and broken ones."""
    yield "broken", "{", SCRIPT
    yield "empty form", {}, ""
    stale = session.trials.first()
    for name, trial in (("current", current), ("stale", stale)):
        if trial is None:
            continue
        phase = study.phase(trial.phase)
        whole = {
            "trial": trial.token,
            "submission": "p",
            **fields(phase.questions, lambda question, phase=phase: field_of(phase, question)),
        }
        yield name, json.dumps(whole | {"client": {"active_ms": 5}}), SCRIPT
        yield name + " correction", json.dumps(whole | {"corrects": True}), SCRIPT
        yield name + " incomplete", json.dumps({"trial": trial.token, "submission": "p"}), SCRIPT
        yield name + " form", whole, ""
    ahead = session.trials.last()  # its image may be loaded already; an answer to it is refused
    asks = study.phase(ahead.phase).questions
    early = fields(asks, lambda question: field_of(study.phase(ahead.phase), question))
    yield "ahead", json.dumps({"trial": ahead.token, "submission": "p", **early}), SCRIPT
    here = where(session, study)
    ends = fields(study.phase(here.phase).ends, lambda question: f"more-{question.key}")
    yield "end", {"phase": str(here.phase), **ends}, ""


def fields(asked, name_of):
    """Fixed replies as the page's form names and writes them."""
    out = {}
    for question in asked:
        name, given = name_of(question), fixed_reply(question)
        if "said" in given:
            out |= {name: given["said"], f"{name}.confidence": "1"}
        elif question.kind == "rubric":
            out |= {f"{name}.{value}": str(points) for value, points in given["ratings"].items()}
        else:
            (value,) = given.values()
            out[name] = (
                json.dumps(value)
                if question.kind == "mark"
                else value
                if isinstance(value, list)
                else str(value)
            )
    return out


def flip(study, *, answered):
    """Turn around what a reader must not know, of all cases or of those not yet answered."""
    cases = Case.objects.filter(study=study)
    if not answered:
        seen = set(Trial.objects.filter(case__study=study).answered().values_list("case", flat=True))
        now = {
            trial.case_id
            for reader in study.readers.all()
            for one in reader.sessions.all()
            if (trial := where(one, study).trial)
        }
        cases = cases.exclude(pk__in=seen | now)
    for case in cases:
        label = {"a": "b", "b": "a"}.get(case.label, case.label)
        source = {"real": "fake", "fake": "real"}.get(case.source, case.source)  # of the same phases
        role = {"control": Role.ORDINARY, "catch": Role.CONTROL}.get(case.role, case.role)
        Case.objects.filter(pk=case.pk).update(
            truth=OTHER[case.truth], label=label, role=role, source=source, cluster="elsewhere"
        )
    for trial in Trial.objects.filter(case__study=study, other__isnull=False):
        Trial.objects.filter(pk=trial.pk).update(
            case=trial.other, other=trial.case, swapped=not trial.swapped
        )
    for supply in study.supplies.select_related("image_set"):
        origin = "real" if supply.image_set.origin != "real" else "synthetic"
        type(supply.image_set).objects.filter(pk=supply.image_set_id).update(
            origin=origin, name=f"flipped {origin}"
        )


# Under way, and once more where a phase ends: at the questions of its end, at the beginning of the next phase, at the thanks.
PLACES = [(name, "under way") for name in DESIGNS] + [
    ("binary", "begun"), ("binary", "read"), ("extras and ends", "read"), ("training", "read"), ("hype", "read"), ("pair", "read"),
    ("blinded, then informed after a wash-out", "read"), ("blinded, then informed after a wash-out", "next"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "stage"), PLACES)
def test_flipping_what_a_reader_must_not_know_changes_no_byte(client, researcher, name, stage):
    study = studies.launched_design(researcher, DESIGNS[name], size=8)
    session = studies.begun(study)
    go_to(session, stage)
    client.get(f"/read/{session.reader.key}/")  # from here on the current case is in the reader's hands
    telling = study.phase(0).training or study.phase(0).questions[0].kind == "hype"
    before = everything(client, session)
    if where(session, study).trial:
        assert '"outcome": "saved"' in before[f"current /read/{session.reader.key}/answer/"], (
            "a whole answer is among what is compared"
        )
    flip(study, answered=not telling)
    session = type(session).objects.get(pk=session.pk)
    after = everything(client, session)
    assert before.keys() == after.keys()
    assert [address for address in before if before[address] != after[address]] == []


@pytest.mark.parametrize("name", ["binary", "training", "blinded, then informed after a wash-out"])
def test_pages_before_the_consent_and_after_the_close_do_not_depend_on_it_either(client, researcher, name):
    study = studies.launched_design(researcher, DESIGNS[name], size=8)
    reader = studies.add_reader(study)
    address = f"/read/{reader.key}/"
    before = bytes_of(client.get(address))
    flip(study, answered=True)
    assert bytes_of(client.get(address)) == before
    flip(study, answered=True)
    launching.close(study)
    closed = bytes_of(client.get(address))
    flip(study, answered=True)
    assert bytes_of(client.get(address)) == closed


def test_the_test_itself_sees_a_leak(client, researcher, monkeypatch):
    """One header that follows the truth, and the comparison above finds it."""
    from turing import views_reader

    honest = views_reader.buffer_response

    def leaking(trial, *rest):
        answer = honest(trial, *rest)
        answer["X-Kind"] = trial.case.truth[::-1]
        return answer

    monkeypatch.setattr(views_reader, "buffer_response", leaking)
    study = studies.launched_design(researcher, DESIGNS["binary"], size=8)
    session = studies.begun(study)
    before = everything(client, session)
    flip(study, answered=True)
    after = everything(client, type(session).objects.get(pk=session.pk))
    leaks = [address for address in before if before[address] != after[address]]
    assert leaks
    assert all("/read/image/" in address for address in leaks)


SIDE_BY_SIDE = ["binary", "pair", "volume", "class", "controls, catch trials, repeats", "training", "hype"]


@pytest.mark.parametrize("name", SIDE_BY_SIDE)
def test_pictures_of_one_study_take_one_length_one_head_and_one_number_of_queries(client, researcher, name):
    """Not after a flip but side by side: real beside synthetic, controls, catch trials, repeats and practice, at every place, headers
    in their order, though a proxy may compress; answered cases and the current one beside those that wait."""
    session = studies.begun(studies.launched_design(researcher, DESIGNS[name], size=8))
    study = session.reader.study
    give(session)
    client.get(f"/read/{session.reader.key}/")
    looks, kinds = set(), set()
    for trial in session.trials.filter(phase=0):
        if name == "hype" and trial.answers.exists():
            continue  # gone for good
        kinds.add((trial.case.truth, trial.case.role, trial.showing))
        for path in (f"/read/image/{trial.token}/{place}/" for place in range(places(trial, study))):
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(path, headers={"accept-encoding": "gzip, br"})
            looks.add((answer.status_code, len(answer.content), len(queries), tuple(answer.headers.items())))
    assert len(looks) == 1
    assert dict(looks.pop()[3])["Cache-Control"] == "no-store, no-transform"
    assert len(kinds) >= {"pair": 1, "class": 3, "controls, catch trials, repeats": 5}.get(name, 2)


def test_a_purpose_blinded_welcome_does_not_speak_of_made_images(client, researcher):
    design = replace(DESIGNS["blinded, then informed after a wash-out"], ask_profile=True)
    for one, speaks in ((design, False), (replace(DESIGNS["binary"], ask_profile=True), True)):
        reader = studies.add_reader(studies.launched_design(researcher, one, size=8))
        page = client.get(f"/read/{reader.key}/").content.decode()
        assert "Your specialty" in page
        assert ("computer-made" in page) is speaks
        assert ("synthetic" in page) is speaks
