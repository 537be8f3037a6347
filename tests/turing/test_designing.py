"""The designer's pages: published designs to start from, every part changed by its form, nothing lost, an open study amended."""

import json
import re
from dataclasses import replace
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.turing import studies
from turing import launching
from turing.designing import Designer, changed
from turing.models import Study
from turing.protocol import Phase, Preset, Protocol, Source, from_json, simple
from turing.published import PUBLISHED
from turing.questions import Exposure, Option, Question

pytestmark = pytest.mark.django_db


def posted(study, user):
    """What the browser sends when nothing was changed on the designer's page."""
    data = {}
    for form in Designer(study, user).forms():
        for bound in form:
            value = bound.initial
            if isinstance(value, bool):
                data |= {bound.html_name: "on"} if value else {}
            elif isinstance(value, list | tuple):
                data[bound.html_name] = [getattr(one, "pk", one) for one in value]
            elif value is not None:
                data[bound.html_name] = value
    return data


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_design_survives_its_forms(client, researcher, name):
    """Started from the catalogue, fed with sets, saved without a change: the same design, ready to be prepared."""
    client.force_login(researcher)
    page = client.get(reverse("turing:designs")).content.decode()
    assert f'value="{name}"' in page
    address = client.post(reverse("turing:designs"), {"published": name})["Location"]
    study = Study.objects.get()
    assert address == reverse("turing:design", args=[study.pk])
    design = studies.small(PUBLISHED[name].design())
    fed = studies.of_design(researcher, design)
    assert client.get(reverse("turing:design", args=[fed.pk])).status_code == 200
    answer = client.post(reverse("turing:design", args=[fed.pk]), posted(fed, researcher) | {"do": "done"})
    assert answer["Location"] == reverse("turing:detail", args=[fed.pk])
    fed = Study.objects.get(pk=fed.pk)
    assert fed.designed == design
    assert launching.problems(fed) == []
    assert client.get(reverse("turing:detail", args=[fed.pk])).status_code == 200


def test_what_was_typed_is_saved_and_a_renamed_source_stays_in_its_phases(client, researcher):
    study = studies.of_design(researcher, replace(simple(per_side=4), phases=(Phase("reading", (Question("turing", "detect"),), sources=("real", "synthetic")),)))  # fmt: skip
    client.force_login(researcher)
    data = posted(study, researcher) | {
        "s1-key": "gan", "s1-strata": "a 1, lung base 3", "p0-title": "Reading", "p0-washout_days": 3, "p0-repeats": 2, "p0-instructions": "Slowly.",
        "p0q0-kind": "hype", "margin": 0.4, "ask_profile": "on", "name": "Renamed",
    }  # fmt: skip
    client.post(reverse("turing:design", args=[study.pk]), data)
    study = Study.objects.get()
    phase = study.phase(0)
    assert study.designed.sources[1] == Source("gan", "synthetic", 4, strata=(("a", 1), ("lung base", 3)))
    assert study.sets_for("gan").count() == 1
    assert (phase.sources, phase.title, phase.washout_days, phase.repeats) == (
        ("real", "gan"),
        "Reading",
        3,
        2,
    )
    assert phase.questions[0].exposure == Exposure()
    assert (study.name, study.margin, study.designed.ask_profile) == ("Renamed", 0.4, True)
    page = client.get(reverse("turing:design", args=[study.pk])).content.decode()
    assert "p0q0-start_ms" in page
    client.post(
        reverse("turing:design", args=[study.pk]),
        posted(study, researcher) | {"p0q0-start_ms": 333, "p0q0-rights": 3},
    )
    study = Study.objects.get()
    assert study.phase(0).questions[0].exposure == Exposure(start_ms=333, rights=3)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"s0-count": 0}, "greater than or equal to 1"), ({"s0-strata": "benign"}, "no label with a number"), ({"s0-key": "Not a key"}, "Small letters"),
     ({"p0-share_percent": 0}, "greater than or equal to 1"), ({"p0q0-kind": "text"}, "not one of the available choices"), ({"margin": 9}, "less than or equal to 3")],
)  # fmt: skip
def test_a_wrong_part_is_explained_and_kept(client, researcher, wrong, words):
    study = studies.of_design(researcher, simple(per_side=4))
    client.force_login(researcher)
    before = study.design
    page = client.post(
        reverse("turing:design", args=[study.pk]),
        posted(study, researcher) | {"p0-title": "Kept as typed"} | wrong,
    )
    assert words in page.content.decode()
    assert "Kept as typed" in page.content.decode()
    assert Study.objects.get().design == before


