"""What import-linter cannot see: torch at run time, and documents that must name what exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

VISIT = """
import os, shutil, sys, tempfile
os.environ["EVALSITE_DATA"] = folder = tempfile.mkdtemp()
os.environ["DATABASE_URL"] = f"sqlite:///{folder}/evalsite.sqlite3"
shutil.copy(sys.argv[1], f"{folder}/evalsite.sqlite3")
os.environ["DJANGO_SETTINGS_MODULE"] = "evalsite.settings"
import django
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
from django.test import Client
from django.urls import get_resolver
from evalsite.models import User
client = Client(raise_request_exception=True)
client.force_login(User.objects.create_user("a", role="administrator"))

def addresses(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            if not route.startswith("admin/"):
                yield from addresses(pattern, route)
        else:
            yield route

import re
visited = 0
for route in addresses(get_resolver()):
    path = "/" + route.replace("<slug:method>", "cutmix").replace("<slug:network>", "dcgan")
    path = re.sub("<int:[^>]+>", "1", re.sub("<(?:str|slug):[^>]+>", "x", path)).replace("<uidb64>", "MQ").replace("<token>", "set-password")
    path = re.sub("<[^>]+>", "x", path)
    response = client.get(path)
    assert response.status_code < 500, (path, response.status_code)
    visited += 1
heavy = sorted({name.split(".")[0] for name in sys.modules} & {"torch", "torchmetrics", "sklearn", "statsmodels", "skimage"})
print(visited, "pages;", "heavy:", ",".join(heavy) or "none")
"""


def test_a_web_request_never_imports_torch_and_no_page_breaks_on_an_empty_site(empty_database):
    done = subprocess.run(
        [sys.executable, "-c", VISIT, str(empty_database)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    pages, heavy = re.match(r"(\d+) pages; heavy: (.*)", done.stdout.splitlines()[-1]).groups()
    assert int(pages) > 25
    assert heavy == "none"


@pytest.mark.parametrize(
    "path",
    ["README.md", "docs", "evalsite", "foreign", "jobs", "imagesets", "generators", "metrics", "turing"],
)
def test_nothing_names_a_machine(path):
    places = [f"{place}/" for place in (ROOT, ROOT.parent, Path.home()) if len(place.parts) > 1]
    patterns = [part for place in places for part in ("-e", place)]
    found = subprocess.run(
        ["git", "grep", "-nF", *patterns, "--", path], cwd=ROOT, capture_output=True, text=True
    )
    assert found.stdout == ""
