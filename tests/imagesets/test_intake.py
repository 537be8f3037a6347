"""From files to a set, killed in the middle included."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from PIL import Image

from imagesets.intake import stage_paths, start_import
from imagesets.models import ImageSet, Picture
from jobs.models import Job
from jobs.progress import Progress
from tests import factories
from tests.paths import DATA, needs_data

pytestmark = pytest.mark.django_db


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def folder_of(tmp_path: Path, **folders: int) -> Path:
    for number, (name, count) in enumerate(folders.items()):
        (tmp_path / "in" / name).mkdir(parents=True)
        for index, pixels in enumerate(factories.blobs(count, seed=number)):
            (tmp_path / "in" / name / f"{index:02d}.png").write_bytes(png(pixels))
    return tmp_path / "in"


def load(owner, *paths: Path, work, **options) -> ImageSet:
    defaults = {"name": "A set", "origin": "real", "intensity": None}
    start_import(staging=stage_paths(owner, list(paths)), owner=owner, **{**defaults, **options})
    work()
    return ImageSet.objects.latest("pk")


def test_a_folder_becomes_a_set_with_labels_and_a_declared_range(researcher, work, tmp_path):
    image_set = load(researcher, folder_of(tmp_path, normal=3, pneumonia=2), work=work)
    assert image_set.is_usable
    assert image_set.summary["labels"] == {"normal": 3, "pneumonia": 2}
    assert image_set.intensity == (0.0, 255.0)
    assert image_set.job.status == "done"
    assert not any(
        "png" in str(value) for value in Picture.objects.values_list("label", "patient", "file")[0][:2]
    )


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_in(researcher, work, tmp_path):
    folder = folder_of(tmp_path, a=2)
    (folder / "a" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnonsense")
    (folder / "notes.docx").write_bytes(b"words")
    image_set = load(researcher, folder, work=work)
    assert image_set.count == 2
    assert {refusal["name"] for refusal in image_set.refused} == {"a/broken.png", "notes.docx"}
    assert all(refusal["reason"] for refusal in image_set.refused)


def test_nothing_readable_fails_in_words_and_leaves_no_set_in_lists(client, researcher, work, tmp_path):
    (tmp_path / "x.png").write_bytes(b"not a picture")
    image_set = load(researcher, tmp_path / "x.png", work=work)
    assert image_set.state == "failed"
    assert "None of the files could be read" in image_set.job.error
    client.force_login(researcher)
    assert b"A set" not in client.get(reverse("imagesets:list")).content.replace(b"Image sets", b"")
    assert b"None of the files" in client.get(reverse("imagesets:detail", args=[image_set.pk])).content


def test_a_csv_names_labels_and_patients(researcher, work, tmp_path):
    folder = folder_of(tmp_path, a=3)
    (folder / "labels.csv").write_text(
        "file;label;patient_id\n00.png;sick;p1\n01.png;well;p1\n02.png;well;p2\n"
    )
    image_set = load(researcher, folder, work=work)
    rows = image_set.pictures.values_list("label", "patient")
    assert list(rows) == [("sick", "p1"), ("well", "p1"), ("well", "p2")]
    assert image_set.summary["patients"] == 2


def test_a_csv_names_boxes_and_points_in_several_lines(client, researcher, work, tmp_path):
    folder = folder_of(tmp_path, a=2)
    lines = [
        "file,label,x0,y0,x1,y1,x,y,finding",
        "00.png,sick,1,2,9,8.5,,,nodule",
        "00.png,sick,,,,,4,5,hilum",
    ]
    (folder / "marks.csv").write_text("\n".join([*lines, "01.png,well,,,,,,,"]))
    image_set = load(researcher, folder, work=work)
    first, second = image_set.pictures.all()
    marks = {"boxes": [[1, 2, 9, 8.5, "nodule"]], "points": [[4, 5, "hilum"]]}
    assert (first.label, first.annotations) == ("sick", marks)
    assert second.annotations is None
    client.force_login(researcher)
    page = client.get(reverse("imagesets:picture", args=[image_set.pk, 0])).content.decode()
    assert 'd="M1.0 2.0H9.0V8.5H1.0Z"' in page
    assert "nodule" in page


@pytest.mark.parametrize("cells", ["9,2,1,8", "1,2,9,", "a,2,9,8", "1,2,inf,8"])
def test_a_box_that_is_none_stops_the_import_in_words(researcher, work, tmp_path, cells):
    folder = folder_of(tmp_path, a=1)
    (folder / "marks.csv").write_text(f"file,x0,y0,x1,y1\n00.png,{cells}\n")
    assert "Line 2 of the CSV gives x0, y0, x1, y1" in load(researcher, folder, work=work).job.error


def test_a_csv_about_something_else_is_refused_and_the_images_go_in(researcher, work, tmp_path):
    folder = folder_of(tmp_path, a=1)
    (folder / "costs.csv").write_text("name,colour\n1,2\n")
    image_set = load(researcher, folder, work=work)
    assert image_set.count == 1
    assert "needed are file, and label or patient" in image_set.refused[0]["reason"]


def test_a_csv_that_contradicts_itself_stops_the_import_in_words(researcher, work, tmp_path):
    folder = folder_of(tmp_path, a=1)
    (folder / "labels.csv").write_text("file,label\na,1\na,2\n")
    assert "a second time" in load(researcher, folder, work=work).job.error


def test_a_zip_is_taken_apart_and_cannot_leave_its_folder(researcher, work, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, pixels in zip(["x/1.png", "y/2.png", "../../evil.png"], factories.blobs(3)):
            archive.writestr(name, png(pixels))
        archive.writestr("inner.zip", b"PK")
        archive.writestr("__MACOSX/x/._1.png", b"litter")
    image_set = load(researcher, tmp_path / "a.zip", work=work)
    assert image_set.count == 3
    assert not list(tmp_path.parent.rglob("evil.png"))
    assert ["ZIP inside a ZIP" in refusal["reason"] for refusal in image_set.refused] == [True]


def test_a_damaged_zip_is_refused_by_name(researcher, work, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 no archive")
    assert "a.zip" in load(researcher, tmp_path / "a.zip", work=work).job.error


def test_killed_anywhere_it_goes_on_without_losing_or_doubling_a_picture(
    researcher, work, tmp_path, monkeypatch
):
    """The worker dies at each write in turn; the next attempt ends with the same set."""
    folder = folder_of(tmp_path, a=4, b=3)
    np.savez(folder / "many.npz", images=np.stack(factories.blobs(7, seed=9)), labels=np.arange(7))
    monkeypatch.setattr("imagesets.building.BATCH", 3)
    whole = load(researcher, folder, work=work, name="whole")
    deaths = 0
    for death in range(1, 30):
        staging = stage_paths(researcher, [folder])
        job = start_import(
            staging=staging, owner=researcher, name=f"killed {death}", origin="real", intensity=None
        )
        writes = iter(range(death))
        original = Progress.writing

        def deadly(self, writes=writes, original=original):
            if next(writes, None) is None:
                raise KeyboardInterrupt  # like a kill: no task catches it
            return original(self)

        monkeypatch.setattr(Progress, "writing", deadly)
        try:
            work()
        except KeyboardInterrupt:
            deaths += 1
        else:
            break
        finally:
            monkeypatch.setattr(Progress, "writing", original)
        Job.objects.filter(pk=job.pk).update(status="waiting", attempt=2)
        work()
        image_set = ImageSet.objects.get(name=f"killed {death}")
        assert (image_set.count, image_set.digest) == (14, whole.digest), death
        assert list(image_set.pictures.values_list("position", flat=True)) == list(range(14))
    assert deaths >= 6


def test_the_page_sends_in_batches_and_then_starts_the_job(client, researcher, work):
    client.force_login(researcher)
    token = client.post(reverse("imagesets:stage")).json()["token"]
    for batch in range(3):
        files = [
            SimpleUploadedFile(f"{n}.png", png(pixels))
            for n, pixels in enumerate(factories.blobs(2, seed=batch))
        ]
        names = [f"folder{batch}/{n}.png" for n in range(2)]
        answer = client.post(reverse("imagesets:stage_files", args=[token]), {"files": files, "names": names})
        assert answer.json() == {"received": 2}
    page = client.post(
        reverse("imagesets:new"),
        {"token": token, "name": "Sent", "origin": "real", "labels_from_folders": "on"},
        follow=True,
    )
    assert b"Waiting for a worker" in page.content
    work()
    image_set = ImageSet.objects.get(name="Sent")
    assert image_set.summary["labels"] == {"folder0": 2, "folder1": 2, "folder2": 2}


def test_without_script_the_form_sends_its_files_itself(client, researcher, work):
    client.force_login(researcher)
    files = [SimpleUploadedFile("a.png", png(factories.blobs(1)[0]))]
    client.post(reverse("imagesets:new"), {"files": files, "name": "Plain", "origin": "synthetic"})
    work()
    assert ImageSet.objects.get(name="Plain").count == 1


def test_what_is_wrong_with_an_upload_is_said_and_the_rest_of_the_form_stays(
    client, researcher, other_researcher, settings
):
    client.force_login(researcher)
    page = client.post(reverse("imagesets:new"), {"name": "Kept name", "origin": "real"}).content.decode()
    assert "No file was chosen" in page
    assert "Kept name" in page
    token = client.post(reverse("imagesets:stage")).json()["token"]
    settings.UPLOAD_MAX_BYTES = 10
    answer = client.post(
        reverse("imagesets:stage_files", args=[token]), {"files": [SimpleUploadedFile("a.png", b"x" * 11)]}
    )
    assert answer.status_code == 400
    assert "larger than" in answer.json()["error"]
    client.force_login(other_researcher)
    answer = client.post(
        reverse("imagesets:stage_files", args=[token]), {"files": [SimpleUploadedFile("a.png", b"x")]}
    )
    assert answer.status_code == 400, "an upload belongs to whom it began with"


def test_a_full_disk_is_a_sentence(client, researcher, monkeypatch):
    def full(self, name, chunks):
        raise OSError(28, "No space left on device")

    client.force_login(researcher)
    token = client.post(reverse("imagesets:stage")).json()["token"]
    monkeypatch.setattr("imagesets.staging.Staging.add", full)
    answer = client.post(
        reverse("imagesets:stage_files", args=[token]), {"files": [SimpleUploadedFile("a.png", b"x")]}
    )
    assert answer.status_code == 507
    assert "disk of the server is full" in answer.json()["error"]


def test_the_command_reads_a_folder_and_tells_what_it_refused(researcher, administrator, tmp_path, capsys):
    folder = folder_of(tmp_path, a=3)
    (folder / "bad.dcm").write_bytes(b"nothing")
    call_command("import_images", "By command", str(folder), "--owner", "rosa", "--low", "0", "--high", "255")
    out = capsys.readouterr()
    assert "By command: 3 images, 0 exact duplicates, 1 files refused" in out.out
    assert "refused: bad.dcm" in out.err
    with pytest.raises(CommandError, match="already"):
        call_command("import_images", "By command", str(folder), "--owner", "rosa")
    with pytest.raises(CommandError, match="Give --low and --high together"):
        call_command("import_images", "Other", str(folder), "--owner", "rosa", "--low", "3")


@needs_data
def test_of_the_difficult_dicom_files_all_but_one_go_in(researcher, work):
    image_set = load(researcher, DATA / "dicom_hard", work=work)
    refused = [refusal["name"] for refusal in image_set.refused if refusal["name"].endswith(".dcm")]
    assert refused == ["pd__emri_small_jpeg_2k_lossless_too_short.dcm"]
    assert any("Burned-in" in warning for warning in image_set.provenance["warnings"])