def test_parts_are_added_and_removed_one_at_a_time(client, researcher):
    studies.of_design(researcher, simple(per_side=4))
    client.force_login(researcher)

    def do(deed):
        study = Study.objects.get()
        client.post(reverse("turing:design", args=[study.pk]), posted(study, researcher) | {"do": deed})
        return Study.objects.get().designed

    assert [source.key for source in do("add-source").sources] == ["real", "synthetic", "synthetic-2"]
    assert [source.key for source in do("cut-source-2").sources] == ["real", "synthetic"]
    assert [phase.key for phase in do("add-phase").phases] == ["reading", "phase"]
    assert [phase.key for phase in do("raise-phase-1").phases] == ["phase", "reading"]
    assert [phase.key for phase in do("cut-phase-0").phases] == ["reading"]
    assert [question.key for question in do("add-question-0").phases[0].questions] == ["turing", "why"]
    assert [question.key for question in do("add-question-0").phases[0].questions] == [
        "turing",
        "why",
        "why-2",
    ]
    assert len(do("cut-question-0-1").phases[0].questions) == 2
    assert [question.key for question in do("add-end-0").phases[0].ends] == ["remarks"]
    assert do("cut-end-0-0").phases[0].ends == ()


@pytest.mark.parametrize("deed", ["cut-phase-0", "cut-question-0-0", "cut-source-99", "raise-phase-99", "add", "cut-source-x", "cut-end-0-9999"])  # fmt: skip
def test_a_deed_that_cannot_be_done_changes_nothing(deed):
    assert changed(simple(), deed) == simple()


def test_a_design_goes_into_a_file_and_comes_back(client, researcher):
    study = studies.of_design(researcher, PUBLISHED["tordjman-2026"].design())
    client.force_login(researcher)
    saved = client.get(reverse("turing:design_file", args=[study.pk])).content
    assert b"pictures" not in saved
    answer = client.post(reverse("turing:designs"), {"file": SimpleUploadedFile("d.json", saved)})
    assert answer.status_code == 302
    assert Study.objects.order_by("pk").last().designed == study.designed


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff{", "no JSON"), (b"[" * 100_000, "no JSON"), (b"{}", "format None"), (b"3", "format None"), (json.dumps({"format": 2}).encode(), "lacks"),
     (b" " * 1_000_001, "bytes")],
)  # fmt: skip
def test_a_file_that_is_no_design_is_refused_in_words(client, researcher, content, words):
    client.force_login(researcher)
    page = client.post(reverse("turing:designs"), {"file": SimpleUploadedFile("d.json", content)})
    assert page.status_code == 200
    assert words in page.content.decode()
    assert not Study.objects.exists()


def test_a_common_study_is_changed_on_its_own_page_and_any_other_in_the_designer(client, researcher):
    client.force_login(researcher)
    common = studies.draft(researcher)
    assert client.get(reverse("turing:edit", args=[common.pk])).status_code == 200
    other = studies.of_design(
        researcher, replace(common.designed, phases=(replace(common.phase(0), repeats=2),))
    )
    assert client.get(reverse("turing:edit", args=[other.pk]))["Location"] == reverse(
        "turing:design", args=[other.pk]
    )


def test_several_synthetic_sets_are_several_generators(client, researcher):
    first, second = studies.draft(researcher, per_side=5), studies.draft(researcher, per_side=5, image_seed=8)
    client.force_login(researcher)
    form = {
        "name": "Two", "real_sets": [first.real_sets.get().pk], "synthetic_sets": [one.synthetic_sets.get().pk for one in (first, second)],
        "images_per_side": 5, "question": "?", "confidence_steps": 3, "prevalence": "none", "grey_interval_ms": 0, "primary_endpoint": "auc",
        "margin": 0.51, "seed": 3,
    }  # fmt: skip
    client.post(reverse("turing:new"), form)
    study = Study.objects.get(name="Two")
    assert [(source.truth, source.count) for source in study.designed.sources] == [
        ("real", 5),
        ("synthetic", 3),
        ("synthetic", 2),
    ]
    assert launching.problems(study) == []
    assert client.get(reverse("turing:edit", args=[study.pk])).status_code == 200


