"""A clinical text under each image: taken as a table while the study is ready to launch, for every case or for none, and audited like the image."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from . import leakage
from .drawing import NotReady
from .models import Study, Truth
from .preparing import audit_as_json
from .protocol import AUDITED

LARGEST, LONGEST = 2_000_000, 300  # characters, of the table and of a text
MOST_WORDS = 20  # words whose presence is a feature: the commonest that stand in 10 to 90 % of the texts
COLUMNS = ("case", "truth", "source", "label", "set", "position", "text")


def table(study: Study) -> Iterator[list[Any]]:
    """Rows to be filled in, with what the owner needs to know each case by."""
    yield list(COLUMNS)
    for case in study.cases.select_related("picture__image_set").order_by("position"):
        picture = case.picture
        yield [case.position + 1, case.truth, case.source, case.label, picture.image_set.name, picture.position + 1, case.text]  # fmt: skip


def take(study: Study, text: str) -> int:
    """The texts of all cases from a table with the columns case and text; how many. Raises NotReady, and then nothing is changed."""
    with transaction.atomic():
        mine = Study.objects.select_for_update().get(pk=study.pk)
        if mine.state != Study.State.READY:
            raise NotReady(
                _("Texts are taken between the preparation and the launch, when the cases are known.")
            )
        if any(phase.questions[0].kind in ("pair", "hype") for phase in mine.designed.phases):
            raise NotReady(_("A phase of pairs or of short exposures has no place for a clinical text."))
        cases = {case.position + 1: case for case in mine.cases.all()}
        given = _read(text, cases)
        for number, case in cases.items():
            case.text = given[number]
        mine.cases.model.objects.bulk_update(cases.values(), ["text"])
        mine.buffers["texts"] = True
        if mine.audit:
            audit_texts(mine)
        mine.save(update_fields=["buffers", "audit"])
    study.refresh_from_db()
    return len(cases)


def audit_texts(study: Study) -> None:
    """Put what the texts alone give away into the study's audit; its state is the worse of the two."""
    cases = [case for case in study.cases.order_by("position") if case.role in AUDITED]
    truths = [int(case.truth != Truth.REAL) for case in cases]
    rows, chance = features([case.text for case in cases]), np.random.default_rng([study.seed, 2])
    found = leakage.audit(truths, rows, chance, sources=[case.source for case in cases])
    pictures = {name: part for name, part in study.audit.items() if name != "text"}
    parts = [
        *pictures["features"],
        pictures["together"],
        *pictures.get("generators", []),
        {"state": found.state},
    ]
    worst = leakage.worst(part["state"] for part in parts)
    study.audit = pictures | {"text": audit_as_json(found), "state": worst}


def features(texts: Sequence[str]) -> list[dict[str, float]]:
    """Of each text its characters, words, digits and share of capitals, and whether it has each of the commonest words."""
    split = [set(_words(text)) for text in texts]
    often = Counter(word for words in split for word in words)
    telling = [word for word, n in often.most_common() if 0.1 * len(texts) <= n <= 0.9 * len(texts)][
        :MOST_WORDS
    ]
    return [
        {
            "characters": float(len(text)), "words": float(len(_words(text))), "digits": float(sum(map(str.isdigit, text))),
            "capitals": sum(map(str.isupper, text)) / len(text),
        } | {f"word:{word}": float(word in words) for word in telling}
        for text, words in zip(texts, split)
    ]  # fmt: skip


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()


def _read(text: str, cases: dict[int, Any]) -> dict[int, str]:
    if len(text) > LARGEST:
        raise NotReady(_("The table has %(n)d characters; at most %(most)d are read.") % {"n": len(text), "most": LARGEST})  # fmt: skip
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    given: dict[int, str] = {}
    try:
        columns = {(name or "").strip().lower(): name for name in rows.fieldnames or []}
        if not {"case", "text"} <= set(columns):
            raise NotReady(_("The table has the columns %(given)s; needed are case and text.") % {"given": ", ".join(columns) or _("none")})  # fmt: skip
        for row in rows:
            number, said = (" ".join((row[columns[name]] or "").split()) for name in ("case", "text"))
            _check(number, said, cases, given, rows.line_num)
            given[int(number)] = said
    except csv.Error as error:
        raise NotReady(_("The table cannot be read at line %(line)d: %(why)s.") % {"line": rows.line_num, "why": error}) from error  # fmt: skip
    if missing := sorted(set(cases) - set(given)):
        raise NotReady(
            _("%(n)d cases have no text, case %(first)d first: who sees some images without one has a hint. Give every case a text.")
            % {"n": len(missing), "first": missing[0]}
        )  # fmt: skip
    return given


def _check(number: str, said: str, cases: dict[int, Any], given: dict[int, str], line: int) -> None:
    at = {"line": line, "case": number[:20], "all": len(cases), "most": LONGEST, "n": len(said)}
    if not (number.isascii() and number.isdecimal() and len(number) < 9 and int(number) in cases):
        raise NotReady(_("Line %(line)d: “%(case)s” is no case; they run from 1 to %(all)d.") % at)
    if int(number) in given:
        raise NotReady(_("Line %(line)d: case %(case)s stands in the table before.") % at)
    if not said:
        raise NotReady(_("Line %(line)d: case %(case)s has no text. Give every case one.") % at)
    if len(said) > LONGEST or not said.isprintable():
        raise NotReady(_("Line %(line)d: a text has at most %(most)d printable characters; this one has %(n)d.") % at)  # fmt: skip
