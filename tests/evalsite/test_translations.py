"""The Korean catalogue: the compiled file is the written one, nothing to be filled in is lost, pages speak it."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from tests.paths import ROOT

PO = ROOT / "locale" / "ko" / "LC_MESSAGES" / "django.po"
HANGUL = re.compile("[가-힣]")
# Conversions by name, a doubled per cent sign, names that scripts fill in, entities and tags.
PLACEHOLDER = re.compile(r"%\(\w+\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|%%|\{\w+\}|&#?\w+;|</?\w+>")


@pytest.fixture(autouse=True)
def own_language():
    """A request leaves its language on the thread; later tests must not find it there."""
    yield
    translation.deactivate()


def entries(file: Path) -> list[dict[str, str]]:
    """The messages of a .po file without its header: msgid, msgid_plural and msgstr (the only form)."""
    found: list[dict[str, str]] = []
    for block in file.read_text(encoding="utf-8").split("\n\n"):
        entry: dict[str, str] = {}
        name = ""
        flags = [line for line in block.splitlines() if line.startswith("#,")]
        for line in (line for line in block.splitlines() if not line.startswith("#")):
            keyword, quoted = line.split('"', 1)
            name = keyword.strip().removesuffix("[0]") or name
            entry[name] = entry.get(name, "") + ast.literal_eval('"' + quoted)
        if entry.get("msgid") and not any("fuzzy" in line for line in flags):
            found.append(entry)
    return found


def placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def test_the_compiled_catalogue_is_the_written_one():
    written: dict[str | tuple[str, int], str] = {}
    for entry in entries(PO):
        if entry["msgstr"]:
            written[(entry["msgid"], 0) if "msgid_plural" in entry else entry["msgid"]] = entry["msgstr"]
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)
    header = compiled.pop("")
    assert "nplurals=1" in header
    assert "charset=UTF-8" in header
    assert len(written) > 1000
    assert compiled == written


def test_a_translation_keeps_every_placeholder():
    wrong = [
        (entry["msgid"], entry["msgstr"])
        for entry in entries(PO)
        if entry["msgstr"]
        and placeholders(entry.get("msgid_plural", entry["msgid"])) != placeholders(entry["msgstr"])
    ]
    assert wrong == []


def test_a_lost_placeholder_would_be_seen():
    assert placeholders("%(n)s of %(share).1f %%, {sent}&#8239;<b>") == sorted(
        ["%(n)s", "%(share).1f", "%%", "{sent}", "&#8239;", "<b>"]
    )
    assert placeholders("30 % wider, {}") == []


@pytest.mark.django_db
def test_the_page_to_log_in_is_korean_where_the_browser_asks_for_it(client):
    page = client.get(reverse("login"), headers={"accept-language": "ko-KR,ko;q=0.9,en;q=0.5"})
    text = page.content.decode()
    assert '<html lang="ko"' in text
    assert "로그인" in text
    assert "Log in" not in text
    english = client.get(reverse("login"), headers={"accept-language": "en"}).content.decode()
    assert "Log in" in english


def test_home_is_korean_for_a_researcher_who_chose_it(client, researcher):
    client.force_login(researcher)
    profile = {"first_name": "", "last_name": "", "theme": researcher.theme, "language": "ko"}
    client.post(reverse("profile"), profile)
    text = client.get(reverse("home"), headers={"accept-language": "en"}).content.decode()
    assert '<html lang="ko"' in text
    words = ("영상 세트", "생성기", "평가", "다음에 할 일", "실제 영상 불러오기")
    assert [word for word in words if word not in text] == []
    assert len(HANGUL.findall(text)) > 100
