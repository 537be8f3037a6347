"""Two published studies from their design to the printed report: Park 2021 (groups of readers, regions of the body) and Jang 2023 (two
validation sets, a wash-out between them). One reader sits at the keyboard; the others are simulated. All have a known skill."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone
from scipy.stats import binomtest

from jobs.wording import percent
from tests import factories
from tests.browser.test_journey import log_in, visit
from turing import printing, sessions, simulation
from turing.models import Reader, Study, Trial
from turing.results import results

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Row = dict[str, str]
KEYS = {"real": "KeyF", "synthetic": "KeyJ"}
SHOWN = "n => document.getElementById('case')?.textContent.startsWith(`Case ${n} `) && document.getElementById('answers').ariaBusy === 'false'"
TOO_SOON = 280  # milliseconds in which a second press is taken for a double one
REGIONS = ("abdomen", "chest", "pelvis")


class Owner:
    """The researcher's browser."""

    def __init__(self, page: Any, live_server: Any) -> None:
        self.page, self.site = page, live_server.url
        log_in(page, live_server, "rosa")

    def go(self, name: str, *numbers: int) -> None:
        visit(self.page, self.site + reverse(f"turing:{name}", args=numbers))

    def starts_from(self, title: str) -> Study:
        self.go("designs")
        entry = self.page.locator(".design-entry", has=self.page.get_by_role("heading", name=title))
        entry.get_by_role("button", name="Start from this").click()
        self.page.wait_for_selector("form.designer")
        return Study.objects.get()

    def feeds(self, number: int, fed: Any, count: int, by_label: str = "") -> None:
        """Lower the count of a source in the designer and tick a set."""
        self.page.fill(f"#id_s{number}-count", str(count))
        self.page.fill(f"#id_s{number}-strata", by_label)
        self.page.check(f'input[name="s{number}-sets"][value="{fed.pk}"]')

    def launches(self, study: Study, work: Callable[[], Iterable[Any]]) -> None:
        self.page.fill("#id_seed", "7")
        self.page.get_by_role("button", name="Save the draft").click()
        self.page.get_by_role("button", name="Prepare").click()
        self.page.wait_for_selector("text=Cases are being prepared")
        with patch("turing.leakage.PERMUTATIONS", 9):  # the joint test has tests of its own
            for job in work():
                assert job.status == job.Status.DONE, job.error
        self.go("detail", study.pk)
        self.page.get_by_role("link", name="Launch").click()
        if self.page.query_selector("#reason"):
            self.page.fill("#reason", "A test.")
        self.page.get_by_role("button", name="Launch").click()
        self.page.wait_for_selector("text=Results stay hidden until you close the study")

    def invites(self, name: str, group: str) -> None:
        if not self.page.is_visible("#id_name"):
            self.page.locator("summary", has_text="Add a reader").click()
        self.page.fill("#id_name", name)
        self.page.fill("#id_group", group)
        self.page.get_by_role("button", name="Add the reader").click()
        self.page.wait_for_selector(f"text={name} was added")

    def closes(self, study: Study) -> None:
        self.go("results", study.pk)
        assert self.page.locator("#verdict").count() == 0, "nothing is told while the study is open"
        self.page.get_by_role("link", name="Close the study").click()
        assert self.page.locator("text=not finished").count() == 0
        self.page.get_by_role("button", name="Close the study").click()
        self.page.get_by_role("link", name="Results", exact=True).click()

    def downloads(self, name: str) -> bytes:
        with self.page.expect_download() as coming:
            self.page.locator(".page-head").get_by_role("link", name=name).click()
        return Path(coming.value.path()).read_bytes()

    def exports(self) -> list[Row]:
        self.page.locator(".page-head summary", has_text="Export").click()
        return list(csv.DictReader(io.StringIO(self.downloads("Answers as CSV").decode())))

    def table(self, section: str) -> dict[str, list[str]]:
        """Cells by what heads their row."""
        rows = self.page.locator(f"{section} tbody tr:has(th)")
        read = "trs => trs.map(tr => [...tr.cells].map(cell => cell.textContent.trim()))"
        return {first: cells for first, *cells in rows.evaluate_all(read)}


def simulate(study: Study, *, sensitivity: float, specificity: float) -> None:
    """All readers but the first, who sits at the keyboard."""
    for reader in study.readers.exclude(number=1):
        reader.is_simulated = True
        reader.save(update_fields=["is_simulated"])
        session = sessions.open_session(reader=reader)
        rng = np.random.default_rng(reader.number)
        simulation.simulate_reader(session, sensitivity=sensitivity, specificity=specificity, rng=rng)


def read_phase(page: Any, cases: int, mind: simulation.Mind) -> None:
    """By keyboard alone, from the page that waits for Enter to the end of the phase; the truth is looked up beside the page."""
    page.keyboard.press("Enter")
    for number in range(1, cases + 1):
        page.wait_for_function(SHOWN, arg=number)
        truth = Trial.objects.get(token=page.locator("[name=trial]").input_value()).case.truth
        page.wait_for_timeout(TOO_SOON)
        other = "real" if truth == "synthetic" else "synthetic"
        page.keyboard.press(KEYS[truth if mind.is_right(truth) else other])


def accuracy(rows: Iterable[Row]) -> float:
    """Mean over readers of the mean of sensitivity and specificity, from the exported table and nothing else."""
    right: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        right[row["reader"]][row["truth"]].append(row["said"] == row["truth"])
    return float(np.mean([[np.mean(of_truth["real"]), np.mean(of_truth["synthetic"])] for of_truth in right.values()]))  # fmt: skip


