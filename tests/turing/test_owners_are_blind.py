"""Until a study is closed its owner sees how far readers are, and nothing of what they answered or whether it was right."""

import re

import pytest
from django.db import transaction
from django.urls import get_resolver, reverse
from django.utils import timezone

from tests.turing import studies
from turing.archive import archive
from turing.drawing import NotReady
from turing.models import Answer

pytestmark = pytest.mark.django_db
TOKEN = re.compile(rb'(csrfmiddlewaretoken" value="|x-csrftoken": ")[^"]+')


def names():
    """Every address that takes a study, and the pages that list it."""
    for pattern in get_resolver().url_patterns:
        for inner in getattr(pattern, "url_patterns", []):
            if str(inner.pattern).startswith("studies/<int:pk>/") and "number" not in str(inner.pattern):
                yield f"turing:{inner.name}"


def seen(client, study) -> dict[str, tuple[int, bytes]]:
    paths = [reverse("home"), reverse("turing:list"), *(reverse(name, args=[study.pk]) for name in names())]
    answers = {path: client.get(path) for path in paths}
    return {path: (one.status_code, TOKEN.sub(b"", one.content)) for path, one in answers.items()}


def test_what_was_answered_changes_no_byte_of_an_owners_pages_of_an_open_study(
    client, researcher, monkeypatch
):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    session = studies.begun(studies.launched(researcher))
    client.force_login(researcher)
    found = []
    for said, confidence in (("real", 1), ("synthetic", 3)):
        with transaction.atomic():
            for _case in range(3):
                studies.give(session, said=said, confidence=confidence)
            assert Answer.objects.filter(said=said).count() == 3
            found.append(seen(client, session.reader.study))
            transaction.set_rollback(True)
    assert len(found[0]) > 20
    assert [path for path in found[0] if found[0][path] != found[1][path]] == []
    detail = reverse("turing:detail", args=[session.reader.study.pk])
    assert b"3 of 8" in found[0][detail][1], "how far the reader is"
    with pytest.raises(NotReady, match="after it was closed"):
        archive(session.reader.study)
