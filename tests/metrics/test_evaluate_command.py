"""`evaluate`: two folders in, a folder out that opens without a server, and no database anywhere."""

import csv
import json
import re

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from imagesets.reading import read_image
from metrics.reports import Report
from metrics.scanning import scan
from tests.factories import blobs

pytestmark = pytest.mark.usefixtures(
    "thumbnails"
)  # and not django_db: touching the database is an error here


def folder_of(path, pictures, name="image"):
    path.mkdir(parents=True, exist_ok=True)
    for index, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(path / f"{name}-{index:03d}.png")
    return path


@pytest.fixture
def folders(tmp_path):
    return folder_of(tmp_path / "real", blobs(20, seed=1)), folder_of(tmp_path / "made", blobs(20, seed=2))


def evaluate(folders, output, *more):
    call_command("evaluate", "--real", folders[0], "--synthetic", folders[1], "--output", output, *more)


def test_the_folder_is_whole(folders, tmp_path, capsys):
    output = tmp_path / "deep" / "report"
    evaluate(folders, output)
    report = Report.from_json((output / "report.json").read_text(encoding="utf-8"))
    assert (report.real.name, report.synthetic.name, report.real.count) == ("real", "made", 20)
    rows = list(csv.DictReader((output / "numbers.csv").open(encoding="utf-8")))
    assert len(rows) == len(report.numbers)
    assert len(list(csv.DictReader((output / "images.csv").open(encoding="utf-8")))) == 20
    assert (output / "report.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((output / "report.schema.json").read_text())["title"] == "Report of an evaluation"
    said = capsys.readouterr().out
    assert "fidelity:" in said
    assert str(output / "index.html") in said


def test_the_page_needs_nothing_from_elsewhere(folders, tmp_path):
    output = tmp_path / "report"
    evaluate(folders, output)
    page = (output / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert len(links) > 20
    for link in links:
        assert not re.match(r"https?:|/|data:", link), link
        assert (output / link).is_file(), link
    assert "<script" not in page
    assert "<svg" in page
    assert "evaluate --real" in page
    with Image.open(output / next(link for link in links if link.startswith("pictures/"))) as picture:
        assert picture.size == (32, 32)


def test_no_database_is_made(folders, tmp_path, settings):
    evaluate(folders, tmp_path / "report")
    assert not [path for path in tmp_path.rglob("*") if "sqlite" in path.name]


def test_the_same_folders_give_the_same_numbers(folders, tmp_path):
    for name in ("one", "two"):
        evaluate(folders, tmp_path / name, "--seed", "4")
    assert (tmp_path / "one/numbers.csv").read_text() == (tmp_path / "two/numbers.csv").read_text()


def test_training_and_pairs_and_patients(folders, tmp_path):
    pixels = np.asarray(Image.open(folders[1] / "image-004.png"))
    training = folder_of(tmp_path / "training", [*blobs(15, seed=7), pixels])
    table = tmp_path / "patients.csv"
    table.write_text(
        "name,patient\n" + "".join(f"image-{index:03d}.png,p{index // 2}\n" for index in range(20))
    )
    evaluate(
        folders,
        tmp_path / "report",
        "--training",
        training,
        "--paired",
        "--patients",
        table,
        "--low",
        "0",
        "--high",
        "255",
    )
    report = Report.from_json((tmp_path / "report/report.json").read_text(encoding="utf-8"))
    assert report.verdicts[0].subject == "memorisation"
    assert (report.pairs[0].synthetic, report.pairs[0].training) == (4, 15)
    assert report.real.groups == 10
    assert report.number("mae").value > 0


def test_classes_from_a_table_and_from_folders(tmp_path):
    for role in ("real", "made"):
        for index, name in enumerate(("left", "right")):
            folder_of(tmp_path / role / name, blobs(22, seed=index), name=name)
    table = tmp_path / "labels.csv"
    names = [f"{side}-{index:03d}.png,{side}" for side in ("left", "right") for index in range(22)]
    table.write_text("\n".join(["name,label", *names]))
    found = []
    for labels in ("folders", str(table)):
        evaluate((tmp_path / "real", tmp_path / "made"), tmp_path / "report", "--labels", labels)
        report = Report.from_json((tmp_path / "report/report.json").read_text(encoding="utf-8"))
        found.append(report.classes)
    assert [part.label for part in found[0]] == ["left", "right"]
    assert found[0] == found[1]
    assert "Class by class" in (tmp_path / "report/index.html").read_text(encoding="utf-8")


def test_16_bit_and_unreadable_files(folders, tmp_path, capsys):
    sixteen = folder_of(tmp_path / "sixteen", blobs(12, seed=3, dtype=np.uint16))
    (sixteen / "broken.png").write_bytes(b"\x89PNG broken")
    (sixteen / ".DS_Store").write_bytes(b"hidden")
    evaluate((folders[0], sixteen), tmp_path / "report")
    report = Report.from_json((tmp_path / "report/report.json").read_text(encoding="utf-8"))
    assert report.synthetic.count == 12
    assert report.synthetic.intensity == (0.0, 65535.0)
    assert any("ranges differ" in str(note) for note in report.notes)
    assert "left out broken.png" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--low", "0"], "both --low and --high"),
        (["--training", "/nowhere/at/all"], "no folder"),
        (["--low", "9", "--high", "3"], "must be lower"),
        (["--patients", "/nowhere.csv"], "cannot be read"),
        (["--labels", "/nowhere.csv"], "cannot be read: No such file"),
        (["--labels", "folders"], "lie in no sub-folder"),
        (["--seed", "-3"], "whole number of at least 0"),
        (["--threads", "0"], "whole number of at least 1"),
    ],
)
def test_wrong_options_get_a_sentence(folders, tmp_path, more, words):
    with pytest.raises(CommandError, match=words):
        evaluate(folders, tmp_path / "report", *more)
    assert not (tmp_path / "report").exists()


