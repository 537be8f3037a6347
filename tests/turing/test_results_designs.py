"""Every published design, read by simulated readers, has results, a page and a printed report that speak of what it asked."""

import pytest
from django.urls import reverse

from tests.turing import studies
from turing.launching import close
from turing.published import PUBLISHED
from turing.results import results
from turing.tables import every_table

pytestmark = pytest.mark.django_db
ASKED = {
    "chen-2016": ("Pairs named rightly",), "han-2018": ("Balanced accuracy",), "chuquicusma-2018": ("Balanced accuracy",),
    "park-2021": ("Groups of readers",), "jang-2023": ("Groups of readers",), "khader-2023": ("Ratings",), "gazeval-2025": ("Right",),
    "polyp-2025": ("Named rightly",), "schuit-2025": ("Called synthetic",), "tordjman-2026": ("Answer",),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_a_published_study_has_a_page_of_results_and_a_report(client, researcher, name):
    study = studies.launched_design(researcher, studies.small(PUBLISHED[name].design()))
    for seed, skill in enumerate((0.9, 0.8, 0.7)):
        studies.simulated(study, skill, skill, seed=seed, group="ab"[seed % 2])
    studies.simulated(study, 1.0, 1.0, seed=9, is_machine=True)
    close(study)
    found = results(study)
    assert found.report.counted in (0, 3)
    assert results(study).report.verdict == found.report.verdict, "kept and read back"
    client.force_login(researcher)
    page = client.get(reverse("turing:results", args=[study.pk])).content.decode()
    for words in ASKED[name]:
        assert words in page, [table.title for table in every_table(found)]
    assert client.get(reverse("turing:printed", args=[study.pk])).content.startswith(b"%PDF")
    assert client.get(reverse("turing:review", args=[study.pk])).status_code == 200
    for ending in ("export", "imrmc", "rjafroc", "archive"):
        assert client.get(reverse(f"turing:{ending}", args=[study.pk])).status_code == 200
