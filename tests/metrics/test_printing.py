"""The PDF: set without a complaint, texts are never markup, pictures only where they may be seen."""

from dataclasses import replace

import numpy as np
import pytest

from jobs.figures import Frame, icon_file, svg_file
from metrics.pictures import shown_png
from metrics.printing import pdf, source
from metrics.reports import ClassPart, ModeRow, Modes, Sentence
from tests.metrics.examples import example_report

PNG = shown_png(np.zeros((2, 2)), (0.0, 1.0))


def test_a_pdf_is_made_with_pictures_and_without():
    report = example_report()
    assert pdf(report, "Made, against Real", lambda role, at: PNG).startswith(b"%PDF")
    assert pdf(report, "Made, against Real", lambda role, at: None).startswith(b"%PDF")


def test_pictures_that_may_not_be_seen_are_not_in_it():
    words, files = source(example_report(), "T", lambda role, at: PNG if role == "real" else None)
    assert not [name for name in files if name.startswith("synthetic")]
    assert "synthetic-" not in words


def test_texts_are_no_markup():
    report = replace(example_report(), notes=(Sentence('#read("/etc/passwd") "x" \\ $y$'),))
    words, _files = source(report, '#strong[x] "quoted"', lambda role, at: None)
    assert '#"#strong[x] \\"quoted\\"";' in words
    assert '#"#read(\\"/etc/passwd\\") \\"x\\" \\\\ $y$";' in words


def test_words_come_first_pictures_second_tables_third():
    classes = (ClassPart("benign", 30, 4, absent=Sentence("At least 20 images.")),)
    words, _files = source(replace(example_report(), classes=classes), "T", lambda role, at: PNG)
    order = ["Three of 40 images are copies.", "A note.", "synthetic-3.png", "figure-0.svg", "All numbers", "benign", "Zamzmi", "Seed"]  # fmt: skip
    places = [words.index(part) for part in order]
    assert places == sorted(places)


def test_modes_are_printed_with_their_shares_and_pictures():
    row = ModeRow("missing", 0.08, (0.05, 0.12), 0.0, (0.0, 0.02), (5, 6), "effusion")
    modes = Modes("radiomics", "radiomics, 385", 0.05, 100, 200, (row,))
    report = replace(example_report(), modes=modes)
    words, files = source(report, "T", lambda role, at: PNG)
    assert '[#"effusion";], [#"8.0";], [#"0.0";], [#"missing";]' in words
    assert {"real-5.png", "real-6.png"} <= set(files)
    assert pdf(report, "T", lambda role, at: PNG).startswith(b"%PDF")


def test_a_figure_as_a_file_has_its_style_and_marks_inside():
    text = svg_file('<svg class="plot" role="img"><use href="#m-real"/></svg>', Frame(100, 50))
    assert text.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="160" height="100"')
    assert 'id="m-real"' in text
    assert "var(" not in text
    assert "light-dark" not in text


def test_an_icon_that_is_not_there_is_an_error():
    assert "<path" in icon_file("alarm", "alarm")
    with pytest.raises(KeyError, match="no icon"):
        icon_file("nothing", "alarm")
