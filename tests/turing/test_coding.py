"""Remarks sorted into categories by two coders."""

import pytest
from django.urls import reverse

from tests.turing import studies
from turing.coding import code, cue_tables, remarks
from turing.launching import close
from turing.models import Cue
from turing.published import PUBLISHED

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(researcher):
    made = studies.launched_design(researcher, studies.small(PUBLISHED["schuit-2025"].design()))
    for seed in range(3):
        studies.simulated(made, 0.9, 0.4, seed=seed)
    close(made)
    return made


def test_two_coders_work_apart_and_are_compared(client, researcher, other_researcher, study):
    found = remarks(study, researcher)
    assert len(found) >= 3
    first = {one.name: "  Blurred   ribs" for one in found}
    assert code(study, researcher, first) == len(found)
    assert {one.code for one in remarks(study, researcher)} == {"blurred ribs"}
    assert {one.code for one in remarks(study, other_researcher)} == {""}
    study.is_shared = True
    study.save(update_fields=["is_shared"])
    client.force_login(other_researcher)
    second = {one.name: "blurred ribs" if n else "noise" for n, one in enumerate(found)}
    page = client.post(reverse("turing:cues", args=[study.pk]), second, follow=True).content.decode()
    assert "omar – rosa" in page
    counts, agreed = cue_tables(study)
    assert agreed.rows[0][:2] == ("omar – rosa", str(len(found)))
    assert {row[1] for row in counts.rows} == {"blurred ribs", "noise"}
    client.post(reverse("turing:cues", args=[study.pk]), {found[0].name: ""})
    assert Cue.objects.filter(coder=other_researcher).count() == len(found) - 1


def test_a_study_without_words_says_so(client, researcher):
    made = studies.launched(researcher)
    close(made)
    client.force_login(researcher)
    assert b"Nothing was written" in client.get(reverse("turing:cues", args=[made.pk])).content
