"""Programs as readers: the same pixels without the truth, answers from a table, whole or refused with the line."""

from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from tests.turing import studies
from turing import launching, machines, rendering
from turing.chain import events, first_break
from turing.drawing import NotReady
from turing.models import Answer, Reader
from turing.published import PUBLISHED

pytestmark = pytest.mark.django_db


def table(study, said=lambda case: case.truth, columns="case,said,confidence"):
    return "\n".join([columns, *(f"{case.position + 1},{said(case)},3" for case in study.cases.all())])


def test_a_machine_answers_every_case_once_in_a_chain(researcher):
    study = studies.launched(researcher)
    reader = machines.add_machine(study, name="A classifier", text=table(study))
    session = reader.sessions.get()
    answers = list(session.answers.select_related("trial__case"))
    assert len(answers) == 8
    assert session.finished is not None
    assert all(answer.said == answer.trial.case.truth and answer.confidence == 3 for answer in answers)
    assert first_break(events(session)) is None


def test_a_machine_is_in_no_figure_over_readers(researcher):
    study = studies.launched(researcher, per_side=6)
    for seed in range(3):
        studies.simulated(study, 0.5, 0.5, seed=seed)
    people = Answer.objects.counted().filter(session__reader__is_machine=False).count()
    machines.add_machine(study, name="A classifier", text=table(study))
    assert Answer.objects.counted().count() == people + 12
    assert Reader.objects.get(is_machine=True).sessions.count() == 1


def test_answers_for_one_phase_go_there_only(researcher):
    study = studies.launched_design(researcher, studies.small(PUBLISHED["tordjman-2026"].design(), 2))
    lines = "\n".join(
        [
            "case,said,phase",
            *(
                f"{n + 1},synthetic,3"
                for n in study.cases.filter(source__in=["real-2", "roentgen"]).values_list(
                    "position", flat=True
                )
            ),
        ]
    )
    reader = machines.add_machine(study, name="A language model", text=lines)
    assert set(reader.sessions.get().answers.values_list("trial__phase", flat=True)) == {2}
    assert reader.sessions.get().finished is None
    everything = table(study, said=lambda case: "real", columns="case,said,ignored")
    whole = machines.add_machine(study, name="Another", text=everything).sessions.get()
    assert set(whole.answers.values_list("trial__phase", flat=True)) == {1, 2}
    assert whole.finished is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "columns none"), ("a,b\n1,2", "columns a, b"), ("case,said", "no answers"), ("case,said\n99,real", "Line 2: “99” is no case"),
     ("case,said\nx,real", "is no case"), ("case,said\n1,maybe", "is no answer"), ("case,said,confidence\n1,real,9", "confidence “9”"),
     ("case,said,phase\n1,real,7", "no phase “7”"), ("case,said\n1,real\n1,real", "Line 3: case 1 was answered before"), ("case,said\n1", "is no answer")],
)  # fmt: skip
def test_a_table_is_refused_with_its_line_and_nothing_is_kept(researcher, text, words):
    study = studies.launched(researcher)
    with pytest.raises(NotReady, match=words):
        machines.add_machine(study, name="x", text=text)
    assert not Reader.objects.exists()


def test_only_an_open_study_without_pairs_takes_a_machine(researcher):
    study = studies.launched(researcher)
    launching.close(study)
    with pytest.raises(NotReady, match="while the study is open"):
        machines.add_machine(study, name="x", text=table(study))
    pairs = studies.launched_design(researcher, studies.small(PUBLISHED["chen-2016"].design(), 2))
    with pytest.raises(NotReady, match="pairs"):
        machines.add_machine(pairs, name="x", text=table(pairs))


def test_the_page_takes_a_file_and_says_what_is_wrong(client, researcher):
    study = studies.launched(researcher)
    client.force_login(researcher)
    address = reverse("turing:add_machine", args=[study.pk])

    def send(content, name="A classifier"):
        return client.post(
            address, {"name": name, "file": SimpleUploadedFile("a.csv", content)}, follow=True
        ).content.decode()

    assert "is no case" in send(b"case,said\n77,real")
    assert "UTF-8" in send(b"\xff\xfe\x00")
    assert "Give the machine a name" in send(b"case,said\n1,real", name=" ")
    assert "A classifier (machine)" in send(table(study).encode())
    assert Reader.objects.get().is_machine


def test_a_program_gets_the_pixels_as_they_are_sent_and_no_truth(researcher, tmp_path):
    study = studies.launched(researcher)
    call_command("study", "cases", str(study.pk), str(tmp_path / "cases.npz"), stdout=StringIO())
    with np.load(tmp_path / "cases.npz") as given:
        assert set(given) == {"cases", "pixels"}
        target = rendering.Format.from_json(study.buffers)
        for number, stack in zip(given["cases"], given["pixels"]):
            assert (stack[0] == rendering.read_array(study.cases.get(position=number - 1), target)).all()
    assert replace(target, frames=1) == target
