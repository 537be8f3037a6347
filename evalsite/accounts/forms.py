from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from evalsite.models import Role, User

from . import attempts


class LogInForm(AuthenticationForm):
    """Too many wrong passwords, and the right one is refused too until some time has passed."""

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username", "")
        if attempts.too_many(self.request, name):
            raise forms.ValidationError(_("Too many wrong passwords. Wait a quarter of an hour, or ask an administrator for a link to choose another."), code="too_many")  # fmt: skip
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            attempts.note(self.request, name)
            raise
        attempts.forget(self.request, name)
        return cleaned


class AdminLogInForm(LogInForm, AdminAuthenticationForm):
    pass


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
