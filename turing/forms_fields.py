"""Fields that several of the designer's forms have."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

KEY = RegexValidator(r"^[a-z0-9_-]+$", _("Small letters, digits, - and _ only."))


def key_field() -> forms.CharField:
    return forms.CharField(
        label=_("Key"), max_length=40, validators=[KEY], help_text=_("Names it in files and tables.")
    )


def whole(label: Any, low: int, high: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, **more)
