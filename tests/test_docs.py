"""Documents are tests: what exists is named in them, and the version is told once."""

import re

import pytest
from django.conf import settings

from generators.catalogue import NETWORKS, STEPS
from tests.paths import ROOT

DOCS = {path.name: path.read_text() for path in (ROOT / "docs").glob("*.md")}
ALL = "\n".join([*DOCS.values(), (ROOT / "README.md").read_text()])


def test_the_top_heading_of_the_changelog_is_the_version():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    project = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE).group(1)
    assert headings[0] == settings.VERSION == project


def test_every_environment_variable_is_in_the_deploy_document():
    read = re.findall(r'env\.\w+\("(\w+)"', (ROOT / "evalsite" / "settings.py").read_text())
    assert len(read) > 8
    assert [name for name in read if f"`{name}`" not in DOCS["deploy.md"]] == []


def test_every_command_of_ours_is_in_a_document():
    ours = [path.stem for path in ROOT.glob("*/management/commands/*.py") if path.stem != "__init__"]
    assert "demo" in ours
    assert [name for name in ours if name not in ALL] == []


@pytest.mark.parametrize("entry", [*STEPS.values(), *NETWORKS.values()], ids=lambda entry: entry.name)
def test_every_way_of_making_images_is_in_the_generators_document(entry):
    assert entry.title in DOCS["generators.md"]


def test_every_metric_is_in_the_metrics_document():
    from metrics.catalogue import METRICS

    assert [entry.title for entry in METRICS.values() if entry.title not in DOCS["metrics.md"]] == []