def test_a_source_takes_sets_of_its_own_truth_only(researcher):
    study = studies.draft(researcher)
    study.supply("synthetic", [studies.draft(researcher, image_seed=8).real_sets.get()])
    assert "feeds a source of synthetic ones" in " ".join(launching.problems(study))


def test_an_open_study_is_amended_on_its_page(client, researcher):
    study = studies.launched(researcher)
    client.force_login(researcher)
    address = reverse("turing:amend", args=[study.pk])
    assert client.get(address).status_code == 200
    same = {"primary_endpoint": "auc", "margin": 0.51, "control_bound": 0.7, "grey_interval_ms": 0, "allow_revision": "on", "instructions_0": "", "washout_days_0": 0}  # fmt: skip
    assert "This field is required" in client.post(address, same).content.decode()
    assert "Nothing was changed" in client.post(address, same | {"reason": "x"}).content.decode()
    client.post(address, same | {"reason": "Asked by the board.", "margin": 0.4})
    study = Study.objects.get()
    assert (study.version, study.margin) == (2, 0.4)
    page = client.get(reverse("turing:detail", args=[study.pk])).content.decode()
    assert "Asked by the board." in page
    launching.close(study)
    assert client.get(address).status_code == 302


def test_an_owner_lets_a_reader_begin_anew(client, researcher):
    session = studies.begun(studies.launched(researcher))
    client.force_login(researcher)
    address = reverse("turing:again", args=[session.reader.study_id, 1])
    client.post(address, {"reason": " "})
    session.refresh_from_db()
    assert session.set_aside is None
    client.post(address, {"reason": "wrong screen"})
    session.refresh_from_db()
    assert session.set_aside_reason == "wrong screen"
    client.post(address, {"reason": "twice"})
    session.refresh_from_db()
    assert session.set_aside_reason == "wrong screen"


def test_a_design_of_one_truth_needs_no_audit(researcher):
    study = studies.launched_design(researcher, studies.small(PUBLISHED["khader-2023"].design(), 2))
    assert study.audit == {}
    assert from_json(study.protocol["design"]) == study.designed
    assert isinstance(study.designed, Protocol)