def check_results(owner: Owner, rows: list[Row], parts: dict[str, Callable[[Row], bool]]) -> None:
    """Every accuracy on the page is that of the exported answers: over readers, of each reader, of each part."""
    readers, of_parts = owner.table("#readers"), owner.table("#parts")
    assert readers["Over readers"][2] == percent(accuracy(rows))
    for reader in Reader.objects.all():
        mine = [row for row in rows if row["reader"] == str(reader.number)]
        shown = next(cells for name, cells in readers.items() if name.startswith(reader.name))
        right = sum(row["said"] == row["truth"] for row in mine)
        assert shown[1:3] == [f"{right} of {len(mine)}", percent(accuracy(mine))]
    assert set(of_parts) == set(parts)
    for name, belongs in parts.items():
        mine = [row for row in rows if belongs(row)]
        counts = [str(len({row[column] for row in mine})) for column in ("reader", "case")]
        assert of_parts[name][:3] == [*counts, percent(accuracy(mine))], name


def check_skill(rows: list[Row], sensitivity: float, specificity: float) -> None:
    for truth, skill in (("synthetic", sensitivity), ("real", specificity)):
        right = [row["said"] == row["truth"] for row in rows if row["truth"] == truth]
        assert binomtest(sum(right), len(right), skill).pvalue > 0.001


def check_report(owner: Owner, study: Study, words: Iterable[str]) -> None:
    """The PDF is whole, and the text that it is set from has the page's verdict and parts."""
    printed = owner.downloads("PDF report")
    assert printed.startswith(b"%PDF-")
    assert printed.rstrip().endswith(b"%%EOF")
    assert len(printed) > 30_000
    study.refresh_from_db()
    text = printing.source(study, results(study), {})
    for word in (owner.page.inner_text(".verdict-word"), study.protocol_digest[:12], *words):
        assert word in text


def test_park_2021_from_design_to_print(page, new_context, live_server, researcher, work):
    sensitivity, specificity = 0.519, 0.669  # an accuracy of .594
    images, sets = factories.blobs(24, seed=5), []
    for number, origin in enumerate(("real", "synthetic")):
        mine = images[12 * number : 12 * (number + 1)]
        patients = [f"{origin}-{n}" for n in range(12)]
        sets.append(factories.image_set(researcher, origin=origin, images=mine, labels=[*REGIONS] * 4, patients=patients))  # fmt: skip
    owner = Owner(page, live_server)
    study = owner.starts_from("Park 2021")
    for number, fed in enumerate(sets):
        owner.feeds(number, fed, 9, by_label=", ".join(f"{region} 3" for region in REGIONS))
    owner.launches(study, work)
    groups = ["below 5 years"] * 4 + ["5 to 10 years"] * 4 + ["above 10 years"] * 2
    for number, group in enumerate(groups, start=1):
        owner.invites(f"Radiologist {number}", group)

    simulate(study, sensitivity=sensitivity, specificity=specificity)
    seat = new_context().new_page()
    seat.goto(f"{live_server.url}/read/{study.readers.get(number=1).key}/")
    read_phase(seat, 18, simulation.Mind(sensitivity, specificity, np.random.default_rng(1)))
    seat.wait_for_selector(".r-certificate")

    owner.closes(study)
    rows = owner.exports()
    assert len(rows) == 10 * 18
    assert {row["group"] for row in rows} == set(groups)
    check_skill(rows, sensitivity, specificity)
    parts: dict[str, Callable[[Row], bool]] = {
        f"Readers: {group}": lambda row, group=group: row["group"] == group for group in groups
    }
    parts |= {f"Images: {region}": lambda row, region=region: row["label"] == region for region in REGIONS}
    check_results(owner, rows, parts)
    check_report(owner, study, parts)


def test_jang_2023_from_design_to_print(page, new_context, live_server, researcher, work, monkeypatch):
    sensitivity, specificity = 0.7, 0.65
    images, sets = factories.blobs(28, seed=6), []
    for number, origin in enumerate(("real", "synthetic", "real", "synthetic")):
        mine = images[7 * number : 7 * (number + 1)]
        patients = [f"{number}-{n}" for n in range(7)]
        sets.append(factories.image_set(researcher, origin=origin, images=mine, patients=patients, name=f"Part {number}"))  # fmt: skip
    owner = Owner(page, live_server)
    study = owner.starts_from("Jang 2023")
    for number, fed in enumerate(sets):
        owner.feeds(number, fed, 6)
    owner.launches(study, work)
    for number in range(1, 7):
        owner.invites(f"Radiologist {number}", "")

    simulate(study, sensitivity=sensitivity, specificity=specificity)
    mind = simulation.Mind(sensitivity, specificity, np.random.default_rng(1))
    seat = new_context().new_page()
    seat.goto(f"{live_server.url}/read/{study.readers.get(number=1).key}/")
    read_phase(seat, 12, mind)
    seat.wait_for_selector("h1:has-text('Come back later')")
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(days=13))
    seat.reload()
    seat.wait_for_selector("h1:has-text('Come back later')")
    monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(days=15))
    seat.reload()
    seat.wait_for_selector("h1:has-text('Second validation set')")
    read_phase(seat, 12, mind)
    seat.wait_for_selector(".r-certificate")

    log_in(page, live_server, "rosa")  # two weeks on, the owner's session is over
    owner.closes(study)
    rows = owner.exports()
    assert len(rows) == 6 * 24
    seen = [{row["case"] for row in rows if row["phase"] == phase} for phase in ("1", "2")]
    assert [len(cases) for cases in seen] == [12, 12]
    assert not seen[0] & seen[1], "independent sets"
    check_skill(rows, sensitivity, specificity)
    parts: dict[str, Callable[[Row], bool]] = {
        "Phase: First validation set": lambda row: row["phase"] == "1",
        "Phase: Second validation set": lambda row: row["phase"] == "2",
    }
    check_results(owner, rows, parts)
    check_report(owner, study, parts)
