"""The main job, end to end, as its users do it: load X-rays, train, make, evaluate, design, read by keyboard, see results."""

import csv
import re
from unittest.mock import patch

import pytest
from django.urls import reverse
from playwright.sync_api import Error

from imagesets.models import ImageSet
from metrics.models import Evaluation
from tests.paths import DATA, needs_data
from turing.models import Answer, Study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

X_RAYS = DATA / "cxr_nih"
PER_CLASS = 24
PER_SIDE = 6  # images of either kind in the study
KEYS = ["KeyS", "KeyD", "KeyF", "KeyJ", "KeyK", "KeyL"]


def some_x_rays(folder):
    """A subset with its own table, as a researcher would have it: sub-folders and a CSV of patients."""
    rows = list(csv.DictReader((X_RAYS / "metadata.csv").open()))
    chosen = [
        row
        for name in ("no_finding", "pneumonia")
        for row in [r for r in rows if r["class"] == name][:PER_CLASS]
    ]
    table = folder / "patients.csv"
    with table.open("w") as out:
        writer = csv.writer(out)
        writer.writerow(["file", "label", "patient"])
        writer.writerows(
            [row["file"].rsplit("/", 1)[1], row["class"], row["nih_patient_id"]] for row in chosen
        )
    return [DATA / row["file"] for row in chosen] + [table]


def log_in(page, live_server, name):
    page.goto(live_server.url)
    page.fill("#id_username", name)
    page.fill("#id_password", "correct horse")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=What to do next")


def finish(page, work, address=None):
    """The worker's part; the page finds out by itself, or is opened again."""
    for job in work():
        assert job.status == "done", job.error
    visit(page, address or page.url)


def visit(page, address):
    """A page that waits for a job goes to its result by itself; where it does so at this moment the visit is cut short and made again."""
    try:
        page.goto(address)
    except Error as error:
        if "ERR_ABORTED" not in str(error):
            raise
        page.goto(address)


def read(context, link, shift):
    """All cases with the keyboard alone; the two readers press different keys."""
    page = context.new_page()
    page.goto(link)
    page.keyboard.press("Enter")
    for number in range(1, 2 * PER_SIDE + 1):
        page.wait_for_function(
            "n => document.getElementById('case')?.textContent.startsWith(`Case ${n} `) && document.getElementById('answers').ariaBusy === 'false'",
            arg=number,
        )
        page.wait_for_timeout(280)
        page.keyboard.press(KEYS[(number * (shift + 1) + shift) % 6])
    page.wait_for_selector(".r-certificate")


@needs_data
def test_from_x_rays_to_results(page, new_context, live_server, researcher, work, tmp_path):
    log_in(page, live_server, "rosa")
    page.click("text=Load images >> nth=0")
    page.set_input_files('input[type="file"]', some_x_rays(tmp_path))
    page.fill("#id_name", "Chest X-rays")
    page.click('button:has-text("Load")')
    page.wait_for_selector("text=Waiting for a worker")
    finish(page, work)
    x_rays = ImageSet.objects.get(name="Chest X-rays")
    assert x_rays.count == 2 * PER_CLASS
    assert x_rays.summary["labels"] == {"no_finding": PER_CLASS, "pneumonia": PER_CLASS}
    assert x_rays.refused == []

    page.fill("#share", "40")
    page.click('button:has-text("Split")')
    page.wait_for_selector("text=Chest X-rays, held out")
    training, held_out = (
        ImageSet.objects.get(name="Chest X-rays, training"),
        ImageSet.objects.get(name="Chest X-rays, held out"),
    )
    patients = [set(one.pictures.values_list("patient", flat=True)) for one in (training, held_out)]
    assert not patients[0] & patients[1]

    page.goto(live_server.url + reverse("generators:train", args=["dcgan"]) + f"?set={training.pk}")
    for field, value in {"option_width": 8, "option_size": 32, "training_batch": 8, "training_images_seen": 400,
                         "training_sample_every_images": 200, "training_checkpoint_every_images": 200}.items():  # fmt: skip
        page.fill(f"#id_{field}", str(value))
    page.click('button:has-text("Train")')
    finish(page, work)
    page.wait_for_selector("text=Losses")
    page.click("text=Make pictures with it")
    page.fill("#id_name", "Made X-rays")
    page.fill("#id_count", "30")
    page.click('button:has-text("Make") >> nth=-1')
    finish(page, work)
    made = ImageSet.objects.get(name="Made X-rays")
    assert (made.count, made.origin, list(made.parents.all())) == (30, "synthetic", [training])

    page.goto(live_server.url + reverse("metrics:new") + f"?synthetic={made.pk}&real={held_out.pk}")
    page.click('main button[type="submit"]')
    finish(page, work)
    report = Evaluation.objects.get(synthetic=made)
    assert report.is_ready
    assert report.training == training, "the report knows what was trained on"
    page.wait_for_selector("text=Protocol")

    page.goto(live_server.url + reverse("turing:new"))
    page.fill("#id_name", "Who can tell?")
    page.check(f'input[name="real_sets"][value="{held_out.pk}"]')
    page.check(f'input[name="synthetic_sets"][value="{made.pk}"]')
    page.fill("#id_images_per_side", str(PER_SIDE))
    page.click('button:has-text("Save the draft")')
    page.click('button:has-text("Prepare")')
    with patch("turing.leakage.PERMUTATIONS", 99):  # the joint test has tests of its own
        finish(page, work)
    study = Study.objects.get()
    for name in ("Dr A", "Dr B"):
        page.goto(live_server.url + reverse("turing:detail", args=[study.pk]))
        if not page.is_visible("#id_name"):
            page.click("main details:has(#id_name) > summary")
        page.fill("#id_name", name)
        page.click(
            'main details:has(#id_name) button[type="submit"], form:has(#id_name) button[type="submit"]'
        )
    page.goto(live_server.url + reverse("turing:launch", args=[study.pk]))
    if page.query_selector("#reason"):
        page.fill("#reason", "A test.")
    page.click('button:has-text("Launch")')
    page.wait_for_selector("text=open")

    for shift, reader in enumerate(study.readers.all()):
        read(new_context(), f"{live_server.url}/read/{reader.key}/", shift)
    assert Answer.objects.count() == 2 * 2 * PER_SIDE

    page.goto(live_server.url + reverse("turing:close", args=[study.pk]))
    page.click('main button:has-text("Close")')
    page.goto(live_server.url + reverse("turing:results", args=[study.pk]))
    assert re.search(r"Told apart|Inconclusive|Equivalent", page.inner_text(".verdict"))
    assert "Dr A" in page.inner_text("#readers")
    assert "Fleiss κ" in page.inner_text("#agreement")
