"""Who may open what: every address of the site, for everybody. A new address fails here until it is given a row."""

import re

import pytest
from django.urls import get_resolver, reverse

from generators import production
from generators.catalogue import NETWORKS
from generators.models import Generator, Run
from generators.options import make_options
from metrics.models import Comparison, Evaluation
from tests.turing import studies

pytestmark = pytest.mark.django_db

OPEN = {"login", "logout", "choose_password", "set_language"}
ANYBODY_LOGGED_IN = {"home", "profile", "password_change", "turing:list"}
ADMINISTRATORS = {
    "accounts",
    "account_link",
    "account_role",
    "account_active",
    "generators:upload",
    "generators:upload_network",
    "generators:upload_card",
    "metrics:encoder_new",
    "metrics:encoder_remove",
}
READING = {
    "turing:read",
    "turing:begin",
    "turing:state",
    "turing:answer",
    "turing:end",
    "turing:image",
    "turing:frame",
}  # by link; tests/turing/test_blinding.py
RESEARCHERS = {  # pages that concern no single row
    "imagesets:list", "imagesets:new", "imagesets:stage", "imagesets:stage_files", "imagesets:trash_list", "generators:list",
    "generators:choose", "generators:compose", "generators:preview", "generators:schema",
    "generators:train", "metrics:list", "metrics:encoders", "metrics:new", "metrics:schema", "metrics:compare", "turing:new", "turing:designs", "turing:import", "turing:planner", "jobs:list",
}  # fmt: skip
ROWS = {  # address names that take a row of each kind
    "set": {"imagesets:detail", "imagesets:picture", "imagesets:provenance", "imagesets:split", "imagesets:trash", "imagesets:restore",
            "imagesets:delete", "imagesets:thumbnail", "generators:balance", "generators:examples", "generators:preview_picture",
            "generators:changes", "generators:difference"},
    "generator": {"generators:recipe", "generators:detail", "generators:grid", "generators:edit_card", "generator_card", "generator_export", "generators:share", "generators:trash"},
    "run": {"generators:run", "generators:run_progress", "generators:snapshot"},
    "evaluation": {"metrics:detail", "metrics:json", "metrics:numbers_csv", "metrics:images_csv", "metrics:share", "metrics:delete",
                   "metrics:picture", "metrics:printed", "metrics:image_table"},
    "comparison": {"metrics:comparison", "metrics:comparison_json", "metrics:comparison_csv", "metrics:comparison_delete"},
    "study": {"turing:detail", "turing:edit", "turing:design", "turing:design_file", "turing:amend", "turing:again", "turing:rehearse", "turing:texts", "turing:prepare", "turing:launch", "turing:close", "turing:delete", "turing:share",
              "turing:add_reader", "turing:add_machine", "turing:new_link", "turing:revoke", "turing:protocol", "turing:results", "turing:export",
              "turing:imrmc", "turing:rjafroc", "turing:archive", "turing:printed", "turing:review", "turing:cues", "turing:study_planner"},
    "imported": {"turing:imported", "turing:imported_printed", "turing:imported_imrmc", "turing:imported_delete"},
    "job": {"jobs:row", "jobs:stop", "jobs:retry"},
}  # fmt: skip
WORDS = {
    "method": "cutmix",
    "key": "0",
    "network": "dcgan",
    "name": "x.png",
    "token": "0" * 32,
    "role": "synthetic",
    "uidb64": "MQ",
}
NUMBERS = {"size": 96, "position": 0, "number": 1}


def addresses(resolver=None, space: str = "") -> dict[str, list[str]]:
    """Names of all addresses of ours, with their parameters."""
    found = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            if pattern.app_name != "admin":
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                found |= addresses(pattern, inner)
        elif pattern.name:
            found[space + pattern.name] = re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))
    return found


ALL = addresses()


@pytest.fixture
def rows(researcher):
    """A row of each kind that belongs to one researcher."""
    study = studies.draft(researcher)
    studies.add_reader(study)
    real, synthetic = study.real_sets.get(), study.synthetic_sets.get()
    entry = NETWORKS["dcgan"]
    run = production.start_training(
        name="run", owner=researcher, network="dcgan", image_set=real,
        options=make_options(entry.options, {}), training=make_options(entry.training, {}),
    )  # fmt: skip
    assert isinstance(run, Run)
    return {
        "set": real.pk, "study": study.pk, "run": run.pk, "job": run.job.pk, "picture": real.pictures.first().pk,
        "generator": production.compose(name="g", owner=researcher, method="cutmix", options=None).pk,
        "imported": studies.imported(researcher).pk,
        "evaluation": Evaluation.objects.create(name="e", owner=researcher, real=real, synthetic=synthetic).pk,
        "comparison": Comparison.objects.create(name="c", owner=researcher, real=real).pk,
    }  # fmt: skip