def test_empty_and_small_folders_get_a_sentence(folders, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="no image that can be read"):
        evaluate((folders[0], tmp_path / "empty"), tmp_path / "report")
    (tmp_path / "empty" / "a.png").write_bytes(b"words")
    with pytest.raises(CommandError, match="of a.png, for one: it is damaged or not a picture[.]"):
        evaluate((folders[0], tmp_path / "empty"), tmp_path / "report")
    with pytest.raises(CommandError, match="a.png is a file"):
        evaluate((folders[0], tmp_path / "empty" / "a.png"), tmp_path / "report")
    with pytest.raises(CommandError, match="at least 10"):
        evaluate((folders[0], folder_of(tmp_path / "few", blobs(3))), tmp_path / "report")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (b"name,patient\nother.png,p1\n", "gives no image of .real. a patient.*such as image-000.png"),
        (b"file,pid\nimage-000.png,p1\n", "needs the columns name and patient; it has file, pid"),
        (b"\xff\xfe\x00\x80", "no text in UTF-8"),
    ],
)
def test_a_table_of_something_else_is_refused(folders, tmp_path, rows, words):
    (tmp_path / "patients.csv").write_bytes(rows)
    with pytest.raises(CommandError, match=words):
        evaluate(folders, tmp_path / "report", "--patients", tmp_path / "patients.csv")


def test_what_a_table_leaves_open_and_what_to_know_is_told(folders, tmp_path, capsys):
    (tmp_path / "patients.csv").write_text(
        "name,patient\n" + "".join(f"image-{n:03d}.png,p{n}\n" for n in range(8))
    )
    evaluate(
        (folders[0], folders[0]),
        tmp_path / "report",
        "--patients",
        tmp_path / "patients.csv",
        "--encoder",
        "inception",
    )
    told = capsys.readouterr()
    assert "12 of the 20 images of “real” have no patient" in told.err
    assert "note: The sets overlap: 20 images" in told.err
    assert "encoders install inception FILE" in told.err
    assert "memorisation: not checked. Copies were not looked for. That needs" in told.out


def test_files_that_disagree_about_the_range_are_not_guessed_at(folders, tmp_path):
    mixed = folder_of(tmp_path / "mixed", blobs(10, seed=3))
    folder_of(mixed, blobs(10, seed=4, dtype=np.uint16), name="deep")
    with pytest.raises(CommandError, match="--low and --high"):
        evaluate((folders[0], mixed), tmp_path / "report")


def test_a_second_scan_decodes_nothing_until_it_is_asked_for(folders, tmp_path, monkeypatch):
    first, cache, decoded = (
        scan(folders[0], intensity=None, cache=tmp_path / "cache").images,
        tmp_path / "cache",
        [],
    )

    def counted(data, name):
        decoded.append(name)
        return read_image(data, name)

    monkeypatch.setattr("metrics.scanning.read_image", counted)
    again = scan(folders[0], intensity=None, cache=cache).images
    assert not decoded
    assert (again.digests, again.intensity, again.unit) == (first.digests, first.intensity, first.unit)
    np.testing.assert_array_equal(again.load(3), first.load(3))
    assert again.load(3) is again.load(3)
    assert decoded == ["image-003.png"]
    next((cache / "scans").glob("*.json")).write_text("[1")
    assert scan(folders[0], intensity=None, cache=cache).images.digests == first.digests


def test_likeness_is_kept_and_taken_anew_where_the_file_is_cut_off(folders, tmp_path, settings, monkeypatch):
    evaluate(folders, tmp_path / "first")
    monkeypatch.setattr("metrics.pixels.ms_ssim", lambda *pictures, **options: np.full(len(pictures[0]), 0.5))
    evaluate(folders, tmp_path / "second")
    assert _likeness(tmp_path / "first") == _likeness(tmp_path / "second")
    for kept in settings.FEATURES_DIR.glob("likeness/*.npy"):
        kept.write_bytes(b"")
    evaluate(folders, tmp_path / "third")
    assert _likeness(tmp_path / "third") == 0.5


def _likeness(folder):
    return Report.from_json((folder / "report.json").read_text(encoding="utf-8")).number("ms_ssim").value
