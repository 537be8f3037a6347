"""The protocol of numbers in the reader's language: no sentence of it is a stranger to the translators."""

import re

import pytest
from django.utils import translation

from metrics import protocol_words
from metrics.evaluation import evaluate
from metrics.protocol_words import template_of, told, told_protocol
from metrics.side_by_side import side_by_side
from tests.metrics.examples import images

OURS = {  # what is marked elsewhere, or is nobody's language
    "thumbnails", "8 × 8 block means", "radiomics", "pixels", "Fixed random network", "small pixels and power spectrum", "dB", "grey levels",
    "random", "pixelview", "FRD v1", "evalsite",
}  # fmt: skip


def strangers(protocol: dict[str, str]) -> list[str]:
    found = [name for name in protocol if not template_of(name)]
    for name, value in protocol.items():
        parts = (
            [value] if template_of(value) else value.split("; ") if name.startswith("Encoder ") else [value]
        )
        for part in parts:
            part = part.partition(": ")[2] if name.startswith("Encoder ") else part
            is_number = not re.search("[A-Za-z]{2}", part) or re.fullmatch(
                r"p = [\d.]+|[\d,]+ to [\d,]+|evalsite .*", part
            )
            if not (is_number or template_of(part) or part in OURS):
                found.append(part)
    return found


@pytest.mark.usefixtures("thumbnails")
def test_every_name_and_value_is_known(tmp_path):
    one = images(64, seed=1, size=48, name="one")
    report = evaluate(
        one, images(64, seed=2, size=48, name="two"), training=images(50, seed=3, size=48, name="three"), cache=tmp_path,
        encoders=("radiomics", "random"), paired=True,
    )  # fmt: skip
    rules = report.protocol["Verdicts"]
    assert [s for number in report.numbers for s in strangers(number.protocol)] == []
    assert [s for s in strangers(report.protocol) if s != rules] == []
    compared = side_by_side(
        one,
        [images(64, seed=seed, size=48, name=f"set {seed}") for seed in (4, 5)],
        cache=tmp_path,
        encoders=("radiomics",),
    )
    assert [s for line in compared.lines for s in strangers(line.protocol)] == []
    assert strangers(compared.protocol) == []


def test_values_keep_their_place_in_another_language(monkeypatch):
    words = {
        "%(n)s of %(size)s images": "%(size)s BILDER, %(n)s MAL",
        "interval": "INTERVALL",
        "k = %(k)s, Euclidean": "EUKLID, k = %(k)s",
    }
    monkeypatch.setattr(protocol_words, "_", lambda text: words.get(text, text))
    assert told_protocol({"interval": "100 of 1,000 images"}) == {"INTERVALL": "1,000 BILDER, 100 MAL"}
    assert told("interval: k = 5, Euclidean; seed: 3") == "INTERVALL: EUKLID, k = 5; seed: 3"


def test_in_english_and_for_what_nobody_knows_the_text_stays_as_it_is():
    with translation.override("en"):
        for text in (
            "",
            "delete-10 % grouped jackknife",
            "a: b; c: d 90 % e",
            "95 %",
            "mean 0.1, std 0.2; padded: no",
        ):
            assert told(text) == text
