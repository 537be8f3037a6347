"""Whatever is typed into any form, or written into any address, is taken, refused with words, or not found: never a 500.

NUL is the classic: SQLite keeps it, PostgreSQL refuses the whole statement. Numbers too long for a column are the other.
"""

import json
import re
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test.html import Element, parse_html
from django.urls import reverse

from tests.test_permissions import ALL, READING, address, rows  # noqa: F401
from tests.turing import studies
from turing import launching
from turing.protocol import Phase, Protocol, Source
from turing.questions import Question

pytestmark = pytest.mark.django_db
LONG, SQUARE = "9" * 40 + "\0", "²"  # no number of a row, and a NUL; a digit that is no decimal one
ASKED = (  # what pages read from their address
    "down", "from", "label", "language", "method", "name", "next", "order", "origin", "page", "previous", "real", "set", "sets", "sort",
    "synthetic", "training", "truth",
)  # fmt: skip


def within(element: Element, *names: str) -> Iterator[Element]:
    for child in element.children:
        if isinstance(child, Element):
            if child.name in names:
                yield child
            yield from within(child, *names)


def fields_of(form: Element) -> dict[str, list[str]]:
    """What a browser would send without a word typed."""
    sent: dict[str, list[str]] = {}
    for field in within(form, "input", "textarea", "select"):
        facts = dict(field.attributes)
        kind, name = facts.get("type", "text"), facts.get("name")
        if not name or kind in ("submit", "button", "image", "file"):
            continue
        if field.name == "select":
            options = [dict(one.attributes) for one in within(field, "option")]
            sent[name] = [one.get("value", "") for one in options if "selected" in one][:1] or [
                one.get("value", "") for one in options[:1]
            ]
        elif field.name == "textarea":
            sent[name] = ["".join(str(child) for child in field.children)]
        else:
            ticked = kind not in ("checkbox", "radio") or "checked" in facts
            sent.setdefault(name, []).extend([facts.get("value", "")] if ticked else [])
    return sent


def forms_on(page: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    for form in within(parse_html(page), "form"):
        facts = dict(form.attributes)
        if facts.get("method", "get").lower() == "post":
            yield facts.get("action", ""), fields_of(form)


def broken_by(send, *given, **more) -> list[object]:
    """What was sent, where it broke the site. Whatever came of it is undone, so that the next one finds the same rows."""
    with transaction.atomic():
        status = send(*given, **more).status_code
        transaction.set_rollback(True)
    return [given] if status >= 500 else []


def sweep(client, page: str, seen: set[tuple[str, str]]) -> list[object]:
    """Every form of a page, with one field after the other as nobody would type it: what broke the site. Fields that differ from
    seen ones in a number alone are passed over."""
    answer, broken = client.get(page), []
    if answer.status_code != 200 or "html" not in answer["Content-Type"]:
        return []
    for action, fields in forms_on(answer.content.decode()):
        for name in fields if action != reverse("logout") else ():
            kind = (re.sub(r"\d+", "0", action or page), re.sub(r"\d+", "0", name))
            numeric = [value for value in fields[name] if value.isdecimal()]
            for typed in ((LONG, SQUARE) if numeric else (LONG,)) if kind not in seen else ():
                broken += broken_by(client.post, action or page, fields | {name: [typed]})
            seen.add(kind)
    return broken


@pytest.fixture(autouse=True)
def as_a_stranger_sees_it(client):
    client.raise_request_exception = False


@pytest.fixture
def studied(researcher):
    """An open study with a reading begun, and a closed one with words of a reader in it."""
    asked = (Question("turing", "detect"), Question("why", "text", required=False))
    design = Protocol((Source("real", "real", 2), Source("fake", "synthetic", 2)), (Phase("reading", asked),))
    read = studies.launched_design(researcher, design)
    session = studies.begun(read)
    for _case in range(4):
        studies.reply(session, why={"text": "The noise."})
    launching.close(read)
    begun = studies.begun(studies.launched_design(researcher, design))
    return {"study": begun.reader.study.pk, "closed": read.pk, "key": begun.reader.key}


def test_no_form_breaks_whatever_is_typed(client, rows, studied, administrator):  # noqa: F811
    client.force_login(administrator)
    pages = {address(name, rows) for name in set(ALL) - READING - {"logout"}}
    pages |= {reverse(f"turing:{name}", args=[studied["study"]]) for name in ("detail", "amend", "close")}
    pages |= {
        reverse(f"turing:{name}", args=[studied["closed"]])
        for name in ("detail", "results", "cues", "review")
    }
    pages.add(reverse("turing:read", args=[studied["key"]]))
    seen: set[tuple[str, str]] = set()
    assert [wrong for page in sorted(pages) for wrong in sweep(client, page, seen)] == []
    assert len(seen) > 200


def test_no_address_breaks_whatever_is_asked_of_it(client, rows, studied, administrator):  # noqa: F811
    client.force_login(administrator)
    pages = {address(name, rows) for name in set(ALL) - {"logout"}}
    pages |= {reverse(f"turing:{name}", args=[studied["closed"]]) for name in ("results", "cues", "review")}
    sent = [
        (page, dict.fromkeys(ASKED, typed))
        for page in sorted(pages)
        for typed in (LONG, LONG.strip("\0"), SQUARE)
    ]
    assert [wrong for page, asked in sent for wrong in broken_by(client.get, page, asked)] == []


def upload(data: bytes, name: str = "a.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.mark.parametrize("wrong", ["a\0b", "\ud800", float("nan"), "9" * 40])
@pytest.mark.parametrize("place", ["title", "instructions", "planned", "margin"])
def test_a_design_from_a_file_is_kept_or_refused(client, researcher, place, wrong):
    client.force_login(researcher)
    design = studies.draft(researcher).design
    if place in ("title", "instructions"):
        design["phases"][0][place] = wrong
    elif place == "planned":
        design["plan"]["planned"] = {"note": [wrong]}
    else:
        design["plan"][place] = wrong
    answer = client.post(reverse("turing:designs"), {"file": upload(json.dumps(design).encode())})
    assert answer.status_code in (200, 302)


@pytest.mark.parametrize("wrong", ["a\0b", "\ud800", "9" * 40, "", "\U0001fa7b" * 3000])
def test_a_readers_script_may_send_anything(client, studied, wrong):
    where = reverse("turing:answer", args=[studied["key"]])
    token = client.get(reverse("turing:state", args=[studied["key"]])).json()["token"]
    whole = {
        "trial": token,
        "answer": "real-1",
        "more-why": "x",
        "submission": "s",
        "client": {"n": 1},
        "interrupted": False,
    }
    for name in whole:
        for value in (wrong, [wrong], {wrong: wrong}, {"n": wrong}):
            sent = json.dumps(
                whole | {name: value, "submission": f"{name}{value}"[:20] if name != "submission" else value}
            )
            assert client.post(where, sent, content_type="application/json").status_code < 500, sent
        form = {one: "x" for one in whole} | {name: wrong.encode("utf-8", "surrogatepass")}
        assert client.post(where, form).status_code < 500