def test_a_design_is_written_and_taken_up_by_command(researcher, tmp_path):
    study = studies.of_design(researcher, studies.small(PUBLISHED["jang-2023"].design()))
    file, out = tmp_path / "design.json", StringIO()
    call_command("study", "design", str(study.pk), str(file), stdout=out)
    feeding = [
        word
        for source in study.designed.sources
        for word in ("--source", source.key, str(study.sets_for(source.key).get().pk))
    ]
    call_command(
        "study", "create", "Again", "--owner", "rosa", "--design", str(file), *feeding, stdout=out, stderr=out
    )
    again = Study.objects.get(name="Again")
    assert again.designed == study.designed
    assert launching.problems(again) == []
    call_command(
        "study", "create", "Park", "--owner", "rosa", "--published", "park-2021", stdout=out, stderr=out
    )
    assert Study.objects.get(name="Park").designed == PUBLISHED["park-2021"].design()
    assert "Choose at least one set" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--design", "/nowhere.json"], "is no design"), (["--published", "park-2021", "--source", "gan", "3"], "the design's sources are real, pggan"),
     (["--published", "park-2021", "--source", "real", "x"], "sets are named by number"), (["--published", "park-2021", "--source", "real", "999"], "no image set 999")],
)  # fmt: skip
def test_what_the_command_refuses_of_a_design(researcher, arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("study", "create", "x", "--owner", "rosa", *arguments)
    assert not Study.objects.exists()


def test_windows_by_name_are_typed_or_added_by_modality_and_the_primary_question_is_chosen(
    client, researcher
):
    asked = (Question("turing", "detect", steps=3), Question("second", "class", options=(Option("real", "R"), Option("synthetic", "S"))))  # fmt: skip
    study = studies.of_design(researcher, replace(simple(per_side=4), phases=(Phase("reading", asked),)))
    client.force_login(researcher)
    address = reverse("turing:design", args=[study.pk])
    typed = {"presets": "Lung: -1000 to 100.5\n Middle: 20 to 80 %\n\nTissue: 1 to 99 percentile", "standard": "ct", "primary_question": "second"}  # fmt: skip
    client.post(address, posted(study, researcher) | typed)
    study = Study.objects.get()
    assert study.designed.presets[:3] == (
        Preset("Lung", -1000, 100.5), Preset("Middle", 20, 80, "range"), Preset("Tissue", 1, 99, "percentile"),
    )  # fmt: skip
    assert [one.name for one in study.designed.presets[3:]] == ["Soft tissue", "Bone", "Brain"], (
        "no name twice"
    )
    assert study.primary.key == "second"
    client.post(address, posted(study, researcher) | {"p0q1-key": "origin"})
    study = Study.objects.get()
    assert study.primary.key == "origin", "a renamed question stays the primary one"
    page = client.post(address, posted(study, researcher) | {"presets": "Lung"}).content.decode()
    assert "“Lung” is no window" in page
    study.sets.filter(origin="real").update(intensity_low=-5)
    assert "different intensity ranges" in " ".join(launching.problems(study))


def seen(page, name="seen"):
    return re.search(f'name="{name}" value="([^"]*)"', page)[1]


def test_a_second_tab_does_not_overwrite_a_design_and_keeps_what_was_typed(client, researcher):
    study = studies.of_design(researcher, simple(per_side=4))
    client.force_login(researcher)
    address = reverse("turing:design", args=[study.pk])
    shown = client.get(address).content.decode()
    first = posted(study, researcher) | {name: seen(shown, name) for name in ("seen", "shown")}
    assert client.post(address, first | {"do": "cut-source-1", "name": "First tab"}).status_code == 302
    refused = client.post(address, first | {"do": "done", "name": "Second tab", "s1-name": "Typed"})
    page = refused.content.decode()
    assert "changed meanwhile" in page
    assert 'value="Second tab"' in page
    assert 'value="Typed"' in page, "though the other tab cut that source"
    study = Study.objects.get()
    assert (study.name, len(study.designed.sources)) == ("First tab", 1)
    again = (
        first
        | {name: seen(page, name) for name in ("seen", "shown")}
        | {"name": "Second tab", "s1-name": "Typed"}
    )
    invalid = client.post(address, again | {"margin": 9}).content.decode()
    assert seen(invalid) == again["seen"], "a mistake does not count as having looked again"
    assert client.post(address, again | {"do": "done"}).status_code == 302
    study = Study.objects.get()
    assert (study.name, study.designed.sources[1].name) == ("Second tab", "Typed")
    assert study.sets_for("synthetic").count() == 1
    assert client.post(address, again | {"shown": "rubbish"}).status_code == 200


def test_a_second_tab_overwrites_neither_a_common_study_nor_an_amendment(client, researcher):
    client.force_login(researcher)
    study = studies.draft(researcher)
    address = reverse("turing:edit", args=[study.pk])
    form = client.get(address)
    typed = {name: value for name, value in form.context["form"].initial.items() if value is not None}
    typed |= {name: [one.pk for one in typed[name]] for name in ("real_sets", "synthetic_sets")}
    typed |= {"seen": seen(form.content.decode()), "seed": study.seed, "question": "Real?"}
    assert client.post(address, typed | {"name": "First tab"}).status_code == 302
    page = client.post(address, typed | {"name": "Second tab"}).content.decode()
    assert "changed meanwhile" in page
    assert "Second tab" in page
    assert Study.objects.get().name == "First tab"
    assert client.post(address, typed | {"name": "Second tab", "seen": seen(page)}).status_code == 302
    assert Study.objects.get().name == "Second tab"

    launched = studies.launched(researcher, image_seed=9)
    address = reverse("turing:amend", args=[launched.pk])
    same = {"primary_endpoint": "auc", "margin": 0.51, "control_bound": 0.7, "grey_interval_ms": 0, "allow_revision": "on", "instructions_0": "", "washout_days_0": 0}  # fmt: skip
    same |= {"seen": seen(client.get(address).content.decode())}
    assert client.post(address, same | {"reason": "One.", "margin": 0.4}).status_code == 302
    page = client.post(address, same | {"reason": "Two.", "grey_interval_ms": 200}).content.decode()
    assert "changed meanwhile" in page
    assert "Two." in page
    launched.refresh_from_db()
    assert (launched.version, launched.margin, launched.designed.grey_interval_ms) == (2, 0.4, 0)
