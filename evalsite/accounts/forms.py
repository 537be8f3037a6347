from django import forms
from django.utils.translation import gettext_lazy as _

from evalsite.models import Role, User


class AccountForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "role")
        help_texts = {
            "username": _("What the person types to log in: letters, digits and @ . + - _"),
            "role": _(
                "Administrators manage accounts and see everything. Researchers load, make, evaluate and design studies. "
                "Readers only see the studies that they read; a reading link works without an account."
            ),
        }


class ProfileForm(forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser asks")), ("en", "English"), ("ko", "한국어")],
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "theme", "language")


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
