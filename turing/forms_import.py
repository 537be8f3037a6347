"""Answers of a study run elsewhere, as a person hands them in."""

import hashlib
from typing import Any

import numpy as np
from django import forms
from django.utils.translation import gettext_lazy as _

from .importing import Imported, Unreadable, read_answers
from .models import ImportedStudy

LARGEST = 50 * 2**20  # bytes


class ImportForm(forms.ModelForm):
    file = forms.FileField(
        label=_("File of answers"),
        help_text=_("A table (CSV, UTF-8) with a line for each answer and the columns reader, case, truth, and said or rating; or an iMRMC input file."),
    )  # fmt: skip
    field_order = (
        "name",
        "citation",
        "file",
        "columns",
        "real",
        "higher_is_real",
        "threshold",
        "modality",
        "endpoint",
        "margin",
    )

    class Meta:
        model = ImportedStudy
        fields = (
            "name", "citation", "columns", "real", "higher_is_real", "threshold", "modality", "endpoint", "margin",
        )  # fmt: skip
        widgets = {"columns": forms.Textarea({"rows": 4})}
        help_texts = {
            "citation": _("Paper, DOI or address; printed in the report."),
            "columns": _("Only where your columns have other names, one a line: “reader = participant”. Names: reader, case, truth, said, rating, position, seconds, milliseconds, group, source, stratum, cluster."),
            "real": _("What stands in the truth column for a real image, if not “real” or 0; several separated by commas. All else is synthetic."),
            "higher_is_real": _("Tick it for ratings of realism; the report turns them round, so that they rise with “synthetic”."),
            "threshold": _("Ratings beyond it count as “synthetic”, on the file's scale, where the file does not say what was answered. Empty: the middle, which itself counts as real."),
            "modality": _("Of an iMRMC file with several."),
            "margin": _("How well readers may tell them apart and the images still count as equivalent, as d′: 0.51 is 60 per cent right, or an area of .64."),
        }  # fmt: skip

    found: Imported | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file is None:
            return cleaned
        if file.size > LARGEST:
            self.add_error("file", _("The file has more than 50 MB."))
            return cleaned
        data = file.read()
        try:
            self.instance.answers = data.decode("utf-8-sig").replace("\0", "")
        except UnicodeDecodeError:
            self.add_error("file", _("The file is no text in UTF-8. Save it as “CSV UTF-8”."))
            return cleaned
        self.instance.digest = hashlib.sha256(data).hexdigest()
        return cleaned

    def _post_clean(self) -> None:
        """Read the file as the fields say, once they are on the row."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not self.instance.answers:
            return
        try:
            self.found = read_answers(self.instance.answers, self.instance.layout())
        except Unreadable as refusal:
            self.add_error(None, str(refusal))
            return
        self.instance.count = int((~np.isnan(self.found.readings.said)).sum())
