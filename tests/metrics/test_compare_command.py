"""manage.py compare: folders in, a page out, without a database."""

import csv
import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from tests.factories import blobs


@pytest.fixture
def folders(tmp_path):
    for name, count, seed, level in (
        ("real", 30, 1, 0.5),
        ("near", 24, 2, 0.5),
        ("far", 24, 3, 0.9),
        ("far too", 26, 4, 0.9),
    ):
        (tmp_path / name).mkdir()
        for index, pixels in enumerate(blobs(count, seed=seed, level=level)):
            Image.fromarray(np.asarray(pixels)).save(tmp_path / name / f"{index:03d}.png")
    return tmp_path


def asked(folders, *names, **more):
    call_command("compare", *(str(folders / name) for name in names), output=folders / "out", **more)
    return folders / "out"


def test_the_page_and_its_files(folders, settings, capsys):
    settings.FEATURES_DIR = folders / "features"
    out = asked(folders, "real", "near", "far", "far too", method=["Blobs=2,far too"])
    page = (out / "index.html").read_text()
    assert "Over training seeds" in page
    assert "too few to speak of a method" in page
    assert "--method" in page
    assert " style=" not in page
    assert (out / "css" / "base.css").exists()
    kept = json.loads((out / "comparison.json").read_text())
    assert [one["name"] for one in kept["sets"]] == ["near", "far", "far too"]
    rows = list(csv.DictReader((out / "comparison.csv").open()))
    assert float(rows[0]["value"]) == kept["lines"][0]["values"][0] < kept["lines"][0]["values"][1]
    assert "index.html" in capsys.readouterr().out


def test_what_cannot_be_compared_is_refused_in_words(folders, settings):
    settings.FEATURES_DIR = folders / "features"
    with pytest.raises(CommandError, match="two to 12"):
        asked(folders, "real", "near")
    with pytest.raises(CommandError, match="none of the sets"):
        asked(folders, "real", "near", "far", method=["A=near,nothing"])
    with pytest.raises(CommandError, match="both --low"):
        asked(folders, "real", "near", "far", low=0.0)