def address(name: str, rows: dict[str, int]) -> str:
    kind = next((kind for kind, names in ROWS.items() if name in names), "")
    pk = rows["picture"] if name == "imagesets:thumbnail" else rows.get(kind, 1)
    given = {parameter: WORDS.get(parameter, NUMBERS.get(parameter, pk)) for parameter in ALL[name]}
    return reverse(name, kwargs=given)


def ask(client, where: str) -> set[int]:
    return {client.get(where).status_code, client.post(where).status_code} - {405}


def test_every_address_has_a_row_in_this_file():
    known = OPEN | ANYBODY_LOGGED_IN | ADMINISTRATORS | READING | RESEARCHERS | set().union(*ROWS.values())
    assert set(ALL) - known == set(), "say who may open the new address"
    assert known - set(ALL) == set(), "an address that is gone"


ANY_ROW = set().union(*ROWS.values())


def wrongly_answered(client, rows, names, allowed) -> dict[str, set[int]]:
    """Addresses that answer GET or POST with a status that is not allowed. All in one test: its rows are made once."""
    answered = {name: ask(client, address(name, rows)) for name in sorted(names)}
    return {name: statuses for name, statuses in answered.items() if not statuses <= allowed or not statuses}


def test_nobody_gets_in_without_logging_in(client, rows):
    for name in sorted(set(ALL) - OPEN - READING):
        for answer in (client.get(address(name, rows)), client.post(address(name, rows))):
            assert answer.status_code in (302, 405), name
            assert answer.status_code == 405 or answer["Location"].startswith("/accounts/log-in/"), name


def test_readers_see_no_page_of_a_researcher(client, rows, reader):
    client.force_login(reader)
    assert wrongly_answered(client, rows, set(ALL) - OPEN - READING - ANYBODY_LOGGED_IN, {403}) == {}


def test_what_belongs_to_another_does_not_exist(client, rows, other_researcher):
    client.force_login(other_researcher)
    assert wrongly_answered(client, rows, ANY_ROW, {404}) == {}


def test_researchers_do_not_administer(client, rows, researcher):
    client.force_login(researcher)
    assert wrongly_answered(client, rows, ADMINISTRATORS, {403}) == {}


@pytest.mark.parametrize("who", ["researcher", "administrator"])
def test_owners_and_administrators_get_in_and_nothing_breaks(client, rows, request, who):
    """200, a redirect, a missing part (404) or a refused form (400): never 403 and never 500."""
    client.force_login(request.getfixturevalue(who))
    for name in sorted(RESEARCHERS | ANYBODY_LOGGED_IN | ANY_ROW):
        status = client.get(address(name, rows)).status_code
        assert status in (200, 302, 400, 404, 405), (name, status)
        if name.split(":")[-1] in {"detail", "list", "new", "run", "row", "choose", "train"}:
            assert status == 200, name


SHARED = {
    "set": "imagesets:detail",
    "generator": "generators:detail",
    "run": "generators:run",
    "evaluation": "metrics:detail",
    "comparison": "metrics:comparison",
    "study": "turing:detail",
    "imported": "turing:imported",
}


@pytest.mark.parametrize("kind", sorted(SHARED))
def test_what_is_shared_is_seen_and_not_changed(client, rows, other_researcher, kind):
    from imagesets.models import ImageSet
    from turing.models import ImportedStudy, Study

    models = {
        "imported": ImportedStudy,
        "set": ImageSet,
        "generator": Generator,
        "run": Run,
        "evaluation": Evaluation,
        "comparison": Comparison,
        "study": Study,
    }
    models[kind].objects.filter(pk=rows[kind]).update(is_shared=True)
    client.force_login(other_researcher)
    assert client.get(address(SHARED[kind], rows)).status_code == 200
    changing = {"imagesets:trash", "imagesets:delete", "generators:share", "generators:trash", "generators:edit_card", "metrics:share", "metrics:delete", "metrics:comparison_delete",
                "turing:edit", "turing:launch", "turing:close", "turing:delete", "turing:share", "turing:add_reader", "turing:revoke"}  # fmt: skip
    for name in changing & ROWS[kind]:
        assert client.post(address(name, rows)).status_code == 404, name
